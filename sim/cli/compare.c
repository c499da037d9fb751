/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente compare: strategies of a results file against one of them. */
#include "cli/answers.h"

#include <errno.h>
#include <string.h>

#include "core/memory.h"
#include "report/comparison.h"

enum { KEY_METRIC = 'm', KEY_BASELINE = 0x200, KEY_BY, KEY_PARETO, KEY_CONFIDENCE, KEY_FORMAT };

typedef struct compare_options {
    const char *path;
    int format, n_by;
    cli_metrics metrics, pareto;
    const char *by[DETENTE_MAX_FACTORS];
    detente_compare_options what;
} compare_options;

static const struct argp_option options[] = {
    {"metric", KEY_METRIC, "METRIC", 0,
     "Compare by it; may be given several times, or as a list with commas (default: resolved, escalated, "
     "reported_satisfaction, minutes, total_cost, net_value)",
     0},
    {"baseline", KEY_BASELINE, "STRATEGY", 0, "Compare the others with this one (default: the first of the file)", 0},
    {"by", KEY_BY, "PATH", 0,
     "Compare for each value of a varied path, or for each persona (where encounters are kept); may be given several times. "
     "More than 16 numbers are put into 4 ranges",
     0},
    {"pareto", KEY_PARETO, "METRIC,METRIC", 0,
     "Mark with * what no other beats in all of these (default: reported_satisfaction,total_cost)", 0},
    {"confidence", KEY_CONFIDENCE, "SHARE", 0, "Of the intervals (default: 0.95)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "table (default), csv, json or markdown", 0},
    {0}};

static const char doc[] =
    "Compare the strategies of the results file OUT.h5 with one of them, replication by replication: means, differences with "
    "intervals, effect sizes, adjusted p-values, and which are Pareto-best. Points of a design are pooled unless told apart by --by; "
    "where there is one strategy its levels are compared with the first of them.\vExample:\n"
    "  detente compare out.h5 --metric escalated --by customer.persona";

/* One metric, or a list with commas. */
static error_t take_metrics(struct argp_state *state, const char *option, char *list, cli_metrics *metrics)
{
    char *name = strtok(list, ",");
    if (!name) {
        argp_error(state, "%s: name a metric", option);
        return EINVAL;
    }
    for (; name; name = strtok(NULL, ","))
        if (cli_metrics_take(metrics, name, state))
            return EINVAL;
    return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    compare_options *asked = state->input;
    switch (key) {
    case KEY_METRIC:
        return take_metrics(state, "--metric", argument, &asked->metrics);
    case KEY_PARETO:
        return take_metrics(state, "--pareto", argument, &asked->pareto);
    case KEY_BASELINE:
        asked->what.baseline = argument;
        return 0;
    case KEY_BY:
        if (asked->n_by == DETENTE_MAX_FACTORS) {
            argp_error(state, "--by: at most %d paths", DETENTE_MAX_FACTORS);
            return EINVAL;
        }
        asked->by[asked->n_by++] = argument;
        return 0;
    case KEY_CONFIDENCE:
        return cli_confidence_take(&asked->what.confidence, argument, state);
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

int cli_compare(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, NULL, NULL, NULL};
    compare_options asked = {0};
    detente_error error = {0};
    detente_results *results = NULL;
    detente_compare compare = {0};
    grid g = {0};
    int status = cli_parse(&argp, argc, argv, &asked);
    if (status)
        return status - 1;
    asked.what.metric = asked.metrics.metric;
    asked.what.n_metrics = asked.metrics.n;
    asked.what.pareto = asked.pareto.metric;
    asked.what.n_pareto = asked.pareto.n;
    asked.what.by = asked.by;
    asked.what.n_by = asked.n_by;
    int code = detente_results_open(&results, asked.path, &error);
    if (!code)
        code = detente_compare_results(&compare, results, &asked.what, &error);
    if (!code)
        report_comparison(&compare, results, asked.format, &g);
    status = code ? cli_fail(code, &error) : cli_print_grid(&g, asked.format);
    grid_clear(&g);
    detente_compare_clear(&compare);
    detente_results_close(results);
    return status;
}
