/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a design, as far as they can be used, from a results file to stats/sobol.c and stats/morris.c. */
#include <detente/sensitivity.h>

#include <math.h>
#include <string.h>

#include <detente/design.h>
#include <detente/registry.h>

#include "core/memory.h"

enum { DEFAULT_DRAWS = 1000 };

/* One metric of one strategy, as the arithmetic wants it. */
typedef struct taken {
    const detente_results *results;
    const double *all; /* cells x replications */
    int strategy;
    size_t per_row; /* cells */
    uint64_t *row;  /* numbers of those that can be used */
    size_t rows;
    uint32_t *replication; /* numbers of those that can be used */
    size_t replications;
    double *y; /* rows x per_row x replications */
} taken;

int detente_sensitivity_type(const detente_results *results, detente_error *error)
{
    const detente_design *design = detente_results_config(results)->design;
    if (design && (design->type == DETENTE_SALTELLI || design->type == DETENTE_MORRIS))
        return design->type;
    return detente_error_set(
        error, DETENTE_E_INPUT,
        "sensitivity needs a design of its own: `type: saltelli` for Sobol indices of up to 20 parameters, "
        "`type: morris` for elementary effects of any number; this file has %s%s",
        design ? "the design " : "none", design ? detente_design_name(design->type) : "");
}

static uint32_t cell_of(const taken *t, uint64_t row, size_t place)
{
    const uint64_t strategies = (uint64_t)detente_results_config(t->results)->n_strategies;
    return (uint32_t)((row * t->per_row + place) * strategies + (uint64_t)t->strategy);
}

/* Rows none of whose cells failed. */
static void choose_rows(taken *t, uint64_t planned)
{
    for (uint64_t j = 0; j < planned; j++) {
        int failed = 0;
        for (size_t i = 0; i < t->per_row && !failed; i++)
            failed = detente_results_failed(t->results, cell_of(t, j, i));
        if (!failed)
            t->row[t->rows++] = j;
    }
}

/* Replications that no cell of those rows lacks: pieces of a run that are missing are so for some replications, not for some cells. */
static void choose_replications(taken *t)
{
    const uint32_t all = detente_results_replications(t->results);
    for (uint32_t r = 0; r < all; r++)
        t->replication[r] = 0;
    for (size_t j = 0; j < t->rows; j++)
        for (size_t i = 0; i < t->per_row; i++) {
            const double *mean = t->all + (size_t)cell_of(t, t->row[j], i) * all;
            for (uint32_t r = 0; r < all; r++)
                t->replication[r] |= isfinite(mean[r]) ? 0U : 1U;
        }
    for (uint32_t r = 0; r < all; r++)
        if (!t->replication[r])
            t->replication[t->replications++] = r;
}

static int say_too_little(const taken *t, int metric, detente_error *error)
{
    const char *path = detente_metric_name(metric),
               *strategy = detente_results_strategy(t->results, (uint32_t)t->strategy);
    const uint32_t all = detente_results_replications(t->results);
    if (t->rows < 2)
        return detente_error_set(error, DETENTE_E_INPUT, "%s, %s: %s of the design has no failed cell; two are needed",
                                 path, strategy, t->rows ? "only one row" : "no row");
    if (all < 2)
        return detente_error_set(
            error, DETENTE_E_INPUT,
            "%s, %s: with one replication what a parameter does cannot be told from noise: two at least "
            "are needed, better ten (`detente run CONFIG -o OUT.h5 --set replications=10 --extend` adds them)",
            path, strategy);
    return detente_error_set(
        error, DETENTE_E_INPUT,
        "%s, %s: %zu of %u replications are there in all cells; two are needed to tell noise (is the "
        "file the --partial merge of an unfinished run?)",
        path, strategy, t->replications, all);
}

static int take_values(taken *t, int metric, uint64_t planned, detente_error *error)
{
    const uint32_t all = detente_results_replications(t->results);
    t->row = detente_calloc((size_t)planned, sizeof *t->row);
    t->replication = detente_calloc(all, sizeof *t->replication);
    if (!t->row || !t->replication)
        return detente_no_memory(error);
    choose_rows(t, planned);
    choose_replications(t);
    if (t->rows < 2 || t->replications < 2)
        return say_too_little(t, metric, error);
    double *to = t->y = detente_calloc(t->rows * t->per_row, t->replications * sizeof *t->y);
    if (!t->y)
        return detente_no_memory(error);
    for (size_t j = 0; j < t->rows; j++)
        for (size_t i = 0; i < t->per_row; i++) {
            const double *mean = t->all + (size_t)cell_of(t, t->row[j], i) * all;
            for (size_t r = 0; r < t->replications; r++)
                *to++ = mean[t->replication[r]];
        }
    return 0;
}

/* Mean of all values. @return whether they are all the same */
static int look_over(const taken *t, double *mean)
{
    const size_t n = t->rows * t->per_row * t->replications;
    double sum = 0;
    int same = 1;
    for (size_t i = 0; i < n; i++) {
        sum += t->y[i];
        same &= t->y[i] == t->y[0];
    }
    *mean = same ? t->y[0] : sum / (double)n;
    return same;
}

