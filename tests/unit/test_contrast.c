/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two vectors of replication means compared, Holm's adjustment, tails of t: against R 4.2, to 1e-9 or better. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <detente/stats.h>

#include "support/suite.h"

static const double a[] = {0.52, 0.49, 0.61, 0.55, 0.47, 0.58, 0.50, 0.53};
static const double b[] = {0.48, 0.49, 0.52, 0.51, 0.46, 0.55, 0.51, 0.47};
enum { N = 8 };

static void near(double got, double expected)
{
    ck_assert_double_eq_tol(got, expected, 1e-11 * fabs(expected));
}

/* R: pt(t, df, lower.tail = FALSE). Far tails by relative error. */
START_TEST(tails_of_t)
{
    near(detente_t_tail(2.5, 7), 0.020496109292876437);
    near(detente_t_tail(-1.2, 3.7), 0.84935381092406026);
    near(detente_t_tail(30, 4.5), 1.171987149394261e-06);
    near(detente_t_tail(0.01, 120), 0.49601894664982316);
    near(detente_t_tail(8, 1e6), 6.2275317166012665e-16);
    ck_assert_double_eq(detente_t_tail(0, 3), 0.5);
    ck_assert_double_eq(detente_t_tail(INFINITY, 3), 0);
    ck_assert_double_eq(detente_t_tail(-INFINITY, 3), 1);
    ck_assert_double_eq(detente_t_tail(1e200, 3), 0);
    ck_assert(isnan(detente_t_tail(1, 0)));
    ck_assert(isnan(detente_t_tail(NAN, 3)));
}
END_TEST

/* R: qt(.5 + confidence / 2, df). That of one degree of freedom is tan(pi .999 / 2). */
START_TEST(quantiles_of_t)
{
    near(detente_t_quantile(7, 0.95), 2.3646242515927844);
    near(detente_t_quantile(3.7, 0.99), 4.8692522532278284);
    near(detente_t_quantile(1, 0.999), 636.6192487687897);
    near(detente_t_quantile(39.5, 0.9), 1.684356432109037);
    near(detente_t_quantile(12345.5, 0.95), 1.9601561598162898);
    ck_assert(isnan(detente_t_quantile(7, 1)));
    ck_assert(isnan(detente_t_quantile(0, 0.95)));
    /* The other way to it, which stopping rules use. */
    for (uint64_t count = 2; count < 1500; count = count * 3 / 2 + 1)
        near(detente_t_quantile((double)(count - 1), 0.95), detente_t_halfwidth(count, (double)count, 0.95));
}
END_TEST

/* R: t.test(a, b, paired = TRUE), cor(a, b), 1 - var(a - b) / (var(a) + var(b)); alternative = "greater", mu = .02. */
START_TEST(paired)
{
    detente_contrast c;
    detente_contrast_paired(a, b, N, 0.95, &c);
    ck_assert_uint_eq(c.count, 8);
    near(c.difference, 0.0324999999999999942);
    near(c.low, 0.0050437259067399147);
    near(c.high, 0.0599562740932600771);
    near(c.p, 0.0265621523326351611);
    near(c.se, 0.0116112630050063306);
    ck_assert_double_eq(c.freedom, 7);
    near(c.correlation, 0.72220871939394704);
    near(c.variance_saved, 0.65005793742757811);
    near(c.effect, 0.827888741468495);
    /* Above in six, equal in one, below in one. */
    ck_assert_double_eq(c.p_above, 6.5 / 8);
    near(detente_contrast_p_greater(&c, 0.02), 0.1586912200009169);
    near(c.difference + detente_contrast_halfwidth(&c, 0.99), 0.073133420947163352);
    detente_contrast other;
    detente_contrast_paired(b, a, N, 0.95, &other);
    near(other.difference, -c.difference);
    near(other.p, c.p);
    ck_assert_double_eq(other.p_above, 1.5 / 8);
}
END_TEST

/* What one of the two lacks is left out on both sides. */
START_TEST(pairs_that_both_have)
{
    double x[N + 2], y[N + 2];
    detente_contrast c, whole;
    for (int i = 0; i < N; i++) {
        x[i + (i > 2)] = a[i];
        y[i + (i > 2)] = b[i];
    }
    x[3] = NAN;
    y[3] = 100;
    x[N + 1] = -100;
    y[N + 1] = NAN;
    detente_contrast_paired(x, y, N + 2, 0.95, &c);
    detente_contrast_paired(a, b, N, 0.95, &whole);
    ck_assert_uint_eq(c.count, whole.count);
    ck_assert_double_eq(c.difference, whole.difference);
    ck_assert_double_eq(c.p, whole.p);
    ck_assert_double_eq(c.correlation, whole.correlation);
    ck_assert_double_eq(c.p_above, whole.p_above);
}
END_TEST

