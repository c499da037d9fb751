/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often the intervals of a comparison hold the truth, over 2016 sets of known normal populations that are written to files,
 * pooled and compared as any other: two strategies at two points, whose replications share most of their luck. A file holds 96
 * sets, each at its own persona and warmth.
 *
 * An interval of 95 % that covers exactly that in 2016 sets has a standard error of .0049 in the share seen, so 95 % +- 1.5 is left
 * by chance less than once in 450 times; there are six such shares, and the seed is fixed.
 */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/files.h"
#include "support/suite.h"

enum { FILES = 21, SETS = 6 * 16, POINTS = 2, STRATEGIES = 2, IN_SET = POINTS * STRATEGIES, CELLS = SETS * IN_SET };
enum { REPLICATIONS = 12, ENCOUNTERS = 100 };

static const char text[] = "detente: 1\nname: coverage\nextends: billing-dispute\nreplications: 12\nencounters: 100\n"
                           "strategies: [typical, task-focused]\ndesign:\n  vary:\n"
                           "    customer.persona: [abusive, anxious, entitled, loyal, opportunist, reasonable]\n"
                           "    agent.warmth: {from: 0, to: 0.75, steps: 16}\n"
                           "    agent.empathy: [0, 1]\n";

static char folder[] = "/dev/shm/detente-coverage-XXXXXX", elsewhere[] = "/tmp/detente-coverage-XXXXXX";
static char *work, path[128];

static void begin(void)
{
    work = mkdtemp(folder);
    if (!work)
        work = mkdtemp(elsewhere);
    ck_assert_ptr_nonnull(work);
    snprintf(path, sizeof path, "%s/out.h5", work);
}

static void end(void)
{
    test_remove(work);
}

/* Outputs of splitmix64 (Steele, Lea & Flood 2014), by Box & Muller's transform. */
static uint64_t state;

static double uniform(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * acos(-1) * uniform());
}

/* The true mean of a cell of a set. */
static double truth(uint32_t cell)
{
    return 10 + cell % IN_SET;
}

/* Most of the variance is luck that all cells of a set share, as common customers are; the rest is more in later cells. */
static void write_file(const detente_config *config)
{
    detente_store *store = NULL;
    ck_assert_int_eq(
        detente_store_create(&store, path, config, &(detente_store_options){.threads = 1, .force = 1}, NULL), 0);
    const detente_sink sink = detente_store_sink(store);
    double shared = 0;
    for (uint32_t u = 0; u < CELLS * REPLICATIONS; u++) {
        detente_moments moments[DETENTE_N_METRICS];
        const uint32_t cell = u % CELLS;
        shared = cell % IN_SET == 0 ? normal() : shared;
        const double mean = truth(cell) + sqrt(0.9) * shared + sqrt(0.1) * (1 + cell % IN_SET) * normal();
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            moments[m] = (detente_moments){ENCOUNTERS, mean, 4 * (ENCOUNTERS - 1), mean - 5, mean + 5};
        const detente_unit unit = {u, cell, u / CELLS, moments, NULL, NULL};
        ck_assert_int_eq(sink.unit(sink.data, &unit, NULL), 0);
    }
    ck_assert_int_eq(detente_store_finish(store, NULL, NULL), 0);
    detente_store_free(store);
}

static int holds(double low, double value, double high)
{
    return low <= value && value <= high;
}

/* Strategy 1 against 0: at each point, and both points together. */
enum { MEAN_AT_0, DIFFERENCE_AT_0, MEAN_AT_1, DIFFERENCE_AT_1, MEAN_POOLED, DIFFERENCE_POOLED, SHARES };

static void count(const detente_results *results, int n_by, int *covered)
{
    static const int metric[] = {DETENTE_METRIC_minutes};
    static const char *const by[] = {"customer.persona", "agent.warmth", "agent.empathy"};
    const int pooled = n_by < 3;
    detente_compare compare;
    const detente_compare_options options = {.metric = metric, .n_metrics = 1, .by = by, .n_by = n_by};
    ck_assert_int_eq(detente_compare_results(&compare, results, &options, NULL), 0);
    ck_assert_uint_eq(compare.n_groups, pooled ? SETS * STRATEGIES : CELLS);
    for (uint32_t g = 1; g < compare.n_groups; g += STRATEGIES) {
        const detente_compare_row *row = &compare.row[g];
        const double mean = pooled ? (truth(1) + truth(3)) / 2 : truth(g);
        int *of = covered + (pooled ? MEAN_POOLED : g % IN_SET == 1 ? MEAN_AT_0 : MEAN_AT_1);
        of[0] += holds(row->mean.low, mean, row->mean.high);
        of[1] += holds(row->difference.low, 1, row->difference.high);
    }
    detente_compare_clear(&compare);
}

START_TEST(intervals_cover_the_truth)
{
    static const char *const name[SHARES] = {"mean at point 0",       "difference at point 0", "mean at point 1",
                                             "difference at point 1", "mean, pooled",          "difference, pooled"};
    int covered[SHARES] = {0};
    detente_config config;
    ck_assert_int_eq(detente_config_parse(&config, text, sizeof text - 1, "coverage", NULL, 0, NULL, NULL), 0);
    state = 20241005;
    for (int i = 0; i < FILES; i++) {
        detente_results *results;
        write_file(&config);
        ck_assert_int_eq(detente_results_open(&results, path, NULL), 0);
        count(results, 3, covered);
        count(results, 2, covered);
        detente_results_close(results);
    }
    for (int i = 0; i < SHARES; i++) {
        const double share = (double)covered[i] / (FILES * SETS);
        printf("# %s: covered %.4f\n", name[i], share);
        ck_assert_double_ge(share, 0.935);
        ck_assert_double_le(share, 0.965);
    }
    detente_config_clear(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coverage");
    TCase *all = tcase_create("coverage");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 600);
    tcase_add_test(all, intervals_cover_the_truth);
    suite_add_tcase(suite, all);
    return suite_run(suite);
}
