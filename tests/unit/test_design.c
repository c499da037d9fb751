/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each type of design against its definition, and points against configs with their values. */
#define _GNU_SOURCE
#include <check.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "core/exact.h"
#include "design/limits.h"
#include "support/opened_design.h"
#include "support/suite.h"

START_TEST(factorial_in_order)
{
    open_design("vary: {agent.mirroring: {from: 0, to: 1, steps: 11}, strategy.persistence: {from: 1, to: 3}, "
                "customer.anger.mean: [0.7, 0.3]}");
    ck_assert_uint_eq(detente_sweep_points(sweep), 11 * 3 * 2);
    ck_assert_uint_eq(detente_sweep_cells(sweep), 11 * 3 * 2 * 2);
    /* Every combination once, the last path fastest. */
    for (uint64_t i = 0; i < 66; i++) {
        const double *x = point(i);
        ck_assert_double_eq(x[0], (double)(i / 6) / 10);
        ck_assert_double_eq(x[1], (double)(1 + i / 2 % 3));
        ck_assert_double_eq(x[2], i % 2 ? 0.3 : 0.7);
    }
    double beyond[3];
    ck_assert_int_eq(detente_sweep_values(sweep, 66, beyond, NULL), DETENTE_E_RANGE);
    close_design();
}
END_TEST

START_TEST(whole_numbers)
{
    open_design(
        "vary: {strategy.persistence: {from: 0, to: 10, steps: 3}, agent.mirroring: {from: 0, to: 2, integer: true}}");
    ck_assert_uint_eq(detente_sweep_points(sweep), 9);
    ck_assert_double_eq(point(4)[0], 5);
    ck_assert_double_eq(point(8)[0], 10);
    ck_assert_double_eq(point(8)[1], 2);
    close_design();
    open_design("type: random, points: 3000, vary: {strategy.persistence: {from: 2, to: 4}}");
    int count[5] = {0};
    for (uint64_t i = 0; i < 3000; i++)
        count[(int)point(i)[0]]++;
    /* Binomial(3000, 1/3) has sd 26: five of them on each side. */
    for (int k = 2; k <= 4; k++)
        ck_assert_msg(count[k] > 870 && count[k] < 1130, "%d: %d", k, count[k]);
    ck_assert_int_eq(count[2] + count[3] + count[4], 3000);
    close_design();
}
END_TEST

START_TEST(log_scale)
{
    open_design("vary: {strategy.concession.beta: {from: 0.2, to: 5, steps: 9, log: true}}");
    ck_assert_double_eq(point(0)[0], 0.2);
    ck_assert_double_eq(point(8)[0], 5);
    ck_assert_double_eq(point(4)[0], 1); /* the root of 0.2 x 5, found exactly */
    for (uint64_t i = 0; i + 1 < 9; i++) {
        const double low = point(i)[0];
        ck_assert_double_eq_tol(point(i + 1)[0] / low, pow(25, 1.0 / 8), 1e-11);
    }
    /* 12 digits of what exact.c, that asks no libm, gives: the nearest double to the decimal, in any locale. */
    ck_assert_double_eq(point(1)[0], 0.299069756244);
    ck_assert_double_eq(point(2)[0], 0.4472135955);
    close_design();
    open_design("type: sobol, points: 4, vary: {strategy.concession.beta: {from: 0.2, to: 5, log: true}}");
    const double middle = detente_exact_exp((detente_exact_log(0.2) + detente_exact_log(5)) / 2);
    ck_assert_double_eq(point(0)[0], 0.2);
    ck_assert_double_eq_tol(point(1)[0], middle, 1e-15);
    close_design();
}
END_TEST

START_TEST(one_at_a_time)
{
    open_design(
        "type: one-at-a-time, vary: {agent.mirroring: {values: [0, 0.5, 1], base: 0.5}, "
        "agent.composure: {from: 0, to: 1, steps: 3}, customer.persona: {values: [loyal, anxious], base: anxious}}");
    /* agent.composure is .6 in every config that does not say, which is none of the steps. */
    static const double expected[][3] = {{0.5, 0.6, 1}, {0, 0.6, 1}, {1, 0.6, 1},  {0.5, 0, 1},
                                         {0.5, 0.5, 1}, {0.5, 1, 1}, {0.5, 0.6, 0}};
    ck_assert_uint_eq(detente_sweep_points(sweep), 7);
    for (uint64_t i = 0; i < 7; i++)
        for (int k = 0; k < 3; k++)
            ck_assert_double_eq(point(i)[k], expected[i][k]);
    close_design();
}
END_TEST

