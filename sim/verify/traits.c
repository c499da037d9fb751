/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limits of the customers: marginals of the traits, with atoms where a range clips them, and rank correlations of the copula (L6).
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include "verify/limits.h"

static const char TRAITS[] = "detente: 1\n"
                             "name: traits\n"
                             "max_turns: 1\n"
                             "replications: 64\n"
                             "encounters: 1024\n"
                             "customer:\n"
                             "  anger: {dist: beta, mean: 0.3, sd: 0.2}\n"
                             "  entitlement: {dist: uniform, mean: 0.4, sd: 0.2}\n"
                             "  expectation: {dist: normal, mean: 0.8, sd: 0.4}\n"
                             "  patience: {dist: lognormal, mean: 12, sd: 6}\n"
                             "  reciprocity: {dist: normal, mean: 0.3, sd: 0.6}\n"
                             "  susceptibility: {dist: gamma, mean: 1, sd: 0.5}\n"
                             "  reactivity: {dist: normal, mean: 0.5, sd: 0.5}\n"
                             "  openness: {dist: table, values: [0.9, 0.1, 0.4], weights: [1, 2, 4]}\n"
                             "  correlation: {anger-patience: -0.5, anger-susceptibility: 0.7}\n"
                             "strategies: [{name: closing, playbook: [{do: close}]}]\n";

enum { BINS = 40, MOST_CELLS = DETENTE_MAX_TABLE + BINS + 2 };

static const char *const NAME[] = {
#define X(name, ...) #name,
    DETENTE_TRAITS(X)
#undef X
};
static const double LOW[] = {
#define X(name, family, mean, sd, low, ...) low,
    DETENTE_TRAITS(X)
#undef X
};
static const double HIGH[] = {
#define X(name, family, mean, sd, low, high, ...) high,
    DETENTE_TRAITS(X)
#undef X
};

/* Distribution function before the range clips it. */
static double distribution(const detente_distribution *d, double x)
{
    const double m = d->mean, variance = d->sd * d->sd;
    switch ((int)d->family) {
    case DETENTE_BETA:
        return gsl_cdf_beta_P(x, m * (m * (1 - m) / variance - 1), (1 - m) * (m * (1 - m) / variance - 1));
    case DETENTE_GAMMA:
        return gsl_cdf_gamma_P(x, m * m / variance, variance / m);
    case DETENTE_UNIFORM:
        return gsl_cdf_flat_P(x, m - sqrt(3) * d->sd, m + sqrt(3) * d->sd);
    case DETENTE_LOGNORMAL: {
        const double sigma2 = log1p(variance / (m * m));
        return x <= 0 ? 0 : gsl_cdf_lognormal_P(x, log(m) - sigma2 / 2, sqrt(sigma2));
    }
    default:
        return gsl_cdf_gaussian_P(x - m, d->sd);
    }
}

/* Counts of a trait's cells: the lower atom, the law between the ends by bins of equal probability, the upper atom. */
typedef struct trait_counts {
    double below, within; /* probabilities of the lower atom and of what lies between the ends */
    double n, count[MOST_CELLS];
} trait_counts;

static void count_value(trait_counts *c, int trait, const detente_distribution *d, float value)
{
    int cell;
    c->n += 1;
    if (value <= (float)LOW[trait]) {
        cell = 0;
    } else if (value >= (float)HIGH[trait]) {
        cell = BINS + 1;
    } else {
        const double share = (distribution(d, value) - c->below) / c->within;
        cell = 1 + (int)fmin(fmax(share * BINS, 0), BINS - 1);
    }
    c->count[cell] += 1;
}

/* Atoms that are there are lines of their own; the law between them is a chi-square. */
static int compare_trait(limit_run *run, const trait_counts *c, int trait)
{
    static const char *const FAMILY[] = {"constant", "uniform", "normal", "lognormal", "beta", "gamma"};
    const detente_distribution *d = &run->told.persona[0].trait[trait];
    const double atom[] = {c->below, 1 - c->below - c->within}, inside = c->n - c->count[0] - c->count[BINS + 1];
    double expected[BINS];
    int code = 0;
    for (int end = 0; end < 2 && !code; end++)
        if (atom[end] > 1e-4 || c->count[end * (BINS + 1)] > 0)
            code = limit_add_share(run, atom[end], c->count[end * (BINS + 1)], c->n, "%s at its %s end (%s)",
                                   NAME[trait], end ? "upper" : "lower", FAMILY[(int)d->family]);
    for (int i = 0; i < BINS; i++)
        expected[i] = inside / BINS;
    return code ? code
                : limit_add_counts(run, expected, &c->count[1], BINS, "chi-square of %s (%s)", NAME[trait],
                                   FAMILY[(int)d->family]);
}

