/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file cli.h
 * What the commands share. Each command is one file, cli_<name>() in <name>.c, with its own argp parser.
 *
 * Results go to stdout, everything else to stderr. A command returns its exit status and never calls exit():
 * 0 done, 1 failed while running, 2 wrong usage, 3 bad config or input file, 4 a check did not hold, 128 + n ended by signal n.
 */
#ifndef DETENTE_CLI_CLI_H
#define DETENTE_CLI_CLI_H

#include <argp.h>
#include <stdio.h>

#include <detente/detente.h>

#include "core/embedded.h"

enum cli_status { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_INPUT = 3, CLI_CHECK = 4, CLI_SIGNAL = 128 };

/** A command: argv[0] is "detente NAME", for messages. */
typedef struct cli_command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} cli_command;

int cli_new(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_trace(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_params(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_sensitivity(int argc, char **argv);
int cli_plot(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_merge(int argc, char **argv);
int cli_test(int argc, char **argv);
int cli_compare(int argc, char **argv);
int cli_select(int argc, char **argv);
int cli_report(int argc, char **argv);

/** What an option --threads may be at most. */
enum { CLI_MAX_THREADS = 4096 };

/** Exit status of an error code; 0 for 0. DETENTE_E_INTERRUPTED is 128 + the signal that was caught. */
int cli_status_of(int code);
/** Print a line to stderr, "detente: " before it. */
void cli_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/**
 * Print an error's lines to stderr and release it: "detente: " stands before a line unless it begins with file:line:column,
 * which editors know how to jump to. @return cli_status_of(code)
 */
int cli_fail(int code, detente_error *error);
/** Print warnings, which name themselves so, to stderr in the same form and release them. */
void cli_warn(detente_error *warnings);

/** The --set options of a command line, in order. */
typedef struct cli_settings {
    detente_setting *item;
    size_t n;
} cli_settings;

/** Take one PATH=VALUE (split in place), or say by argp_error() why not. @return 0, EINVAL or ENOMEM, for a parser function */
int cli_settings_parse(cli_settings *settings, char *argument, struct argp_state *state);
/** Take one that is not split. @return 0 or ENOMEM */
int cli_settings_put(cli_settings *settings, const char *path, const char *value);
void cli_settings_clear(cli_settings *settings);

/** A whole number from @p low to @p high that fills the whole of @p text. @return 0 or -1 */
int cli_number(const char *text, unsigned long long low, unsigned long long high, unsigned long long *number);

/**
 * Parse argv by @p argp, with --help and --usage added; usage errors were printed. A parser function reports its own by
 * argp_error() and returns EINVAL. @return 0, or the command's exit status + 1 (1 after --help)
 */
int cli_parse(const struct argp *argp, int argc, char **argv, void *input);
/** Take a command's one argument, or argp_error() when there is one already. @return 0 or EINVAL */
int cli_take(const char **path, char *argument, const char *what, struct argp_state *state);
/** argp_error() "name @p what" unless all was given that a command needs. @return 0 or EINVAL */
int cli_need(int given, const char *what, struct argp_state *state);
/**
 * The suffix of a file's name, its dot included; "" without one (a folder's name, a name that begins with its only dot).
 */
const char *cli_suffix(const char *name);
/** Take the name of a results file to write, or argp_error() when its suffix is plainly of another kind. @return 0 or EINVAL */
int cli_results_take(const char **output, const char *name, struct argp_state *state);
/** argp_error() on anything but one of @p names (NULL-terminated), naming the nearest. @return index, or -1 */
int cli_choice(struct argp_state *state, const char *what, const char *text, const char *const *names);
/** 1 when @p stream is a terminal that takes colour (NO_COLOR is not set, TERM is not dumb). */
int cli_colour(FILE *stream);
/** Write @p text to stdout. @return 0, or CLI_FAILED after saying why (a full disk) */
int cli_print(const char *text);
/** @p n in decimal, its digits in groups of three. @return @p out */
const char *cli_count(uint64_t n, char out[32]);
/** Say that @p name is none of a folder of the library (core/embedded.h), and the nearest there is. @return DETENTE_E_CONFIG */
int cli_unknown(const char *folder, const char *name, const char *what, detente_error *error);
/** The kernel that the environment variable DETENTE_ISA asks for, the widest without it. @return 0 or the exit status */
int cli_isa(detente_isa *isa);
/**
 * Read the config that a command was given: a file, "-", or the name of a scenario of the library when there is no such file.
 * @return as detente_config_load()
 */
int cli_config_load(detente_config *config, const char *path, const cli_settings *settings, detente_error *error,
                    detente_error *warnings);
/**
 * Print points, strategies, cells, replications, encounters, and an estimate of the time that they take with @p threads, of the
 * results file's size and of what lies beside it as long as the run goes on, behind @p before; a little is played and stored
 * in memory to measure. Points of it that fail are told on stderr. @param shards 0, or print what shard @p shard of so many is
 * @return 0, DETENTE_E_RANGE beyond 2^64, DETENTE_E_CONFIG when all points that were tried fail, DETENTE_E_INPUT, DETENTE_E_MEMORY
 */
int cli_print_work(const char *before, const detente_config *config, detente_sweep *sweep, detente_isa isa, int threads,
                   uint32_t shard, uint32_t shards, detente_error *error);
/** Replications of cells that a run plays, or shard @p shard of @p shards (0: all) of it. */
uint64_t cli_work_units(const detente_config *config, const detente_sweep *sweep, uint32_t shard, uint32_t shards);

enum { CLI_STAMP_SIZE = 24, CLI_HOST_SIZE = 256 };

/** What a command knows of itself, for group provenance. */
typedef struct cli_provenance {
    char *command; /**< owned; as it could be typed again; NULL when out of memory */
    char started[CLI_STAMP_SIZE], finished[CLI_STAMP_SIZE], host[CLI_HOST_SIZE];
} cli_provenance;

void cli_provenance_begin(cli_provenance *provenance, int argc, char **argv);
/** The work is done. @p out points into @p provenance; the command adds what it knows. */
void cli_provenance_finish(cli_provenance *provenance, detente_provenance *out);
void cli_provenance_clear(cli_provenance *provenance);
/** Print the table of a results file. @return the exit status */
int cli_print_table(const char *path);
/** The last line: how many cells of a results file failed, and why the first did. @return CLI_DONE when none did, CLI_FAILED */
int cli_tell_failures(const char *path);

/** Flush stdout. @return @p status, or CLI_FAILED after saying why when what was printed could not be written */
int cli_finish(int status);

/** From now on INT, TERM, HUP, XCPU and USR1 ask to stop; one that comes more than a second later ends the program. What is ignored stays ignored. */
void cli_signals_catch(void);
/** Another process of this run was told to stop by signal @p number; 0: none was. */
void cli_signals_note(int number);
/** From now on print nothing: another process of this run speaks for all. */
void cli_mute(void);
/** Number of the signal that was caught, 0 when none was: what a run's stop flag points to. */
const volatile int *cli_signals_caught(void);

/** Shows on stderr how far a run has come: a bar on a terminal, plain lines elsewhere. Start from cli_progress_begin(). */
typedef struct cli_progress {
    int mode;            /**< enum cli_progress_mode */
    int bar;             /**< stderr is a terminal that can go back to the start of a line */
    int width;           /**< of what stands on the terminal's line */
    double shown;        /**< seconds when a line was last shown */
    uint64_t encounters; /**< of the whole run; what detente_progress counts is a part of it; 0: nobody knows */
    enum {
        CLI_TOTAL,
        CLI_TOTAL_AT_MOST,
        CLI_TOTAL_ABOUT
    } total;                            /**< what that is: under a rule not the number itself */
    uint32_t candidates, left;          /**< of a selection, and how many are still played */
    detente_progress before;            /**< parts that are done */
    uint32_t cells;                     /**< that are played; 0: not told */
    uint32_t precise;                   /**< … of them stopped at a precision, under a rule */
    uint64_t replication, replications; /**< the one that is played, of so many; 0: not told */
} cli_progress;

enum cli_progress_mode { CLI_PROGRESS_AUTO, CLI_PROGRESS_ALWAYS, CLI_PROGRESS_NEVER };

void cli_progress_begin(cli_progress *progress, int mode);
/** For detente_run_options: @p data is the cli_progress. */
void cli_progress_show(void *data, const detente_progress *now);
/** Clear the bar, so that what follows stands on its own line. */
void cli_progress_end(cli_progress *progress);

#endif
