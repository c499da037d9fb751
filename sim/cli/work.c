/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much work a run is, told before it begins: cells, encounters, minutes, megabytes. */
#include <math.h>

#include "cli/work.h"
#include "store/trial.h"

/*
 * Processor seconds of what a trial leaves out: HDF5 writing shards and reading them, and writing the results file. Found as what
 * runs took beside their trial, on one core of a Xeon with AVX-512 and on ext4: without rows 2 x 10^5 replications of one encounter and
 * 10^5 cells of one, 10,000 replications with their encounters kept, 2,000 cells with quantiles (docs/performance.md).
 */
static const double RUN_SECONDS = 0.035;   /* a results file without anything in it, and a shard */
static const double SHARD_SECONDS = 2e-3;  /* any other shard */
static const double UNIT_SECONDS = 1.5e-6; /* a replication */
static const double CELL_SECONDS = 8e-6;   /* a cell's summary and state */
static const double BYTE_SECONDS = 2.5e-9; /* a byte of deflated rows */
static const double BIN_SECONDS = 60e-9;   /* a count of a histogram, of each shard it is in */

/* What a run, or a shard of one, is to play and to write. */
typedef struct work {
    double points, cells, units; /* that are played */
    double parallel, serial;     /* seconds that threads share, and that they do not */
    store_sizes sizes;
} work;

uint64_t cli_work_units(const detente_config *config, const detente_sweep *sweep, uint32_t shard, uint32_t shards)
{
    return store_plan_units(config, detente_sweep_cells(sweep), shard, shards);
}

/* Cells of the part: a shard of a few units does not meet all of them. */
static void count(work *w, const detente_config *config, const detente_sweep *sweep, uint32_t shard, uint32_t shards)
{
    const double cells = detente_sweep_cells(sweep);
    w->units = (double)cli_work_units(config, sweep, shard, shards);
    w->cells = config->until.metric >= 0 ? w->units / (double)config->replications : fmin(cells, w->units);
    w->points = w->cells / config->n_strategies;
}

/* Seconds to make points: once, and those that are not kept for each replication anew. */
static double make_seconds(const work *w, const work_costs *c, int strategies)
{
    const double anew = (w->units / strategies - w->points) * (1 - c->kept);
    return w->points * c->point + anew * (c->tables * c->again + (1 - c->tables) * c->point);
}

static void estimate(work *w, const detente_config *config, const work_costs *c, int threads)
{
    w->parallel = w->units * c->unit + make_seconds(w, c, config->n_strategies);
    store_plan plan = {.cells = w->cells, .units = w->units, .seconds = w->parallel / threads};
    double packed = 0;
    for (int t = 0; t < STORE_N_TABLES; t++) {
        plan.rows[t] = c->rows[t];
        plan.packed[t] = c->packed[t];
        packed += w->units * c->packed[t];
    }
    store_plan_sizes(&plan, config, &w->sizes);
    w->serial = RUN_SECONDS + w->sizes.shards * SHARD_SECONDS + w->units * UNIT_SECONDS + w->cells * CELL_SECONDS +
                packed * BYTE_SECONDS + w->sizes.bins * (c->bin + BIN_SECONDS);
}

/* An amount by two digits: it is no better known. */
static double rounded(double amount)
{
    const double unit = amount > 0 ? pow(10, floor(log10(amount)) - 1) : 1;
    return round(amount / unit) * unit;
}

static void print_amount(double amount, const char *unit)
{
    const double shown = rounded(amount);
    printf("%.*f %s", shown >= 9.95 ? 0 : shown >= 0.995 ? 1 : 2, shown, unit);
}

static void print_time(double seconds)
{
    if (seconds < 90)
        print_amount(seconds, "s");
    else if (seconds < 5400)
        print_amount(seconds / 60, "minutes");
    else if (seconds < 172800)
        print_amount(seconds / 3600, "hours");
    else
        print_amount(seconds / 86400, "days");
}

static void print_size(double bytes)
{
    if (bytes < 9.5e9)
        print_amount(bytes / 1e6, "MB");
    else if (bytes < 9.5e12)
        print_amount(bytes / 1e9, "GB");
    else
        print_amount(bytes / 1e12, "TB");
}

/* What the design comes to. @return 0 or DETENTE_E_RANGE */
static int print_counts(const char *before, const detente_config *config, const detente_sweep *sweep, uint32_t shard,
                        uint32_t shards, detente_error *error)
{
    char a[32], b[32], c[32], d[32];
    const uint64_t cells = detente_sweep_cells(sweep), points = detente_sweep_points(sweep);
    const uint64_t strategies = (uint64_t)config->n_strategies;
    const int at_most = config->until.metric >= 0;
    uint64_t units, all;
    if (__builtin_mul_overflow(cells, config->replications, &units) ||
        __builtin_mul_overflow(units, config->encounters, &all))
        return detente_error_set(error, DETENTE_E_RANGE, "more than 2^64 encounters");
    printf("%s", before);
    if (config->design)
        printf("%s design: %s point%s x ", detente_design_name(config->design->type), cli_count(points, a),
               points == 1 ? "" : "s");
    printf("%s strateg%s", cli_count(strategies, a), strategies == 1 ? "y" : "ies");
    if (config->design)
        printf(" = %s cells;\n      %s cells", cli_count(cells, a), cli_count(cells, b));
    printf(" x %s%s replications x %s encounters = %s encounters\n", at_most ? "at most " : "",
           cli_count(config->replications, b), cli_count(config->encounters, c), cli_count(all, d));
    if (shards)
        printf("      shard %u of %u: %s%s of these encounters\n", shard, shards, at_most ? "at most " : "",
               cli_count(cli_work_units(config, sweep, shard, shards) * config->encounters, a));
    return 0;
}

/* @return 0, or the failure when none of the points that were tried can be played */
static int tell_failures(const work_costs *c, detente_error *error)
{
    char tried[32], failed[32];
    if (!c->failed)
        return 0;
    if (c->tried == 1)
        return detente_error_set(error, DETENTE_E_CONFIG, "%s", c->why);
    if (c->failed == c->tried)
        return detente_error_set(error, DETENTE_E_CONFIG, "all of %s points tried fail, the first: %s",
                                 cli_count(c->tried, tried), c->why);
    cli_tell("warning: of %s points tried %s fail%s, the first: %s", cli_count(c->tried, tried),
             cli_count(c->failed, failed), c->failed == 1 ? "s" : "", c->why);
    return 0;
}

int cli_print_work(const char *before, const detente_config *config, detente_sweep *sweep, detente_isa isa, int threads,
                   uint32_t shard, uint32_t shards, detente_error *error)
{
    work_costs costs;
    work w;
    int code = work_measure(&costs, config, sweep, isa, error);
    if (!code)
        code = tell_failures(&costs, error);
    if (!code)
        code = print_counts(before, config, sweep, shard, shards, error);
    if (!code) {
        /* A stopping rule may need less. */
        const char *about = config->until.metric < 0 ? "about" : "at most";
        count(&w, config, sweep, shard, shards);
        estimate(&w, config, &costs, threads);
        printf("      of about ");
        print_amount(costs.turns, "turns each; ");
        printf("%s ", about);
        print_time(w.parallel / threads + w.serial);
        printf(" on %d thread%s of this machine\n      a %s file of %s ", threads, threads == 1 ? "" : "s",
               shards ? "shard" : "results", about);
        print_size(shards ? w.sizes.parts : w.sizes.output);
        printf(", and %s ", about);
        print_size(w.sizes.parts);
        printf(" more while it runs\n");
    }
    work_costs_clear(&costs);
    return code;
}
