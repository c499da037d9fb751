/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "reference/reference_state.h"

static const struct {
    double low, high;
} range[DETENTE_N_TRAITS] = {
#define X(name, family, mean, sd, low, high, unit, description) {low, high},
    DETENTE_TRAITS(X)
#undef X
};

static void beta_shape(const detente_distribution *d, double *a, double *b)
{
    const double n = d->mean * (1 - d->mean) / (d->sd * d->sd) - 1;
    *a = d->mean * n;
    *b = (1 - d->mean) * n;
}

static double lognormal_sigma(const detente_distribution *d)
{
    return sqrt(log1p(d->sd * d->sd / (d->mean * d->mean)));
}

/* Value of the table at probability u; the values in rising order, as a quantile function needs them. */
static double table_quantile(const detente_distribution *d, double u)
{
    double total = 0, below = 0, value = -INFINITY, largest = -INFINITY;
    for (int i = 0; i < d->n; i++)
        total += d->weights[i];
    while (below <= u * total) {
        double next = INFINITY;
        for (int i = 0; i < d->n; i++)
            if (d->values[i] > value && d->values[i] < next)
                next = d->values[i];
        if (isinf(next))
            return largest;
        value = next;
        largest = next;
        for (int i = 0; i < d->n; i++)
            if (d->values[i] == value)
                below += d->weights[i];
    }
    return value;
}

static double quantile(const detente_distribution *d, double u)
{
    double a, b;
    switch ((enum detente_family)d->family) {
    case DETENTE_UNIFORM:
        return d->mean + sqrt(3) * d->sd * (2 * u - 1);
    case DETENTE_NORMAL:
        return d->mean + gsl_cdf_gaussian_Pinv(u, d->sd);
    case DETENTE_LOGNORMAL:
        b = lognormal_sigma(d);
        return gsl_cdf_lognormal_Pinv(u, log(d->mean) - b * b / 2, b);
    case DETENTE_BETA:
        beta_shape(d, &a, &b);
        return gsl_cdf_beta_Pinv(u, a, b);
    case DETENTE_GAMMA:
        return gsl_cdf_gamma_Pinv(u, d->mean * d->mean / (d->sd * d->sd), d->sd * d->sd / d->mean);
    case DETENTE_TABLE:
        return table_quantile(d, u);
    case DETENTE_CONSTANT:
        break;
    }
    return d->mean;
}

static double sample(gsl_rng *rng, const detente_distribution *d)
{
    double a, b;
    switch ((enum detente_family)d->family) {
    case DETENTE_UNIFORM:
        return d->mean + sqrt(3) * d->sd * (2 * gsl_rng_uniform(rng) - 1);
    case DETENTE_NORMAL:
        return d->mean + gsl_ran_gaussian_ziggurat(rng, d->sd);
    case DETENTE_LOGNORMAL:
        b = lognormal_sigma(d);
        return exp(log(d->mean) - b * b / 2 + gsl_ran_gaussian_ziggurat(rng, b));
    case DETENTE_BETA:
        beta_shape(d, &a, &b);
        return gsl_ran_beta(rng, a, b);
    case DETENTE_GAMMA:
        return gsl_ran_gamma(rng, d->mean * d->mean / (d->sd * d->sd), d->sd * d->sd / d->mean);
    case DETENTE_TABLE:
        return table_quantile(d, gsl_rng_uniform(rng));
    case DETENTE_CONSTANT:
        break;
    }
    return d->mean;
}

static int draw_persona(const reference *r)
{
    double u = gsl_rng_uniform(r->rng);
    int i = 0;
    while (i < r->config.n_personas - 1 && u >= r->persona[i].share)
        u -= r->persona[i++].share;
    return i;
}

/* Traits that are correlated with another come through the copula, the others straight from their distribution. */
int reference_draw(reference *r, double trait[DETENTE_N_TRAITS])
{
    const int who = r->config.n_personas > 1 ? draw_persona(r) : 0;
    const detente_distribution *d = r->persona[who].trait;
    double normal[DETENTE_N_TRAITS] = {0};
    if (r->any_correlated)
        for (int i = 0; i < DETENTE_N_TRAITS; i++)
            normal[i] = gsl_ran_ugaussian(r->rng);
    for (int i = 0; i < DETENTE_N_TRAITS; i++) {
        double value = d[i].mean;
        if (r->correlated[i] && (d[i].sd > 0 || d[i].family == DETENTE_TABLE)) {
            double z = 0;
            for (int j = 0; j <= i; j++)
                z += r->cholesky[i][j] * normal[j];
            value = quantile(&d[i], gsl_cdf_ugaussian_P(z));
        } else if (d[i].sd > 0 || d[i].family == DETENTE_TABLE) {
            value = sample(r->rng, &d[i]);
        }
        trait[i] = reference_clip(value, range[i].low, range[i].high);
    }
    return who;
}
