/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente run: play a config's encounters into a results file. */
#include "cli/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"

enum { MAX_SHARDS = 1000000 };
enum { KEY_KEEP = 0x200, KEY_FORCE, KEY_PROGRESS, KEY_DRY_RUN, KEY_RESUME, KEY_EXTEND, KEY_SHARD };

static const struct argp_option options[] = {
    {"output", 'o', "OUT.h5", 0, "Results file to write; it must not exist", 0},
    {"set", 's', "PATH=VALUE", 0, "Set a value of the config, after all that the file says; may be repeated", 0},
    {"threads", 't', "N", 0,
     "Threads to play with; results do not depend on it (default: the CPUs this process may use)", 0},
    {"keep", KEY_KEEP, "WHAT", 0, "Rows to store: none, encounters or turns, in place of the config's keep", 0},
    {"force", KEY_FORCE, 0, 0, "Replace OUT.h5 once the new one is whole; discard unfinished work", 0},
    {"progress", KEY_PROGRESS, "WHEN", 0, "Show how far the run has come: auto, always or never (default: auto)", 0},
    {"dry-run", KEY_DRY_RUN, 0, 0, "Say what would be played and stored, and do nothing", 0},
    {"resume", KEY_RESUME, 0, 0,
     "Go on from where a run to OUT.h5 was ended; begin it, or do nothing, where that is due", 0},
    {"extend", KEY_EXTEND, 0, 0,
     "Add replications, or points of a design, to OUT.h5, which has fewer than CONFIG asks for", 0},
    {"shard", KEY_SHARD, "I/N", 0,
     "Play part I of N only, I from 1, and write it as a shard file; `detente merge` makes one file of all N", 0},
    {0}};

static const char doc[] =
    "Play the encounters of CONFIG with each of its strategies, write a results file and print a table."
    "\vCONFIG is a file, - for standard input, or the name of a scenario of the library.\n\n"
    "Example:\n"
    "  detente run billing-dispute -o out.h5 --set keep=encounters";

static int set_keep(run_options *run, const char *argument, struct argp_state *state)
{
    static const char *const kept[] = {"none", "encounters", "turns", NULL};
    const int which = cli_choice(state, "--keep", argument, kept);
    return which < 0 ? EINVAL : cli_settings_put(&run->settings, "keep", kept[which]);
}

/* "I/N" */
static int set_shard(run_options *run, const char *argument, struct argp_state *state)
{
    char first[16] = "";
    const char *slash = strchr(argument, '/');
    unsigned long long shard, shards;
    const size_t length = slash ? (size_t)(slash - argument) : sizeof first;
    if (length < sizeof first)
        memcpy(first, argument, length);
    if (!slash || cli_number(slash + 1, 1, MAX_SHARDS, &shards) || cli_number(first, 1, shards, &shard)) {
        argp_error(state, "--shard \"%s\": write I/N, I from 1 to N, N up to %d", argument, MAX_SHARDS);
        return EINVAL;
    }
    run->shard = (uint32_t)shard;
    run->shards = (uint32_t)shards;
    return 0;
}