START_TEST(listed)
{
    open_design("type: list, points: [{agent.mirroring: 0.25, scenario: damaged-product}, {scenario: billing-dispute, "
                "agent.mirroring: 1}, {agent.mirroring: 1, scenario: damaged-product}]");
    ck_assert_uint_eq(detente_sweep_points(sweep), 3);
    const detente_factor *names = &config.design->factor[1];
    ck_assert_str_eq(names->name[(int)point(0)[1]], "damaged-product");
    ck_assert_str_eq(names->name[(int)point(1)[1]], "billing-dispute");
    ck_assert_double_eq(point(2)[1], point(0)[1]);
    ck_assert_double_eq(point(0)[0], 0.25);
    close_design();
}
END_TEST

/* Uniform on [0, 1) by mean, variance and neighbours' correlation; independent between paths. Five standard deviations each. */
START_TEST(random_is_uniform)
{
    enum { N = 20000 };
    double sum[2] = {0}, square[2] = {0}, cross = 0, lag = 0, before = 0.5;
    open_design(
        "type: random, points: 20000, vary: {agent.mirroring: {from: 0, to: 2}, agent.warmth: {from: 0, to: 1}}");
    for (uint64_t i = 0; i < N; i++) {
        const double *x = point(i), a = x[0] / 2 - 0.5, b = x[1] - 0.5;
        ck_assert(x[0] >= 0 && x[0] <= 2 && x[1] >= 0 && x[1] <= 1);
        sum[0] += a, sum[1] += b;
        square[0] += a * a, square[1] += b * b;
        cross += a * b;
        lag += a * before;
        before = a;
    }
    for (int k = 0; k < 2; k++) {
        ck_assert_double_lt(fabs(sum[k] / N), 5 * sqrt(1 / 12.0 / N));
        ck_assert_double_lt(fabs(square[k] / N - 1 / 12.0), 5 * sqrt(1 / 180.0 / N));
    }
    ck_assert_double_lt(fabs(cross / N), 5 / 12.0 / sqrt(N));
    ck_assert_double_lt(fabs(lag / N), 5 / 12.0 / sqrt(N));
    close_design();
}
END_TEST

/* A design with more points begins with the points of one with fewer: random, sobol, saltelli, morris. */
START_TEST(extensible)
{
    static const char *const TYPE[] = {"random", "sobol", "saltelli", "morris"};
    double first[40][3];
    char text[512];
    for (int points = 8; points <= 100; points += 92) {
        snprintf(text, sizeof text,
                 "type: %s, points: %d, vary: {agent.mirroring: {from: 0, to: 1}, agent.warmth: {from: 0, to: 1}, "
                 "strategy.concession.beta: {from: 0.1, to: 9, log: true}}",
                 TYPE[_i], points);
        open_design(text);
        const uint64_t n = detente_sweep_points(sweep);
        ck_assert_uint_eq(n, (uint64_t)points * (_i < 2 ? 1 : _i == 2 ? 5 : 4));
        for (uint64_t i = 0; i < n && i < 32; i++)
            for (int k = 0; k < 3; k++) {
                if (points == 8)
                    first[i][k] = point(i)[k];
                else if (i < 8 * (n / 100))
                    ck_assert_double_eq(first[i][k], point(i)[k]);
            }
        close_design();
    }
}
END_TEST

/* McKay, Beckman & Conover 1979: in every path one point falls into each of n equal strata. */
START_TEST(one_point_a_stratum)
{
    static const int SIZE[] = {1, 2, 3, 7, 16, 17, 100, 1000};
    char text[256];
    const int n = SIZE[_i];
    snprintf(
        text, sizeof text,
        "type: latin-hypercube, points: %d, vary: {agent.mirroring: {from: 0, to: 1}, agent.warmth: {from: 0, to: 1}, "
        "agent.empathy: {from: 0, to: 1}}",
        n);
    open_design(text);
    int *seen = calloc((size_t)(3 * n), sizeof *seen), same = 0;
    double correlation = 0;
    for (int i = 0; i < n; i++) {
        const double *x = point((uint64_t)i);
        for (int k = 0; k < 3; k++)
            seen[k * n + (int)(x[k] * n)]++;
        same += (int)(x[0] * n) == (int)(x[1] * n);
        correlation += 12 * (x[0] - 0.5) * (x[1] - 0.5) / n;
    }
    for (int j = 0; j < 3 * n; j++)
        ck_assert_int_eq(seen[j], 1);
    /* Paths have permutations of their own. */
    if (n >= 100) {
        ck_assert_int_le(same, 8);
        ck_assert_double_lt(fabs(correlation), 5 / sqrt(n));
    }
    free(seen);
    close_design();
}
END_TEST

