/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a sweep of many cells costs besides playing them, into a results file: scheduling, making cells (they are made when they are
 * asked for, since they do not all fit into memory), folding outcomes, storing. Prints, never asserts: the machine may be shared,
 * so what counts are shares within a round, and their median.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "parts.h"

enum { POINTS = 20000, STRATEGIES = 2, CELLS = POINTS * STRATEGIES, REPLICATIONS = 3, ENCOUNTERS = 256, ROUNDS = 24 };

typedef struct shares {
    double part[N_PARTS][MEASURE_ROUNDS]; /* per cent of the threads' time */
    double unit[MEASURE_ROUNDS];          /* microseconds of a thread a unit */
    double lost[MEASURE_ROUNDS];          /* per cent in which threads did not run */
    double beside[MEASURE_ROUNDS];        /* per cent that the store's own threads took of processors beside this one */
    double finish; /* microseconds a unit: making the results file of the shards, with its summary */
} shares;

/* A round is a run of consecutive units; all rounds together are the sweep, so no cell is met again while it is kept. */
static int measure_round(const detente_config *config, const detente_cell_source *cells, const detente_sink *sink,
                         int r, int threads, shares *out, detente_error *error)
{
    const uint64_t units = (uint64_t)CELLS * REPLICATIONS / ROUNDS;
    const detente_run_options options = {
        .threads = threads, .first_unit = (uint64_t)r * units, .last_unit = (uint64_t)(r + 1) * units};
    double seconds[N_PARTS], all = 0, lost = 0;
    const double process = measure_clock(CLOCK_PROCESS_CPUTIME_ID), thread = measure_clock(CLOCK_THREAD_CPUTIME_ID);
    const int code = parts_play(config, cells, sink, &options, seconds, &lost, error);
    const double others =
        measure_clock(CLOCK_PROCESS_CPUTIME_ID) - process - (measure_clock(CLOCK_THREAD_CPUTIME_ID) - thread);
    for (int p = 0; p < N_PARTS; p++)
        all += seconds[p];
    out->beside[r] = 100 * others / all;
    for (int p = 0; p < N_PARTS; p++)
        out->part[p][r] = 100 * seconds[p] / all;
    out->unit[r] = 1e6 * all / (double)units;
    out->lost[r] = 100 * lost / (all + lost);
    return code;
}

static int measure_sweep(const detente_config *config, int threads, const char *path, shares *out, detente_error *error)
{
    detente_sweep *sweep = NULL;
    detente_store *store = NULL;
    const detente_store_options options = {.force = 1, .threads = threads};
    uint64_t first, last;
    int code = detente_sweep_open(&sweep, config, error);
    if (!code)
        code = detente_store_create(&store, path, config, &options, error);
    if (!code && detente_store_next(store, UINT64_MAX, &first, &last, error) != 1)
        code = DETENTE_E_IO;
    if (!code) {
        const detente_cell_source cells = detente_sweep_source(sweep);
        const detente_sink sink = detente_store_sink(store);
        for (int r = 0; r < ROUNDS && !code; r++)
            code = measure_round(config, &cells, &sink, r, threads, out, error);
    }
    if (!code) {
        const double begun = measure_clock(CLOCK_MONOTONIC);
        code = detente_store_finish(store, NULL, error);
        out->finish = 1e6 * (measure_clock(CLOCK_MONOTONIC) - begun) / ((double)CELLS * REPLICATIONS);
    }
    detente_store_free(store);
    detente_sweep_close(sweep);
    return code;
}

static void print_line(const char *name, const double *samples)
{
    const measure_spread spread = measure_summary(samples, ROUNDS);
    printf("  %-52s %9.2f %9.2f %9.2f\n", name, spread.median, spread.min, spread.max);
}

static void print_shares(const shares *s, int threads)
{
    static const char *const NAME[N_PARTS] = {"playing: the kernel, %", "making cells, %",
                                              "folding outcomes into moments, %", "storing into shards, %",
                                              "scheduling: taking units, locks, handing on, waiting, %"};
    printf("  %-52s %9s %9s %9s\n", threads == 1 ? "one thread" : "two threads", "median", "least", "most");
    for (int p = 0; p < N_PARTS; p++)
        print_line(NAME[p], s->part[p]);
    print_line("a unit, us of a thread", s->unit);
    if (threads == 1)
        print_line("storing in threads of the store's own, % beside", s->beside);
    print_line("(left out: the thread did not run, %)", s->lost);
    printf("  %-52s %9.2f\n", "the results file of the shards, at the end, us a unit", s->finish);
}

static int bench(const char *vary, const char *path)
{
    char text[1024];
    detente_config config;
    detente_error error = {0};
    static shares found;
    snprintf(text, sizeof text,
             "detente: 1\nname: bench\nextends: billing-dispute\nreplications: %d\nencounters: %d\n"
             "strategies: [typical, task-focused]\ndesign: {%s}\n",
             REPLICATIONS, ENCOUNTERS, vary);
    int code = detente_config_parse(&config, text, strlen(text), "bench", NULL, 0, &error, NULL);
    if (!code) {
        printf("\ndesign: {%s}\n", vary);
        for (int threads = 1; threads <= 2 && !code; threads++) {
            code = measure_sweep(&config, threads, path, &found, &error);
            if (!code)
                print_shares(&found, threads);
        }
        detente_config_clear(&config);
    }
    if (code)
        fprintf(stderr, "%s\n", error.text ? error.text : detente_error_string(code));
    detente_error_clear(&error);
    return code;
}

int main(void)
{
    static const char *const DESIGN[] = {
        "type: factorial, vary: {agent.mirroring: {from: 0, to: 1, steps: 200}, "
        "strategy.concession.beta: {from: 0.2, to: 5, steps: 100, log: true}}",
        "type: factorial, vary: {customer.anger.mean: {from: 0.1, to: 0.6, steps: 20}, "
        "agent.mirroring: {from: 0, to: 1, steps: 1000}}",
        "type: sobol, points: 20000, vary: {customer.anger.mean: {from: 0.1, to: 0.6}, "
        "agent.mirroring: {from: 0, to: 1}}"};
    const char *folder = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/bench-XXXXXX", folder && *folder ? folder : "/tmp");
    const int file = mkstemp(path);
    if (file < 0) {
        perror(path);
        return EXIT_FAILURE;
    }
    close(file);
    printf("%d points x %d strategies x %d replications of %d encounters, %d rounds\n", POINTS, STRATEGIES,
           REPLICATIONS, ENCOUNTERS, ROUNDS);
    int code = 0;
    for (size_t i = 0; i < sizeof DESIGN / sizeof DESIGN[0] && !code; i++)
        code = bench(DESIGN[i], path);
    unlink(path);
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
