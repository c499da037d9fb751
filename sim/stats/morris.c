/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elementary effects of a Morris design whose outputs are noisy. */
#include <detente/stats.h>

#include <math.h>

#include "core/memory.h"
#include "stats/bootstrap.h"

typedef struct morris_sums {
    size_t trajectories, factors, replications;
    double *size;    /* trajectories x factors: |effect| */
    double *without; /* replications x factors: mean |effect| when one replication is left out */
    double *effects; /* by factor: Welford's mean and sum of squares over trajectories, sum of noise variances */
    double *square, *noise;
} morris_sums;

/* One step: the paired difference of two cells over replications, per unit of the range. */
static void add_step(const morris_sums *s, size_t j, const double *before, const double *after, size_t k, double step)
{
    const size_t m = s->replications;
    double mean = 0, square = 0;
    for (size_t r = 0; r < m; r++) {
        const double d = (after[r] - before[r]) / step, off = d - mean;
        mean += off / (double)(r + 1);
        square += off * (d - mean);
    }
    for (size_t r = 0; r < m; r++) {
        const double d = (after[r] - before[r]) / step;
        s->without[r * s->factors + k] += fabs((double)m * mean - d) / (double)(m - 1) / (double)s->trajectories;
    }
    s->size[j * s->factors + k] = fabs(mean);
    const double off = mean - s->effects[k];
    s->effects[k] += off / (double)(j + 1);
    s->square[k] += off * (mean - s->effects[k]);
    s->noise[k] += square / (double)(m - 1) / (double)s->trajectories;
}

static void find_effects(const morris_sums *s, const detente_bootstrap *how, const double *sample, double *column,
                         detente_morris_effect *effect)
{
    const double pi = 3.14159265358979323846;
    for (size_t k = 0; k < s->factors; k++) {
        detente_morris_effect *e = &effect[k];
        e->mu = s->effects[k];
        e->mu_star = 0;
        for (size_t j = 0; j < s->trajectories; j++)
            e->mu_star += s->size[j * s->factors + k] / (double)s->trajectories;
        e->sigma = sqrt(s->square[k] / (double)(s->trajectories - 1));
        e->noise_floor = sqrt(s->noise[k]) * sqrt(2 / (pi * (double)s->replications));
        for (uint32_t b = 0; b < how->draws; b++)
            column[b] = sample[b * s->factors + k];
        bootstrap_interval(column, how->draws, how->confidence, &e->mu_star_low, &e->mu_star_high);
    }
}

static int check(const int *factor, const double *step, size_t trajectories, size_t factors, size_t replications,
                 detente_error *error)
{
    if (trajectories < 2 || factors < 1 || replications < 2)
        return detente_error_set(error, DETENTE_E_RANGE,
                                 "elementary effects need two trajectories, a factor and two replications");
    for (size_t i = 0; i < trajectories * factors; i++)
        if (factor[i] < 0 || (size_t)factor[i] >= factors || !(fabs(step[i]) > 0))
            return detente_error_set(error, DETENTE_E_RANGE, "a step that moves no factor");
    return 0;
}

int detente_morris(const double *y, const int *factor, const double *step, size_t trajectories, size_t factors,
                   size_t replications, const detente_bootstrap *how, detente_morris_effect *effect,
                   detente_error *error)
{
    morris_sums s = {.trajectories = trajectories, .factors = factors, .replications = replications};
    int code = check(factor, step, trajectories, factors, replications, error);
    if (code)
        return code;
    double *sample = detente_calloc(how->draws, factors * sizeof *sample);
    double *column = detente_calloc(how->draws, sizeof *column);
    s.size = detente_calloc(trajectories, factors * sizeof *s.size);
    s.without = detente_calloc(replications, factors * sizeof *s.without);
    s.effects = detente_calloc(3 * factors, sizeof *s.effects);
    if (!sample || !column || !s.size || !s.without || !s.effects) {
        code = detente_no_memory(error);
    } else {
        s.square = s.effects + factors;
        s.noise = s.square + factors;
        for (size_t j = 0; j < trajectories; j++)
            for (size_t i = 0; i < factors; i++) {
                const double *before = y + (j * (factors + 1) + i) * replications;
                add_step(&s, j, before, before + replications, (size_t)factor[j * factors + i], step[j * factors + i]);
            }
        code = bootstrap_means(s.size, trajectories, factors, s.without, replications, how, sample, error);
        if (!code)
            find_effects(&s, how, sample, column, effect);
    }
    detente_free(s.effects);
    detente_free(s.without);
    detente_free(s.size);
    detente_free(column);
    detente_free(sample);
    return code;
}
