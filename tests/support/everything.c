/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/everything.h"

#include <stdlib.h>
#include <string.h>

/* Rows are read in pieces; units are looked up until there have been enough. */
enum { PIECE = 4096, MOST_UNITS = 64 };

static void require(int holds)
{
    if (!holds)
        abort();
}

static int read_metrics(const detente_results *results, detente_error *error)
{
    const size_t cells = detente_results_cells(results), replications = detente_results_replications(results);
    const size_t width = replications > DETENTE_N_STATISTICS ? replications : DETENTE_N_STATISTICS;
    int code = 0;
    double *values = malloc(cells * width * sizeof *values);
    require(values != NULL);
    for (int m = 0; m < DETENTE_N_METRICS && !code; m++) {
        code = detente_results_metric(results, m, values, error);
        if (!code)
            code = detente_results_summary(results, m, values, error);
        if (!code)
            code = detente_results_means(results, m, (uint32_t)cells - 1, 0, (uint32_t)replications, values, error);
    }
    free(values);
    return code;
}

static int read_columns(const detente_results *results, int turns, detente_error *error)
{
    static double values[PIECE];
    const uint64_t rows = detente_results_rows(results, turns);
    int code = 0;
    for (int c = 0; c < detente_results_columns(results, turns) && !code; c++) {
        require(detente_results_column(results, turns, c) != NULL);
        for (uint64_t first = 0; first < rows && !code; first += PIECE)
            code = detente_results_read(results, turns, c, first, rows - first < PIECE ? rows - first : PIECE, values,
                                        error);
    }
    return code;
}

static int find_units(const detente_results *results, int turns, detente_error *error)
{
    const uint32_t cells = detente_results_cells(results), replications = detente_results_replications(results);
    uint32_t units = 0;
    for (uint32_t r = 0; r < replications; r++)
        for (uint32_t c = 0; c < cells && units < MOST_UNITS; c++, units++) {
            uint64_t first, n;
            detente_error missing = {0};
            const int code = detente_results_find(results, turns, c, r, &first, &n, &missing);
            require(code || (n > 0 && first < detente_results_rows(results, turns) &&
                             n <= detente_results_rows(results, turns) - first));
            if (code && code != DETENTE_E_RANGE) {
                *error = missing;
                return code;
            }
            detente_error_clear(&missing);
        }
    return 0;
}

static int test_hypotheses(const detente_results *results, detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    detente_tested *tested = malloc(((size_t)config->n_hypotheses + 1) * sizeof *tested);
    require(tested != NULL);
    const int code = detente_hypotheses_test(results, tested, error);
    for (int i = 0; i < config->n_hypotheses && !code; i++)
        require(detente_verdict_name(tested[i].verdict) != NULL && !(tested[i].low > tested[i].high));
    free(tested);
    return code;
}

/* Every cell of a file may have failed, or none was run: that is said as of a damaged one. */
static int compare(const detente_results *results, detente_error *error)
{
    detente_compare compared = {0};
    const int code = detente_compare_results(&compared, results, &(detente_compare_options){0}, error);
    require((compared.row != NULL) == !code);
    detente_compare_clear(&compared);
    return code;
}

static int find_sensitivity(const detente_results *results, detente_error *error)
{
    const int strategy = 0;
    const detente_sensitivity_options few = {0, 10};
    detente_sensitivity found;
    detente_error none = {0};
    const int type = detente_sensitivity_type(results, &none);
    detente_error_clear(&none);
    if (type < 0)
        return 0;
    const int code = detente_sensitivity_read(results, DETENTE_METRIC_minutes, &strategy, 1, &few, &found, error);
    require(code || (found.replications >= 2 && found.rows >= 2));
    detente_sensitivity_clear(&found);
    return code;
}

int test_read_everything(const char *path, detente_error *error)
{
    detente_results *results = NULL;
    int code = detente_results_open(&results, path, error);
    require((results != NULL) == !code);
    if (code)
        return code;
    char *text = NULL;
    require(detente_results_config(results)->n_strategies > 0);
    code = detente_config_write(detente_results_config(results), &text, error);
    free(text);
    for (uint32_t c = 0; c < detente_results_cells(results) && !code; c++)
        require(strlen(detente_results_strategy(results, c)) < (size_t)1 << 30);
    if (!code)
        code = read_metrics(results, error);
    if (!code)
        code = test_hypotheses(results, error);
    for (int t = 0; t < 2 && !code; t++) {
        code = read_columns(results, t, error);
        if (!code)
            code = find_units(results, t, error);
    }
    if (!code)
        code = compare(results, error);
    if (!code)
        code = find_sensitivity(results, error);
    detente_results_close(results);
    return code;
}
