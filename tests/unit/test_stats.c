/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments, histograms and intervals. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <detente/stats.h>

#include "support/suite.h"

/* NIST StRD, univariate, "NumAcc3": 1000000.2, then 1000000.1 and 1000000.3 five hundred times each: mean 1000000.2, sd .1. */
START_TEST(moments_of_nist_numacc3)
{
    detente_moments m;
    detente_moments_init(&m);
    detente_moments_add(&m, 1000000.2);
    for (int i = 0; i < 500; i++) {
        detente_moments_add(&m, 1000000.1);
        detente_moments_add(&m, 1000000.3);
    }
    ck_assert_uint_eq(m.count, 1001);
    ck_assert_double_eq_tol(m.mean, 1000000.2, 1e-9);
    ck_assert_double_eq_tol(sqrt(detente_moments_variance(&m)), 0.1, 1e-9);
    ck_assert_double_eq(m.min, 1000000.1);
    ck_assert_double_eq(m.max, 1000000.3);
}
END_TEST

/* 2, 4, 4, 4, 5, 5, 7, 9: sum 40, sum of squared deviations 9+1+1+1+0+0+4+16 = 32. Any cut in two merges to the same. */
START_TEST(moments_merge)
{
    static const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
    for (int cut = 0; cut <= 8; cut++) {
        detente_moments a, b;
        detente_moments_init(&a);
        detente_moments_init(&b);
        for (int i = 0; i < 8; i++)
            detente_moments_add(i < cut ? &a : &b, x[i]);
        detente_moments_merge(&a, &b);
        ck_assert_uint_eq(a.count, 8);
        ck_assert_double_eq_tol(a.mean, 5, 1e-15);
        ck_assert_double_eq_tol(a.m2, 32, 1e-13);
        ck_assert_double_eq(a.min, 2);
        ck_assert_double_eq(a.max, 9);
        ck_assert_double_eq_tol(detente_moments_variance(&a), 32.0 / 7, 1e-14);
    }
}
END_TEST

START_TEST(moments_of_few)
{
    detente_moments m;
    detente_moments_init(&m);
    ck_assert(isnan(detente_moments_variance(&m)));
    detente_moments_add(&m, 3);
    ck_assert(isnan(detente_moments_variance(&m)));
    detente_moments_add(&m, 3);
    ck_assert_double_eq(detente_moments_variance(&m), 0);
}
END_TEST

