/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much work a run is, told before it begins: cells, encounters, minutes, megabytes. */
#include "cli/cli.h"

#include <math.h>
#include <time.h>

#include "core/memory.h"

/* Encounters played of a cell to learn how long they take, and cells sampled. */
enum { SAMPLE = 256, MAX_SAMPLED = 32 };

/* CPU seconds of this process: a machine that is shared tells no lies by them. */
static double cpu_seconds(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What a run is made of, measured on some cells. */
typedef struct costs {
    double turns;     /* of an encounter */
    double encounter; /* seconds */
    double cell;      /* seconds to make one */
} costs;

static int sample(detente_sweep *sweep, detente_isa isa, costs *c, detente_error *error)
{
    const detente_cell_source source = detente_sweep_source(sweep);
    detente_block *block = detente_aligned_calloc(_Alignof(detente_block), sizeof *block);
    if (!block)
        return detente_no_memory(error);
    int code = 0;
    const uint64_t n = source.n_cells < MAX_SAMPLED ? source.n_cells : MAX_SAMPLED;
    *c = (costs){0};
    for (uint64_t i = 0; i < n && !code; i++) {
        const detente_cell *cell;
        const double start = cpu_seconds();
        code = source.take(source.data, (uint32_t)(i * source.n_cells / n), &cell, error);
        /* A point that fails is told when it is played; the rest of the sweep goes on without it. */
        if (code == DETENTE_E_CONFIG && source.n_cells > 1) {
            detente_error_clear(error);
            code = 0;
            continue;
        }
        if (code)
            break;
        const double made = cpu_seconds();
        detente_cell_play(cell, isa, 0, 0, SAMPLE, block);
        c->cell += (made - start) / (double)n;
        c->encounter += (cpu_seconds() - made) / (double)(SAMPLE * n);
        for (int e = 0; e < SAMPLE; e++)
            c->turns += (double)block->metric[DETENTE_METRIC_turns][e] / (double)(SAMPLE * n);
        source.give_back(source.data, cell);
    }
    detente_free(block);
    return code;
}

static double least(uint64_t kept, uint64_t all)
{
    return (double)(kept < all ? kept : all);
}

/* Bins of the histograms that a file with quantiles holds of a cell: found to grow so with its encounters, then no more. */
static double bins(const detente_config *config)
{
    const double found = 4 * sqrt((double)config->replications * (double)config->encounters);
    return config->quantiles ? DETENTE_N_METRICS * (found < 300 ? found : 300) : 0;
}

/* Bytes of the results file: rows are counted as they are before they are packed, to about half of it. */
static double output_bytes(const detente_config *config, const detente_sweep *sweep, double turns)
{
    const double cells = (double)detente_sweep_cells(sweep), units = cells * (double)config->replications;
    const double factors = config->design ? config->design->n_factors : 0;
    const double rows = units * least(config->keep.encounters, config->encounters);
    const double steps = units * least(config->keep.turns, config->encounters) * turns;
    const double tables = (rows > 0) + (steps > 0);
    return 1e5 + units * 8 * (DETENTE_N_METRICS + tables) +
           cells * (8 * 15 * DETENTE_N_METRICS + 16 * bins(config) + 8 * factors + 96) +
           rows * (13 + 4 * __builtin_popcountll(config->keep.columns)) / 2 + steps * 56 / 2;
}

static void print_time(double seconds)
{
    if (seconds < 90)
        printf("%.2g s", seconds);
    else if (seconds < 5400)
        printf("%.0f minutes", seconds / 60);
    else if (seconds < 172800)
        printf("%.1f hours", seconds / 3600);
    else
        printf("%.1f days", seconds / 86400);
}

static void print_size(double megabytes)
{
    if (megabytes < 9.5)
        printf("%.1f MB\n", megabytes);
    else if (megabytes < 9500)
        printf("%.0f MB\n", megabytes);
    else
        printf("%.0f GB\n", megabytes / 1e3);
}

int cli_print_work(const char *before, const detente_config *config, detente_sweep *sweep, detente_isa isa, int threads,
                   detente_error *error)
{
    char a[32], b[32], c[32], d[32];
    const uint64_t cells = detente_sweep_cells(sweep), points = detente_sweep_points(sweep);
    const uint64_t strategies = (uint64_t)config->n_strategies;
    uint64_t units, all;
    costs cost = {0};
    if (__builtin_mul_overflow(cells, config->replications, &units) ||
        __builtin_mul_overflow(units, config->encounters, &all))
        return detente_error_set(error, DETENTE_E_RANGE, "more than 2^64 encounters");
    const int code = sample(sweep, isa, &cost, error);
    if (code)
        return code;
    printf("%s", before);
    if (config->design)
        printf("%s design: %s point%s x ", detente_design_name(config->design->type), cli_count(points, a),
               points == 1 ? "" : "s");
    printf("%s strateg%s", cli_count(strategies, a), strategies == 1 ? "y" : "ies");
    if (config->design)
        printf(" = %s cells;\n      %s cells", cli_count(cells, a), cli_count(cells, b));
    printf(" x %s%s replications x %s encounters = %s encounters\n", config->until.metric < 0 ? "" : "at most ",
           cli_count(config->replications, b), cli_count(config->encounters, c), cli_count(all, d));
    const double made = detente_sweep_makes(sweep, (double)config->replications);
    printf("      of about %.1f turns each; about ", cost.turns);
    print_time((cost.encounter * (double)all + cost.cell * made) / threads);
    printf(" on %d thread%s of this machine\n      a results file of about ", threads, threads == 1 ? "" : "s");
    print_size(output_bytes(config, sweep, cost.turns) / 1e6);
    return 0;
}
