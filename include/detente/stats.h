/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file stats.h
 * Moments, histograms and intervals. All of it gives the same bits everywhere: sums are double, merged in a fixed order.
 */
#ifndef DETENTE_STATS_H
#define DETENTE_STATS_H

#include <stddef.h>
#include <stdint.h>

#include <detente/error.h>

/** Count, mean, sum of squared deviations, extremes. Welford (1962), merged after Chan, Golub & LeVeque (1979). */
typedef struct detente_moments {
    uint64_t count;                     /**< values so far */
    double mean;                        /**< 0 when there are none */
    double m2;                          /**< sum of squared deviations from the mean */
    double min;                         /**< least value; INFINITY when there are none */
    double max;                         /**< greatest value; -INFINITY when there are none */
} detente_moments;

/** Start from no values. */
void detente_moments_init(detente_moments *moments);
/** Add one value. */
void detente_moments_add(detente_moments *moments, double value);
/** Merge @p from into @p into; the result depends on the order of merges, so keep it fixed. */
void detente_moments_merge(detente_moments *into, const detente_moments *from);
/** Sample variance m2/(count-1); NAN below two values. */
double detente_moments_variance(const detente_moments *moments);

/**
 * Histogram over float32 values whose bins are the values' upper 16 bits in numeric order (relative width 2^-7), in pages
 * made on first touch. The first values of an empty histogram are kept as a list, which is all that those of short
 * replications ever need. Counts are exact, so merging is order-free. Zero-initialise; release with detente_histogram_clear().
 */
typedef struct detente_histogram {
    uint64_t *page[256];                /**< 256 counts each, or NULL; whatever was merged into a histogram is here */
    uint64_t *spare;                    /**< pages kept by a reset, all zero but for the first word, which links them */
    uint32_t *few;                      /**< the list: bin + 2^16 times */
    uint32_t n_few;                     /**< entries of the list */
    uint32_t n_used;                    /**< entries of `used` */
    uint8_t used[256];                  /**< pages that were made */
} detente_histogram;

/** Count @p n values. @return 0 or DETENTE_E_MEMORY */
int detente_histogram_add(detente_histogram *histogram, const float *values, size_t n);
/** Count @p value @p times at once. @return 0 or DETENTE_E_MEMORY */
int detente_histogram_add_many(detente_histogram *histogram, float value, uint64_t times);
/** Add the counts of @p from. @return 0 or DETENTE_E_MEMORY */
int detente_histogram_merge(detente_histogram *into, const detente_histogram *from);
/** Set every count to 0 and keep the memory. */
void detente_histogram_reset(detente_histogram *histogram);
/** Release what the histogram owns. */
void detente_histogram_clear(detente_histogram *histogram);
/** Quantile @p q in [0,1], linear within a bin, clamped to [min,max]. NAN when empty. Error at most 2^-7 of the value. */
double detente_histogram_quantile(const detente_histogram *histogram, double q, double min, double max);

/**
 * Half-width of the two-sided Student interval at @p confidence on a mean of @p count values with variance @p variance.
 * NAN below two values. The t quantile solves the finite sums of Abramowitz & Stegun (1964) 26.7.3-4, from 1000 degrees of
 * freedom on it is their expansion 26.7.5: + - x / and sqrt alone, relative error below 1e-12 up to a confidence of .999.
 */
double detente_t_halfwidth(uint64_t count, double variance, double confidence);

/**
 * Half-width of Wilson's (1927) interval at @p confidence on a probability, of which @p share was seen in @p count trials:
 * z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n). Wide where nothing, or everything, was seen. NAN without trials.
 */
double detente_wilson_halfwidth(uint64_t count, double share, double confidence);

#endif
