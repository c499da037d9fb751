/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points of Sobol's sequence, of Saltelli's matrices and of Morris's trajectories against their definitions. */
#include <check.h>
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/opened_design.h"
#include "support/suite.h"

/* `n` paths that may be anything from 0 to 1. */
static const char *vary(int n, char *text)
{
    static const char *const MOVE[] = {"listen",  "ask",    "apologise", "explain",
                                       "clarify", "assure", "options",   "offer"};
    static const char *const EFFECT[] = {"validation", "warmth", "irritation", "explanation", "choice"};
    text += sprintf(text, "vary: {");
    for (int i = 0; i < n; i++)
        text += sprintf(text, "%smoves.%s.%s: {from: 0, to: 1}", i ? ", " : "", MOVE[i / 5], EFFECT[i % 5]);
    strcpy(text, "}");
    return text;
}

/*
 * Sobol's sequence from its recurrence, in Gray code (Antonov & Saleev 1979), with the primitive polynomials and starting values
 * that Bratley & Fox 1988 (ACM TOMS 14, algorithm 659) give for the first five dimensions.
 */
static double sobol(int dimension, uint32_t n)
{
    static const unsigned POLYNOMIAL[] = {0, 3, 7, 11, 13}, M[][3] = {{0}, {1}, {1, 1}, {1, 3, 7}, {1, 1, 5}};
    uint64_t v[32], x = 0;
    int degree = 0;
    while (POLYNOMIAL[dimension] >> (degree + 1))
        degree++;
    for (int j = 0; j < 32; j++) {
        if (dimension == 0 || j < degree) {
            v[j] = (uint64_t)(dimension ? M[dimension][j] : 1) << (31 - j);
            continue;
        }
        v[j] = v[j - degree] ^ v[j - degree] >> degree;
        for (int k = 1; k < degree; k++)
            if (POLYNOMIAL[dimension] >> (degree - k) & 1)
                v[j] ^= v[j - k];
    }
    const uint32_t gray = n ^ n >> 1;
    for (int j = 0; j < 32; j++)
        if (gray >> j & 1)
            x ^= v[j];
    return (double)x * 0x1p-32;
}

START_TEST(sobol_is_the_sequence)
{
    char text[8192];
    /* The first points of dimensions one and two, as in every table of them (Bratley & Fox 1988, p. 94). */
    static const double FIRST[][2] = {{0, 0},         {0.5, 0.5},     {0.75, 0.25},   {0.25, 0.75},
                                      {0.375, 0.375}, {0.875, 0.875}, {0.625, 0.125}, {0.125, 0.625}};
    sprintf(text, "type: sobol, points: 4096, ");
    vary(40, text + strlen(text));
    open_design(text);
    for (uint32_t i = 0; i < 4096; i++) {
        const double *x = point(i);
        for (int k = 0; k < 5; k++)
            ck_assert_double_eq(x[k], sobol(k, i));
        for (int k = 0; k < 2 && i < 8; k++)
            ck_assert_double_eq(x[k], FIRST[i][k]);
    }
    /* Every dimension of a 2^m-net has one point in each of 2^m equal intervals. */
    for (int k = 0; k < 40; k++) {
        char seen[256] = {0};
        for (uint64_t i = 0; i < 256; i++) {
            const int j = (int)(point(i)[k] * 256);
            ck_assert_int_eq(seen[j]++, 0);
        }
    }
    close_design();
}
END_TEST

/* GSL has the sequence too, from a table of its own; it walks it, from point 1 on. */
START_TEST(sobol_is_that_of_gsl)
{
    char text[8192];
    double x[40];
    sprintf(text, "type: sobol, points: 20000, ");
    vary(40, text + strlen(text));
    open_design(text);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, 40);
    for (uint64_t i = 1; i < 20000; i++) {
        ck_assert_int_eq(gsl_qrng_get(sequence, x), 0);
        for (int k = 0; k < 40 && (i % 16 == 0 || (i & (i - 1)) == 0); k++)
            ck_assert_double_eq(point(i)[k], x[k]);
    }
    gsl_qrng_free(sequence);
    close_design();
}
END_TEST

