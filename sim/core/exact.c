/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exact.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static double power_of_two(int exponent)
{
    const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/*
 * Sum over k of r^k / k!, from the innermost factor r / 14 out. Halving is exact, so that r / 14 is half of r / 7: six divisions do.
 * |r| <= ln 2 / 2: fourteen terms leave less than 1e-17.
 */
static inline double exp_series(double r)
{
    const double third = r / 3, fifth = r / 5, seventh = r / 7;
    const double factor[] = {seventh * 0.5, r / 13,      third * 0.25, r / 11,   fifth * 0.5, r / 9,   r * 0.125,
                             seventh,       third * 0.5, fifth,        r * 0.25, third,       r * 0.5, r};
    double sum = 1;
    for (int i = 0; i < 14; i++)
        sum = 1 + factor[i] * sum;
    return sum;
}

double detente_exact_exp(double x)
{
    if (isnan(x))
        return x;
    if (x > 709.78)
        return INFINITY;
    if (x < -745.0)
        return 0;
    const int n = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    const double r = (x - n * EXACT_LN2_HIGH) - n * EXACT_LN2_LOW;
    const double sum = exp_series(r);
    /* In two steps, so that results near the ends of the range neither overflow nor lose their denormals. */
    const int half = n / 2;
    return sum * power_of_two(half) * power_of_two(n - half);
}

double detente_exact_log(double x)
{
    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0)
        return -INFINITY;
    if (isinf(x))
        return x;
    int exponent = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        exponent = -54;
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    exponent += (int)(bits >> 52) - 1023;
    bits = (bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    /* ln m = 2 atanh(t), |t| <= .1716: the term in t^23 is below 1e-18. */
    const double t = (m - 1) / (m + 1), square = t * t;
    double sum = 0;
    for (int k = 23; k > 1; k -= 2)
        sum = (sum + 1.0 / k) * square;
    return exponent * EXACT_LN2_HIGH + (2 * t + (2 * t * sum + exponent * EXACT_LN2_LOW));
}

double detente_exact_pow(double x, double y)
{
    if (y == 0)
        return 1;
    if (x == 0)
        return y > 0 ? 0 : INFINITY;
    return x == 1 ? 1 : detente_exact_exp(y * detente_exact_log(x));
}

/* Horner's rule, highest coefficient first. */
static double polynomial(const double *c, int n, double x)
{
    double sum = c[0];
    for (int i = 1; i < n; i++)
        sum = sum * x + c[i];
    return sum;
}

double detente_exact_normal_quantile(double p)
{
    static const double a[] = {2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                               4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                               1.3314166789178437745e2, 3.3871328727963666080e0};
    static const double b[] = {
        5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0};
    static const double c[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                               1.27045825245236838258e0,  3.64784832476320460504e0,  5.76949722146069140550e0,
                               4.63033784615654529590e0,  1.42343711074968357734e0};
    static const double d[] = {
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940e0,  2.05319162663775882187e0,  1.0};
    static const double e[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                               2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                               5.46378491116411436990e0,  6.65790464350110377720e0};
    static const double f[] = {
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        1.48753612908506148525e-2,  1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(a, 8, r) / polynomial(b, 8, r);
    }
    double r = q < 0 ? p : 1 - p;
    if (!(r > 0))
        return q < 0 ? -INFINITY : INFINITY;
    r = sqrt(-detente_exact_log(r));
    const double x = r <= 5 ? polynomial(c, 8, r - 1.6) / polynomial(d, 8, r - 1.6)
                            : polynomial(e, 8, r - 5) / polynomial(f, 8, r - 5);
    return q < 0 ? -x : x;
}

int detente_exact_cholesky(int n, const double *a, double *l)
{
    for (int i = 0; i < n * n; i++)
        l[i] = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (int k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            if (i == j && !(sum > 1e-12))
                return -1;
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
    return 0;
}
