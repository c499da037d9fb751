/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tails and quantiles of Student's t for any degrees of freedom, by + - x / and sqrt like all that is computed here. */
#include <detente/stats.h>

#include <float.h>
#include <math.h>

#include "core/exact.h"

/* ln(1 + u) for u >= 0: what rounding 1 + u loses is put back by the quotient (Kahan). */
static double log_1_plus(double u)
{
    const double w = 1 + u;
    if (w == 1 || isinf(w))
        return w == 1 ? u : w;
    return detente_exact_log(w) * u / (w - 1);
}

/* Gamma(z + 1/2) / Gamma(z): Stirling's series of both (DLMF 5.11.8), from 32 on, where four terms leave less than 1e-16. */
static double gamma_ratio(double z)
{
    double below = 1;
    for (; z < 32; z += 1)
        below *= z / (z + 0.5);
    const double w = 1 / (z * z);
    const double series = (-1.0 / 8 + w * (1.0 / 192 + w * (-1.0 / 640 + w * 17.0 / 14336))) / z;
    return below * sqrt(z) * detente_exact_exp(series);
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), after Lentz (1976). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < 100000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        value *= c * d;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        value *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON)
            break;
    }
    return value;
}

/* (nu / (nu + t^2))^(nu/2) Gamma((nu + 1)/2) / (Gamma(nu/2) sqrt(pi)) */
static double front(double t, double freedom)
{
    const double inverse_root_pi = 0.56418958354775628695;
    return detente_exact_exp(-freedom / 2 * log_1_plus(t * t / freedom)) * gamma_ratio(freedom / 2) * inverse_root_pi;
}

double detente_t_tail(double t, double freedom)
{
    if (isnan(t) || !(freedom > 0) || isinf(freedom))
        return NAN;
    if (t < 0)
        return 1 - detente_t_tail(-t, freedom);
    const double square = t * t, a = freedom / 2, x = freedom / (freedom + square);
    if (isinf(square))
        return 0;
    const double lead = front(t, freedom) * t / sqrt(freedom + square);
    /* The fraction converges fast on one side of the mean of the beta distribution; the other is by symmetry. */
    if (x < (a + 1) / (a + 2.5))
        return lead * beta_fraction(a, 0.5, x) / a / 2;
    return 0.5 - lead * beta_fraction(0.5, a, square / (freedom + square));
}

double detente_t_quantile(double freedom, double confidence)
{
    if (!(freedom > 0) || isinf(freedom) || !(confidence > 0 && confidence < 1))
        return NAN;
    /* The probability is concave in t and the normal quantile lies left of the solution: Newton's steps rise to it. */
    const double tail = (1 - confidence) / 2;
    double t = detente_exact_normal_quantile(1 - tail);
    for (int i = 0; i < 200; i++) {
        const double density = front(t, freedom) / sqrt(freedom + t * t);
        const double step = (detente_t_tail(t, freedom) - tail) / density;
        if (!(step > 1e-15 * t))
            break;
        t += step;
    }
    return t;
}
