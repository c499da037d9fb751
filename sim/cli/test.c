/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente test: the verdicts on a config's hypotheses. */
#include "cli/answers.h"

#include "core/memory.h"
#include "report/verdicts.h"

enum { KEY_FORMAT = 0x200 };

typedef struct test_options {
    const char *path;
    int format;
} test_options;

static const struct argp_option options[] = {
    {"format", KEY_FORMAT, "FORMAT", 0, "table (default), csv, json or markdown", 0}, {0}};

static const char doc[] =
    "Say of each hypothesis of the config that made the results file OUT.h5 whether it is supported, not supported or undecided, "
    "with effect and interval. Exit status 0 when all are supported, else 4."
    "\vOne-sided t tests over replications with Holm's adjustment over the list, in both directions. Low and high are one-sided "
    "bounds, each at its adjusted level: what is expected above a threshold is supported when low is above it, and not supported "
    "when high is below it.\n\n"
    "Example:\n"
    "  detente test out.h5";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    test_options *asked = state->input;
    switch (key) {
    case KEY_FORMAT:
        return cli_format_take(&asked->format, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "results file", state);
    case ARGP_KEY_END:
        return cli_need(asked->path != NULL, "a results file", state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int print_verdicts(const detente_config *config, const detente_tested *tested, int format)
{
    grid g = {0};
    verdicts_grid(config, tested, format, &g);
    int status = cli_print_grid(&g, format);
    grid_clear(&g);
    for (int i = 0; i < config->n_hypotheses && !status; i++)
        if (tested[i].verdict != DETENTE_SUPPORTED)
            status = CLI_CHECK;
    return status;
}

static int test_file(const test_options *asked)
{
    detente_error error = {0};
    detente_results *results;
    int code = detente_results_open(&results, asked->path, &error);
    if (code)
        return cli_fail(code, &error);
    const detente_config *config = detente_results_config(results);
    detente_tested *tested = detente_calloc((size_t)config->n_hypotheses + 1, sizeof *tested);
    int status = CLI_INPUT;
    if (config->n_hypotheses == 0)
        cli_tell("%s: the config that made it has no `hypotheses`, so there is nothing to test", asked->path);
    else if (!tested)
        status = cli_fail(DETENTE_E_MEMORY, &error);
    else if ((code = detente_hypotheses_test(results, tested, &error)) != 0)
        status = cli_fail(code, &error);
    else
        status = print_verdicts(config, tested, asked->format);
    detente_free(tested);
    detente_results_close(results);
    return status;
}

int cli_test(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, NULL, NULL, NULL};
    test_options asked = {0};
    const int status = cli_parse(&argp, argc, argv, &asked);
    return status ? status - 1 : test_file(&asked);
}
