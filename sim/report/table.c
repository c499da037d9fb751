/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/table.h"

#include <detente/stats.h>

#include "analysis/pool.h"
#include "core/memory.h"
#include "report/answers.h"
#include "report/grid.h"

enum { COLUMNS = 5, MOST_POINTS = 8, MOST_ROWS = 64 };
static const double CONFIDENCE = 0.95;

static const struct {
    const char *heading;
    int metric, decimals;
} columns[COLUMNS] = {
    {"resolved", DETENTE_METRIC_resolved, 3},
    {"escalated", DETENTE_METRIC_escalated, 3},
    {"satisfaction", DETENTE_METRIC_reported_satisfaction, 3},
    {"minutes", DETENTE_METRIC_minutes, 2},
    {"total cost", DETENTE_METRIC_total_cost, 2},
};

/* The rows: cells, or strategies over all points. */
typedef struct table {
    const detente_results *results;
    const detente_config *config;
    detente_sweep *sweep;
    uint32_t cells, rows, least, most; /* replications that the rows have at least, and at most */
    uint32_t unmatched;                /* points left out, since a cell failed there */
    int alike;                         /* some ± are exact bounds */
    double *mean, *half;               /* owned, by column and row */
} table;

/* How many points a table has room for. */
static uint32_t most_points(const table *t)
{
    const uint32_t points = MOST_ROWS / (uint32_t)t->config->n_strategies;
    return points > MOST_POINTS ? MOST_POINTS : points ? points : 1;
}

/* 1 when every cell has something to put together. */
static int can_pool(const table *t)
{
    for (uint32_t c = 0; c < t->cells; c++)
        if (!detente_results_failed(t->results, c) && !detente_results_replications_run(t->results, c))
            return 0;
    return 1;
}

static void note_replications(table *t, uint32_t run)
{
    t->least = run < t->least ? run : t->least;
    t->most = run > t->most ? run : t->most;
}

static int make_room(table *t, detente_error *error)
{
    t->least = UINT32_MAX;
    t->mean = detente_calloc(t->rows, 2 * COLUMNS * sizeof *t->mean);
    t->half = t->mean ? t->mean + (size_t)t->rows * COLUMNS : NULL;
    return t->mean ? 0 : detente_no_memory(error);
}

static void put_estimate(table *t, int column, uint32_t row, const detente_estimate *e)
{
    t->mean[(size_t)column * t->rows + row] = e->mean;
    t->half[(size_t)column * t->rows + row] = detente_estimate_reach(e);
}

static int read_cells(table *t, detente_error *error)
{
    double *values = detente_calloc(t->cells, DETENTE_N_STATISTICS * sizeof *values);
    int code = values ? make_room(t, error) : detente_no_memory(error);
    for (int c = 0; c < COLUMNS && !code; c++) {
        code = detente_results_summary(t->results, columns[c].metric, values, error);
        for (uint32_t i = 0; i < t->rows && !code; i++) {
            detente_estimate e;
            t->alike |=
                pool_estimate_cell(t->results, i, columns[c].metric, values + (size_t)i * DETENTE_N_STATISTICS, &e);
            put_estimate(t, c, i, &e);
        }
    }
    for (uint32_t i = 0; i < t->rows && !code; i++)
        note_replications(t, detente_results_replications_run(t->results, i));
    detente_free(values);
    return code;
}

/* Strategies over all points: the cells of a strategy are put together within each replication. */
static int read_pooled(table *t, detente_error *error)
{
    uint32_t *group = detente_calloc(t->cells, sizeof *group);
    t->rows = (uint32_t)t->config->n_strategies;
    int code = group ? make_room(t, error) : detente_no_memory(error);
    for (uint32_t c = 0; c < t->cells && !code; c++)
        group[c] = c % t->rows;
    if (!code)
        code = pool_match(t->results, t->rows, t->rows, group, &t->unmatched, error);
    for (int c = 0; c < COLUMNS && !code; c++) {
        pool_means means = {0};
        code = pool_read(t->results, columns[c].metric, group, t->rows, &means, error);
        for (uint32_t i = 0; i < t->rows && !code; i++) {
            detente_estimate e;
            t->alike |= pool_estimate(t->results, &means, i, columns[c].metric, CONFIDENCE, &e);
            put_estimate(t, c, i, &e);
            note_replications(t, means.least[i]);
        }
        pool_clear(&means);
    }
    detente_free(group);
    return code;
}

