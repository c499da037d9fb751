/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short ways to a point's config and its cells against the long ones: the same bits. */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "param/point.h"
#include "support/opened_design.h"
#include "support/suite.h"

static void expect_same_text(const detente_config *one, const detente_config *other)
{
    char *found, *expected;
    ck_assert_int_eq(detente_config_write(one, &found, NULL), 0);
    ck_assert_int_eq(detente_config_write(other, &expected, NULL), 0);
    /* Whole configs are too long for check's messages. */
    size_t same = 0;
    while (found[same] && found[same] == expected[same])
        same++;
    ck_assert_msg(found[same] == expected[same], "…%.60s", found + (same < 30 ? 0 : same - 30));
    free(found);
    free(expected);
}

/* Plain numbers are stored in a copy of the config; the tree with the same values put in comes to the same, bit for bit. */
static void expect_same_config(point_maker *maker, const double *values)
{
    const detente_config *stored, *bound;
    detente_error error[2] = {{0}, {0}};
    const int code = point_maker_config(maker, values, &stored, &error[0]);
    ck_assert_int_eq(point_maker_bind(maker, values, &bound, &error[1]), code);
    if (code) {
        ck_assert_str_eq(error[0].text, error[1].text);
    } else {
        ck_assert_ptr_ne(stored, bound);
        expect_same_text(stored, bound);
    }
    detente_error_clear(&error[0]);
    detente_error_clear(&error[1]);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Some paths of a list, each with some values that the row allows. */
static void random_paths(uint64_t *state, char *text, size_t size, const char *const *paths, int n)
{
    const size_t wanted = 1 + next_random(state) % 8;
    size_t n_factors = 0, at = (size_t)snprintf(text, size, "design: {type: random, points: 24, vary: {");
    uint64_t used = 0;
    while (n_factors < wanted) {
        const int k = (int)(next_random(state) % (uint64_t)n);
        const detente_param *row = detente_registry_find(paths[k]);
        ck_assert_ptr_nonnull(row);
        if (used >> k & 1)
            continue;
        used |= UINT64_C(1) << k;
        const double low = row->low > -9 ? row->low + 0.03125 : -9, high = row->high < 9 ? row->high : 9;
        at += (size_t)snprintf(text + at, size - at, "%s'%s': {from: %g, to: %g}", n_factors++ ? ", " : "", paths[k],
                               row->kind == DETENTE_INTEGER ? 1 : low, high);
    }
    snprintf(text + at, size - at, "}}\n");
}

START_TEST(numbers_stored_or_bound)
{
    static const char *const PATHS[] = {"agent.mirroring",
                                        "agent.strain",
                                        "affect.turn_minutes",
                                        "affect.rumination",
                                        "affect.slowdown",
                                        "bargaining.miss",
                                        "decision.hangup_base",
                                        "decision.abuse",
                                        "outcome.distributive",
                                        "outcome.procedural",
                                        "outcome.return_base",
                                        "outcome.survey_noise",
                                        "moves.minutes_scale",
                                        "moves.listen.validation",
                                        "moves.surrender.minutes",
                                        "moves.offer.choice",
                                        "scenario.value",
                                        "scenario.substitute.cost",
                                        "strategy.persistence",
                                        "strategy.options",
                                        "strategy.exception.after_terms",
                                        "strategy.concession.beta",
                                        "strategy.concession.reciprocity",
                                        "strategy.agent.warmth",
                                        "strategies[mine].persistence",
                                        "strategies[0].set_aside",
                                        "strategies[1].agent.empathy",
                                        "strategies[typical].concession.horizon",
                                        "strategies[2].concession.beta",
                                        "strategies[0].concession.start"};
    uint64_t state = 20241005;
    for (int round = 0; round < 40; round++) {
        char whole[4096];
        detente_error error = {0};
        const int n =
            snprintf(whole, sizeof whole,
                     "detente: 1\nextends: billing-dispute\nseed: %d\noutcome: {interactional: 0}\n"
                     "strategies: [typical, {extends: late-concession, name: mine}, {extends: typical, name: '0'}]\n",
                     round);
        random_paths(&state, whole + n, sizeof whole - (size_t)n, PATHS, sizeof PATHS / sizeof PATHS[0]);
        ck_assert_msg(!detente_config_parse(&config, whole, strlen(whole), "test", NULL, 0, &error, NULL), "%s",
                      error.text);
        ck_assert_int_eq(detente_sweep_open(&sweep, &config, &error), 0);
        point_maker *maker;
        ck_assert_int_eq(point_maker_create(&maker, &config, &error), 0);
        for (uint64_t i = 0; i < 24; i++)
            expect_same_config(maker, point(i));
        point_maker_free(maker);
        close_design();
    }
}
END_TEST

/* What binding would refuse is bound, for its words, and the next point is not the worse for it. */
START_TEST(stored_numbers_are_checked)
{
    static const double VALUES[][2] = {{0, 0.5},   {0, 0},   {0.25, 0},  {-1, 0.5}, {0.5, 1.5},
                                       {0.5, 0.5}, {NAN, 1}, {1, 1e-13}, {0, -0.0}, {1, 0.125}};
    detente_error error = {0};
    point_maker *maker;
    open_design(
        "vary: {outcome.distributive: [0.5, 1], outcome.procedural: [0.5, 1]}}\noutcome: {interactional: 0}\n#");
    ck_assert_int_eq(point_maker_create(&maker, &config, &error), 0);
    int refused = 0;
    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++) {
        const detente_config *made;
        refused += point_maker_config(maker, VALUES[i], &made, NULL) != 0;
        const detente_config *bound;
        const int code = point_maker_bind(maker, VALUES[i], &bound, NULL);
        if (code)
            ck_assert_int_eq(point_maker_config(maker, VALUES[i], &made, NULL), code);
        else
            expect_same_config(maker, VALUES[i]);
    }
    ck_assert_int_eq(refused, 6);
    point_maker_free(maker);
    close_design();
}
END_TEST

