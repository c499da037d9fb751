/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "reference/reference.h"
#include "stat/oracle.h"

/* Values nearer to each other than this share of their range are one: the kernel's are float32. */
static const double SAME = 2e-5;

/* A cell of a chi-square test holds at least so many of both samples, so that its tail can be trusted at 1e-6. */
static const double LEAST_IN_CELL = 50;

enum { FLAG, SHARE, AMOUNT };

static const int kinds[DETENTE_N_METRICS] = {
#define X(name, unit, kind, ...) kind,
    DETENTE_METRICS(X)
#undef X
};

/* Outcomes of both, by metric: the kernel's, then the reference's. */
typedef struct samples {
    double *value[2];
    uint32_t n;
} samples;

static double *column(const samples *s, int side, int metric)
{
    return s->value[side] + (size_t)metric * s->n;
}

static int is_count(int metric)
{
    return kinds[metric] == FLAG || metric == DETENTE_METRIC_turns || metric == DETENTE_METRIC_exceptions ||
           metric == DETENTE_METRIC_breaches || metric == DETENTE_METRIC_broken_promises;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean(const double *values, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += values[i];
    return sum / n;
}

/* Two-sample chi-square of sorted counts, cells pooled upwards. @return the probability of a larger statistic */
static double chi_square(const double *a, const double *b, uint32_t n)
{
    double statistic = 0, in_a = 0, in_b = 0;
    int cells = 0;
    uint32_t i = 0, j = 0;
    while (i < n || j < n) {
        const double value = i < n && (j >= n || a[i] <= b[j]) ? a[i] : b[j];
        for (; i < n && a[i] <= value; i++)
            in_a++;
        for (; j < n && b[j] <= value; j++)
            in_b++;
        const double left = 2.0 * n - i - j;
        if (in_a + in_b < LEAST_IN_CELL || (left > 0 && left < LEAST_IN_CELL))
            continue;
        statistic += (in_a - in_b) * (in_a - in_b) / (in_a + in_b);
        in_a = in_b = 0;
        cells++;
    }
    return cells > 1 ? gsl_cdf_chisq_Q(statistic, cells - 1) : 1;
}

/*
 * Two-sample Kolmogorov-Smirnov of sorted values. Looking only between values that are clearly apart makes the largest distance
 * no larger, ties likewise, so the probability is an upper bound with atoms too.
 */
static double kolmogorov(const double *a, const double *b, uint32_t n)
{
    const double low = fmin(a[0], b[0]), high = fmax(a[n - 1], b[n - 1]), same = SAME * (high - low);
    double largest = 0;
    uint32_t i = 0, j = 0;
    while (i < n && j < n) {
        const double value = fmin(a[i], b[j]);
        while (i < n && a[i] <= value)
            i++;
        while (j < n && b[j] <= value)
            j++;
        const double next = fmin(i < n ? a[i] : INFINITY, j < n ? b[j] : INFINITY);
        if (next - value > same)
            largest = fmax(largest, fabs((double)i - (double)j) / n);
    }
    return fmin(1, 2 * exp(-largest * largest * n));
}

static int play_kernel(const detente_config *config, int strategy, uint32_t replication, samples *s)
{
    detente_error error = {0};
    detente_cell *cell = NULL;
    detente_block *block = detente_aligned_calloc(64, sizeof *block);
    const int code = block ? detente_cell_create(&cell, config, strategy, 0, &error) : DETENTE_E_MEMORY;
    for (uint32_t first = 0; !code && first < s->n; first += DETENTE_BLOCK) {
        const uint32_t n = s->n - first < DETENTE_BLOCK ? s->n - first : DETENTE_BLOCK;
        detente_cell_play(cell, DETENTE_ISA_AUTO, replication, first, n, block);
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            for (uint32_t i = 0; i < n; i++)
                column(s, 0, m)[first + i] = (double)block->metric[m][i];
    }
    detente_cell_free(cell);
    detente_free(block);
    detente_error_clear(&error);
    return code;
}

static int play_reference(const detente_config *config, int strategy, unsigned long seed, samples *s)
{
    detente_error error = {0};
    reference *other;
    const int code = reference_create(&other, config, strategy, &error);
    detente_error_clear(&error);
    if (code)
        return code;
    reference_seed(other, seed);
    for (uint32_t i = 0; i < s->n; i++) {
        double metric[DETENTE_N_METRICS];
        reference_play(other, metric);
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            column(s, 1, m)[i] = metric[m];
    }
    reference_free(other);
    return 0;
}

static void compare_metric(const samples *s, int metric, double alpha, text_buffer *words)
{
    double *a = column(s, 0, metric), *b = column(s, 1, metric);
    qsort(a, s->n, sizeof *a, ascending);
    qsort(b, s->n, sizeof *b, ascending);
    const double p = is_count(metric) ? chi_square(a, b, s->n) : kolmogorov(a, b, s->n);
    if (p < alpha)
        text_add(words, "  %s: kernel mean %.6g, reference mean %.6g, p %.2g\n", detente_metric_name(metric),
                 mean(a, s->n), mean(b, s->n), p);
}

int oracle_compare(const detente_config *config, const detente_config *other, int strategy, uint32_t n,
                   unsigned long seed, double alpha, text_buffer *words)
{
    int compared = 0;
    samples s = {{NULL, NULL}, n};
    for (int i = 0; i < 2; i++)
        s.value[i] = detente_calloc((size_t)n * DETENTE_N_METRICS, sizeof(double));
    int code = s.value[0] && s.value[1] ? 0 : DETENTE_E_MEMORY;
    if (!code)
        code = play_kernel(config, strategy, (uint32_t)seed, &s);
    if (!code)
        code = play_reference(other, strategy, seed, &s);
    for (int m = 0; !code && m < DETENTE_N_METRICS; m++) {
        compare_metric(&s, m, alpha, words);
        compared++;
    }
    detente_free(s.value[0]);
    detente_free(s.value[1]);
    return code ? code : compared;
}