/* "agent.mirroring 0.5, customer.persona loyal" */
static int add_point(grid *g, const table *t, uint64_t point, detente_error *error)
{
    const detente_design *design = t->config->design;
    double values[DETENTE_MAX_FACTORS];
    text_buffer b = {0};
    int code = detente_sweep_values(t->sweep, point, values, error);
    for (int k = 0; k < design->n_factors && !code; k++) {
        const detente_factor *f = &design->factor[k];
        char value[DETENTE_NAME_SIZE + 40];
        report_factor_value(f, values[k], value, sizeof value);
        text_add(&b, "%s%s %s", k ? ", " : "", f->path, value);
    }
    if (!code && b.failed)
        code = detente_no_memory(error);
    if (!code)
        grid_section(g, "%s", b.text);
    text_clear(&b);
    return code;
}

static void add_notes(grid *g, const table *t, int pooled, int halves)
{
    const detente_design *design = t->config->design;
    if (pooled)
        grid_note(g, "Mean over the %llu points of the design%s; `detente export --table summary` has each.",
                  (unsigned long long)design->n_points - t->unmatched, t->unmatched ? " at which no cell failed" : "");
    else if (t->rows < t->cells)
        grid_note(g, "… and %u more cells in the file.", t->cells - t->rows);
    const char *alike = t->alike ? REPORT_ALIKE_NOTE : "";
    if (!halves || t->most < 2)
        grid_note(g, "No ±%s: an interval needs at least two replications.%s", t->alike ? " of the others" : "", alike);
    else if (t->least < t->most)
        grid_note(g, "± is half the width of the 95 %% t interval over the means of %u to %u replications.%s", t->least,
                  t->most, alike);
    else
        grid_note(g, "± is half the width of the 95 %% t interval over the means of %u replications.%s", t->most,
                  alike);
}

static int build(grid *g, const table *t, int pooled, detente_error *error)
{
    const uint32_t strategies = (uint32_t)t->config->n_strategies;
    int code = 0, halves = 0;
    grid_column(g, "strategy", GRID_LEFT);
    for (int c = 0; c < COLUMNS; c++)
        grid_column(g, columns[c].heading, GRID_ESTIMATE);
    for (uint32_t i = 0; i < t->rows && !code; i++) {
        if (t->config->design && !pooled && i % strategies == 0)
            code = add_point(g, t, i / strategies, error);
        grid_text(g, detente_results_strategy(t->results, i));
        for (int c = 0; c < COLUMNS; c++) {
            const double half = t->half[(size_t)c * t->rows + i];
            grid_estimate(g, t->mean[(size_t)c * t->rows + i], half, columns[c].decimals);
            halves |= half >= 0;
        }
    }
    add_notes(g, t, pooled, halves);
    return code;
}

int report_table(const detente_results *results, char **text, detente_error *error)
{
    table t = {.results = results, .config = detente_results_config(results), .cells = detente_results_cells(results)};
    const uint32_t points = t.cells / (uint32_t)t.config->n_strategies;
    const int pooled = t.config->design && points > most_points(&t) && can_pool(&t);
    text_buffer b = {0};
    grid g = {0};
    *text = NULL;
    t.rows =
        t.config->design && points > most_points(&t) ? most_points(&t) * (uint32_t)t.config->n_strategies : t.cells;
    int code = detente_sweep_open(&t.sweep, t.config, error);
    if (!code)
        code = pooled ? read_pooled(&t, error) : read_cells(&t, error);
    if (!code)
        code = build(&g, &t, pooled, error);
    if (!code) {
        grid_write(&g, GRID_TABLE, &b);
        code = text_finish(&b, text, error);
    }
    text_clear(&b);
    grid_clear(&g);
    detente_sweep_close(t.sweep);
    detente_free(t.mean);
    return code;
}
