/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/stats.h>

#include <math.h>

#include "core/exact.h"

/* From here on Fisher's expansion leaves less than the closed forms' rounding. */
enum { EXPANSION_FROM = 1000 };

/* Arc tangent of x >= 0 by + - x / and sqrt alone: two halvings of the angle, then the series. */
static double arctan(double x)
{
    if (x > 1)
        return 1.57079632679489661923 - arctan(1 / x);
    x = x / (1 + sqrt(1 + x * x));
    x = x / (1 + sqrt(1 + x * x));
    /* x <= tan(pi/16) = .199: the term in x^25 is below 1e-18 */
    const double square = -x * x;
    double sum = 0;
    for (int k = 25; k > 1; k -= 2)
        sum = (sum + 1.0 / k) * square;
    return 4 * (x + x * sum);
}

/*
 * P(|T| <= t) for a whole number of degrees of freedom and its derivative: the finite sums of Abramowitz & Stegun (1964),
 * 26.7.3 and 26.7.4.
 */
static double central(uint32_t freedom, double t, double *density)
{
    const double inverse_pi = 0.31830988618379067154, nu = freedom, cosine2 = nu / (nu + t * t);
    const double sine = t / sqrt(nu + t * t), cosine = sqrt(cosine2);
    const int odd = freedom % 2 != 0;
    double term = 1, sum = freedom > 1 ? 1 : 0;
    for (uint32_t k = odd ? 3 : 2; k + 2 <= freedom; k += 2) {
        term *= cosine2 * (double)(k - 1) / (double)k;
        sum += term;
    }
    if (odd) {
        const double last = freedom > 1 ? term * (nu - 1) * cosine2 : 1;
        *density = 2 * inverse_pi / sqrt(nu) * last * cosine2;
        return 2 * inverse_pi * (arctan(t / sqrt(nu)) + sine * cosine * sum);
    }
    *density = term * (nu - 1) / sqrt(nu) * cosine2 * cosine;
    return sine * sum;
}

/* Abramowitz & Stegun 26.7.5. */
static double expansion(double z, double nu)
{
    const double z2 = z * z;
    const double g1 = z * (z2 + 1) / 4;
    const double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    const double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    const double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + (g1 + (g2 + (g3 + g4 / nu) / nu) / nu) / nu;
}

/* t with P(|T| <= t) = confidence. */
static double quantile(uint64_t freedom, double confidence)
{
    const double z = detente_exact_normal_quantile(0.5 + confidence / 2);
    if (freedom >= EXPANSION_FROM)
        return expansion(z, (double)freedom);
    /* The probability is concave in t and z lies left of the solution: Newton's steps rise to it and never pass it. */
    double t = z;
    for (int i = 0; i < 100; i++) {
        double density;
        const double step = (confidence - central((uint32_t)freedom, t, &density)) / density;
        if (!(step > 1e-15 * t))
            break;
        t += step;
    }
    return t;
}

double detente_t_halfwidth(uint64_t count, double variance, double confidence)
{
    if (count < 2 || !(confidence > 0 && confidence < 1))
        return NAN;
    return quantile(count - 1, confidence) * sqrt(variance / (double)count);
}

double detente_wilson_halfwidth(uint64_t count, double share, double confidence)
{
    if (count == 0 || !(confidence > 0 && confidence < 1))
        return NAN;
    const double n = (double)count, z = detente_exact_normal_quantile(0.5 + confidence / 2);
    return z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
}

double detente_wilson_middle(uint64_t count, double share, double confidence)
{
    if (count == 0 || !(confidence > 0 && confidence < 1))
        return NAN;
    const double n = (double)count, z = detente_exact_normal_quantile(0.5 + confidence / 2);
    return (share + z * z / (2 * n)) / (1 + z * z / n);
}
