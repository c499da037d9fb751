/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two vectors of replication means compared: paired where both were played with the same luck, else by Welch's test. */
#include <detente/stats.h>

#include <math.h>
#include <stdlib.h>

#include "core/exact.h"
#include "core/memory.h"

detente_contrast detente_contrast_none(void)
{
    return (detente_contrast){.difference = NAN,
                              .se = NAN,
                              .freedom = NAN,
                              .low = NAN,
                              .high = NAN,
                              .p = NAN,
                              .correlation = NAN,
                              .variance_saved = NAN,
                              .effect = NAN,
                              .p_above = NAN};
}

double detente_cohens_d(double difference, uint64_t count_a, double variance_a, uint64_t count_b, double variance_b)
{
    if (count_a < 2 || count_b < 2)
        return NAN;
    const double a = (double)(count_a - 1), b = (double)(count_b - 1);
    const double variance = (a * variance_a + b * variance_b) / (a + b);
    return variance > 0 ? difference / sqrt(variance) : NAN;
}

double detente_contrast_halfwidth(const detente_contrast *contrast, double confidence)
{
    return contrast->se == 0 ? 0 : detente_t_quantile(contrast->freedom, confidence) * contrast->se;
}

double detente_contrast_p_greater(const detente_contrast *contrast, double threshold)
{
    const double beyond = contrast->difference - threshold;
    /* What does not vary is known. */
    if (contrast->se == 0)
        return beyond > 0 ? 0 : 1;
    return detente_t_tail(beyond / contrast->se, contrast->freedom);
}

/* Interval and two-sided p of a difference whose standard error is known. */
static void finish(detente_contrast *out, double confidence)
{
    const double half = detente_contrast_halfwidth(out, confidence);
    out->low = out->difference - half;
    out->high = out->difference + half;
    if (out->se == 0)
        out->p = out->difference == 0 ? 1 : 0;
    else
        out->p = 2 * detente_t_tail(fabs(out->difference) / out->se, out->freedom);
}

/* Differences such as 0.3 - 0.2 and 0.4 - 0.3 differ in the last digits: that is no variation. */
static double beyond_rounding(double variance, const detente_moments *a, const detente_moments *b)
{
    const double size = fmax(fabs(a->min), fabs(a->max)) + fmax(fabs(b->min), fabs(b->max));
    return sqrt(variance) <= 1e-13 * size ? 0 : variance;
}

void detente_contrast_paired(const double *a, const double *b, size_t n, double confidence, detente_contrast *out)
{
    detente_moments of_a, of_b, of_difference;
    double above = 0, together = 0;
    detente_moments_init(&of_a);
    detente_moments_init(&of_b);
    detente_moments_init(&of_difference);
    *out = detente_contrast_none();
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) || isnan(b[i]))
            continue;
        detente_moments_add(&of_a, a[i]);
        detente_moments_add(&of_b, b[i]);
        detente_moments_add(&of_difference, a[i] - b[i]);
        above += a[i] > b[i] ? 1 : a[i] == b[i] ? 0.5 : 0;
    }
    out->count = of_a.count;
    if (out->count == 0)
        return;
    const double count = (double)out->count, var_a = detente_moments_variance(&of_a);
    const double var_b = detente_moments_variance(&of_b);
    const double var_difference = beyond_rounding(detente_moments_variance(&of_difference), &of_a, &of_b);
    out->difference = of_difference.mean;
    out->p_above = above / count;
    if (out->count < 2)
        return;
    for (size_t i = 0; i < n; i++)
        if (!isnan(a[i]) && !isnan(b[i]))
            together += (a[i] - of_a.mean) * (b[i] - of_b.mean);
    out->freedom = count - 1;
    out->se = sqrt(var_difference / count);
    if (of_a.m2 > 0 && of_b.m2 > 0)
        out->correlation = fmax(-1, fmin(1, together / (sqrt(of_a.m2) * sqrt(of_b.m2))));
    if (of_a.m2 + of_b.m2 > 0)
        out->variance_saved = 1 - var_difference / (var_a + var_b);
    out->effect = detente_cohens_d(out->difference, out->count, var_a, out->count, var_b);
    finish(out, confidence);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The share of all pairs of one of each in which a is above, ties half: both sorted, one walk along b for each end of a tie. */
