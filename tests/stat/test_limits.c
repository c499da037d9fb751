/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The analytic limits: they hold with other seeds than the command's, and each fails on a wrong model.
 *
 * False alarms: a seed makes 39 comparisons of chance at |z| > 4, 6.3e-5 each, so .25 % a seed, .5 % for the two seeds here,
 * which are fixed; 17 comparisons are exact.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "verify/limits.h"

static const uint64_t SEEDS[] = {1, 987654321};

START_TEST(limits_hold)
{
    detente_verify_line *line;
    size_t n, exact = 0;
    ck_assert_int_eq(detente_verify(SEEDS[_i], DETENTE_ISA_AUTO, &line, &n, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(fabs(line[i].z) <= DETENTE_VERIFY_Z, "%s %s: expected %g, measured %g, z %g", line[i].limit,
                      line[i].what, line[i].expected, line[i].measured, line[i].z);
        exact += (size_t)line[i].exact;
    }
    ck_assert_uint_eq(n, 56);
    ck_assert_uint_eq(exact, 17);
    ck_assert(detente_verify_holds(line, n));
    free(line);
}
END_TEST

/* The seed is what the numbers depend on, not the kernel. */
START_TEST(limits_are_reproducible)
{
    detente_verify_line *a, *b, *c;
    size_t n, m;
    ck_assert_int_eq(detente_verify(SEEDS[0], DETENTE_ISA_AUTO, &a, &n, NULL), 0);
    ck_assert_int_eq(detente_verify(SEEDS[0], DETENTE_ISA_SCALAR, &b, &m, NULL), 0);
    ck_assert_uint_eq(n, m);
    for (size_t i = 0; i < n; i++) {
        ck_assert_str_eq(a[i].what, b[i].what);
        ck_assert_double_eq(a[i].measured, b[i].measured);
    }
    ck_assert_int_eq(detente_verify(SEEDS[1], DETENTE_ISA_AUTO, &c, &m, NULL), 0);
    ck_assert_double_ne(a[0].measured, c[0].measured);
    free(a);
    free(b);
    free(c);
}
END_TEST

/* What is played is set wrong, what is expected is not: the line that begins so must say it. */
typedef struct wrong_model {
    const limit_case *limit;
    detente_setting setting;
    const char *line;
} wrong_model;

static const wrong_model WRONG[] = {
    {&LIMIT_TONE_NOISE, {"affect.customer_influence", "0.32"}, "mean of h"},
    {&LIMIT_TONE_NOISE, {"agent.warmth", "0.11"}, "mean of g"},
    {&LIMIT_TONE_NOISE, {"agent.mirroring", "1.05"}, "covariance"},
    {&LIMIT_TONE_NOISE, {"affect.customer_noise", "0.052"}, "variance of h"},
    {&LIMIT_TONE_NOISE, {"affect.agent_noise", "0.042"}, "variance of g"},
    {&LIMIT_TONE_NOISE, {"agent.misread", "0.05"}, "variance of g"},
    {&LIMIT_TONE_NOISE, {"affect.positive_ratio", "0.9"}, "covariance"},
    {&LIMIT_TONE_NOISE, {"decision.hangup_base", "0"}, "mean of h"},
    {&LIMIT_TONE_GROWTH, {"max_turns", "35"}, "growth a turn, mirroring at the border"},
    {&LIMIT_TONE_GROWTH, {"affect.agent_inertia", "0.501"}, "growth a turn, mirroring at the border"},
    {&LIMIT_TONE_GROWTH, {"agent.composure", "0.51"}, "growth a turn, mirroring below the border"},
    {&LIMIT_TONE_GROWTH, {"affect.customer_inertia", "0.61"}, "growth a turn, mirroring above the border"},
    {&LIMIT_LOGITS, {"decision.accept_base", "-1.45"}, "resolved"},
    {&LIMIT_LOGITS, {"decision.hangup_base", "-2.4"}, "hung up"},
    {&LIMIT_LOGITS, {"decision.manager_base", "-1.9"}, "asked for a manager"},
    {&LIMIT_LOGITS, {"max_turns", "11"}, "lasted max_turns"},
    {&LIMIT_LOGITS, {"max_turns", "13"}, "chi-square of turns"},
    {&LIMIT_LOGITS, {"strategy.persistence", "1"}, "impasse"},
    {&LIMIT_LOGITS, {"customer.patience", "20"}, "hung up"},
    {&LIMIT_CURVE, {"strategy.concession.beta", "0.999"}, "offers along the curve, linear"},
    {&LIMIT_CURVE, {"strategy.concession.horizon", "29.99"}, "offers along the curve, Boulware"},
    {&LIMIT_CURVE, {"strategy.concession.start", "2.49"}, "offers along the curve, Conceder"},
    {&LIMIT_CURVE, {"strategy.concession.kappa0", "0.0201"}, "offers along the curve, exponential Boulware"},
    {&LIMIT_CURVE, {"strategy.concession.opening", "0.051"}, "offers along the curve, exponential Conceder"},
    {&LIMIT_CURVE, {"strategy.concession.appeasement", "0.05"}, "offers along the curve, linear"},
    {&LIMIT_CURVE, {"max_turns", "39"}, "offers along the curve, linear"},
    {&LIMIT_CROSSING, {"strategy.concession.start", "1"}, "turn at which two curves meet, beta 0.5"},
    {&LIMIT_CROSSING, {"strategy.concession.horizon", "19"}, "turn at which two curves meet, beta 0.2"},
    {&LIMIT_CROSSING, {"strategy.concession.beta", "2"}, "turn at which two curves meet, beta 1"},
    {&LIMIT_CROSSING, {"strategy.concession.kappa0", "0.3"}, "turn at which two curves meet, beta 3"},
    {&LIMIT_DECAY, {"affect.anger_half_life", "9.001"}, "anger by decay alone, talk"},
    {&LIMIT_DECAY, {"affect.transfer_relief", "0.001"}, "anger by decay alone, talk and a wait"},
    {&LIMIT_DECAY, {"affect.heard_relief", "0.01"}, "anger by decay alone, talk"},
    {&LIMIT_DECAY, {"decision.hangup_base", "0"}, "anger by decay alone, talk"},
    {&LIMIT_TRAITS, {"customer.anger.sd", "0.205"}, "chi-square of anger"},
    {&LIMIT_TRAITS, {"customer.entitlement.mean", "0.41"}, "chi-square of entitlement"},
    {&LIMIT_TRAITS, {"customer.expectation.sd", "0.42"}, "expectation at its lower end"},
    {&LIMIT_TRAITS, {"customer.expectation.mean", "0.82"}, "expectation at its upper end"},
    {&LIMIT_TRAITS, {"customer.patience.mean", "12.2"}, "chi-square of patience"},
    {&LIMIT_TRAITS, {"customer.reciprocity.sd", "0.63"}, "reciprocity at its upper end"},
    {&LIMIT_TRAITS, {"customer.susceptibility.dist", "lognormal"}, "chi-square of susceptibility"},
    {&LIMIT_TRAITS, {"customer.reactivity.mean", "0.52"}, "reactivity at its lower end"},
    {&LIMIT_TRAITS, {"customer.openness.weights", "[1, 2, 4.2]"}, "chi-square of openness"},
    {&LIMIT_TRAITS, {"customer.correlation", "{anger-patience: -0.48}"}, "Spearman of anger and patience"},
    {&LIMIT_TRAITS, {"customer.correlation", "{anger-susceptibility: 0.72}"}, "Spearman of anger and susceptibility"},
    {&LIMIT_TRAITS, {"customer.correlation", "{patience-susceptibility: 0.03}"}, "Spearman of patience"},
    {&LIMIT_LOOP, {"affect.hostility_frustration", "0.16"}, "anger's growth a turn at a loop gain of 1"},
    {&LIMIT_LOOP, {"affect.rumination", "0.09"}, "anger's growth a turn at a loop gain of 1"},
    {&LIMIT_LOOP, {"affect.customer_influence", "0.11"}, "anger's growth a turn at a loop gain of 0.8"},
    {&LIMIT_LOOP, {"affect.anger_half_life", "1.02"}, "anger's growth a turn at a loop gain of 1.2"},
    {&LIMIT_TIERS, {"decision.manager_base", "0.1"}, "asked for a manager, persistence 0"},
    {&LIMIT_TIERS, {"strategies[1].persistence", "2"}, "escalated, persistence 1"},
    {&LIMIT_TIERS, {"strategies[2].persistence", "1"}, "executive, persistence 2"},
    {&LIMIT_TIERS, {"tiers", "[{name: front line}, {name: supervisor}]"}, "impasse, persistence 0"},
    {&LIMIT_TIERS, {"max_turns", "3"}, "impasse, persistence 2"},
};
enum { N_WRONG = sizeof WRONG / sizeof *WRONG };

START_TEST(wrong_models_are_caught)
{
    const wrong_model *w = &WRONG[_i];
    verify_lines lines = {0};
    detente_error error = {0};
    const int code = verify_measure(w->limit, SEEDS[0], DETENTE_ISA_AUTO, &w->setting, 1, &lines, &error);
    ck_assert_msg(code == 0, "%s", error.text ? error.text : "");
    ck_assert(!detente_verify_holds(lines.line, lines.n));
    int found = 0;
    for (size_t i = 0; i < lines.n && !found; i++)
        if (strncmp(lines.line[i].what, w->line, strlen(w->line)) == 0) {
            found = 1;
            ck_assert_msg(fabs(lines.line[i].z) > DETENTE_VERIFY_Z, "%s=%s: %s: expected %g, measured %g, z %g",
                          w->setting.path, w->setting.value, lines.line[i].what, lines.line[i].expected,
                          lines.line[i].measured, lines.line[i].z);
        }
    ck_assert_msg(found, "no line \"%s\"", w->line);
    free(lines.line);
}
END_TEST

/* Every limit that can be measured is, and each is among those shown to fail. */
START_TEST(every_limit_is_there)
{
    static const char *const LIMIT[] = {"L1", "L2", "L3", "L4", "L5", "L6", "L8", "L9"};
    for (size_t k = 0; k < sizeof LIMIT / sizeof *LIMIT; k++) {
        const char *of;
        int measured = 0, wrong = 0;
        for (size_t i = 0; detente_verify_config(i, &of); i++)
            measured += strcmp(of, LIMIT[k]) == 0;
        for (size_t i = 0; i < N_WRONG; i++)
            wrong += strcmp(WRONG[i].limit->limit, LIMIT[k]) == 0;
        ck_assert_msg(measured > 0 && wrong > 0, "%s", LIMIT[k]);
    }
}
END_TEST

/* A number that is none must not pass. */
START_TEST(not_a_number_does_not_hold)
{
    verify_lines lines = {0};
    limit_run run = {.limit = "L0", .lines = &lines};
    ck_assert_int_eq(limit_add(&run, 1, NAN, 0.1, "chance"), 0);
    ck_assert_int_eq(limit_add(&run, 1, 2, 0, "no spread"), 0);
    ck_assert_int_eq(limit_add_exact(&run, 1, NAN, 0.1, "exact"), 0);
    for (size_t i = 0; i < lines.n; i++)
        ck_assert(!detente_verify_holds(&lines.line[i], 1));
    ck_assert_int_eq(limit_add(&run, 1, 1.5, 0.25, "two standard errors"), 0);
    ck_assert_double_eq(lines.line[3].z, 2);
    ck_assert(detente_verify_holds(&lines.line[3], 1));
    free(lines.line);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *hold = tcase_create("hold"), *tests = tcase_create("limits");
    tcase_set_timeout(hold, 120);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(hold, limits_hold, 0, 2);
    tcase_add_test(tests, limits_are_reproducible);
    tcase_add_loop_test(tests, wrong_models_are_caught, 0, N_WRONG);
    tcase_add_test(tests, every_limit_is_there);
    tcase_add_test(tests, not_a_number_does_not_hold);
    suite_add_tcase(suite, hold);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
