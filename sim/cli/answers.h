/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file answers.h What the commands that read answers from a results file share. */
#ifndef DETENTE_CLI_ANSWERS_H
#define DETENTE_CLI_ANSWERS_H

#include "cli/cli.h"
#include "report/grid.h"

/** Metrics that a command was asked for, in order; start from `{0}`. */
typedef struct cli_metrics {
    int metric[DETENTE_N_METRICS];
    int n;
} cli_metrics;

/** Take the name of one more, or say by argp_error() why not. @return 0 or EINVAL */
int cli_metrics_take(cli_metrics *metrics, const char *name, struct argp_state *state);
/** Those that are shown where none is asked for. */
void cli_metrics_default(cli_metrics *metrics);
/** A confidence, within (0, 1), or argp_error(). @return 0 or EINVAL */
int cli_confidence_take(double *confidence, const char *text, struct argp_state *state);
/** How to write a grid, or argp_error(). @return 0 or EINVAL */
int cli_format_take(int *format, const char *text, struct argp_state *state);
/** Number of a strategy of the results' config; -1 after adding to @p error what there is. */
int cli_strategy_find(const detente_results *results, const char *name, detente_error *error);
/** Write a grid to stdout; its notes, for which CSV has no room, then go to stderr. @return CLI_DONE, or CLI_FAILED after saying why */
int cli_print_grid(const grid *g, int format);

#endif
