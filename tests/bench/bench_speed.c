/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a turn costs. Prints, never asserts: the machine may be shared, so every number is the median of interleaved rounds,
 * with the least and the most beside it, and what counts are ratios within one run.
 */
#define _GNU_SOURCE
#include "floor.h"
#include "measure.h"
#include "reference/reference.h"
#include "spin.h"

enum { BLOCKS = 24, FLOOR_CALLS = 1 << 21, REFERENCE_ENCOUNTERS = 3000, ENGINE_ENCOUNTERS = 1 << 17, MOST_CASES = 16 };

typedef struct bench {
    detente_config config;
    detente_cell *cell;
    int strategy;
    reference *reference;
    detente_block *block;
    uint32_t replication; /* a new one each round, so that no branch predictor learns the encounters by heart */
    uint64_t encounters;  /* of the last case played */
} bench;

/* One thing to measure: play something, return how many turns it was. */
typedef struct bench_case {
    const char *name;
    double (*run)(bench *b, int argument);
    int argument;
    double nanoseconds[MEASURE_ROUNDS], encounter_rate[MEASURE_ROUNDS];
} bench_case;

static double run_kernel(bench *b, int isa)
{
    double turns = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        detente_cell_play(b->cell, (detente_isa)isa, b->replication, i * DETENTE_BLOCK, DETENTE_BLOCK, b->block);
        turns += measure_turns(b->block);
    }
    b->encounters = (uint64_t)BLOCKS * DETENTE_BLOCK;
    return turns;
}

/* Short replications: the kernel's lanes run empty at the end of each. */
static double run_short(bench *b, int encounters)
{
    double turns = 0;
    const uint32_t n = (uint32_t)encounters;
    for (uint32_t i = 0; i < BLOCKS * DETENTE_BLOCK / n; i++) {
        detente_cell_play(b->cell, DETENTE_ISA_AUTO, b->replication + i, 0, n, b->block);
        turns += measure_turns(b->block);
    }
    b->encounters = BLOCKS * DETENTE_BLOCK / n * n;
    return turns;
}

static double run_floor(bench *b, int isa)
{
#ifdef __x86_64__
    static philox_floor *const floors[] = {floor_scalar, floor_scalar, floor_v2, floor_v3, floor_v4};
#else
    static philox_floor *const floors[] = {floor_scalar, floor_scalar};
#endif
    b->encounters = 0;
    floors[isa](FLOOR_CALLS);
    return FLOOR_CALLS;
}

static double run_reference(bench *b, int argument)
{
    (void)argument;
    double turns = 0;
    reference_seed(b->reference, b->replication);
    for (int i = 0; i < REFERENCE_ENCOUNTERS; i++) {
        double metric[DETENTE_N_METRICS];
        reference_play(b->reference, metric);
        turns += metric[DETENTE_METRIC_turns];
    }
    b->encounters = REFERENCE_ENCOUNTERS;
    return turns;
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    (void)error;
    *(double *)data += unit->moments[0].mean;
    return 0;
}

static double run_engine(bench *b, int threads, uint64_t replications, uint64_t encounters, int quantiles)
{
    double sum = 0;
    detente_config config = b->config;
    config.replications = b->replication + replications;
    config.encounters = encounters;
    config.quantiles = quantiles;
    const detente_sink sink = {&sum, NULL, take_unit};
    const detente_run_options options = {.threads = threads, .first_unit = b->replication};
    detente_progress done = {0};
    const detente_cell_source source = detente_cell_array(&b->cell, 1);
    detente_engine_run(&config, &source, &sink, &options, &done, NULL);
    b->encounters = done.encounters_done;
    return (double)done.turns_done;
}

static double run_engine_long(bench *b, int quantiles)
{
    return run_engine(b, 1, 1, ENGINE_ENCOUNTERS / 2, quantiles);
}

static double run_engine_short(bench *b, int quantiles)
{
    return run_engine(b, 1, ENGINE_ENCOUNTERS / 2 / 256, 256, quantiles);
}

static bench_case cases[MOST_CASES];
static int n_cases;

static bench_case *add(const char *name, double (*run)(bench *, int), int argument)
{
    cases[n_cases] = (bench_case){.name = name, .run = run, .argument = argument};
    return &cases[n_cases++];
}

static void measure_cases(bench *b, int rounds)
{
    for (int r = -1; r < rounds; r++) {
        /* Other numbers of units each round, far enough apart for the short replications. */
        b->replication = (uint32_t)(r + 2) * 4096;
        for (int i = 0; i < n_cases; i++) {
            const double begun = measure_clock(CLOCK_THREAD_CPUTIME_ID);
            const double turns = cases[i].run(b, cases[i].argument);
            const double seconds = measure_clock(CLOCK_THREAD_CPUTIME_ID) - begun;
            if (r < 0)
                continue; /* warming up */
            cases[i].nanoseconds[r] = 1e9 * seconds / turns;
            cases[i].encounter_rate[r] = (double)b->encounters / seconds;
        }
    }
}

