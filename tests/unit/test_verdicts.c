/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which cells a hypothesis is about, and which their partners are: results whose means are a plain function of cell and replication,
 * so that each effect is known. The numbers of the tests themselves are test_claims.c's.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <detente/detente.h>

#include "support/files.h"
#include "support/suite.h"

enum { REPLICATIONS = 4, MOST = 8 };
static char folder[] = "/tmp/detente-verdicts-XXXXXX";
static detente_tested tested[MOST];

/* Cell c has 2^c on average: every set of cells has a sum of its own. */
static double mean_of(uint32_t cell, uint32_t replication)
{
    return ldexp(1, (int)cell) + 0.01 * ((replication * (cell + 3)) % 5);
}

/* Average over the cells of a mask, and replications. */
static double average(unsigned mask)
{
    double sum = 0;
    int n = 0;
    for (uint32_t c = 0; c < 32; c++)
        for (uint32_t r = 0; r < REPLICATIONS && mask >> c & 1; r++, n++)
            sum += mean_of(c, r);
    return sum / n;
}

/* Write the results of a config, test its hypotheses. */
static void test_config(const char *text)
{
    detente_config config;
    detente_error error = {0};
    detente_store *store = NULL;
    detente_sweep *sweep = NULL;
    detente_results *results = NULL;
    char path[64];
    snprintf(path, sizeof path, "%s/out.h5", folder);
    ck_assert_msg(!detente_config_parse(&config, text, strlen(text), "x", NULL, 0, &error, NULL), "%s", error.text);
    ck_assert_int_eq(detente_sweep_open(&sweep, &config, NULL), 0);
    const uint32_t cells = detente_sweep_cells(sweep);
    ck_assert_int_eq(
        detente_store_create(&store, path, &config, &(detente_store_options){.force = 1, .threads = 1}, NULL), 0);
    const detente_sink sink = detente_store_sink(store);
    for (uint64_t u = 0; u < (uint64_t)cells * REPLICATIONS; u++) {
        const uint32_t cell = (uint32_t)(u % cells), replication = (uint32_t)(u / cells);
        detente_moments moments[DETENTE_N_METRICS];
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            moments[m] =
                (detente_moments){10, mean_of(cell, replication) * (m == DETENTE_METRIC_minutes ? -1 : 1), 1, 0, 1};
        const detente_unit unit = {u, cell, replication, moments, NULL, NULL};
        ck_assert_int_eq(sink.unit(sink.data, &unit, NULL), 0);
    }
    ck_assert_msg(!detente_store_finish(store, NULL, &error), "%s", error.text);
    detente_store_free(store);
    detente_sweep_close(sweep);
    ck_assert_int_eq(detente_results_open(&results, path, NULL), 0);
    ck_assert_int_le(detente_results_config(results)->n_hypotheses, MOST);
    ck_assert_msg(!detente_hypotheses_test(results, tested, &error), "%s", error.text);
    detente_results_close(results);
    detente_config_clear(&config);
}

static void effect_is(int hypothesis, unsigned where, unsigned versus)
{
    const detente_tested *t = &tested[hypothesis];
    const double expected = average(where) - (versus ? average(versus) : 0);
    ck_assert_msg(fabs(t->effect - expected) <= 1e-12 * fabs(expected), "hypothesis %d: %.17g, expected %.17g",
                  hypothesis, t->effect, expected);
    ck_assert_int_eq(t->cells, (unsigned)__builtin_popcount(where));
    ck_assert(t->unknown == DETENTE_KNOWN && t->replications == REPLICATIONS && t->failed == 0);
}

#define HEAD "detente: 1\nreplications: 4\nencounters: 10\nstrategies: [typical, surrender]\n"

/* Points 0 … 3 are (0, .1), (0, .2), (1, .1), (1, .2); cell = 2 point + strategy. */
START_TEST(factorial)
{
    test_config(
        HEAD
        "design: {vary: {agent.mirroring: [0, 1], agent.warmth: [0.1, 0.2]}}\nhypotheses:\n"
        "  - {name: a, expect: {metric: turns, where: {agent.mirroring: 1}, versus: {agent.mirroring: 0}, difference: \"> 0\"}}\n"
        "  - {name: b, expect: {metric: turns, strategy: surrender, where: {agent.mirroring: 1, agent.warmth: 0.2}, versus: "
        "{agent.mirroring: 0}, difference: \"> 0\"}}\n"
        "  - {name: c, expect: {metric: turns, strategy: typical, where: {agent.warmth: 0.1}, versus: {strategy: "
        "surrender}, difference: \"> 0\"}}\n"
        "  - {name: d, expect: {metric: turns, strategy: typical, where: {agent.warmth: 0.1}, versus: {strategy: surrender, "
        "agent.warmth: 0.2}, difference: \"> 0\"}}\n"
        "  - {name: e, expect: {metric: turns, value: \"> 0\"}}\n"
        "  - {name: f, expect: {metric: turns, strategy: surrender, where: {agent.warmth: 0.2}, value: \"> 0\"}}\n"
        "  - {name: g, expect: {metric: minutes, strategy: surrender, value: \"> 0\"}}\n");
    effect_is(0, 0xf0, 0x0f);
    effect_is(1, 1 << 7, 1 << 3);
    effect_is(2, 0x11, 0x22);
    effect_is(3, 0x11, 0x88);
    effect_is(4, 0xff, 0);
    effect_is(5, 0x88, 0);
    /* Another metric is read on its own. */
    ck_assert(fabs(tested[6].effect + average(0xaa)) < 1e-9 && tested[6].verdict == DETENTE_NOT_SUPPORTED);
    ck_assert(tested[4].verdict == DETENTE_SUPPORTED && isnan(tested[4].p) && isnan(tested[4].p_holm));
}
END_TEST

