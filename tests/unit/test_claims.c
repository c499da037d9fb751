/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdicts on claims: how often a list holds a wrong one, how often a true claim is seen, and that the bounds are what decides. Lists
 * are simulated from a fixed seed; a proportion may miss what it should be by four standard errors, which by chance happens once in
 * 16 000 looks.
 */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <detente/stats.h>

#include "support/suite.h"

enum { LISTS = 4000, MOST = 6, REPLICATIONS = 10 };
static const double alpha = 0.05;

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static uint64_t state = 20241005;

/* Uniform within (0, 1): splitmix64 (Steele, Lea & Flood 2014). */
static double uniform(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

/* Box & Muller (1958) */
static double normal(void)
{
    const double radius = sqrt(-2 * log(uniform()));
    return radius * cos(6.28318530717958647693 * uniform());
}

static void proportion_is(double seen, double expected, int n)
{
    const double room = 4 * sqrt(expected * (1 - expected) / n);
    ck_assert_msg(fabs(seen - expected) <= room, "%g, where %g is expected (+- %g)", seen, expected, room);
}

/* A claim about a true difference of @p truth; both sides of a replication share luck. */
static void simulate(detente_claim *claim, double truth, double threshold, int above)
{
    double a[REPLICATIONS], b[REPLICATIONS];
    for (int r = 0; r < REPLICATIONS; r++) {
        const double shared = 3 * normal();
        a[r] = truth + shared + normal() * sqrt(0.5);
        b[r] = shared + normal() * sqrt(0.5);
    }
    *claim = (detente_claim){.above = above, .threshold = threshold, .compared = 1};
    detente_contrast_paired(a, b, REPLICATIONS, 1 - alpha, &claim->of);
}

/* The bounds say what the verdict says. */
static void agrees(const detente_claim *claim)
{
    const int clears = claim->above ? claim->low > claim->threshold : claim->high < claim->threshold;
    const int fails = claim->above ? claim->high < claim->threshold : claim->low > claim->threshold;
    ck_assert_int_eq(claim->verdict, clears ? DETENTE_SUPPORTED : fails ? DETENTE_NOT_SUPPORTED : DETENTE_UNDECIDED);
    ck_assert_int_eq(claim->p_holm <= alpha, clears);
    ck_assert(claim->p <= claim->p_holm && claim->low < claim->high);
}

/* ---- how often --------------------------------------------------------------------------------------------------- */

/* Shares of lists with anything supported, and with anything not supported. */
static void measure(int n, double truth, double threshold, double *supported, double *refused)
{
    int any[3] = {0};
    for (int list = 0; list < LISTS; list++) {
        detente_claim claims[MOST];
        int seen[3] = {0};
        for (int i = 0; i < n; i++) {
            const int above = i % 2;
            simulate(&claims[i], above ? truth : -truth, above ? threshold : -threshold, above);
        }
        ck_assert_int_eq(detente_claims_judge(claims, (size_t)n, alpha), 0);
        for (int i = 0; i < n; i++) {
            agrees(&claims[i]);
            seen[claims[i].verdict] = 1;
        }
        for (int v = 0; v < 3; v++)
            any[v] += seen[v];
    }
    *supported = any[DETENTE_SUPPORTED] / (double)LISTS;
    *refused = any[DETENTE_NOT_SUPPORTED] / (double)LISTS;
}

/* Every difference is just at its threshold: nothing may be supported, or not. Independent claims: 1 - (1 - alpha/n)^n. */
START_TEST(wrong_verdicts_in_a_list)
{
    double supported, refused;
    measure(MOST, 0.3, 0.3, &supported, &refused);
    proportion_is(supported, 1 - pow(1 - alpha / MOST, MOST), LISTS);
    proportion_is(refused, 1 - pow(1 - alpha / MOST, MOST), LISTS);
    measure(1, -1, -1, &supported, &refused);
    proportion_is(supported, alpha, LISTS);
    proportion_is(refused, alpha, LISTS);
}
END_TEST

/* Half of the claims are far on the right side of their thresholds: Holm is less strict with the others, as strict as may be. */
START_TEST(wrong_verdicts_beside_right_ones)
{
    int wrong = 0, right = 0;
    for (int list = 0; list < LISTS; list++) {
        detente_claim claims[MOST];
        for (int i = 0; i < MOST; i++)
            simulate(&claims[i], i < MOST / 2 ? 0 : 20, 0, 1);
        ck_assert_int_eq(detente_claims_judge(claims, MOST, alpha), 0);
        int any = 0;
        for (int i = 0; i < MOST; i++) {
            agrees(&claims[i]);
            any |= i < MOST / 2 && claims[i].verdict == DETENTE_SUPPORTED;
            right += i >= MOST / 2 && claims[i].verdict == DETENTE_SUPPORTED;
        }
        wrong += any;
    }
    ck_assert_int_eq(right, LISTS * (MOST / 2));
    proportion_is(wrong / (double)LISTS, 1 - pow(1 - alpha / (MOST / 2), MOST / 2), LISTS);
}
END_TEST

/*
 * Power of the one-sided t test of a difference of one, or 1.5, standard deviations over ten replications:
 * scipy.stats.nct.sf(t.ppf(1 - a, 9), 9, sqrt(10) d) of SciPy 1.10 for a = .05, and .05/6.
 */
START_TEST(true_claims_are_seen)
{
    double supported, refused;
    measure(1, 1.2, 0.2, &supported, &refused);
    proportion_is(supported, 0.8975169943401465, LISTS);
    ck_assert(refused < 0.001);
    measure(1, -0.8, 0.2, &supported, &refused);
    proportion_is(refused, 0.8975169943401465, LISTS);
    ck_assert(supported < 0.001);
    int first = 0;
    for (int list = 0; list < LISTS; list++) {
        detente_claim claims[MOST];
        for (int i = 0; i < MOST; i++)
            simulate(&claims[i], i ? -20 : 1.5, 0, 1);
        ck_assert_int_eq(detente_claims_judge(claims, MOST, alpha), 0);
        first += claims[0].verdict == DETENTE_SUPPORTED;
    }
    proportion_is(first / (double)LISTS, 0.939622438506959, LISTS);
}
END_TEST

/* ---- what does not vary ------------------------------------------------------------------------------------------- */

static void fixed(detente_claim *claim, double seen, int compared, double encounters, int above, double threshold)
{
    *claim = (detente_claim){.above = above, .threshold = threshold, .compared = compared, .encounters = encounters};
    claim->of = (detente_contrast){.count = 5, .difference = seen, .se = 0, .freedom = 4};
    ck_assert_int_eq(detente_claims_judge(claim, 1, alpha), 0);
}

START_TEST(a_difference_that_is_nothing)
{
    detente_claim c;
    /* An amount: known. */
    fixed(&c, 0, 1, 0, 1, 0.02);
    ck_assert(c.verdict == DETENTE_NOT_SUPPORTED && c.p == 1 && c.low == 0 && c.high == 0);
    fixed(&c, 0, 1, 0, 1, 0);
    ck_assert_int_eq(c.verdict, DETENTE_NOT_SUPPORTED);
    fixed(&c, 0, 1, 0, 0, 0);
    ck_assert_int_eq(c.verdict, DETENTE_NOT_SUPPORTED);
    fixed(&c, 0, 1, 0, 1, -0.02);
    ck_assert(c.verdict == DETENTE_SUPPORTED && c.p == 0);
    /* A share: it misses all the same, but what it clears is a question of how many were seen. (1 - .02)^100 = .1326 */
    fixed(&c, 0, 1, 100, 1, 0.02);
    ck_assert_int_eq(c.verdict, DETENTE_NOT_SUPPORTED);
    fixed(&c, 0, 1, 100, 1, -0.02);
    ck_assert(c.verdict == DETENTE_UNDECIDED && fabs(c.p - pow(0.98, 100)) < 1e-13);
    ck_assert(fabs(c.low + 1 - pow(0.05, 0.01)) < 1e-13 && fabs(c.high - 1 + pow(0.05, 0.01)) < 1e-13);
    fixed(&c, 0, 1, 150, 0, 0.02);
    ck_assert(c.verdict == DETENTE_SUPPORTED && fabs(c.p - pow(0.98, 150)) < 1e-13);
    /* A mean of 0 is no difference that is nothing. */
    fixed(&c, 0, 0, 100, 1, 0.02);
    ck_assert(c.verdict == DETENTE_UNDECIDED && c.low == 0 && c.p == 1);
}
END_TEST

START_TEST(shares_at_an_end)
{
    detente_claim c;
    fixed(&c, 1, 0, 50, 1, 0.9);
    ck_assert(c.verdict == DETENTE_SUPPORTED && fabs(c.p - pow(0.9, 50)) < 1e-13 && c.high == 1);
    ck_assert(fabs(c.low - pow(0.05, 0.02)) < 1e-13);
    fixed(&c, 1, 0, 50, 1, 0.95);
    ck_assert(c.verdict == DETENTE_UNDECIDED);
    fixed(&c, 0, 0, 150, 1, 0.02);
    ck_assert(c.verdict == DETENTE_NOT_SUPPORTED && c.high < 0.02);
    /* From -1 to 1: an encounter that came out otherwise may change it by 2. */
    fixed(&c, -1, 1, 50, 0, -0.8);
    ck_assert(c.verdict == DETENTE_SUPPORTED && fabs(c.p - pow(0.9, 50)) < 1e-13 && c.low == -1);
    fixed(&c, 1, 1, 50, 1, 0.9);
    ck_assert(c.verdict == DETENTE_UNDECIDED && fabs(c.p - pow(0.95, 50)) < 1e-13);
    /* Alike, though not at an end: by chance, and nothing is known. */
    fixed(&c, 0.25, 0, 50, 1, 0.1);
    ck_assert(c.verdict == DETENTE_UNDECIDED && isnan(c.low) && isnan(c.high) && c.p == 1);
    /* An amount that is always 3 is known. */
    fixed(&c, 3, 1, 0, 1, 2.5);
    ck_assert(c.verdict == DETENTE_SUPPORTED && c.low == 3 && c.high == 3);
}
END_TEST

/* What nothing is known of has its place in the list: the others are not judged more kindly for it. */
START_TEST(what_cannot_be_tested_counts)
{
    detente_claim claims[2], alone;
    simulate(&alone, 1, 0, 1);
    claims[0] = alone;
    claims[1] = (detente_claim){.above = 1, .of = {.count = 1, .difference = 7, .se = NAN}};
    ck_assert_int_eq(detente_claims_judge(claims, 2, alpha) | detente_claims_judge(&alone, 1, alpha), 0);
    ck_assert(fabs(claims[0].p_holm - 2 * alone.p_holm) < 1e-15 && claims[0].low < alone.low);
    ck_assert(claims[1].verdict == DETENTE_UNDECIDED && isnan(claims[1].low) && claims[1].p_holm == 1);
    ck_assert_int_eq(detente_claims_judge(NULL, 0, alpha), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims");
    TCase *tests = tcase_create("claims");
    tcase_add_test(tests, wrong_verdicts_in_a_list);
    tcase_add_test(tests, wrong_verdicts_beside_right_ones);
    tcase_add_test(tests, true_claims_are_seen);
    tcase_add_test(tests, a_difference_that_is_nothing);
    tcase_add_test(tests, shares_at_an_end);
    tcase_add_test(tests, what_cannot_be_tested_counts);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
