/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

int cli_metrics_take(cli_metrics *metrics, const char *name, struct argp_state *state)
{
    const int metric = detente_metric_find(name);
    if (metric < 0) {
        const char *names[DETENTE_N_METRICS];
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            names[m] = detente_metric_name(m);
        const char *near = detente_nearest(name, names, DETENTE_N_METRICS);
        argp_error(state, "\"%s\": no such metric%s%s%s", name,
                   near ? "; did you mean \"" : " (`detente list metrics`)", near ? near : "", near ? "\"?" : "");
        return EINVAL;
    }
    for (int i = 0; i < metrics->n; i++)
        if (metrics->metric[i] == metric) {
            argp_error(state, "metric \"%s\" is asked for twice", name);
            return EINVAL;
        }
    metrics->metric[metrics->n++] = metric;
    return 0;
}

void cli_metrics_default(cli_metrics *metrics)
{
    const int *defaults = detente_metric_defaults(&metrics->n);
    memcpy(metrics->metric, defaults, (size_t)metrics->n * sizeof *defaults);
}

int cli_confidence_take(double *confidence, const char *text, struct argp_state *state)
{
    char *end;
    errno = 0;
    *confidence = strtod(text, &end);
    if (end != text && *end == '\0' && *confidence > 0 && *confidence < 1)
        return 0;
    argp_error(state, "--confidence: \"%s\": a number between 0 and 1, such as 0.95", text);
    return EINVAL;
}

int cli_format_take(int *format, const char *text, struct argp_state *state)
{
    *format = cli_choice(state, "--format", text, grid_formats);
    return *format < 0 ? EINVAL : 0;
}

int cli_strategy_find(const detente_results *results, const char *name, detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    const char **names = detente_calloc((size_t)config->n_strategies, sizeof *names);
    for (int s = 0; s < config->n_strategies; s++) {
        if (names)
            names[s] = config->strategy[s].name;
        if (strcmp(config->strategy[s].name, name) == 0) {
            detente_free(names);
            return s;
        }
    }
    const char *near = names ? detente_nearest(name, names, (size_t)config->n_strategies) : NULL;
    detente_error_set(error, DETENTE_E_INPUT, "strategy \"%s\" is not in this file%s%s%s%s%s", name,
                      near ? "; did you mean \"" : ", which has ", near ? near : config->strategy[0].name,
                      near ? "\"?" : "", !near && config->n_strategies > 1 ? " … " : "",
                      !near && config->n_strategies > 1 ? config->strategy[config->n_strategies - 1].name : "");
    detente_free(names);
    return -1;
}

int cli_print_grid(const grid *g, int format)
{
    text_buffer b = {0};
    char *text;
    detente_error error = {0};
    grid_write(g, format, &b);
    const int code = text_finish(&b, &text, &error);
    if (code)
        return cli_fail(code, &error);
    const int status = cli_print(text);
    detente_free(text);
    for (size_t i = 0; i < g->n_notes && !status && format == GRID_CSV; i++)
        cli_tell("%s", g->note[i]);
    return status;
}