/* Quantiles of k/10000, k = 0 … 9999, are q to within 1e-4; the bins add at most 2^-7 of the value. */
START_TEST(histogram_quantiles)
{
    detente_histogram h = {0};
    for (int k = 0; k < 10000; k++) {
        const float value = (float)k / 10000.0F;
        ck_assert_int_eq(detente_histogram_add(&h, &value, 1), 0);
    }
    static const double q[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    for (int i = 0; i < 5; i++)
        ck_assert_double_eq_tol(detente_histogram_quantile(&h, q[i], 0, 0.9999), q[i], q[i] / 128 + 1e-4);
    ck_assert_double_eq(detente_histogram_quantile(&h, 0, 0, 0.9999), 0);
    ck_assert_double_eq(detente_histogram_quantile(&h, 1, 0, 0.9999), 0.9999);
    detente_histogram_clear(&h);
}
END_TEST

/* Signs, both zeros, the ends of float32: each lands between its neighbours. */
START_TEST(histogram_order)
{
    static const float x[] = {-FLT_MAX, -100.0F, -1.5F, -FLT_MIN, -0.0F, 0.0F, FLT_MIN, 1.5F, 100.0F, FLT_MAX};
    static const double want[] = {-FLT_MAX, -100, -1.5, -FLT_MIN, 0, 0, FLT_MIN, 1.5, 100, FLT_MAX};
    detente_histogram h = {0};
    ck_assert_int_eq(detente_histogram_add(&h, x, 10), 0);
    for (int i = 0; i < 10; i++) {
        const double value = detente_histogram_quantile(&h, (i + 0.5) / 10, -FLT_MAX, FLT_MAX);
        ck_assert_double_eq_tol(value, want[i], fabs(want[i]) / 128 + 1e-300);
    }
    detente_histogram_clear(&h);
}
END_TEST

/* Seven tenths of a flag are 0: the quartiles are 0, 0 and 1, exactly. */
START_TEST(histogram_of_a_flag)
{
    detente_histogram h = {0};
    for (int i = 0; i < 10; i++) {
        const float value = i < 7 ? 0.0F : 1.0F;
        ck_assert_int_eq(detente_histogram_add(&h, &value, 1), 0);
    }
    ck_assert_double_eq(detente_histogram_quantile(&h, 0.25, 0, 1), 0);
    ck_assert_double_eq(detente_histogram_quantile(&h, 0.5, 0, 1), 0);
    ck_assert_double_eq(detente_histogram_quantile(&h, 0.75, 0, 1), 1);
    detente_histogram_clear(&h);
}
END_TEST

START_TEST(histogram_merge_and_reset)
{
    detente_histogram a = {0}, b = {0}, all = {0};
    ck_assert(isnan(detente_histogram_quantile(&a, 0.5, 0, 1)));
    for (int i = 0; i < 1000; i++) {
        const float value = (float)(i * 37 % 1000) - 300.0F;
        ck_assert_int_eq(detente_histogram_add(i % 3 ? &a : &b, &value, 1), 0);
        ck_assert_int_eq(detente_histogram_add(&all, &value, 1), 0);
    }
    ck_assert_int_eq(detente_histogram_merge(&a, &b), 0);
    for (int i = 0; i <= 20; i++)
        ck_assert_double_eq(detente_histogram_quantile(&a, i / 20.0, -300, 699),
                            detente_histogram_quantile(&all, i / 20.0, -300, 699));
    detente_histogram_reset(&a);
    ck_assert(isnan(detente_histogram_quantile(&a, 0.5, 0, 1)));
    ck_assert_int_eq(detente_histogram_merge(&a, &all), 0);
    ck_assert_double_eq(detente_histogram_quantile(&a, 0.5, -300, 699),
                        detente_histogram_quantile(&all, 0.5, -300, 699));
    detente_histogram_clear(&a);
    detente_histogram_clear(&b);
    detente_histogram_clear(&all);
}
END_TEST

/* qt(.975, df) and qt(.9995, df) of R 4.2.2, printed with 15 digits. */
START_TEST(t_quantiles_of_r)
{
    static const struct {
        uint64_t freedom;
        double q975, q9995;
    } t[] = {
        {1, 12.7062047361747, 636.61924876879},        {2, 4.30265272974946, 31.5990545764454},
        {3, 3.18244630528371, 12.923978636688},        {4, 2.77644510519779, 8.61030158137952},
        {5, 2.57058183563631, 6.86882662588127},       {10, 2.22813885198627, 4.58689385870271},
        {39, 2.02269092003676, 3.55812008133277},      {100, 1.98397151852355, 3.39049131116426},
        {500, 1.96471983746737, 3.3100911515227},      {998, 1.96234384621633, 3.30030225204964},
        {999, 1.96234146113345, 3.30029244039877},     {1000, 1.96233908082641, 3.30028264842394},
        {1001, 1.96233670528088, 3.30027287606604},    {10000, 1.96020123989063, 3.29149996594164},
        {1000000, 1.95996635681411, 3.29053646124872},
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        const double count = (double)(t[i].freedom + 1);
        ck_assert_double_eq_tol(detente_t_halfwidth(t[i].freedom + 1, count, 0.95) / t[i].q975, 1, 2e-13);
        ck_assert_double_eq_tol(detente_t_halfwidth(t[i].freedom + 1, count, 0.999) / t[i].q9995, 1, 2e-12);
    }
}
END_TEST

/* With a count of 25 and a variance of 4 the half-width is t * 2/5; qt(.975, 24) of R 4.2.2 is 2.06389856162803. */
START_TEST(halfwidth)
{
    ck_assert_double_eq_tol(detente_t_halfwidth(25, 4, 0.95), 2.06389856162803 * 0.4, 1e-13);
    ck_assert_double_eq(detente_t_halfwidth(25, 0, 0.95), 0);
    ck_assert(isnan(detente_t_halfwidth(1, 4, 0.95)));
    ck_assert(isnan(detente_t_halfwidth(0, 4, 0.95)));
    ck_assert(isnan(detente_t_halfwidth(25, 4, 1)));
    ck_assert(isnan(detente_t_halfwidth(25, NAN, 0.95)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats");
    TCase *tests = tcase_create("stats");
    tcase_add_test(tests, moments_of_nist_numacc3);
    tcase_add_test(tests, moments_merge);
    tcase_add_test(tests, moments_of_few);
    tcase_add_test(tests, histogram_quantiles);
    tcase_add_test(tests, histogram_order);
    tcase_add_test(tests, histogram_of_a_flag);
    tcase_add_test(tests, histogram_merge_and_reset);
    tcase_add_test(tests, t_quantiles_of_r);
    tcase_add_test(tests, halfwidth);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
