/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison of a file of known outcomes, by the library; tests/cli/test_compare.py has its numbers against SciPy's and R's. */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/files.h"
#include "support/suite.h"

enum { REPLICATIONS = 4, ENCOUNTERS = 10, STRATEGIES = 3, POINTS = 3, CELLS = STRATEGIES * POINTS };
enum { SATISFACTION = DETENTE_METRIC_reported_satisfaction, COST = DETENTE_METRIC_total_cost };

static const char text[] =
    "detente: 1\nname: c\nextends: billing-dispute\nreplications: 4\nencounters: 10\n"
    "strategies: [typical, surrender, mirroring]\ndesign: {vary: {agent.warmth: [0, 0.1, 0.2]}}\n";
static char folder[] = "/tmp/detente-compare-XXXXXX";
static char path[128];
static detente_config config;

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out.h5", folder);
    ck_assert_int_eq(detente_config_parse(&config, text, sizeof text - 1, "c", NULL, 0, NULL, NULL), 0);
}

static void end(void)
{
    detente_config_clear(&config);
    test_remove(folder);
}

/* Means by strategy: the second is more satisfied at the same cost, the third less so but cheaper. Noise that all cells share. */
static double mean_of(uint32_t cell, uint32_t replication, int metric)
{
    static const double satisfaction[] = {0.5, 0.6, 0.4}, cost[] = {30, 30, 10};
    const double noise = 0.01 * (double)(replication * replication % 3), point = 0.001 * (double)(cell / STRATEGIES);
    return (metric == COST ? cost[cell % STRATEGIES] : satisfaction[cell % STRATEGIES]) + noise + point +
           (cell % STRATEGIES == 2 ? noise : 0);
}

static detente_results *results_of(uint32_t units)
{
    detente_store *store = NULL;
    detente_results *results = NULL;
    ck_assert_int_eq(detente_store_create(&store, path, &config, &(detente_store_options){.threads = 1}, NULL), 0);
    const detente_sink sink = detente_store_sink(store);
    for (uint32_t u = 0; u < units; u++) {
        detente_moments moments[DETENTE_N_METRICS];
        for (int m = 0; m < DETENTE_N_METRICS; m++) {
            const double mean = mean_of(u % CELLS, u / CELLS, m);
            moments[m] = (detente_moments){ENCOUNTERS, mean, ENCOUNTERS - 1, mean - 1, mean + 1};
        }
        const detente_unit unit = {u, u % CELLS, u / CELLS, moments, NULL, NULL};
        ck_assert_int_eq(sink.unit(sink.data, &unit, NULL), 0);
    }
    ck_assert_int_eq(detente_store_finish(store, NULL, NULL), 0);
    detente_store_free(store);
    ck_assert_int_eq(detente_results_open(&results, path, NULL), 0);
    return results;
}

/* By hand: replications 0, 1, 2, 3 have noise 0, 1, 1, 0 hundredths. */
START_TEST(known_numbers)
{
    static const int metric[] = {SATISFACTION};
    detente_results *results = results_of(CELLS * REPLICATIONS);
    detente_compare compare;
    ck_assert_int_eq(
        detente_compare_results(&compare, results, &(detente_compare_options){.metric = metric, .n_metrics = 1}, NULL),
        0);
    ck_assert_uint_eq(compare.n_groups, 3);
    ck_assert_str_eq(compare.baseline, "typical");
    ck_assert_int_eq(compare.tests, 2);
    ck_assert_int_eq(compare.row[0].why, DETENTE_COMPARE_BASELINE);
    ck_assert_uint_eq(compare.group[1].cells, POINTS);
    const detente_compare_row *surrender = &compare.row[1], *mirroring = &compare.row[2];
    ck_assert_double_eq_tol(surrender->mean.mean, 0.6 + 0.005 + 0.001, 1e-12);
    ck_assert_double_eq_tol(surrender->difference.difference, 0.1, 1e-12);
    ck_assert_double_eq_tol(surrender->difference.correlation, 1, 1e-12);
    ck_assert_double_eq(surrender->p_better, 1);
    ck_assert_double_eq(mirroring->p_better, 0);
    /* Differences -.1, -.09, -.09, -.1: mean -.095, variance 1e-4/3, t = -.095 / (1e-2 sqrt(1/12)). */
    ck_assert_double_eq_tol(mirroring->difference.difference, -0.095, 1e-12);
    ck_assert_double_eq_tol(mirroring->difference.se, 0.01 / sqrt(12), 1e-12);
    /* var(a) is 4 var(b): saved 1 - var(d)/(5 var(b)) = .8. */
    ck_assert_double_eq_tol(mirroring->difference.variance_saved, 0.8, 1e-9);
    ck_assert_double_eq_tol(mirroring->p_holm, mirroring->difference.p, 1e-12);
    detente_compare_clear(&compare);
    detente_results_close(results);
}
END_TEST