/* As many points as a run can have: GSL stops at 2^30 - 1. */
START_TEST(sobol_to_the_end)
{
    static const uint32_t AT[] = {(1u << 30) - 1, 1u << 30, (1u << 30) + 1, 1717986918, INT32_MAX - 1};
    char text[8192];
    sprintf(text, "type: sobol, points: %d, ", INT32_MAX);
    vary(5, text + strlen(text));
    open_design(text);
    ck_assert_uint_eq(detente_sweep_cells(sweep), UINT32_MAX - 1);
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++)
        for (int k = 0; k < 5; k++)
            ck_assert_double_eq(point(AT[i])[k], sobol(k, AT[i]));
    close_design();
}
END_TEST

/* Saltelli et al. 2010, table 1: A, B, and A with each column of B in turn; A and B are halves of one sequence. */
START_TEST(saltelli_matrices)
{
    enum { D = 2, N = 50 };
    open_design(
        "type: saltelli, points: 50, vary: {agent.mirroring: {from: 0, to: 1}, agent.warmth: {from: 0, to: 1}}");
    ck_assert_uint_eq(detente_sweep_points(sweep), N * (D + 2));
    for (uint32_t j = 0; j < N; j++)
        for (int matrix = 0; matrix < D + 2; matrix++) {
            const double *x = point((uint64_t)j * (D + 2) + (uint64_t)matrix);
            for (int k = 0; k < D; k++) {
                const int of_b = matrix == 1 || matrix == 2 + k;
                ck_assert_double_eq(x[k], sobol(of_b ? D + k : k, j + 1));
            }
        }
    close_design();
}
END_TEST

/* Morris 1991: a step changes one path by p / (2 (p - 1)), each path once; starts, signs and orders vary. */
START_TEST(morris_trajectories)
{
    enum { D = 5, N = 400, P = 6 };
    const double delta = P / (2.0 * (P - 1));
    int up = 0, first[D] = {0}, level[P] = {0};
    double before[D];
    char text[1024] = "type: morris, points: 400, levels: 6, ";
    vary(D, text + strlen(text));
    open_design(text);
    ck_assert_uint_eq(detente_sweep_points(sweep), N * (D + 1));
    for (uint64_t t = 0; t < N; t++) {
        int moved[D] = {0};
        for (uint64_t s = 0; s <= D; s++) {
            const double *x = point(t * (D + 1) + s);
            int steps = 0;
            for (int k = 0; k < D; k++) {
                ck_assert_double_eq_tol(x[k] * (P - 1), round(x[k] * (P - 1)), 1e-12);
                level[(int)round(x[k] * (P - 1))]++;
                if (s && x[k] != before[k]) {
                    ck_assert_double_eq_tol(fabs(x[k] - before[k]), delta, 1e-12);
                    double by;
                    int which;
                    ck_assert_int_eq(detente_sweep_step(sweep, t * (D + 1) + s, &which, &by, NULL), 0);
                    ck_assert_int_eq(which, k);
                    ck_assert_double_eq_tol(by, x[k] - before[k], 1e-12);
                    moved[k]++;
                    steps++;
                    up += x[k] > before[k];
                    first[k] += s == 1;
                }
                before[k] = x[k];
            }
            ck_assert_int_eq(steps, s != 0);
        }
        for (int k = 0; k < D; k++)
            ck_assert_int_eq(moved[k], 1);
        int none;
        ck_assert_int_eq(detente_sweep_step(sweep, t * (D + 1), &none, before, NULL), DETENTE_E_RANGE);
    }
    /* Five standard deviations of binomials with 2000 and 400 trials. */
    ck_assert_int_lt(abs(up - N * D / 2), 112);
    for (int k = 0; k < D; k++)
        ck_assert_int_lt(abs(first[k] - N / D), 40);
    for (int j = 0; j < P; j++)
        ck_assert_int_gt(level[j], N * D * (D + 1) / P / 2);
    close_design();
}
END_TEST

/* The value that a path's number stands for among its factor's levels. */
static uint64_t level_of(int k, double value)
{
    const detente_factor *f = &config.design->factor[k];
    for (uint64_t i = 0; i < f->levels; i++)
        if (detente_factor_level(f, i) == value)
            return i;
    ck_abort_msg("path %d: %g is none of its values", k, value);
}