/* A point's config is what the config would be with its values set: the same bytes of every part. */
START_TEST(points_are_settings)
{
    static const char text[] =
        "detente: 1\nextends: billing-dispute\nquantiles: false\nstrategies: [typical, {extends: late-concession, name: mine}]\n"
        "customer: {correlation: {anger-entitlement: 0.3}, personas: [{name: a, share: 0.4, anger: 0.5}, {name: b, share: 0.6}]}\n";
    static const char design[] =
        "design:\n  type: latin-hypercube\n  points: 12\n  vary:\n    agent.mirroring: {from: 0, to: 1}\n"
        "    customer.anger.mean: {from: 0.2, to: 0.5}\n    customer.personas[a].anger: [0.1, 0.9]\n"
        "    customer.personas[1].patience.sd: {from: 1, to: 2}\n    customer.persona: [a, b, abusive]\n"
        "    strategy.concession.tactic: [polynomial, exponential]\n    strategies[mine].persistence: {from: 0, to: 4}\n"
        "    strategies[0].agent.warmth: [0.1, 0.2]\n    tiers[supervisor].wait: {from: 1, to: 9, log: true}\n"
        "    scenario: [damaged-product-large-loss, unlawful-request]\n    moves.listen.validation: {from: 0, to: 0.2}\n"
        "    outcome.regret: [0.1, 0.2]\n    affect.anger_half_life: [10, .inf]\n    max_turns: [20, 30]\n";
    char whole[4096], *found, *expected;
    detente_error error = {0};
    snprintf(whole, sizeof whole, "%s%s", text, design);
    ck_assert_msg(!detente_config_parse(&config, whole, strlen(whole), "test", NULL, 0, &error, NULL), "%s",
                  error.text);
    ck_assert_int_eq(detente_sweep_open(&sweep, &config, &error), 0);
    for (uint64_t i = 0; i < 12; i++) {
        detente_setting setting[DETENTE_MAX_FACTORS];
        char number[DETENTE_MAX_FACTORS][40];
        const double *x = point(i);
        for (int k = 0; k < config.design->n_factors; k++) {
            const detente_factor *f = &config.design->factor[k];
            snprintf(number[k], sizeof *number, isinf(x[k]) ? ".inf" : "%.17g", x[k]);
            setting[k] = (detente_setting){f->path, f->named ? f->name[(int)x[k]] : number[k]};
        }
        detente_config set;
        const detente_config *made;
        ck_assert_msg(!detente_config_parse(&set, text, strlen(text), "test", setting, (size_t)config.design->n_factors,
                                            &error, NULL),
                      "%s", error.text);
        ck_assert_msg(!detente_sweep_config(sweep, i, &made, &error), "%s", error.text);
        ck_assert_int_eq(detente_config_write(&set, &expected, NULL), 0);
        ck_assert_int_eq(detente_config_write(made, &found, NULL), 0);
        ck_assert_str_eq(found, expected);
        free(found);
        free(expected);
        detente_config_clear(&set);
    }
    /* The resolved text names no file, and reads back the same. */
    detente_config again;
    ck_assert_int_eq(detente_config_write(&config, &expected, NULL), 0);
    ck_assert_msg(!detente_config_parse(&again, expected, strlen(expected), "again", NULL, 0, &error, NULL), "%s",
                  error.text);
    ck_assert_int_eq(detente_config_write(&again, &found, NULL), 0);
    ck_assert_str_eq(found, expected);
    free(found);
    free(expected);
    detente_config_clear(&again);
    close_design();
}
END_TEST

/* Values that break only together are said with their point. */
START_TEST(values_that_do_not_go_together)
{
    const detente_config *made;
    detente_error error = {0};
    open_design("vary: {customer.anger.mean: [0.5, 0.1], customer.anger.sd: [0.1, 0.45]}");
    ck_assert_int_eq(detente_sweep_config(sweep, 1, &made, NULL), 0);
    ck_assert_int_eq(detente_sweep_config(sweep, 3, &made, &error), DETENTE_E_CONFIG);
    ck_assert_ptr_nonnull(
        strstr(error.text, "point 3 (customer.anger.mean 0.1, customer.anger.sd 0.45): customer.anger"));
    /* The next one is not the worse for it. */
    ck_assert_int_eq(detente_sweep_config(sweep, 2, &made, NULL), 0);
    ck_assert_double_eq(made->persona->trait[DETENTE_TRAIT_anger].mean, 0.1);
    detente_error_clear(&error);
    close_design();
}
END_TEST