/*
 * Points that follow each other with the same customers share them; every other one, and every one after a point that is refused, is
 * bound. Two makers, so that one of them never binds what the other does.
 */
START_TEST(customers_bound_or_kept)
{
    static const char *const DESIGN[] = {
        "vary: {customer.anger.mean: [0.2, 0.4], agent.mirroring: [0, 1, 0.5], strategy.concession.beta: [0.5, 2]}",
        "vary: {agent.mirroring: [0, 1], customer.anger.mean: [0.2, 0.4], 'strategies[1].agent.warmth': [0.1, 0.9]}",
        "vary: {customer.persona: [reasonable, abusive], affect.rumination: [0, 0.05], moves.offer.minutes: [1, 2]}",
        "vary: {customer.anger.sd: [0.1, 0.49], customer.anger.mean: [0.3, 0.02], outcome.distributive: [0, 1], "
        "outcome.procedural: [0, 1], outcome.interactional: [0, 1]}",
        "type: morris, points: 6, vary: {customer.patience.mean: {from: 4, to: 20}, customer.entitlement.sd: {from: 0, to: 0.2}, "
        "decision.hangup_base: {from: -5, to: -2}}",
        "vary: {customer.correlation.anger-entitlement: [-0.4, 0, 0.4], agent.strain: [0, 0.5], scenario.value: [100, 400]}",
        /* Traits that all personas have from the base, and one that a persona has of its own. */
        "vary: {customer.patience.mean: [5, 9], customer.entitlement.sd: [0.1, 0.4], agent.strain: [0, 0.5]}}\n"
        "customer: {patience: {dist: gamma}, personas: [{name: a, share: 0.5, anger: 0.1}, {name: b, share: 0.5}]}\n#",
        "vary: {customer.anger.mean: [0.2, 0.4], customer.patience.mean: [5, 9], agent.strain: [0, 0.5]}}\n"
        "customer: {personas: [{name: a, share: 0.5, anger: {mean: 0.6}}, {name: b, share: 0.5}]}\n#",
        /* Constants, ends of a uniform distribution, a table; means that a range has no room for. */
        "vary: {customer.anger.mean: [0, 0.2, 0.9], customer.openness.sd: [0, 0.05], customer.openness.mean: [0.1, 0.9]}}\n"
        "customer: {anger: 0.3, openness: {dist: uniform, mean: 0.5, sd: 0.1}}\n#",
        "vary: {customer.openness.low: [0.1, 0.2], 'customer.anger.values[1]': [0.1, 0.5], agent.strain: [0, 0.5]}}\n"
        "customer: {anger: {values: [0.3, 0.4]}, openness: {dist: uniform, low: 0, high: 0.4}}\n#",
        "vary: {customer.expectation.mean: [0.2, 1.5], customer.expectation.sd: [0, 0.3], customer.anger.mean: [0.5, 0.05], "
        "customer.anger.sd: [0, 0.1, 0.4]}"};
    int refused = 0;
    for (size_t d = 0; d < sizeof DESIGN / sizeof DESIGN[0]; d++) {
        point_maker *maker[2];
        open_design(DESIGN[d]);
        for (int i = 0; i < 2; i++)
            ck_assert_int_eq(point_maker_create(&maker[i], &config, NULL), 0);
        for (uint64_t i = 0; i < detente_sweep_points(sweep); i++) {
            const detente_config *made, *bound;
            const double *values = point(i);
            const int code = point_maker_config(maker[0], values, &made, NULL);
            ck_assert_int_eq(point_maker_bind(maker[1], values, &bound, NULL), code);
            refused += code != 0;
            if (!code)
                expect_same_text(made, bound);
        }
        for (int i = 0; i < 2; i++)
            point_maker_free(maker[i]);
        close_design();
    }
    ck_assert_int_gt(refused, 4);
}
END_TEST

