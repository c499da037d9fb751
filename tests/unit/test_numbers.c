/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers beneath the model: Philox, lane functions, exact functions, quantile tables.
 */
#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/exact_lanes.h"
#include "population/invert.h"
#include "population/quantile.h"
#include "support/exact_arrays.h"
#include "support/often.h"
#include "support/suite.h"

START_TEST(philox_known_answers)
{
    /* Random123's kat_vectors (Salmon et al. 2011), philox4x32 with 10 rounds: zeros, ones, digits of pi. */
    static const uint32_t input[3][6] = {
        {0}, {~0u, ~0u, ~0u, ~0u, ~0u, ~0u}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0}};
    static const uint32_t expected[3][4] = {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                                            {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                                            {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
    for (int i = 0; i < 3; i++) {
        vu c[4] = {input[i][0], input[i][1], input[i][2], input[i][3]};
        const draw_key key = draw_key_make((uint64_t)input[i][5] << 32 | input[i][4], 0, 0);
        philox(c, key.round);
        for (int k = 0; k < 4; k++)
            ck_assert_uint_eq(c[k], expected[i][k]);
    }
}
END_TEST

START_TEST(lane_functions)
{
    /* Against libm in double; the bounds are those the header promises. */
    for (double x = -86.9; x < 88; x += 0.00173)
        often_double_le(fabs((double)vf_exp((float)x) / exp((double)(float)x) - 1), 2 * 1.2e-7);
    ck_assert_float_eq(vf_exp(0), 1);
    ck_assert_float_le(vf_exp(-1000), 2e-38f);
    for (int i = 1; i < 1 << 24; i += 13) {
        const float u = (float)i * 0x1p-24f;
        const double expected = log((double)u);
        often_double_le(fabs((double)vf_log(u) - expected), 2.4e-7 * fabs(expected));
    }
    ck_assert_float_eq(vf_log(1), 0);
    for (int i = 0; i < 1 << 20; i += 3) {
        float sine, cosine;
        vf_sincos((float)i * 0x1p-20f, &sine, &cosine);
        often_double_le(fabs((double)sine - sin(2 * M_PI * i / 1048576)), 2e-7);
        often_double_le(fabs((double)cosine - cos(2 * M_PI * i / 1048576)), 2e-7);
    }
}
END_TEST

START_TEST(exact_functions)
{
    for (double x = -700; x < 700; x += 0.0371) {
        often_double_le(fabs(detente_exact_exp(x) / exp(x) - 1), 4e-15);
        often_double_le(fabs(detente_exact_log(exp(x)) - log(exp(x))), 4e-15 * fabs(x));
    }
    /* Arrays: the same bits, wherever a value stands, and at every end of the range; most of the time there is none near. */
    static _Alignas(64) double x[1000], e[1000];
    for (int i = 0; i < 1000; i++) {
        static const double ends[] = {-746,   -745,  -708.5, -708,      709,      709.5,   709.78,
                                      709.79, 1e300, -1e300, -INFINITY, INFINITY, -1e-320, -0.0};
        x[i] = e[i] = i % 7 || i % 320 > 63 ? (i - 500) * 1.4 : ends[i / 7 % 14];
    }
    for (int n = 980; n <= 1000; n++) {
        exact_exp_all(e, n);
        for (int i = 0; i < n; i++) {
            const double expected = detente_exact_exp(x[i]);
            ck_assert_mem_eq(&e[i], &expected, sizeof expected);
        }
        exact_log_all(e, n);
        for (int i = 0; i < n; i++) {
            const double expected = detente_exact_log(detente_exact_exp(x[i]));
            ck_assert_mem_eq(&e[i], &expected, sizeof expected);
        }
        memcpy(e, x, sizeof e);
    }
    ck_assert(isinf(detente_exact_exp(710)) && detente_exact_exp(-800) == 0);
    ck_assert(isnan(detente_exact_log(-1)) && isinf(detente_exact_log(0)));
    ck_assert_double_eq(detente_exact_pow(0, 0), 1);
    ck_assert_double_eq_tol(detente_exact_pow(0.3, 2.5), pow(0.3, 2.5), 1e-15);
    for (double p = 1e-12; p < 1; p += 0.00137)
        ck_assert_double_eq_tol(detente_exact_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p),
                                1e-9 * (1 + fabs(gsl_cdf_ugaussian_Pinv(p))));
}
END_TEST

/* Means and sds: the defaults of model section 7, a U shape, a J shape, a narrow one. */
START_TEST(beta_quantiles)
{
    static const double shapes[][2] = {{0.25, 0.15}, {0.4, 0.15}, {0.3, 0.23}, {0.5, 0.45},
                                       {0.05, 0.1},  {0.5, 0.01}, {0.98, 0.02}};
    static float table[QUANTILES];
    static double phi[QUANTILES];
    detente_normal_table(phi);
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        const double mean = shapes[k][0], sd = shapes[k][1], n = mean * (1 - mean) / (sd * sd) - 1;
        detente_quantiles(DETENTE_BETA, mean, sd, phi, table);
        for (int i = 0; i < QUANTILES; i++) {
            /* Compared on the probability scale, from the nearer tail: where the density is flat the quantile is not sharp. */
            const double z = -6 + i * 12.0 / (QUANTILES - 1), x = (double)table[i];
            const double below = gsl_cdf_beta_P(x, mean * n, (1 - mean) * n),
                         above = gsl_cdf_beta_Q(x, mean * n, (1 - mean) * n);
            if (i)
                ck_assert_float_ge(table[i], table[i - 1]);
            /* What a float's last bit is worth in probability comes on top. */
            const double grain = gsl_ran_beta_pdf(x, mean * n, (1 - mean) * n) * x * 0x1p-24;
            if (fabs(z) < 4 && x > 1e-6 && x < 1 - 1e-6)
                ck_assert_double_eq_tol((z < 0 ? below : above), gsl_cdf_ugaussian_P(-fabs(z)), 2e-7 + grain);
        }
    }
}
END_TEST