/* typical is beaten by surrender (as cheap, more satisfied); the other two are not. Of satisfaction alone only surrender is best. */
START_TEST(front)
{
    static const int metric[] = {DETENTE_METRIC_minutes}, one[] = {SATISFACTION};
    detente_results *results = results_of(CELLS * REPLICATIONS);
    detente_compare compare;
    detente_compare_options options = {.metric = metric, .n_metrics = 1};
    ck_assert_int_eq(detente_compare_results(&compare, results, &options, NULL), 0);
    ck_assert_int_eq(compare.group[0].pareto, 0);
    ck_assert_int_eq(compare.group[1].pareto, 1);
    ck_assert_int_eq(compare.group[2].pareto, 1);
    detente_compare_clear(&compare);
    options.pareto = one;
    options.n_pareto = 1;
    ck_assert_int_eq(detente_compare_results(&compare, results, &options, NULL), 0);
    ck_assert_int_eq(compare.group[1].pareto, 1);
    ck_assert_int_eq(compare.group[2].pareto, 0);
    detente_compare_clear(&compare);
    detente_results_close(results);
}
END_TEST

START_TEST(another_baseline_and_levels)
{
    static const char *const by[] = {"agent.warmth"};
    static const int metric[] = {COST};
    detente_results *results = results_of(CELLS * REPLICATIONS);
    detente_compare compare;
    const detente_compare_options options = {
        .metric = metric, .n_metrics = 1, .by = by, .n_by = 1, .baseline = "mirroring", .confidence = 0.9};
    ck_assert_int_eq(detente_compare_results(&compare, results, &options, NULL), 0);
    ck_assert_uint_eq(compare.n_groups, CELLS);
    for (uint32_t g = 0; g < CELLS; g++) {
        const detente_compare_group *group = &compare.group[g];
        ck_assert_uint_eq(group->first_cell, g);
        ck_assert_uint_eq(group->block, g / STRATEGIES);
        ck_assert_double_eq(group->level[0].value, detente_factor_level(&config.design->factor[0], g / STRATEGIES));
        ck_assert_int_eq(group->is_baseline, g % STRATEGIES == 2);
        ck_assert_uint_eq(compare.row[g].baseline, g / STRATEGIES * STRATEGIES + 2);
        if (!group->is_baseline)
            ck_assert_double_eq_tol(compare.row[g].difference.difference, 20 - 0.005, 1e-9);
    }
    detente_compare_clear(&compare);
    detente_results_close(results);
}
END_TEST

static void refuse(const detente_results *results, const detente_compare_options *options, int code, const char *words)
{
    detente_compare compare;
    detente_error error = {0};
    ck_assert_int_eq(detente_compare_results(&compare, results, options, &error), code);
    ck_assert_msg(error.text && strstr(error.text, words), "%s", error.text);
    ck_assert(!compare.row && !compare.group && !compare.owned && compare.n_groups == 0);
    detente_error_clear(&error);
}

START_TEST(what_is_refused)
{
    static const char *const by[] = {"agent.warmht", "agent.warmth", "agent.warmth", "persona"};
    static const int unknown[] = {-1}, twice[] = {1, 1}, neither[] = {DETENTE_METRIC_turns};
    detente_results *results = results_of(1);
    refuse(results, &(detente_compare_options){.baseline = "typicla"}, DETENTE_E_USAGE, "did you mean \"typical\"");
    refuse(results, &(detente_compare_options){.by = by, .n_by = 1}, DETENTE_E_USAGE, "did you mean \"agent.warmth\"");
    refuse(results, &(detente_compare_options){.by = by + 1, .n_by = 2}, DETENTE_E_USAGE, "named twice");
    refuse(results, &(detente_compare_options){.by = by + 3, .n_by = 1}, DETENTE_E_USAGE, "run with --keep encounters");
    refuse(results, &(detente_compare_options){.metric = unknown, .n_metrics = 1}, DETENTE_E_USAGE, "there is none");
    refuse(results, &(detente_compare_options){.metric = twice, .n_metrics = 2}, DETENTE_E_USAGE, "named twice");
    refuse(results, &(detente_compare_options){.pareto = neither, .n_pareto = 1}, DETENTE_E_USAGE, "has no front");
    refuse(results, &(detente_compare_options){.confidence = 1}, DETENTE_E_USAGE, "between 0 and 1");
    /* One replication of one cell, which pooled with cells that have none is nothing, and that is said of each row. */
    detente_compare compare;
    ck_assert_int_eq(detente_compare_results(&compare, results, &(detente_compare_options){0}, NULL), 0);
    ck_assert_int_eq(compare.tests, 0);
    for (uint32_t i = 0; i < (uint32_t)compare.n_metrics * compare.n_groups; i++) {
        ck_assert(isnan(compare.row[i].mean.mean));
        ck_assert(compare.row[i].why & DETENTE_COMPARE_NOT_RUN);
    }
    detente_compare_clear(&compare);
    detente_results_close(results);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compare");
    TCase *all = tcase_create("compare");
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, known_numbers);
    tcase_add_test(all, front);
    tcase_add_test(all, another_baseline_and_levels);
    tcase_add_test(all, what_is_refused);
    suite_add_tcase(suite, all);
    return suite_run(suite);
}