static void *take_all(void *data)
{
    detente_cell_source source = detente_sweep_source(sweep);
    detente_block *block = aligned_alloc(64, (sizeof *block + 63) / 64 * 64);
    double *sum = data;
    for (uint32_t c = 0; c < source.n_cells; c++) {
        const detente_cell *cell;
        ck_assert_int_eq(source.take(source.data, c, &cell, NULL), 0);
        detente_cell_play(cell, DETENTE_ISA_SCALAR, 0, 0, 2, block);
        sum[c] = (double)block->metric[DETENTE_METRIC_minutes][0] + (double)block->metric[DETENTE_METRIC_net_value][1];
        source.give_back(source.data, cell);
    }
    free(block);
    return NULL;
}

/* Cells of a sweep larger than what is kept, by two threads at once: each is the cell of its point's config. */
START_TEST(cells_on_demand)
{
    enum { CELLS = 2000 };
    static double sum[2][CELLS];
    pthread_t thread[2];
    open_design(
        "type: sobol, points: 1000, vary: {customer.anger.mean: {from: 0.3, to: 0.6}, agent.warmth: {from: 0, to: 1}}");
    detente_sweep_close(sweep);
    ck_assert_int_eq(sweep_open_within(&sweep, &config,
                                       (sweep_limits){.cells = 1 << 20, .passing = 1 << 16, .tables = 1 << 18}, NULL),
                     0);
    ck_assert_uint_eq(detente_sweep_cells(sweep), CELLS);
    for (int t = 0; t < 2; t++)
        ck_assert_int_eq(pthread_create(&thread[t], NULL, take_all, sum[t]), 0);
    for (int t = 0; t < 2; t++)
        pthread_join(thread[t], NULL);
    ck_assert_mem_eq(sum[0], sum[1], sizeof sum[0]);
    detente_block *block = aligned_alloc(64, (sizeof *block + 63) / 64 * 64);
    for (uint32_t c = 3; c < CELLS; c += 331) {
        const detente_config *made;
        detente_cell *cell;
        ck_assert_int_eq(detente_sweep_config(sweep, c / 2, &made, NULL), 0);
        ck_assert_int_eq(detente_cell_create(&cell, made, c % 2, c, NULL), 0);
        detente_cell_play(cell, DETENTE_ISA_SCALAR, 0, 0, 2, block);
        ck_assert_double_eq(sum[0][c], (double)block->metric[DETENTE_METRIC_minutes][0] +
                                           (double)block->metric[DETENTE_METRIC_net_value][1]);
        detente_cell_free(cell);
    }
    free(block);
    close_design();
}
END_TEST

/* The same customers in all cells by default, others in each when not. */
START_TEST(common_random_numbers)
{
    detente_block *block[2];
    for (int common = 0; common < 2; common++) {
        const detente_cell *cell;
        char text[256];
        snprintf(text, sizeof text, "vary: {agent.mirroring: [0.1, 0.9]}}\ncommon_random_numbers: %s\n#",
                 common ? "true" : "false");
        open_design(text);
        detente_cell_source source = detente_sweep_source(sweep);
        for (uint32_t c = 0; c < 2; c++) {
            block[c] = aligned_alloc(64, (sizeof **block + 63) / 64 * 64);
            ck_assert_int_eq(source.take(source.data, 2 * c, &cell, NULL), 0);
            detente_cell_play(cell, DETENTE_ISA_SCALAR, 3, 0, 64, block[c]);
            source.give_back(source.data, cell);
        }
        int same = 0;
        for (int i = 0; i < 64; i++)
            same += block[0]->trait[DETENTE_TRAIT_anger][i] == block[1]->trait[DETENTE_TRAIT_anger][i];
        ck_assert_int_eq(same, common ? 64 : 0);
        free(block[0]);
        free(block[1]);
        close_design();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("design");
    TCase *tests = tcase_create("design");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, factorial_in_order);
    tcase_add_test(tests, whole_numbers);
    tcase_add_test(tests, log_scale);
    tcase_add_test(tests, one_at_a_time);
    tcase_add_test(tests, listed);
    tcase_add_test(tests, random_is_uniform);
    tcase_add_loop_test(tests, extensible, 0, 4);
    tcase_add_loop_test(tests, one_point_a_stratum, 0, 8);
    tcase_add_test(tests, points_are_settings);
    tcase_add_test(tests, values_that_do_not_go_together);
    tcase_add_test(tests, cells_on_demand);
    tcase_add_test(tests, common_random_numbers);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