static int find_effects(const taken *t, const detente_config *config, const detente_bootstrap *how,
                        detente_sensitivity *out, detente_error *error)
{
    const size_t factors = (size_t)out->n_factors;
    detente_sweep *sweep = NULL;
    int *factor = detente_calloc(t->rows * factors, sizeof *factor);
    double *step = detente_calloc(t->rows * factors, sizeof *step);
    out->morris = detente_calloc(factors, sizeof *out->morris);
    int code = factor && step && out->morris ? detente_sweep_open(&sweep, config, error) : detente_no_memory(error);
    for (size_t j = 0; j < t->rows && !code; j++)
        for (size_t i = 0; i < factors && !code; i++)
            code = detente_sweep_step(sweep, t->row[j] * t->per_row + i + 1, &factor[j * factors + i],
                                      &step[j * factors + i], error);
    if (!code)
        code = detente_morris(t->y, factor, step, t->rows, factors, t->replications, how, out->morris, error);
    detente_sweep_close(sweep);
    detente_free(step);
    detente_free(factor);
    return code;
}

static int find_indices(const taken *t, const detente_bootstrap *how, detente_sensitivity *out, detente_error *error)
{
    const size_t factors = (size_t)out->n_factors;
    out->sobol = detente_calloc(factors, sizeof *out->sobol);
    if (!out->sobol)
        return detente_no_memory(error);
    const int code = detente_sobol(t->y, t->rows, factors, t->replications, how, out->sobol, &out->output, error);
    if (!code && out->state == DETENTE_SENSITIVITY_DONE && !(out->output.variance > 0 && out->output.variance_low > 0))
        out->state = DETENTE_SENSITIVITY_NOISE;
    return code;
}

static int read_strategy(const detente_results *results, const double *all, const detente_sensitivity_options *options,
                         detente_sensitivity *out, detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    const size_t per_row = (size_t)out->n_factors + (out->type == DETENTE_SALTELLI ? 2 : 1);
    const detente_bootstrap how = {config->seed, options && options->draws ? options->draws : DEFAULT_DRAWS,
                                   options && options->confidence > 0 ? options->confidence : 0.95,
                                   config->common_random_numbers};
    taken t = {.results = results, .all = all, .strategy = out->strategy, .per_row = per_row};
    out->rows = config->design->n_points / per_row;
    int code = take_values(&t, out->metric, out->rows, error);
    if (!code) {
        out->failed = out->rows - t.rows;
        out->replications = (uint32_t)t.replications;
        out->state = look_over(&t, &out->mean) ? DETENTE_SENSITIVITY_CONSTANT : DETENTE_SENSITIVITY_DONE;
        code = out->type == DETENTE_SALTELLI ? find_indices(&t, &how, out, error)
                                             : find_effects(&t, config, &how, out, error);
    }
    detente_free(t.y);
    detente_free(t.replication);
    detente_free(t.row);
    return code;
}

int detente_sensitivity_read(const detente_results *results, int metric, const int *strategy, size_t n,
                             const detente_sensitivity_options *options, detente_sensitivity *out, detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    const uint32_t cells = detente_results_cells(results), replications = detente_results_replications(results);
    memset(out, 0, n * sizeof *out);
    const int type = detente_sensitivity_type(results, error);
    if (type < 0)
        return type;
    if (cells != config->design->n_points * (uint64_t)config->n_strategies)
        return detente_error_set(error, DETENTE_E_INPUT, "the file's cells are not those of its config's design");
    double *all = detente_calloc(cells, replications * sizeof *all);
    uint32_t most = config->until.metric < 0 ? (uint32_t)config->replications : 0;
    for (uint32_t c = 0; c < cells; c++) {
        const uint32_t run = detente_results_replications_run(results, c);
        most = run > most ? run : most;
    }
    int code = all ? detente_results_metric(results, metric, all, error) : detente_no_memory(error);
    for (size_t i = 0; i < n && !code; i++) {
        if (strategy[i] < 0 || strategy[i] >= config->n_strategies) {
            code = detente_error_set(error, DETENTE_E_RANGE, "strategy %d: there is none", strategy[i]);
        } else {
            out[i] = (detente_sensitivity){.type = type,
                                           .metric = metric,
                                           .strategy = strategy[i],
                                           .n_factors = config->design->n_factors,
                                           .most = most};
            code = read_strategy(results, all, options, &out[i], error);
        }
    }
    detente_free(all);
    return code;
}

void detente_sensitivity_clear(detente_sensitivity *s)
{
    detente_free(s->sobol);
    detente_free(s->morris);
    *s = (detente_sensitivity){0};
}

int detente_sensitivity_above(const detente_sensitivity *s, int factor)
{
    if (factor < 0 || factor >= s->n_factors)
        return 0;
    return s->sobol ? s->sobol[factor].total_low > 0 : s->morris[factor].mu_star_low > s->morris[factor].noise_floor;
}

void detente_sensitivity_order(const detente_sensitivity *s, int *order)
{
    for (int k = 0; k < s->n_factors; k++) {
        const double size = s->sobol ? s->sobol[k].total : s->morris[k].mu_star;
        int place = k;
        for (; place > 0; place--) {
            const int other = order[place - 1];
            /* NAN is not greater than anything: then the design's order stays. */
            if (!(size > (s->sobol ? s->sobol[other].total : s->morris[other].mu_star)))
                break;
            order[place] = other;
        }
        order[place] = k;
    }
}
