/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells put together, against averages in long double over the made-up outcomes that a file was made of. */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/pool.h"
#include "support/files.h"
#include "support/made_up.h"
#include "support/suite.h"

enum { REPLICATIONS = 4, ENCOUNTERS = 30, METRIC = DETENTE_METRIC_minutes };

static char folder[] = "/tmp/detente-pool-XXXXXX";
static char output[256];
static detente_config config;

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(output, sizeof output, "%s/out.h5", folder);
    ck_assert_int_eq(made_up_config(&config, REPLICATIONS, ENCOUNTERS, NULL), 0);
}

static void end(void)
{
    detente_config_clear(&config);
    test_remove(folder);
}

/* A run that ended after so many units, the cell @p failed of which failed (-1: none). */
typedef struct failing {
    detente_sink inner;
    int failed;
} failing;

static int pass_unit(void *data, const detente_unit *unit, detente_error *error)
{
    static const detente_moments none[DETENTE_N_METRICS];
    const failing *self = data;
    detente_unit changed = *unit;
    if ((int)unit->cell == self->failed) {
        changed.failure = "made to fail";
        changed.moments = none;
        changed.histogram = NULL;
    }
    return self->inner.unit(self->inner.data, &changed, error);
}

static detente_results *results_of(uint64_t units, int failed)
{
    detente_store *store = NULL;
    detente_results *results = NULL;
    ck_assert_int_eq(detente_store_create(&store, output, &config, &(detente_store_options){.threads = 1}, NULL), 0);
    failing self = {detente_store_sink(store), failed};
    const detente_sink sink = {&self, NULL, pass_unit};
    ck_assert_int_eq(made_up_feed(&config, &sink, 0, units, NULL), 0);
    ck_assert_int_eq(detente_store_finish(store, NULL, NULL), 0);
    detente_store_free(store);
    ck_assert_int_eq(detente_results_open(&results, output, NULL), 0);
    return results;
}

static double mean_of(uint32_t cell, uint32_t replication)
{
    long double sum = 0;
    for (uint32_t e = 0; e < ENCOUNTERS; e++)
        sum += (long double)made_up_outcome(cell, replication, e, METRIC);
    return (double)(sum / ENCOUNTERS);
}

START_TEST(averages_within_replications)
{
    static const uint32_t group[] = {1, 0, 1};
    detente_results *results = results_of(3 * REPLICATIONS, -1);
    pool_means means;
    ck_assert_int_eq(pool_read(results, METRIC, group, 3, &means, NULL), 0);
    ck_assert_uint_eq(means.replications, REPLICATIONS);
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        ck_assert_double_eq_tol(pool_of(&means, 0)[r], mean_of(1, r), 1e-9);
        ck_assert_double_eq_tol(pool_of(&means, 1)[r], (mean_of(0, r) + mean_of(2, r)) / 2, 1e-9);
        ck_assert(isnan(pool_of(&means, 2)[r]));
    }
    ck_assert_uint_eq(means.cells[0], 1);
    ck_assert_uint_eq(means.cells[1], 2);
    ck_assert_uint_eq(means.cells[2], 0);
    ck_assert_uint_eq(means.least[1], REPLICATIONS);
    ck_assert_uint_eq(means.least[2], 0);
    pool_clear(&means);
    detente_results_close(results);
}
END_TEST

/* The first cell has three replications, the others two: the third counts for no group that another cell is in. */
START_TEST(replications_that_all_have)
{
    static const uint32_t group[] = {0, 0, POOL_NONE};
    detente_results *results = results_of(7, -1);
    pool_means means;
    ck_assert_int_eq(pool_read(results, METRIC, group, 1, &means, NULL), 0);
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        if (r < 2)
            ck_assert_double_eq_tol(pool_of(&means, 0)[r], (mean_of(0, r) + mean_of(1, r)) / 2, 1e-9);
        else
            ck_assert(isnan(pool_of(&means, 0)[r]));
    }
    ck_assert_uint_eq(means.most[0], 3);
    ck_assert_uint_eq(means.least[0], 2);
    pool_clear(&means);
    detente_results_close(results);
}
END_TEST

START_TEST(failed_cells_are_left_out)
{
    static const uint32_t group[] = {0, 0, 0};
    detente_results *results = results_of(3 * REPLICATIONS, 1);
    pool_means means;
    pool_spread spread;
    ck_assert_int_eq(detente_results_failed(results, 0), 0);
    ck_assert_int_eq(detente_results_failed(results, 1), 1);
    ck_assert_int_eq(pool_read(results, METRIC, group, 1, &means, NULL), 0);
    for (uint32_t r = 0; r < REPLICATIONS; r++)
        ck_assert_double_eq_tol(pool_of(&means, 0)[r], (mean_of(0, r) + mean_of(2, r)) / 2, 1e-9);
    ck_assert_uint_eq(means.cells[0], 2);
    ck_assert_uint_eq(means.failed[0], 1);
    pool_clear(&means);
    ck_assert_int_eq(pool_read_spread(results, METRIC, group, 1, &spread, NULL), 0);
    ck_assert_uint_eq(spread.encounters, 2 * REPLICATIONS * ENCOUNTERS);
    detente_results_close(results);
}
END_TEST

/* The variance within cells is the sum of squares about each cell's own mean over n less the number of cells. */
START_TEST(spread_within_cells)
{
    static const uint32_t group[] = {0, POOL_NONE, 0};
    detente_results *results = results_of(3 * REPLICATIONS, -1);
    pool_spread spread;
    long double square = 0;
    for (uint32_t c = 0; c < 3; c += 2) {
        long double mean = 0;
        for (uint32_t r = 0; r < REPLICATIONS; r++)
            mean += (long double)mean_of(c, r) / REPLICATIONS;
        for (uint32_t r = 0; r < REPLICATIONS; r++)
            for (uint32_t e = 0; e < ENCOUNTERS; e++) {
                const long double d = (long double)made_up_outcome(c, r, e, METRIC) - mean;
                square += d * d;
            }
    }
    ck_assert_int_eq(pool_read_spread(results, METRIC, group, 1, &spread, NULL), 0);
    ck_assert_uint_eq(spread.encounters, 2 * REPLICATIONS * ENCOUNTERS);
    ck_assert_uint_eq(spread.freedom, 2 * REPLICATIONS * ENCOUNTERS - 2);
    const double expected = (double)(square / (long double)spread.freedom);
    ck_assert_double_eq_tol(spread.variance, expected, 1e-9 * expected);
    detente_results_close(results);
}
END_TEST

START_TEST(blocks_of_cells)
{
    detente_results *results = results_of(3 * REPLICATIONS, -1);
    double block[2 * REPLICATIONS], all[3 * REPLICATIONS];
    ck_assert_int_eq(detente_results_metric(results, METRIC, all, NULL), 0);
    ck_assert_int_eq(detente_results_block(results, METRIC, 1, 2, block, NULL), 0);
    ck_assert_mem_eq(block, all + REPLICATIONS, sizeof block);
    ck_assert_int_eq(detente_results_block(results, METRIC, 2, 2, block, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_block(results, DETENTE_N_METRICS, 0, 1, block, NULL), DETENTE_E_RANGE);
    detente_results_close(results);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pool");
    TCase *all = tcase_create("pool");
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, averages_within_replications);
    tcase_add_test(all, replications_that_all_have);
    tcase_add_test(all, failed_cells_are_left_out);
    tcase_add_test(all, spread_within_cells);
    tcase_add_test(all, blocks_of_cells);
    suite_add_tcase(suite, all);
    return suite_run(suite);
}
