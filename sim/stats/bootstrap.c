/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/exact.h"
#include "core/memory.h"

#define DETENTE_LANES 1
#include "rng/philox.h"

static void draw_rows(const detente_bootstrap *how, uint32_t number, const double *value, size_t rows,
                      size_t statistics, double *sum)
{
    const draw_key key = draw_key_make(how->seed, number, 0);
    uint32_t word[4];
    memset(sum, 0, statistics * sizeof *sum);
    for (size_t j = 0; j < rows; j++) {
        if (j % 4 == 0)
            draw(&key, (uint32_t)(j / 4), 0, DRAW_BOOTSTRAP, word);
        const double *row = value + (size_t)((uint64_t)word[j % 4] * rows >> 32) * statistics;
        for (size_t q = 0; q < statistics; q++)
            sum[q] += row[q];
    }
    for (size_t q = 0; q < statistics; q++)
        sum[q] /= (double)rows;
}

/*
 * What other replications would give: the pseudo-values' deviations from their mean, of which sum of squares / (m (m - 1)) is
 * the jackknife's variance (Tukey 1958), weighted by normal draws.
 */
static void draw_replications(const detente_bootstrap *how, uint32_t number, const double *deviation,
                              size_t replications, size_t statistics, double *sum)
{
    const draw_key key = draw_key_make(how->seed, number, 0);
    const double m = (double)replications, scale = 1 / sqrt(m * (m - 1));
    uint32_t word[4];
    for (size_t r = 0; r < replications; r++) {
        if (r % 4 == 0)
            draw(&key, (uint32_t)(r / 4), 0, DRAW_BOOTSTRAP_SHARED, word);
        const double z = scale * detente_exact_normal_quantile(((double)word[r % 4] + 0.5) * 0x1p-32);
        for (size_t q = 0; q < statistics; q++)
            sum[q] += z * deviation[r * statistics + q];
    }
}

static double *find_deviations(const double *without, size_t replications, size_t statistics)
{
    double *deviation = detente_calloc(replications, statistics * sizeof *deviation);
    for (size_t q = 0; q < statistics && deviation; q++) {
        double mean = 0;
        for (size_t r = 0; r < replications; r++)
            mean += without[r * statistics + q] / (double)replications;
        for (size_t r = 0; r < replications; r++)
            deviation[r * statistics + q] = (double)(replications - 1) * (mean - without[r * statistics + q]);
    }
    return deviation;
}

int bootstrap_means(const double *value, size_t rows, size_t statistics, const double *without, size_t replications,
                    const detente_bootstrap *how, double *sample, detente_error *error)
{
    if (rows < 2 || rows > UINT32_MAX || how->draws < 2 || !(how->confidence > 0 && how->confidence < 1))
        return detente_error_set(error, DETENTE_E_RANGE,
                                 "a bootstrap needs two rows, two draws and a confidence within (0, 1)");
    double *deviation = NULL;
    if (how->shared && without && replications > 1) {
        deviation = find_deviations(without, replications, statistics);
        if (!deviation)
            return detente_no_memory(error);
    }
    for (uint32_t b = 0; b < how->draws; b++) {
        draw_rows(how, b, value, rows, statistics, sample + b * statistics);
        if (deviation)
            draw_replications(how, b, deviation, replications, statistics, sample + b * statistics);
    }
    detente_free(deviation);
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear between the values' places 0 … n - 1. */
static double quantile(const double *ordered, size_t n, double share)
{
    const double place = share * (double)(n - 1);
    const size_t below = (size_t)place;
    const double part = place - (double)below;
    return part > 0 ? ordered[below] + part * (ordered[below + 1] - ordered[below]) : ordered[below];
}

void bootstrap_interval(double *value, size_t n, double confidence, double *low, double *high)
{
    qsort(value, n, sizeof *value, by_size);
    *low = quantile(value, n, (1 - confidence) / 2);
    *high = quantile(value, n, (1 + confidence) / 2);
}