/*
 * Of lists, whole numbers and names, however many, all are as likely, before a step and after it, and a step is what lies between
 * its two values; plain ranges beside them keep their points.
 */
START_TEST(morris_listed)
{
    enum { D = 8, N = 3000, MOST = 7 };
    static const int LEVELS[D] = {3, 5, 6, 2, 4, 7, 5, 0};
    static const double RANGE[D] = {0, 4, 0.9, 0.1, 0, 6, 0, 1};
    static int begins[D][MOST], ends[D][MOST], steps[D][MOST][MOST];
    open_design(
        "type: morris, points: 3000, levels: 6, vary: {customer.persona: [reasonable, abusive, loyal], "
        "strategy.persistence: {from: 0, to: 4}, agent.warmth: [0.5, 0.1, 0.9, 0, 0.2, 0.3], "
        "agent.empathy: [0.2, 0.1], scenario: [billing-dispute, damaged-product, unlawful-request, refund-after-window], "
        "max_turns: {from: 10, to: 16}, affect.anger_half_life: [10, .inf, 20, 40, 80], "
        "agent.mirroring: {from: 0, to: 1}}");
    for (uint64_t t = 0; t < N; t++) {
        double before[D];
        for (uint64_t i = 0; i <= D; i++) {
            const double *x = point(t * (D + 1) + i);
            int which = -1;
            for (int k = 0; k < D && i; k++)
                which = x[k] != before[k] ? k : which;
            double by = 0;
            int moved = -1;
            for (int k = 0; k + 1 < D; k++) {
                begins[k][level_of(k, x[k])] += i == 0;
                ends[k][level_of(k, x[k])] += i == D;
            }
            if (i) {
                ck_assert_int_eq(detente_sweep_step(sweep, t * (D + 1) + i, &moved, &by, NULL), 0);
                ck_assert_int_eq(moved, which);
            }
            if (i && LEVELS[moved]) {
                const int from = (int)level_of(moved, before[moved]), to = (int)level_of(moved, x[moved]);
                const int ranks = abs(to - from), n = LEVELS[moved];
                steps[moved][from][to]++;
                ck_assert_int_eq(x[moved] > before[moved], by > 0);
                if (RANGE[moved] > 0)
                    ck_assert_double_eq_tol(by, (x[moved] - before[moved]) / RANGE[moved], 1e-12);
                else if (config.design->factor[moved].named)
                    ck_assert_double_eq(fabs(by), 1);
                else
                    ck_assert_double_eq_tol(fabs(by), fabs(by) < 0.6 ? 0.5 : 0.75, 1e-12); /* 2 or 3 of 4 places */
                /* Half of the whole numbers apart; those of a list are not in order. */
                if (moved == 1 || moved == 5)
                    ck_assert(ranks == n / 2 || ranks == n - n / 2);
            } else if (i) {
                ck_assert_double_eq_tol(fabs(by), 0.6, 1e-12);
            }
            memcpy(before, x, sizeof before);
        }
    }
    for (int k = 0; k + 1 < D; k++)
        for (int j = 0; j < LEVELS[k]; j++) {
            /* Five standard deviations of a binomial. */
            const double share = 1.0 / LEVELS[k], most = 5 * sqrt(N * share * (1 - share));
            ck_assert_double_lt(fabs(begins[k][j] - N * share), most);
            ck_assert_double_lt(fabs(ends[k][j] - N * share), most);
            for (int i = 0; i < LEVELS[k] && config.design->factor[k].named; i++)
                ck_assert_int_eq(steps[k][i][j] > 0, i != j);
        }
    close_design();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sample");
    TCase *tests = tcase_create("sample");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, sobol_is_the_sequence);
    tcase_add_test(tests, sobol_is_that_of_gsl);
    tcase_add_test(tests, sobol_to_the_end);
    tcase_add_test(tests, saltelli_matrices);
    tcase_add_test(tests, morris_trajectories);
    tcase_add_test(tests, morris_listed);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