static void print_cases(int rounds, const bench_case *baseline)
{
    printf("%-44s %9s %9s %9s %13s %22s\n", "one core, CPU time", "ns/turn", "least", "most", "encounters/s",
           "times the reference");
    for (int i = 0; i < n_cases; i++) {
        const measure_spread ns = measure_summary(cases[i].nanoseconds, rounds);
        printf("%-44s %9.2f %9.2f %9.2f", cases[i].name, ns.median, ns.min, ns.max);
        if (cases[i].run != run_floor) {
            double ratio[MEASURE_ROUNDS];
            for (int r = 0; r < rounds; r++)
                ratio[r] = baseline->nanoseconds[r] / cases[i].nanoseconds[r];
            const measure_spread times = measure_summary(ratio, rounds);
            printf(" %13.0f %8.2f (%5.2f-%5.2f)", measure_summary(cases[i].encounter_rate, rounds).median, times.median,
                   times.min, times.max);
        }
        printf("\n");
    }
}

static double engine_seconds(bench *b, int threads)
{
    const double begun = measure_clock(CLOCK_MONOTONIC);
    const double turns = run_engine(b, threads, 1, 8 * ENGINE_ENCOUNTERS, 1);
    return turns > 0 ? measure_clock(CLOCK_MONOTONIC) - begun : 0;
}

static void measure_threads(bench *b, int rounds)
{
    static pace waiting = {.name = "a loop in registers, waiting for itself"},
                busy = {.name = "a loop in registers, vector units full"},
                engine = {.name = "engine, 2^20 encounters, quantiles"};
    engine_seconds(b, 2);
    for (int r = 0; r < rounds; r++) {
        b->replication = (uint32_t)r;
        waiting.one[r] = spin_seconds(wait_spin, 1);
        waiting.two[r] = spin_seconds(wait_spin, 2);
        engine.one[r] = engine_seconds(b, 1);
        engine.two[r] = engine_seconds(b, 2);
        busy.one[r] = spin_seconds(busy_spin, 1);
        busy.two[r] = spin_seconds(busy_spin, 2);
    }
    pace_heading("two threads, wall clock");
    pace_print(&waiting, rounds);
    pace_print(&busy, rounds);
    pace_print(&engine, rounds);
    pace_print_share(&engine, &waiting, rounds);
}

static bench_case *list_cases(void)
{
    static const char *const kernels[] = {NULL, "kernel, scalar", "kernel, v2 (4 lanes)", "kernel, v3 (8 lanes)",
                                          "kernel, v4 (16 lanes)"};
    static const char *const floors[] = {NULL, "Philox alone, scalar", "Philox alone, v2", "Philox alone, v3",
                                         "Philox alone, v4"};
    bench_case *baseline = add("second implementation (GSL, libm)", run_reference, 0);
    for (int isa = DETENTE_ISA_SCALAR; isa <= DETENTE_ISA_V4; isa++)
        if (detente_isa_available((detente_isa)isa))
            add(kernels[isa], run_kernel, isa);
    add("kernel, widest, replications of 256", run_short, 256);
    add("engine, one long replication", run_engine_long, 0);
    add("engine, one long replication, quantiles", run_engine_long, 1);
    add("engine, replications of 256", run_engine_short, 0);
    add("engine, replications of 256, quantiles", run_engine_short, 1);
    for (int isa = DETENTE_ISA_SCALAR; isa <= DETENTE_ISA_V4; isa++)
        if (detente_isa_available((detente_isa)isa))
            add(floors[isa], run_floor, isa);
    return baseline;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "configs/billing-dispute.yaml";
    const int asked = argc > 2 ? atoi(argv[2]) : 15, rounds = asked < 1                ? 1
                                                              : asked < MEASURE_ROUNDS ? asked
                                                                                       : MEASURE_ROUNDS;
    static detente_block block;
    bench b = {.block = &block};
    if (measure_load(path, &b.config, &b.strategy, &b.cell))
        return EXIT_FAILURE;
    detente_error error = {0};
    if (reference_create(&b.reference, &b.config, b.strategy, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return EXIT_FAILURE;
    }
    const bench_case *baseline = list_cases();
    measure_cases(&b, rounds);
    printf("%s, strategy typical, keep none; medians of %d interleaved rounds\n", path, rounds);
    const double turns = run_kernel(&b, DETENTE_ISA_AUTO);
    printf("%.2f turns an encounter; compiler %s\n\n", turns / (double)b.encounters, __VERSION__);
    print_cases(rounds, baseline);
    measure_threads(&b, rounds < 9 ? rounds : 9);
    reference_free(b.reference);
    detente_cell_free(b.cell);
    detente_config_clear(&b.config);
    return EXIT_SUCCESS;
}
