/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a sweep of many cells costs besides playing them: cells are made when they are asked for, since they do not all fit into
 * memory. Prints, never asserts: the machine may be shared, so what counts are shares within a round, and their median.
 */
#define _GNU_SOURCE
#include "engine/schedule.h"
#include "measure.h"

enum { POINTS = 20000, STRATEGIES = 2, CELLS = POINTS * STRATEGIES, REPLICATIONS = 3, ENCOUNTERS = 256, ROUNDS = 24 };

/* Seconds of the wall clock by what was done in them. */
static double playing, making;

static void timed_play(const detente_cell *cell, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                       detente_block *block)
{
    const double begun = measure_clock(CLOCK_MONOTONIC);
    detente_cell_play(cell, isa, replication, first, n, block);
    playing += measure_clock(CLOCK_MONOTONIC) - begun;
}

static int timed_take(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    const detente_cell_source *source = data;
    const double begun = measure_clock(CLOCK_MONOTONIC);
    const int code = source->take(source->data, cell, taken, error);
    making += measure_clock(CLOCK_MONOTONIC) - begun;
    return code;
}

static void timed_give_back(void *data, const detente_cell *taken)
{
    const detente_cell_source *source = data;
    const double begun = measure_clock(CLOCK_MONOTONIC);
    source->give_back(source->data, taken);
    making += measure_clock(CLOCK_MONOTONIC) - begun;
}

typedef struct shares {
    double play[MEASURE_ROUNDS], make[MEASURE_ROUNDS], rest[MEASURE_ROUNDS]; /* microseconds a unit */
    double other[MEASURE_ROUNDS];                                            /* per cent that is not the kernel's */
} shares;

/* A round is a run of consecutive units; all rounds together are the sweep, so no cell is met again while it is kept. */
static int measure_sweep(const detente_config *config, detente_sweep *sweep, shares *out, detente_error *error)
{
    const engine_player player = {timed_play, detente_cell_trace};
    const detente_sink sink = {0};
    detente_cell_source source = detente_sweep_source(sweep);
    const detente_cell_source timed = {source.n_cells, &source, timed_take, timed_give_back};
    const uint64_t units = (uint64_t)CELLS * REPLICATIONS / ROUNDS;
    for (int r = 0; r < ROUNDS; r++) {
        const detente_run_options options = {
            .threads = 1, .first_unit = (uint64_t)r * units, .last_unit = (uint64_t)(r + 1) * units};
        playing = making = 0;
        const double begun = measure_clock(CLOCK_MONOTONIC);
        const int code = detente_engine_play(config, &timed, &sink, &options, &player, NULL, error);
        const double all = measure_clock(CLOCK_MONOTONIC) - begun, each = 1e6 / (double)units;
        if (code)
            return code;
        out->play[r] = playing * each;
        out->make[r] = making * each;
        out->rest[r] = (all - playing - making) * each;
        out->other[r] = 100 * (all - playing) / all;
    }
    return 0;
}

static void print_line(const char *name, const double *samples)
{
    const measure_spread spread = measure_summary(samples, ROUNDS);
    printf("  %-42s %9.2f %9.2f %9.2f\n", name, spread.median, spread.min, spread.max);
}

static int bench(const char *vary)
{
    char text[1024];
    detente_config config;
    detente_sweep *sweep = NULL;
    detente_error error = {0};
    static shares found;
    snprintf(text, sizeof text,
             "detente: 1\nname: bench\nextends: billing-dispute\nreplications: %d\nencounters: %d\n"
             "strategies: [typical, task-focused]\ndesign: {type: factorial, vary: {%s}}\n",
             REPLICATIONS, ENCOUNTERS, vary);
    int code = detente_config_parse(&config, text, strlen(text), "bench", NULL, 0, &error, NULL);
    if (!code) {
        code = detente_sweep_open(&sweep, &config, &error);
        if (!code)
            code = measure_sweep(&config, sweep, &found, &error);
        if (!code) {
            printf("\n{%s}\n  %-42s %9s %9s %9s\n", vary, "one thread, wall clock", "median", "least", "most");
            print_line("kernel, us a unit", found.play);
            print_line("making cells, us a unit", found.make);
            print_line("engine, us a unit", found.rest);
            print_line("not the kernel's, %", found.other);
        }
        detente_sweep_close(sweep);
        detente_config_clear(&config);
    }
    if (code)
        fprintf(stderr, "%s\n", error.text ? error.text : detente_error_string(code));
    detente_error_clear(&error);
    return code;
}

int main(void)
{
    static const char *const VARY[] = {
        "agent.mirroring: {from: 0, to: 1, steps: 200}, strategy.concession.beta: {from: 0.2, to: 5, steps: 100, log: true}",
        "customer.anger.mean: {from: 0.1, to: 0.6, steps: 20}, agent.mirroring: {from: 0, to: 1, steps: 1000}"};
    printf("%d points x %d strategies x %d replications of %d encounters, %d rounds\n", POINTS, STRATEGIES,
           REPLICATIONS, ENCOUNTERS, ROUNDS);
    int code = 0;
    for (size_t i = 0; i < sizeof VARY / sizeof VARY[0] && !code; i++)
        code = bench(VARY[i]);
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