static error_t check_options(const run_options *run, struct argp_state *state)
{
    const char *wrong = NULL;
    if (!run->path)
        wrong = "name a CONFIG";
    else if (!run->output && !run->dry_run)
        wrong = "name the results file: -o OUT.h5";
    else if (run->force + run->resume + run->extend > 1)
        wrong = "--resume, --extend and --force exclude each other";
    else if (run->shards && run->extend)
        wrong = "--extend adds to a whole file: merge its shards first";
    if (wrong)
        argp_error(state, "%s", wrong);
    return wrong ? EINVAL : 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const when[] = {"auto", "always", "never", NULL};
    run_options *run = state->input;
    unsigned long long number;
    switch (key) {
    case 'o':
        return cli_results_take(&run->output, argument, state);
    case 's':
        return cli_settings_parse(&run->settings, argument, state);
    case 't':
        if (cli_number(argument, 1, CLI_MAX_THREADS, &number)) {
            argp_error(state, "--threads \"%s\": a whole number from 1 to %d", argument, CLI_MAX_THREADS);
            return EINVAL;
        }
        run->threads = (int)number;
        return 0;
    case KEY_KEEP:
        return set_keep(run, argument, state);
    case KEY_FORCE:
        run->force = 1;
        return 0;
    case KEY_PROGRESS:
        run->progress = cli_choice(state, "--progress", argument, when);
        return run->progress < 0 ? EINVAL : 0;
    case KEY_DRY_RUN:
        run->dry_run = 1;
        return 0;
    case KEY_RESUME:
        run->resume = 1;
        return 0;
    case KEY_EXTEND:
        run->extend = 1;
        return 0;
    case KEY_SHARD:
        return set_shard(run, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&run->path, argument, "CONFIG", state);
    case ARGP_KEY_END:
        return check_options(run, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int finish_store(run_state *run, detente_error *error)
{
    detente_provenance provenance;
    cli_provenance_finish(&run->provenance, &provenance);
    provenance.isa = detente_isa_name(run->isa);
    provenance.ranks = detente_ranks_number(run->ranks);
    provenance.wall_seconds = run->done.seconds;
    double sum[] = {run->options->threads, provenance.cpu_seconds};
    int code = detente_ranks_sum(run->ranks, sum, 2);
    provenance.threads = (int)sum[0];
    provenance.cpu_seconds = sum[1];
    /* The others' parts must all be there when rank 0 merges. */
    if (!code && detente_ranks_rank(run->ranks) > 0)
        code = detente_store_finish(run->store, NULL, error);
    code = detente_ranks_agree(run->ranks, code, error);
    if (!code && detente_ranks_rank(run->ranks) == 0)
        code = detente_store_finish(run->store, &provenance, error);
    return detente_ranks_agree(run->ranks, code, error);
}

/* ---- what is printed -------------------------------------------------------------------------------------------- */

static uint64_t kept_of(uint64_t kept, const detente_config *config)
{
    return kept < config->encounters ? kept : config->encounters;
}

static int print_plan(const run_state *run, detente_error *error)
{
    const detente_config *config = &run->config;
    const run_options *asked = run->options;
    const uint64_t units = cli_work_units(config, run->sweep, asked->shard, asked->shards);
    const uint64_t kept = kept_of(config->keep.encounters, config), traced = kept_of(config->keep.turns, config);
    char a[32], b[32];
    const int code =
        cli_print_work("", config, run->sweep, run->isa, asked->threads, asked->shard, asked->shards, error);
    if (code)
        return cli_fail(code, error);
    printf("%s would hold the mean of each of %d metrics for %s replications%s\n",
           asked->output   ? asked->output
           : asked->shards ? "The shard file"
                           : "The results file",
           DETENTE_N_METRICS, cli_count(units, a),
           asked->shards       ? ""
           : config->quantiles ? ", and their summary with quantiles"
                               : ", and their summary");
    if (kept)
        printf("group encounters: %s rows, %s of each replication, %d metrics a row\n", cli_count(units * kept, a),
               cli_count(kept, b), __builtin_popcountll(config->keep.columns));
    if (traced)
        printf("group turns: every turn of %s encounters, %s of each replication\n", cli_count(units * traced, a),
               cli_count(traced, b));
    return CLI_DONE;
}

/* Cells that had all the replications they may have, and are not as precise as was asked for. */
static void tell_imprecise(const run_state *run)
{
    char few[32], all[32];
    const uint64_t imprecise = run->cells - run->precise;
    if (run->config.until.metric < 0 || imprecise == 0)
        return;
    cli_finish(CLI_DONE);
    cli_tell("%s of %s cells had %llu replications, the most they may have, before their interval was as narrow as "
             "replications.until asks for; stopped_by in the file says which",
             cli_count(imprecise, few), cli_count(run->cells, all), (unsigned long long)run->config.replications);
}

static int print_results(const run_state *run)
{
    char encounters[32], turns[32], rate[32];
    const detente_progress *done = &run->done;
    const uint64_t played = done->encounters_done - done->units_failed * run->config.encounters;
    const int status = run->options->shards ? CLI_DONE : cli_print_table(run->options->output);
    if (status)
        return status;
    printf("%s encounters, %s turns, %.2f s, %s encounters/s; written to %s\n", cli_count(played, encounters),
           cli_count(done->turns_done, turns), done->seconds,
           cli_count(done->seconds > 0 ? (uint64_t)((double)played / done->seconds) : 0, rate), run->options->output);
    if (run->options->shards)
        printf("shard %u of %u: `detente merge -o OUT.h5 SHARD.h5...` makes one file of all %u\n", run->options->shard,
               run->options->shards, run->options->shards);
    tell_imprecise(run);
    if (!run->options->shards)
        return cli_tell_failures(run->options->output);
    cli_finish(CLI_DONE);
    if (done->units_failed)
        cli_tell("%s replications of cells failed; merged, the file says which and why",
                 cli_count(done->units_failed, encounters));
    return done->units_failed ? CLI_FAILED : CLI_DONE;
}

/* Which file bears a name; 0: none. */
static uint64_t file_called(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 ? there.st_ino : 0;
}

/* What lies in the parts folder once the store has been released. */
static void tell_kept(const run_state *run)
{
    char done[32], total[32];
    const run_options *asked = run->options;
    const uint64_t now = file_called(asked->output);
    /* Renamed, but what the folder holds could not be synced. */
    const char *became = now == 0          ? "was not written"
                         : now == run->old ? "is as it was"
                                           : "may not outlast a power cut";
    const uint64_t units = detente_store_kept(asked->output), encounters = run->config.encounters;
    if (units == 0) {
        cli_tell("nothing was finished, so nothing was kept; %s %s: run it again", asked->output, became);
        return;
    }
    cli_tell("finished work is kept in %s.parts (%s%s of %s encounters); %s %s", asked->output,
             run->config.until.metric < 0 ? "" : "at most ", cli_count(units * encounters, done),
             cli_count((uint64_t)detente_sweep_cells(run->sweep) * run->config.replications * encounters, total),
             asked->output, became);
    cli_tell("to go on, run the same command with %s; --force would discard what is kept",
             asked->extend ? "--extend again" : "--resume");
}

/* ---- the run ---------------------------------------------------------------------------------------------------- */

/* How much work a kill may cost, where the default is too much. */
static uint64_t shard_bytes(void)
{
    unsigned long long bytes = 0;
    const char *asked = getenv("DETENTE_SHARD_BYTES");
    return asked && !cli_number(asked, 1, UINT64_MAX, &bytes) ? bytes : 0;
}

/* Rank 0 makes room for the others. @return as detente_store_create(), the same for all */
static int open_store(run_state *run, const detente_store_options *how, int *finished, detente_error *error)
{
    const int rank = detente_ranks_rank(run->ranks), ranks = detente_ranks_number(run->ranks);
    int code = rank == 0 ? detente_store_create(&run->store, run->options->output, &run->config, how, error) : 0;
    double sum[] = {run->store ? detente_store_is_finished(run->store) : 0, 0};
    code = detente_ranks_agree(run->ranks, code, error);
    if (!code && detente_ranks_sum(run->ranks, sum, 1))
        code = detente_no_memory(error);
    *finished = !code && sum[0] > 0;
    if (code || *finished || ranks == 1)
        return code;
    if (rank > 0)
        code = detente_store_create(&run->store, run->options->output, &run->config, how, error);
    code = detente_ranks_agree(run->ranks, code, error);
    if (code)
        return code;
    const double left = (double)detente_store_left(run->store);
    sum[0] = left;
    sum[1] = detente_sweep_source(run->sweep).n_cells;
    if (detente_ranks_sum(run->ranks, sum, 2))
        code = detente_no_memory(error);
    else if (sum[0] != left * ranks || sum[1] != (double)detente_sweep_source(run->sweep).n_cells * ranks)
        code = detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: the processes do not see the same work there: they must read one config and "
                                 "write to one file system",
                                 run->options->output);
    return detente_ranks_agree(run->ranks, code, error);
}

static void close_store(run_state *run)
{
    /* The first to open is the last to leave. */
    if (detente_ranks_rank(run->ranks) == 0)
        detente_ranks_agree(run->ranks, 0, NULL);
    detente_store_free(run->store);
    run->store = NULL;
    if (detente_ranks_rank(run->ranks) > 0)
        detente_ranks_agree(run->ranks, 0, NULL);
}

/* What a run that goes on need not play again. */
static void tell_known(const run_state *run)
{
    char known[32], all[32];
    const uint64_t units = (uint64_t)detente_sweep_cells(run->sweep) * run->config.replications;
    const uint64_t left = detente_store_left(run->store);
    if (!run->options->shards && left < units && detente_ranks_rank(run->ranks) == 0)
        cli_tell("going on: %s of %s%s encounters are there already",
                 cli_count((units - left) * run->config.encounters, known),
                 run->config.until.metric < 0 ? "" : "at most ", cli_count(units * run->config.encounters, all));
}

static int run_into_store(run_state *run, detente_error *error)
{
    const run_options *asked = run->options;
    int finished = 0;
    const detente_store_options how = {.force = asked->force,
                                       .resume = asked->resume,
                                       .extend = asked->extend,
                                       .shard = asked->shard,
                                       .shards = asked->shards,
                                       .threads = asked->threads,
                                       .stop = cli_signals_caught(),
                                       .shard_bytes = shard_bytes(),
                                       .rank = detente_ranks_rank(run->ranks),
                                       .ranks = detente_ranks_number(run->ranks)};
    int code = open_store(run, &how, &finished, error);
    if (code || finished)
        close_store(run);
    if (code)
        return cli_fail(code, error);
    if (finished) {
        cli_tell("%s: holds all of it already; there is nothing to do", asked->output);
        if (detente_ranks_rank(run->ranks) == 0 && detente_store_kept(asked->output))
            cli_tell("%s.parts: holds unfinished work that is not of this run, and was left alone", asked->output);
        return CLI_DONE;
    }
    tell_known(run);
    run->old = file_called(asked->output);
    cli_signals_catch();
    code = cli_run_play(run, error);
    if (!code)
        code = finish_store(run, error);
    close_store(run);
    if (detente_ranks_rank(run->ranks) > 0)
        return CLI_DONE; /* rank 0 says what came of it, by its exit status, too */
    if (!code)
        return print_results(run);
    cli_signals_note(detente_ranks_signal(run->ranks));
    const int status = code == DETENTE_E_INTERRUPTED ? cli_status_of(code) : cli_fail(code, error);
    if (code == DETENTE_E_INTERRUPTED) {
        cli_tell("stopped by signal %d (%s)", *cli_signals_caught(), strsignal(*cli_signals_caught()));
        detente_error_clear(error);
    }
    tell_kept(run);
    return status;
}

static int run_config(run_state *run)
{
    const run_options *asked = run->options;
    detente_error error = {0}, warnings = {0};
    int status = cli_isa(&run->isa);
    if (status)
        return status;
    int code = 0;
    if (detente_ranks_number(run->ranks) > 1 && strcmp(asked->path, "-") == 0)
        code = detente_error_set(&error, DETENTE_E_CONFIG,
                                 "-: only one of the processes has a standard input; name a file");
    if (!code)
        code = cli_config_load(&run->config, asked->path, &asked->settings, &error, &warnings);
    cli_warn(&warnings);
    if (!code)
        code = detente_sweep_open(&run->sweep, &run->config, &error);
    code = detente_ranks_agree(run->ranks, code, &error);
    if (code)
        return cli_fail(code, &error);
    if (asked->dry_run)
        return detente_ranks_rank(run->ranks) == 0 ? print_plan(run, &error) : CLI_DONE;
    return run_into_store(run, &error);
}

int cli_run(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "CONFIG", doc, NULL, NULL, NULL};
    run_options asked = {0};
    run_state run = {.options = &asked};
    detente_error error = {0};
    const int code = detente_ranks_begin(&run.ranks, cli_signals_caught(), &error);
    if (code)
        return cli_fail(code, &error);
    if (detente_ranks_rank(run.ranks) > 0)
        cli_mute();
    cli_provenance_begin(&run.provenance, argc, argv);
    int status = cli_parse(&argp, argc, argv, &asked);
    if (!status && !run.provenance.command) {
        cli_tell("out of memory");
        status = 1 + CLI_FAILED;
    }
    if (!asked.threads)
        asked.threads = detente_engine_threads();
    status = status ? status - 1 : run_config(&run);
    detente_sweep_close(run.sweep);
    detente_config_clear(&run.config);
    cli_settings_clear(&asked.settings);
    cli_provenance_clear(&run.provenance);
    status = cli_finish(status);
    detente_ranks_end(run.ranks);
    return status;
}