/* Of the points that are listed two have a partner; the last has none, and the others are on no side. */
START_TEST(list_of_points)
{
    test_config(
        HEAD
        "design: {type: list, points: [{agent.mirroring: 0, agent.warmth: 0.2}, {agent.mirroring: 1, agent.warmth: 0.1}, "
        "{agent.mirroring: 0.5, agent.warmth: 0.1}, {agent.mirroring: 0, agent.warmth: 0.1}, {agent.mirroring: 1, "
        "agent.warmth: 0.2}, {agent.mirroring: 1, agent.warmth: 0.9}]}\nhypotheses:\n"
        "  - {name: a, expect: {metric: turns, where: {agent.mirroring: 1}, versus: {agent.mirroring: 0}, difference: \"> 1\"}}\n"
        "  - {name: b, expect: {metric: turns, where: {agent.mirroring: 1}, value: \"> 1\"}}\n"
        "  - {name: c, expect: {metric: turns, where: {agent.warmth: 0.9}, versus: {agent.warmth: 0.2}, strategy: typical, "
        "difference: \"> 1\"}}\n"
        "  - {name: d, expect: {metric: turns, where: {agent.mirroring: 0.5}, versus: {agent.mirroring: 0, strategy: "
        "surrender}, strategy: typical, difference: \"> 1\"}}\n"
        "  - {name: e, expect: {metric: turns, where: {agent.mirroring: 0, agent.warmth: 0.9}, value: \"> 1\"}}\n"
        "  - {name: f, expect: {metric: turns, where: {agent.mirroring: 0.5, agent.warmth: 0.1}, versus: {agent.warmth: 0.9}, "
        "difference: \"> 1\"}}\n");
    effect_is(0, 3u << 2 | 3u << 8, 3u << 6 | 3u << 0);
    effect_is(1, 3u << 2 | 3u << 8 | 3u << 10, 0);
    effect_is(2, 1u << 10, 1u << 8);
    effect_is(3, 1u << 4, 1u << 7);
    for (int i = 4; i < 6; i++)
        ck_assert(isnan(tested[i].effect) && isnan(tested[i].low) && isnan(tested[i].p) && tested[i].cells == 0 &&
                  tested[i].verdict == DETENTE_UNDECIDED);
    ck_assert(tested[4].unknown == DETENTE_NO_CELLS && tested[5].unknown == DETENTE_NO_PARTNERS);
}
END_TEST

/* The base, then what differs from it: only the base is a partner. */
START_TEST(one_at_a_time)
{
    test_config(
        HEAD
        "design: {type: one-at-a-time, vary: {agent.mirroring: {values: [0, 1], base: 0}, agent.warmth: {values: [0.1, 0.2, "
        "0.3], base: 0.2}}}\nhypotheses:\n"
        "  - {name: a, expect: {metric: turns, where: {agent.mirroring: 1}, versus: {agent.mirroring: 0}, difference: \"> 1\"}}\n");
    effect_is(0, 3u << 2, 3u << 0);
}
END_TEST

/* With customers of their own cells are no pairs: Welch's interval is another. */
START_TEST(paired_or_not)
{
    static const char BODY[] =
        "hypotheses: [{name: a, expect: {metric: turns, strategy: typical, versus: {strategy: surrender}, "
        "difference: \"> -2\"}}]\n";
    double a[REPLICATIONS], b[REPLICATIONS];
    char text[512];
    for (int shared = 0; shared < 2; shared++) {
        detente_contrast expected;
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            a[r] = mean_of(0, r);
            b[r] = mean_of(1, r);
        }
        if (shared)
            detente_contrast_paired(a, b, REPLICATIONS, 0.9, &expected);
        else
            ck_assert_int_eq(detente_contrast_unpaired(a, REPLICATIONS, b, REPLICATIONS, 0.9, &expected), 0);
        snprintf(text, sizeof text, HEAD "common_random_numbers: %s\n%s", shared ? "true" : "false", BODY);
        test_config(text);
        ck_assert(fabs(tested[0].low - expected.low) < 1e-12 && fabs(tested[0].high - expected.high) < 1e-12);
    }
}
END_TEST

int main(void)
{
    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    Suite *suite = suite_create("verdicts");
    TCase *tests = tcase_create("cells");
    tcase_add_test(tests, factorial);
    tcase_add_test(tests, list_of_points);
    tcase_add_test(tests, one_at_a_time);
    tcase_add_test(tests, paired_or_not);
    suite_add_tcase(suite, tests);
    const int status = suite_run(suite);
    test_remove(folder);
    return status;
}