/* R: t.test(a, b[1:5]), wilcox.test(a, b[1:5])$statistic / 40, the pooled d by its formula. */
START_TEST(unpaired)
{
    detente_contrast c;
    ck_assert_int_eq(detente_contrast_unpaired(a, N, b, 5, 0.95, &c), 0);
    ck_assert_uint_eq(c.count, 5);
    near(c.difference, 0.0392500000000000071);
    near(c.low, -0.0043656627537095411);
    near(c.high, 0.0828656627537095736);
    near(c.p, 0.0730902976226055767);
    near(c.se, 0.0197626541739716749);
    near(c.freedom, 10.7606111097923609066);
    near(c.effect, 0.97661376589089344);
    near(c.p_above, 0.77500000000000002);
    ck_assert(isnan(c.correlation));
    ck_assert(isnan(c.variance_saved));
}
END_TEST

/* 0.3 - 0.2 and 0.4 - 0.3 are two doubles, and one difference. */
START_TEST(differences_that_round)
{
    const double more[] = {0.3, 0.4}, less[] = {0.2, 0.3}, far[] = {0.2, 0.3 + 1e-9};
    detente_contrast c;
    ck_assert(0.3 - 0.2 != 0.4 - 0.3);
    detente_contrast_paired(more, less, 2, 0.95, &c);
    ck_assert_double_eq(c.se, 0);
    ck_assert_double_eq(c.variance_saved, 1);
    detente_contrast_paired(more, far, 2, 0.95, &c);
    ck_assert_double_gt(c.se, 1e-10);
}
END_TEST

START_TEST(what_cannot_be_said)
{
    static const double none[] = {NAN, NAN}, one[] = {3, NAN}, same[] = {2, 2}, other[] = {1, 1};
    detente_contrast c;
    detente_contrast_paired(none, same, 2, 0.95, &c);
    ck_assert_uint_eq(c.count, 0);
    ck_assert(isnan(c.difference) && isnan(c.p) && isnan(c.p_above) && isnan(c.low));
    detente_contrast_paired(one, same, 2, 0.95, &c);
    ck_assert_uint_eq(c.count, 1);
    ck_assert_double_eq(c.difference, 1);
    ck_assert_double_eq(c.p_above, 1);
    ck_assert(isnan(c.p) && isnan(c.low) && isnan(c.effect));
    /* A difference that does not vary is known: 0 for certain, or not 0 for certain. */
    detente_contrast_paired(same, same, 2, 0.95, &c);
    ck_assert_double_eq(c.p, 1);
    ck_assert_double_eq(c.low, 0);
    ck_assert_double_eq(c.p_above, 0.5);
    ck_assert(isnan(c.correlation) && isnan(c.variance_saved) && isnan(c.effect));
    ck_assert_double_eq(detente_contrast_p_greater(&c, 0), 1);
    detente_contrast_paired(same, other, 2, 0.95, &c);
    ck_assert_double_eq(c.p, 0);
    ck_assert_double_eq(c.low, 1);
    ck_assert_double_eq(c.high, 1);
    ck_assert_double_eq(detente_contrast_p_greater(&c, 0.5), 0);
    ck_assert_double_eq(detente_contrast_p_greater(&c, 1), 1);
    ck_assert_int_eq(detente_contrast_unpaired(same, 2, other, 2, 0.95, &c), 0);
    ck_assert_double_eq(c.p, 0);
    ck_assert_double_eq(c.difference, 1);
    ck_assert_int_eq(detente_contrast_unpaired(none, 2, other, 2, 0.95, &c), 0);
    ck_assert_uint_eq(c.count, 0);
    ck_assert(isnan(c.p) && isnan(c.p_above));
}
END_TEST