/* A table's values, each a cell; anything else is counted with none and leaves them short. */
static int compare_table(limit_run *run, int trait, const double *count, double n)
{
    const detente_distribution *d = &run->told.persona[0].trait[trait];
    double expected[DETENTE_MAX_TABLE], total = 0;
    for (int i = 0; i < d->n; i++)
        total += d->weights[i];
    for (int i = 0; i < d->n; i++)
        expected[i] = n * d->weights[i] / total;
    return limit_add_counts(run, expected, count, d->n, "chi-square of %s (table)", NAME[trait]);
}

static int measure_trait(limit_run *run, int trait)
{
    const detente_distribution *d = &run->told.persona[0].trait[trait];
    const int table = (int)d->family == DETENTE_TABLE;
    trait_counts c = {0};
    if (!table) {
        c.below = distribution(d, LOW[trait]);
        c.within = distribution(d, HIGH[trait]) - c.below;
    }
    for (uint32_t r = 0; r < run->played.replications; r++) {
        detente_cell_play(run->cell[0], run->isa, r, 0, (uint32_t)run->played.encounters, run->block);
        for (uint32_t i = 0; i < run->block->n; i++) {
            const float value = run->block->trait[trait][i];
            if (!table)
                count_value(&c, trait, d, value);
            else
                c.n += 1;
            for (int k = 0; table && k < d->n; k++)
                c.count[k] += value == (float)d->values[k];
        }
    }
    return table ? compare_table(run, trait, c.count, c.n) : compare_trait(run, &c, trait);
}

/*
 * Spearman's coefficient of each replication. Of n normal pairs it is (6/pi) asin(r/2) as n grows, and in the mean
 * 6/(pi (n+1)) (asin r + (n-2) asin(r/2)) (Moran 1948); monotone marginals do not change ranks.
 */
static int measure_ranks(limit_run *run, int a, int b)
{
    const double r = run->told.correlation[a][b], n = (double)run->told.encounters;
    const double expected = 6 / (M_PI * (n + 1)) * (asin(r) + (n - 2) * asin(r / 2));
    double x[DETENTE_BLOCK], y[DETENTE_BLOCK], work[2 * DETENTE_BLOCK];
    limit_mean deviation = {0};
    char what[72];
    for (uint32_t k = 0; k < run->played.replications; k++) {
        detente_cell_play(run->cell[0], run->isa, k, 0, (uint32_t)run->played.encounters, run->block);
        for (uint32_t i = 0; i < run->block->n; i++) {
            x[i] = (double)run->block->trait[a][i];
            y[i] = (double)run->block->trait[b][i];
        }
        limit_mean_add(&deviation, gsl_stats_spearman(x, 1, y, 1, run->block->n, work) - expected);
    }
    snprintf(what, sizeof what, "Spearman of %s and %s", NAME[a], NAME[b]);
    return limit_add_mean(run, expected, &deviation, what);
}

static int measure_traits(limit_run *run)
{
    static const int PAIR[][2] = {{DETENTE_TRAIT_anger, DETENTE_TRAIT_patience},
                                  {DETENTE_TRAIT_anger, DETENTE_TRAIT_susceptibility},
                                  {DETENTE_TRAIT_patience, DETENTE_TRAIT_susceptibility}};
    int code = 0;
    for (int trait = 0; trait < DETENTE_N_TRAITS && !code; trait++)
        if ((int)run->told.persona[0].trait[trait].family != DETENTE_CONSTANT)
            code = measure_trait(run, trait);
    for (size_t k = 0; k < sizeof PAIR / sizeof *PAIR && !code; k++)
        code = measure_ranks(run, PAIR[k][0], PAIR[k][1]);
    return code;
}

const limit_case LIMIT_TRAITS = {"L6", TRAITS, measure_traits};
