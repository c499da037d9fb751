/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file measure.h
 * Clocks, medians and the base scenario, for programs that measure.
 */
#ifndef DETENTE_BENCH_MEASURE_H
#define DETENTE_BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <detente/detente.h>

static inline double measure_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int measure_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/** Median, least and most of n samples. */
typedef struct measure_spread {
    double median, min, max;
} measure_spread;

enum { MEASURE_ROUNDS = 64 };

static inline measure_spread measure_summary(const double *samples, int n)
{
    double sorted[MEASURE_ROUNDS];
    memcpy(sorted, samples, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, measure_compare);
    return (measure_spread){(sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]};
}

/** Load a scenario and compile its strategy `typical`. @return 0, or the failure after printing it */
static inline int measure_load(const char *path, detente_config *config, int *strategy, detente_cell **cell)
{
    detente_error error = {0}, warnings = {0};
    const detente_setting settings[] = {{"strategies", "[typical]"}, {"keep", "none"}};
    int code = detente_config_load(config, path, settings, 2, &error, &warnings);
    *strategy = 0;
    if (!code)
        code = detente_cell_create(cell, config, *strategy, 0, &error);
    if (code)
        fprintf(stderr, "%s\n", error.text ? error.text : detente_error_string(code));
    detente_error_clear(&error);
    detente_error_clear(&warnings);
    return code;
}

/** Turns of a block. */
static inline double measure_turns(const detente_block *block)
{
    double turns = 0;
    for (uint32_t i = 0; i < block->n; i++)
        turns += (double)block->metric[DETENTE_METRIC_turns][i];
    return turns;
}

#endif