/* A cell of the sweep plays as one that is compiled from its point's config alone. */
static void expect_same_cell(uint32_t number, detente_block *block[2])
{
    const detente_config *made;
    const detente_cell *taken;
    detente_cell *cell;
    const uint32_t strategies = (uint32_t)config.n_strategies;
    detente_cell_source source = detente_sweep_source(sweep);
    ck_assert_int_eq(detente_sweep_config(sweep, number / strategies, &made, NULL), 0);
    ck_assert_int_eq(detente_cell_create(&cell, made, (int)(number % strategies), number, NULL), 0);
    ck_assert_int_eq(source.take(source.data, number, &taken, NULL), 0);
    detente_cell_play(cell, DETENTE_ISA_SCALAR, 1, 0, 32, block[0]);
    detente_cell_play(taken, DETENTE_ISA_SCALAR, 1, 0, 32, block[1]);
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        ck_assert_mem_eq(block[0]->metric[m], block[1]->metric[m], 32 * sizeof *block[0]->metric[m]);
    source.give_back(source.data, taken);
    detente_cell_free(cell);
}

/* Whatever part of the config varies, and though points share what does not. */
START_TEST(cells_share_what_does_not_vary)
{
    static const char *const VARY[] = {"affect.customer_inertia: {from: 0.1, to: 0.9, steps: 9}",
                                       "affect.turn_minutes: {from: 0.2, to: 1, steps: 9}",
                                       "affect.acknowledge_scale: {from: 0.05, to: 1, steps: 9}",
                                       "affect.rumination: [0, 0.05]",
                                       "moves.minutes_scale: {from: 0.5, to: 3, steps: 9}",
                                       "moves.acknowledge.minutes: {from: 0.1, to: 2, steps: 9}",
                                       "moves.explain.explanation: {from: 0, to: 1, steps: 9}",
                                       "agent.mirroring: {from: 0, to: 2, steps: 9}",
                                       "strategy.concession.start: {from: 0, to: 8, steps: 9}",
                                       "strategy.concession.horizon: {from: 0.5, to: 9.5, steps: 10}",
                                       "customer.anger.mean: {from: 0.1, to: 0.6, steps: 12}",
                                       "customer.persona: [reasonable, abusive]",
                                       "max_turns: [5, 20, 60]"};
    detente_block *block[2];
    for (int i = 0; i < 2; i++)
        block[i] = aligned_alloc(64, (sizeof *block[i] + 63) / 64 * 64);
    for (size_t v = 0; v < sizeof VARY / sizeof VARY[0]; v++) {
        char text[512];
        snprintf(text, sizeof text, "vary: {%s}", VARY[v]);
        open_design(text);
        for (int round = 0; round < 2; round++)
            for (uint32_t c = 0; c < detente_sweep_cells(sweep); c++)
                expect_same_cell(c, block);
        close_design();
    }
    for (int i = 0; i < 2; i++)
        free(block[i]);
}
END_TEST

