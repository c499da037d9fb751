/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a cell costs that a run asks for, in the order of a run (all cells of a replication, then all of the next), without playing it:
 * the first time, and when its replications come round again. Processor time of one thread; the least of some rounds, each with a
 * sweep opened anew. Prints, never asserts.
 */
#include <sys/resource.h>

#include "measure.h"

enum { STRATEGIES = 2, LATER = 2, MOST_CELLS = 100000, ROUND_CELLS = 20000 };

typedef struct cost {
    double first, later; /* microseconds a cell */
} cost;

/* Ask for every cell once. */
static int go_round(const detente_cell_source *cells, double *microseconds, detente_error *error)
{
    const double begun = measure_clock(CLOCK_THREAD_CPUTIME_ID);
    for (uint32_t i = 0; i < cells->n_cells; i++) {
        const detente_cell *cell;
        const int code = cells->take(cells->data, i, &cell, error);
        if (code)
            return code;
        cells->give_back(cells->data, cell);
    }
    *microseconds = 1e6 * (measure_clock(CLOCK_THREAD_CPUTIME_ID) - begun) / cells->n_cells;
    return 0;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static int measure(const detente_config *config, cost *best, detente_error *error)
{
    detente_sweep *sweep = NULL;
    double taken = 0;
    int code = detente_sweep_open(&sweep, config, error);
    const detente_cell_source cells = detente_sweep_source(sweep);
    if (!code)
        code = go_round(&cells, &taken, error);
    best->first = least(best->first, taken);
    for (int r = 0; r < LATER && !code; r++) {
        code = go_round(&cells, &taken, error);
        best->later = least(best->later, taken);
    }
    detente_sweep_close(sweep);
    return code;
}

static int bench(const char *type, const char *vary, unsigned long n_cells)
{
    char text[2048];
    detente_config config;
    detente_error error = {0};
    cost best = {1e9, 1e9};
    snprintf(text, sizeof text,
             "detente: 1\nname: bench\nextends: billing-dispute\nstrategies: [typical, task-focused]\n"
             "design: {%s, vary: {%s}}\n",
             type, vary);
    int code = detente_config_parse(&config, text, strlen(text), "bench", NULL, 0, &error, NULL);
    if (!code) {
        for (unsigned long done = 0; done < ROUND_CELLS * 2 && !code; done += n_cells)
            code = measure(&config, &best, &error);
        detente_config_clear(&config);
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    if (code)
        fprintf(stderr, "%s\n", error.text ? error.text : detente_error_string(code));
    else
        printf("  %8lu %12.2f %12.2f %10ld\n", n_cells, best.first, best.later, used.ru_maxrss / 1024);
    detente_error_clear(&error);
    return code;
}

int main(void)
{
    static const struct {
        const char *type, *vary;
        int rows; /* points for each of `points` */
    } DESIGN[] = {{"sobol", "agent.mirroring: {from: 0, to: 1}, strategy.concession.beta: {from: 0.2, to: 5}", 1},
                  {"sobol", "customer.anger.mean: {from: 0.1, to: 0.6}, agent.mirroring: {from: 0, to: 1}", 1},
                  {"latin-hypercube",
                   "customer.anger.mean: {from: 0.1, to: 0.6}, customer.entitlement.mean: {from: 0.2, to: 0.8}, "
                   "customer.patience.mean: {from: 5, to: 15}, agent.mirroring: {from: 0, to: 1}",
                   1},
                  {"saltelli",
                   "customer.anger.mean: {from: 0.1, to: 0.6}, customer.entitlement.mean: {from: 0.2, to: 0.8}, "
                   "customer.patience.mean: {from: 5, to: 15}, agent.mirroring: {from: 0, to: 1}, "
                   "agent.empathy: {from: 0, to: 1}, strategy.concession.beta: {from: 0.2, to: 5}",
                   8}};
    static const unsigned long CELLS[] = {16, 256, 4096, MOST_CELLS};
    int code = 0;
    for (size_t i = 0; i < sizeof DESIGN / sizeof DESIGN[0] && !code; i++) {
        printf("\n%s: {%s}\n  %8s %12s %12s %10s\n", DESIGN[i].type, DESIGN[i].vary, "cells", "first, us", "later, us",
               "most, MB");
        for (size_t k = 0; k < sizeof CELLS / sizeof CELLS[0] && !code; k++) {
            char type[80];
            const unsigned long points = CELLS[k] / STRATEGIES / (unsigned long)DESIGN[i].rows;
            snprintf(type, sizeof type, "type: %s, points: %lu", DESIGN[i].type, points);
            code = bench(type, DESIGN[i].vary, points * STRATEGIES * (unsigned long)DESIGN[i].rows);
        }
    }
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
