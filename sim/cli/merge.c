/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente merge: one results file from shard files. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

#include "core/memory.h"

enum { KEY_PARTIAL = 0x200, KEY_FORCE };

typedef struct merge_options {
    const char *output;
    const char **source;
    size_t n;
    int partial, force;
} merge_options;

static const struct argp_option options[] = {
    {"output", 'o', "OUT.h5", 0, "Results file to write; it must not exist", 0},
    {"partial", KEY_PARTIAL, 0, 0, "Take what there is, folders OUT.h5.parts of unfinished runs too; the rest is NaN",
     0},
    {"force", KEY_FORCE, 0, 0, "Replace OUT.h5 once the new one is whole", 0},
    {0}};

static const char doc[] =
    "Make one results file of the shard files that `detente run --shard I/N` wrote, in any order: the file that one run "
    "would have written."
    "\vThe shards stay where they are.\n\n"
    "Example:\n"
    "  detente merge -o out.h5 shard-*.h5";

static error_t check_options(const merge_options *merge, struct argp_state *state)
{
    if (merge->output && merge->n > 0)
        return 0;
    argp_error(state, merge->output ? "name the shard files" : "name the results file: -o OUT.h5");
    return EINVAL;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    merge_options *merge = state->input;
    switch (key) {
    case 'o':
        return cli_results_take(&merge->output, argument, state);
    case KEY_PARTIAL:
        merge->partial = 1;
        return 0;
    case KEY_FORCE:
        merge->force = 1;
        return 0;
    case ARGP_KEY_ARG:
        merge->source[merge->n++] = argument;
        return 0;
    case ARGP_KEY_END:
        return check_options(merge, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int merge_files(const merge_options *asked, cli_provenance *made)
{
    const detente_merge_options how = {.partial = asked->partial,
                                       .force = asked->force,
                                       .threads = detente_engine_threads(),
                                       .stop = cli_signals_caught()};
    detente_error error = {0};
    detente_provenance provenance;
    detente_merged merged;
    char a[32], b[32];
    cli_signals_catch();
    cli_provenance_finish(made, &provenance);
    const int code = detente_store_merge(asked->output, asked->source, asked->n, &how, &provenance, &merged, &error);
    if (code == DETENTE_E_INTERRUPTED) {
        const int number = *cli_signals_caught();
        cli_tell("stopped by signal %d (%s); %s was not written, the shards are as they were", number,
                 strsignal(number), asked->output);
        detente_error_clear(&error);
        return cli_status_of(code);
    }
    if (code) {
        const int failed = cli_fail(code, &error);
        if (code == DETENTE_E_IO)
            cli_tell("%s was not written, the shards are as they were", asked->output);
        return failed;
    }
    const int status = cli_print_table(asked->output);
    if (status)
        return status;
    if (merged.units < merged.units_planned)
        printf("partial: %s of %s replications of cells are there\n", cli_count(merged.units, a),
               cli_count(merged.units_planned, b));
    printf("%s encounters of %zu file%s; written to %s\n", cli_count(merged.encounters, a), merged.files,
           merged.files == 1 ? "" : "s", asked->output);
    return cli_tell_failures(asked->output);
}

int cli_merge(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "SHARD.h5...", doc, NULL, NULL, NULL};
    merge_options asked = {.source = detente_alloc((size_t)argc * sizeof *asked.source)};
    cli_provenance made;
    cli_provenance_begin(&made, argc, argv);
    int status;
    if (!asked.source || !made.command) {
        cli_tell("out of memory");
        status = CLI_FAILED;
    } else {
        status = cli_parse(&argp, argc, argv, &asked);
        status = status ? status - 1 : merge_files(&asked, &made);
    }
    cli_provenance_clear(&made);
    detente_free(asked.source);
    return status;
}