static int set(const char *text, const detente_setting *settings, size_t n, detente_error *error)
{
    return detente_config_parse(&config, text, strlen(text), "test", settings, n, error, NULL);
}

/* Their keys are paths, with dots and brackets of their own. */
START_TEST(settings_of_what_is_varied)
{
    static const char SWEEP[] =
        "detente: 1\ndesign: {vary: {agent.warmth: {from: 0, to: 0.4, steps: 3}, max_turns: [40, 80]}}\n";
    const detente_setting several[] = {{"design.vary.agent.warmth.steps", "5"},
                                       {"design.vary.max_turns[1]", "70"},
                                       {"design.vary.tiers[supervisor].wait", "[1, 9]"},
                                       {"design.vary.tiers[supervisor].wait[0]", "2"},
                                       {"design.vary.agent.empathy.values", "[0.2, 0.4]"},
                                       {"design.vary.agent.empathy.values[0]", "0.3"}};
    detente_error error = {0};
    ck_assert_msg(!set(SWEEP, several, sizeof several / sizeof several[0], &error), "%s", error.text);
    const detente_factor *f = config.design->factor;
    ck_assert_int_eq(config.design->n_factors, 4);
    ck_assert(f[0].levels == 5 && f[0].to == .4 && f[1].value[1] == 70);
    ck_assert_str_eq(f[2].path, "tiers[supervisor].wait");
    ck_assert(f[2].value[0] == 2 && f[2].value[1] == 9);
    ck_assert_str_eq(f[3].path, "agent.empathy");
    ck_assert(f[3].value[0] == .3 && f[3].value[1] == .4);
    detente_config_clear(&config);
    ck_assert_int_eq(set("detente: 1\n", &(detente_setting){"design.vary.agent.warmth", "[0, 0.1]"}, 1, &error), 0);
    ck_assert_str_eq(config.design->factor[0].path, "agent.warmth");
    detente_config_clear(&config);
    ck_assert_int_eq(set("detente: 1\ndesign: {type: list, points: [{agent.warmth: 0.1}]}\n",
                         &(detente_setting){"design.points[0].agent.warmth", "0.3"}, 1, &error),
                     0);
    ck_assert_double_eq(config.design->row[0], .3);
    detente_config_clear(&config);
    const struct {
        detente_setting set;
        const char *words;
    } wrong[] = {
        {{"design.vary.agent.warmth.stpes", "5"}, "design.vary.agent.warmth.stpes: an unknown key, allowed from"},
        {{"design.vary.agent.wramth", "[0, 1]"}, "did you mean warmth?"},
        {{"design.vary.max_turns.steps", "3"}, "there is no map here"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(set(SWEEP, &wrong[i].set, 1, &error), DETENTE_E_CONFIG);
        ck_assert_msg(strstr(error.text, wrong[i].words) != NULL, "%s", error.text);
        detente_error_clear(&error);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("points");
    TCase *tests = tcase_create("points");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, numbers_stored_or_bound);
    tcase_add_test(tests, stored_numbers_are_checked);
    tcase_add_test(tests, customers_bound_or_kept);
    tcase_add_test(tests, cells_share_what_does_not_vary);
    tcase_add_test(tests, settings_of_what_is_varied);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