START_TEST(gamma_and_uniform_quantiles)
{
    static float table[QUANTILES];
    static double phi[QUANTILES];
    detente_normal_table(phi);
    static const double shapes[][2] = {{1, 0.2}, {1, 1}, {12, 6}, {0.3, 0.9}};
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        const double a = shapes[k][0] * shapes[k][0] / (shapes[k][1] * shapes[k][1]),
                     scale = shapes[k][1] * shapes[k][1] / shapes[k][0];
        detente_quantiles(DETENTE_GAMMA, shapes[k][0], shapes[k][1], phi, table);
        for (int i = 170; i < QUANTILES - 170; i++) {
            const double z = -6 + i * 12.0 / (QUANTILES - 1), x = (double)table[i];
            const double grain = gsl_ran_gamma_pdf(x, a, scale) * x * 0x1p-24;
            const double tail = z < 0 ? gsl_cdf_gamma_P(x, a, scale) : gsl_cdf_gamma_Q(x, a, scale);
            ck_assert_double_eq_tol(tail, gsl_cdf_ugaussian_P(-fabs(z)), 2e-7 + grain);
        }
    }
    detente_quantiles(DETENTE_UNIFORM, 0.5, 1 / sqrt(12), phi, table);
    for (int i = 0; i < QUANTILES; i++)
        ck_assert_double_eq_tol((double)table[i], gsl_cdf_ugaussian_P(-6 + i * 12.0 / (QUANTILES - 1)), 1e-7);
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* What the wide vectors make of an array, against single values, to the bit: where they multiply, those divide. */
static void expect_exact(exact_array *all, double (*single)(double), double low, double high, int logarithmic)
{
    static _Alignas(64) double x[4096], found[4096];
    uint64_t state = 20241005;
    for (int round = 0; round < 500; round++) {
        for (int i = 0; i < 4096; i++) {
            const double part = ((double)next_random(&state) * 0x1p31 + (double)next_random(&state)) * 0x1p-62;
            x[i] = low + part * (high - low);
            x[i] = found[i] = logarithmic ? detente_exact_exp(x[i]) : x[i];
        }
        all(found, 4096);
        for (int i = 0; i < 4096; i++) {
            const double expected = single(x[i]);
            if (memcmp(&found[i], &expected, sizeof expected) != 0)
                ck_abort_msg("of %a: %a, not %a", x[i], found[i], expected);
        }
    }
}

static double third(double x)
{
    return x / 3;
}

START_TEST(exact_arrays_of_every_width)
{
#ifdef __x86_64__
    static const struct {
        detente_isa isa;
        exact_array *exp, *log, *third;
    } WIDE[] = {{DETENTE_ISA_V3, exact_exp_v3, exact_log_v3, exact_third_v3},
                {DETENTE_ISA_V4, exact_exp_v4, exact_log_v4, exact_third_v4}};
    for (size_t k = 0; k < sizeof WIDE / sizeof WIDE[0]; k++) {
        if (!detente_isa_available(WIDE[k].isa))
            continue;
        expect_exact(WIDE[k].exp, detente_exact_exp, -708, 709, 0);
        expect_exact(WIDE[k].exp, detente_exact_exp, -0.35, 0.35, 0);
        expect_exact(WIDE[k].log, detente_exact_log, -708, 709, 1);
        expect_exact(WIDE[k].log, detente_exact_log, 0, 0.7, 1);
        expect_exact(WIDE[k].third, third, -690, 700, 1);
        expect_exact(WIDE[k].third, third, 0, 1, 0);
    }
#endif
}
END_TEST

/* Every width of lanes against two at a time; from shapes like a J to narrow ones. */
START_TEST(quantiles_of_every_width)
{
    static float expected[QUANTILES], table[QUANTILES];
    static double phi[QUANTILES];
    uint64_t state = 20241005;
    detente_normal_table(phi);
    for (int k = 0; k < 1000; k++) {
        const double a = pow(10, (double)(next_random(&state) % 10000) / 1000 - 2);
        const double b = pow(10, (double)(next_random(&state) % 10000) / 1000 - 2);
        const density f = {k % 2 ? DETENTE_BETA : DETENTE_GAMMA, a, k % 2 ? b : 0};
        const double mode = detente_exact_log(k % 2 ? a / b : a), width = sqrt(1 / a + (k % 2 ? 1 / b : 0));
        detente_invert_scalar(&f, mode, width, k % 2 ? 1 : 3, phi, expected);
        for (int isa = DETENTE_ISA_V2; isa <= DETENTE_ISA_V4; isa++) {
            detente_invert_select((detente_isa)isa)(&f, mode, width, k % 2 ? 1 : 3, phi, table);
            ck_assert_mem_eq(table, expected, sizeof table);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("numbers");
    TCase *tests = tcase_create("numbers");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, philox_known_answers);
    tcase_add_test(tests, lane_functions);
    tcase_add_test(tests, exact_functions);
    tcase_add_test(tests, beta_quantiles);
    tcase_add_test(tests, gamma_and_uniform_quantiles);
    tcase_add_test(tests, exact_arrays_of_every_width);
    tcase_add_test(tests, quantiles_of_every_width);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