/* R: p.adjust(c(.01, .04, .03, .005, NA, .2, .04), "holm") */
START_TEST(holm)
{
    static const double p[] = {0.01, 0.04, 0.03, 0.005, NAN, 0.2, 0.04};
    static const double expected[] = {0.05, 0.12, 0.12, 0.03, NAN, 0.2, 0.12};
    double adjusted[7];
    ck_assert_int_eq(detente_holm(p, 7, adjusted), 0);
    for (int i = 0; i < 7; i++) {
        if (isnan(expected[i]))
            ck_assert(isnan(adjusted[i]));
        else
            near(adjusted[i], expected[i]);
    }
    ck_assert_int_eq(detente_holm(p, 0, adjusted), 0);
    static const double large[] = {0.9, 0.8};
    ck_assert_int_eq(detente_holm(large, 2, adjusted), 0);
    ck_assert_double_eq(adjusted[0], 1);
    ck_assert_double_eq(adjusted[1], 1);
}
END_TEST

/* R: prop.test(3, 256, correct = FALSE)$conf.int is Wilson's. */
START_TEST(wilson)
{
    const double middle = detente_wilson_middle(256, 3.0 / 256, 0.95),
                 half = detente_wilson_halfwidth(256, 3.0 / 256, 0.95);
    near(middle - half, 0.0039932871230077592);
    near(middle + half, 0.0338815726678822968);
    ck_assert(isnan(detente_wilson_middle(0, 0.5, 0.95)));
}
END_TEST

/* SciPy: binomtest(0, 720).proportion_ci(method="exact"), which is 1 - 0.025^(1/720). */
START_TEST(alike)
{
    static const double none[12] = {0}, all[] = {1, 1, NAN, 1}, some[] = {0.5, 0.5, 0.5}, varies[] = {0, 1, 0};
    detente_estimate e;
    detente_estimate_of(none, 12, 0.95, &e);
    ck_assert(e.low == 0 && e.high == 0);
    ck_assert_int_eq(detente_estimate_alike(&e, 60, 0.95), 1);
    ck_assert(e.low == 0);
    near(e.high, 0.005110341234823408);
    near(detente_estimate_reach(&e), 0.005110341234823408);
    detente_estimate_of(all, 4, 0.95, &e);
    ck_assert_int_eq(detente_estimate_alike(&e, 240, 0.95), 1);
    ck_assert(e.high == 1);
    near(e.low, 1 - 0.005110341234823408);
    near(detente_estimate_reach(&e), 0.005110341234823408);
    const double *const others[] = {some, varies};
    for (int i = 0; i < 2; i++) {
        detente_estimate_of(others[i], 3, 0.95, &e);
        const detente_estimate before = e;
        ck_assert_int_eq(detente_estimate_alike(&e, 60, 0.95), 0);
        ck_assert(e.low == before.low && e.high == before.high);
    }
    detente_estimate_of(none, 0, 0.95, &e);
    ck_assert_int_eq(detente_estimate_alike(&e, 60, 0.95), 0);
    detente_estimate_of(none, 1, 0.95, &e);
    ck_assert_int_eq(detente_estimate_alike(&e, 720, 0.95), 1);
    near(e.high, 0.005110341234823408);
}
END_TEST

START_TEST(estimates)
{
    static const double x[] = {1, NAN, 2, 3, NAN, 4};
    detente_estimate e;
    detente_estimate_of(x, 6, 0.95, &e);
    ck_assert_uint_eq(e.count, 4);
    near(e.mean, 2.5);
    near(e.variance, 5.0 / 3);
    /* R: t.test(1:4)$conf.int */
    near(e.low, 0.44573974323947925);
    near(e.high, 4.5542602567605206);
    detente_estimate_of(x, 2, 0.95, &e);
    ck_assert_uint_eq(e.count, 1);
    ck_assert(e.mean == 1 && isnan(e.low) && isnan(e.high));
    detente_estimate_of(x + 1, 1, 0.95, &e);
    ck_assert_uint_eq(e.count, 0);
    ck_assert(isnan(e.mean) && isnan(e.low));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contrast");
    TCase *known = tcase_create("known");
    tcase_add_test(known, tails_of_t);
    tcase_add_test(known, quantiles_of_t);
    tcase_add_test(known, paired);
    tcase_add_test(known, pairs_that_both_have);
    tcase_add_test(known, unpaired);
    tcase_add_test(known, differences_that_round);
    tcase_add_test(known, what_cannot_be_said);
    tcase_add_test(known, holm);
    tcase_add_test(known, wilson);
    tcase_add_test(known, alike);
    tcase_add_test(known, estimates);
    suite_add_tcase(suite, known);
    return suite_run(suite);
}
