/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/persona.h"

#include <math.h>
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"

enum { BLOCK_ROWS = 1 << 16 };
enum { CELL, REPLICATION, PERSONA, VALUE, N_COLUMNS };

static int find_column(const detente_results *results, const char *name)
{
    for (int c = 0; c < detente_results_columns(results, 0); c++)
        if (strcmp(detente_results_column(results, 0, c), name) == 0)
            return c;
    return -1;
}

int persona_check(const detente_results *results, const int *metric, int n_metrics, detente_error *error)
{
    const detente_design *design = detente_results_config(results)->design;
    for (int k = 0; design && k < design->n_factors; k++) {
        const char *path = design->factor[k].path;
        if (strcmp(path, "scenario") == 0 || strcmp(path, "customer.personas") == 0)
            return detente_error_set(error, DETENTE_E_USAGE, "%s is varied, so personas may differ from point to point",
                                     path);
    }
    if (detente_results_columns(results, 0) == 0 || find_column(results, "persona") < 0)
        return detente_error_set(error, DETENTE_E_USAGE,
                                 "the file keeps no encounters, so personas cannot be told apart; run with "
                                 "--keep encounters, or vary customer.persona in the design");
    for (int i = 0; i < n_metrics; i++)
        if (find_column(results, detente_metric_name(metric[i])) < 0)
            return detente_error_set(error, DETENTE_E_USAGE,
                                     "the kept encounters have no column %s (keep.columns of the config)",
                                     detente_metric_name(metric[i]));
    return 0;
}

/* What the rows add up to. */
typedef struct row_sums {
    const detente_results *results;
    const uint32_t *group;
    uint32_t groups, personas;
    pool_means *out;
    uint64_t *count;        /* owned, by group, persona and replication: encounters */
    uint32_t *there;        /* owned, by group and replication: cells that have rows of it */
    uint64_t last;          /* unit of the row before: rows lie in the order of units */
    detente_moments *cells; /* owned, by cell and persona */
} row_sums;

static int take_row(row_sums *self, const double *row, detente_error *error)
{
    const double cell = row[CELL], replication = row[REPLICATION], persona = row[PERSONA];
    if (!(cell >= 0 && cell < detente_results_cells(self->results) && replication >= 0 &&
          replication < self->out->replications && persona >= 0 && persona < self->personas))
        return detente_error_set(error, DETENTE_E_INPUT, "the rows of encounters are not this run's");
    const uint32_t c = (uint32_t)cell, r = (uint32_t)replication, p = (uint32_t)persona;
    if (self->group[c] == POOL_NONE || detente_results_failed(self->results, c))
        return 0;
    const size_t at = ((size_t)self->group[c] * self->personas + p) * self->out->replications + r;
    self->out->value[at] += row[VALUE];
    self->count[at]++;
    const uint64_t unit = (uint64_t)r * detente_results_cells(self->results) + c;
    self->there[(size_t)self->group[c] * self->out->replications + r] += unit != self->last;
    self->last = unit;
    detente_moments_add(&self->cells[(size_t)c * self->personas + p], row[VALUE]);
    return 0;
}

static int take_rows(row_sums *self, const int *column, double *block, detente_error *error)
{
    const uint64_t rows = detente_results_rows(self->results, 0);
    int code = 0;
    for (uint64_t first = 0; first < rows && !code; first += BLOCK_ROWS) {
        const uint64_t n = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
        for (int c = 0; c < N_COLUMNS && !code; c++)
            code = detente_results_read(self->results, 0, column[c], first, n, block + (size_t)c * BLOCK_ROWS, error);
        for (uint64_t i = 0; i < n && !code; i++) {
            double row[N_COLUMNS];
            for (int c = 0; c < N_COLUMNS; c++)
                row[c] = block[(size_t)c * BLOCK_ROWS + i];
            code = take_row(self, row, error);
        }
    }
    return code;
}

/* How many cells a group has, and how many replications were run of them. */
static void count_cells(row_sums *self)
{
    pool_means *out = self->out;
    for (uint32_t c = 0; c < detente_results_cells(self->results); c++) {
        const uint32_t run = detente_results_replications_run(self->results, c);
        for (uint32_t p = 0; p < self->personas && self->group[c] != POOL_NONE; p++) {
            const size_t g = (size_t)self->group[c] * self->personas + p;
            if (detente_results_failed(self->results, c)) {
                out->failed[g]++;
                continue;
            }
            out->run[g] = run > out->run[g] ? run : out->run[g];
            out->cells[g]++;
        }
    }
}

static void finish(row_sums *self, pool_spread *spread)
{
    pool_means *out = self->out;
    count_cells(self);
    for (uint32_t g = 0; g < out->groups; g++)
        for (uint32_t r = 0; r < out->replications; r++) {
            const size_t at = (size_t)g * out->replications + r;
            const uint32_t there = self->there[(size_t)(g / self->personas) * out->replications + r];
            const int some = self->count[at] > 0 && !isnan(out->value[at]), all = some && there == out->cells[g];
            out->most[g] += (uint32_t)some;
            out->least[g] += (uint32_t)all;
            out->value[at] = all ? out->value[at] / (double)self->count[at] : NAN;
        }
    memset(spread, 0, out->groups * sizeof *spread);
    for (uint32_t c = 0; c < detente_results_cells(self->results); c++)
        for (uint32_t p = 0; p < self->personas && self->group[c] != POOL_NONE; p++) {
            const detente_moments *m = &self->cells[(size_t)c * self->personas + p];
            pool_spread *to = &spread[(size_t)self->group[c] * self->personas + p];
            to->encounters += m->count;
            to->freedom += m->count ? m->count - 1 : 0;
            to->variance += m->m2;
        }
    for (uint32_t g = 0; g < out->groups; g++)
        spread[g].variance = spread[g].freedom ? spread[g].variance / (double)spread[g].freedom : NAN;
}

int persona_read(const detente_results *results, int metric, const uint32_t *group, uint32_t groups, pool_means *out,
                 pool_spread *spread, detente_error *error)
{
    const uint32_t cells = detente_results_cells(results);
    const uint32_t personas = (uint32_t)detente_results_config(results)->n_personas;
    const int column[N_COLUMNS] = {find_column(results, "cell"), find_column(results, "replication"),
                                   find_column(results, "persona"), find_column(results, detente_metric_name(metric))};
    row_sums self = {
        .results = results, .group = group, .groups = groups, .personas = personas, .out = out, .last = UINT64_MAX};
    double *block = detente_calloc(BLOCK_ROWS, N_COLUMNS * sizeof *block);
    int code = pool_make_room(results, groups * personas, out);
    self.count = detente_calloc((size_t)groups * personas, detente_results_replications(results) * sizeof *self.count);
    self.there = detente_calloc(groups, detente_results_replications(results) * sizeof *self.there);
    self.cells = detente_calloc(cells, personas * sizeof *self.cells);
    if (code || !block || !self.count || !self.there || !self.cells)
        code = detente_no_memory(error);
    for (size_t i = 0; i < (size_t)cells * personas && !code; i++)
        detente_moments_init(&self.cells[i]);
    if (!code)
        code = take_rows(&self, column, block, error);
    if (!code)
        finish(&self, spread);
    detente_free(self.cells);
    detente_free(self.there);
    detente_free(self.count);
    detente_free(block);
    return code;
}
