/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sobol indices of a Saltelli design whose outputs are noisy: docs/methods.md derives what is summed here. */
#include <detente/stats.h>

#include <math.h>

#include "core/memory.h"
#include "stats/bootstrap.h"

/* Statistics of a row: the output's variance, then of each factor the first-order and the total numerator. */
typedef struct sobol_sums {
    const double *y;
    size_t rows, factors, replications, statistics;
    double *centre;  /* by replication: mean over the rows of A and B */
    double *value;   /* rows x statistics */
    double *without; /* replications x statistics: first sums of the products that a replication takes part in */
    double *a, *b, *d;
} sobol_sums;

/*
 * Mean of x_r y_s over all r != s, and what each replication has to do with it: sum x sum y holds every pair, sum x y those of
 * one replication with itself.
 */
static double pairs(const sobol_sums *s, const double *x, const double *y, size_t q)
{
    const size_t m = s->replications;
    double sum_x = 0, sum_y = 0, same = 0;
    for (size_t r = 0; r < m; r++) {
        sum_x += x[r];
        sum_y += y[r];
        same += x[r] * y[r];
    }
    for (size_t r = 0; r < m; r++)
        s->without[r * s->statistics + q] += x[r] * (sum_y - y[r]) + y[r] * (sum_x - x[r]);
    return (sum_x * sum_y - same) / ((double)m * (double)(m - 1));
}

static void find_centres(sobol_sums *s, double *mean)
{
    const size_t m = s->replications;
    *mean = 0;
    for (size_t j = 0; j < s->rows; j++) {
        const double *a = s->y + j * (s->factors + 2) * m;
        for (size_t r = 0; r < m; r++)
            s->centre[r] += a[r] + a[m + r];
    }
    for (size_t r = 0; r < m; r++) {
        s->centre[r] /= 2 * (double)s->rows;
        *mean += s->centre[r] / (double)m;
    }
}

static void add_row(const sobol_sums *s, size_t j)
{
    const size_t m = s->replications;
    const double *cell = s->y + j * (s->factors + 2) * m;
    double *value = s->value + j * s->statistics;
    for (size_t r = 0; r < m; r++) {
        s->a[r] = cell[r] - s->centre[r];
        s->b[r] = cell[m + r] - s->centre[r];
    }
    value[0] = (pairs(s, s->a, s->a, 0) + pairs(s, s->b, s->b, 0)) / 2;
    for (size_t k = 0; k < s->factors; k++) {
        const double *ab = cell + (k + 2) * m;
        for (size_t r = 0; r < m; r++)
            s->d[r] = ab[r] - cell[r];
        value[1 + 2 * k] = pairs(s, s->b, s->d, 1 + 2 * k);
        value[2 + 2 * k] = pairs(s, s->d, s->d, 2 + 2 * k) / 2;
    }
}

/* From the pairs that a replication takes part in to the statistic that the others give. */
static void leave_out(const sobol_sums *s, const double *statistic)
{
    const double m = (double)s->replications;
    for (size_t r = 0; r < s->replications; r++)
        for (size_t q = 0; q < s->statistics; q++) {
            /* Half of both squares for the variance, of one for a total: as in add_row(). */
            const double part = (q > 0 && q % 2 ? 1 : 0.5) * s->without[r * s->statistics + q] / (double)s->rows;
            s->without[r * s->statistics + q] = (statistic[q] * m * (m - 1) - part) / ((m - 1) * (m - 2));
        }
}

/* One degree of freedom went into the centre. */
static double unbiased(const sobol_sums *s, double variance)
{
    const double n = 2 * (double)s->rows;
    return variance * n / (n - 1);
}

/* A numerator's share of the variance, in draw b or in the estimate itself. */
static double share(const sobol_sums *s, const double *statistic, size_t q)
{
    const double variance = unbiased(s, statistic[0]);
    return variance > 0 ? statistic[q] / variance : copysign(INFINITY, statistic[q]);
}

static void find_indices(const sobol_sums *s, const detente_bootstrap *how, const double *statistic,
                         const double *sample, double *column, detente_sobol_index *index, detente_sobol_output *output)
{
    for (uint32_t b = 0; b < how->draws; b++)
        column[b] = unbiased(s, sample[b * s->statistics]);
    output->variance = unbiased(s, statistic[0]);
    bootstrap_interval(column, how->draws, how->confidence, &output->variance_low, &output->variance_high);
    for (size_t k = 0; k < s->factors; k++) {
        index[k] = (detente_sobol_index){NAN, NAN, NAN, NAN, NAN, NAN};
        if (!(output->variance_low > 0 && output->variance > 0))
            continue;
        index[k].first = share(s, statistic, 1 + 2 * k);
        index[k].total = share(s, statistic, 2 + 2 * k);
        for (uint32_t b = 0; b < how->draws; b++)
            column[b] = share(s, sample + b * s->statistics, 1 + 2 * k);
        bootstrap_interval(column, how->draws, how->confidence, &index[k].first_low, &index[k].first_high);
        for (uint32_t b = 0; b < how->draws; b++)
            column[b] = share(s, sample + b * s->statistics, 2 + 2 * k);
        bootstrap_interval(column, how->draws, how->confidence, &index[k].total_low, &index[k].total_high);
    }
}

static int allocate(sobol_sums *s)
{
    const size_t m = s->replications;
    s->centre = detente_calloc(4 * m, sizeof *s->centre);
    s->value = detente_calloc(s->rows, s->statistics * sizeof *s->value);
    s->without = detente_calloc(m, s->statistics * sizeof *s->without);
    if (!s->centre || !s->value || !s->without)
        return DETENTE_E_MEMORY;
    s->a = s->centre + m;
    s->b = s->a + m;
    s->d = s->b + m;
    return 0;
}

int detente_sobol(const double *y, size_t rows, size_t factors, size_t replications, const detente_bootstrap *how,
                  detente_sobol_index *index, detente_sobol_output *output, detente_error *error)
{
    sobol_sums s = {
        .y = y, .rows = rows, .factors = factors, .replications = replications, .statistics = 2 * factors + 1};
    if (factors < 1 || replications < 2)
        return detente_error_set(error, DETENTE_E_RANGE, "Sobol indices need a factor and two replications");
    double *sample = detente_calloc(how->draws, s.statistics * sizeof *sample);
    double *statistic = detente_calloc(s.statistics, sizeof *statistic);
    double *column = detente_calloc(how->draws, sizeof *column);
    int code = !sample || !statistic || !column || allocate(&s) ? DETENTE_E_MEMORY : 0;
    if (code)
        detente_no_memory(error);
    if (!code) {
        find_centres(&s, &output->mean);
        for (size_t j = 0; j < rows; j++)
            add_row(&s, j);
        for (size_t j = 0; j < rows; j++)
            for (size_t q = 0; q < s.statistics; q++)
                statistic[q] += s.value[j * s.statistics + q];
        for (size_t q = 0; q < s.statistics; q++)
            statistic[q] /= (double)rows;
        if (replications > 2)
            leave_out(&s, statistic);
        code = bootstrap_means(s.value, rows, s.statistics, replications > 2 ? s.without : NULL, replications, how,
                               sample, error);
    }
    if (!code)
        find_indices(&s, how, statistic, sample, column, index, output);
    detente_free(s.without);
    detente_free(s.value);
    detente_free(s.centre);
    detente_free(column);
    detente_free(statistic);
    detente_free(sample);
    return code;
}