static double share_above(const double *a, size_t n_a, const double *b, size_t n_b)
{
    size_t less = 0, not_more = 0;
    double above = 0;
    for (size_t i = 0; i < n_a; i++) {
        while (less < n_b && b[less] < a[i])
            less++;
        while (not_more < n_b && b[not_more] <= a[i])
            not_more++;
        above += ((double)less + (double)not_more) / 2;
    }
    return above / ((double)n_a * (double)n_b);
}

/* Its numbers, sorted. */
static size_t take(const double *from, size_t n, double *to, detente_moments *moments)
{
    size_t taken = 0;
    detente_moments_init(moments);
    for (size_t i = 0; i < n; i++) {
        if (isnan(from[i]))
            continue;
        detente_moments_add(moments, from[i]);
        to[taken++] = from[i];
    }
    qsort(to, taken, sizeof *to, ascending);
    return taken;
}

int detente_contrast_unpaired(const double *a, size_t n_a, const double *b, size_t n_b, double confidence,
                              detente_contrast *out)
{
    detente_moments of_a, of_b;
    *out = detente_contrast_none();
    double *sorted = detente_calloc(n_a + n_b + 1, sizeof *sorted);
    if (!sorted)
        return DETENTE_E_MEMORY;
    const size_t count_a = take(a, n_a, sorted, &of_a), count_b = take(b, n_b, sorted + n_a, &of_b);
    out->count = count_a < count_b ? count_a : count_b;
    if (out->count > 0) {
        out->difference = of_a.mean - of_b.mean;
        out->p_above = share_above(sorted, count_a, sorted + n_a, count_b);
    }
    detente_free(sorted);
    if (out->count < 2)
        return 0;
    const double var_a = detente_moments_variance(&of_a), var_b = detente_moments_variance(&of_b);
    const double share_a = var_a / (double)count_a, share_b = var_b / (double)count_b, both = share_a + share_b;
    out->se = sqrt(both);
    /* Satterthwaite's degrees of freedom; those of the sum where nothing varies. */
    out->freedom =
        both > 0 ? both * both / (share_a * share_a / (double)(count_a - 1) + share_b * share_b / (double)(count_b - 1))
                 : (double)(count_a + count_b - 2);
    out->effect = detente_cohens_d(out->difference, count_a, var_a, count_b, var_b);
    finish(out, confidence);
    return 0;
}

void detente_estimate_of(const double *value, size_t n, double confidence, detente_estimate *out)
{
    detente_moments moments;
    detente_moments_init(&moments);
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            detente_moments_add(&moments, value[i]);
    const double variance = detente_moments_variance(&moments);
    const double half = detente_t_halfwidth(moments.count, variance, confidence);
    *out = (detente_estimate){.count = moments.count,
                              .mean = moments.count ? moments.mean : NAN,
                              .variance = variance,
                              .low = moments.mean - half,
                              .high = moments.mean + half};
}

double detente_alike_reach(double count, double level)
{
    return 1 - detente_exact_exp(detente_exact_log(level) / count);
}

int detente_estimate_alike(detente_estimate *estimate, double encounters, double confidence)
{
    const double reach = detente_alike_reach((double)estimate->count * encounters, (1 - confidence) / 2);
    if (estimate->count == 0 || (estimate->count > 1 && estimate->variance > 0) ||
        (estimate->mean != 0 && estimate->mean != 1))
        return 0;
    estimate->low = estimate->mean > 0 ? 1 - reach : 0;
    estimate->high = estimate->mean > 0 ? 1 : reach;
    return 1;
}

double detente_estimate_reach(const detente_estimate *estimate)
{
    const double below = estimate->mean - estimate->low, above = estimate->high - estimate->mean;
    return below > above ? below : above;
}
