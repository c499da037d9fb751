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

/** How the intervals of sensitivity indices are made: percentiles of a bootstrap over the design's rows (Archer, Saltelli & Sobol 1997). */
typedef struct detente_bootstrap {
    uint64_t seed;     /**< draws are a function of it, their number and the row's */
    uint32_t draws;    /**< at least 2 */
    double confidence; /**< of the intervals, within (0,1) */
    int shared;        /**< 1: replication r of every cell has the same random numbers, so that rows are not independent: what
                            replications would change is added, by the jackknife, from three replications on */
} detente_bootstrap;

/** Sobol indices of a parameter, shares of the output's variance; NAN where that is not above noise. */
typedef struct detente_sobol_index {
    double first;                  /**< first order: what the parameter explains alone */
    double first_low, first_high;  /**< its interval */
    double total;                  /**< total order: with all its interactions */
    double total_low, total_high;  /**< its interval; the parameter is above noise where total_low > 0 */
} detente_sobol_index;

/** What a Saltelli design says of the output itself. */
typedef struct detente_sobol_output {
    double mean;                        /**< over the rows of A and B */
    double variance;                    /**< between points, without the noise of replications; may be below 0 */
    double variance_low, variance_high; /**< its interval; the output varies above noise where variance_low > 0 */
} detente_sobol_output;

/**
 * Sobol indices of a Saltelli design: first order by the estimator (b), total order by (f) of Saltelli et al. (2010), table 2, the
 * latter Jansen's (1999). With replications, every product is the mean of products over two different ones, x_r y_s with r != s:
 * their noise is independent, so that none of it is left on average, whether or not the cells of one replication share random
 * numbers. A and B are centred by their mean in each replication.
 *
 * @param y             rows x (factors + 2) x replications, all finite: of each row A, B, AB_1 ...
 * @param rows          at least 2         @param factors  at least 1       @param replications  at least 2
 * @param[out] index    one for each factor
 * @return 0, DETENTE_E_RANGE, DETENTE_E_MEMORY
 */
int detente_sobol(const double *y, size_t rows, size_t factors, size_t replications, const detente_bootstrap *how,
                  detente_sobol_index *index, detente_sobol_output *output, detente_error *error);

/** Elementary effects of a parameter, in the output's unit, for the whole range of the parameter (Morris 1991). */
typedef struct detente_morris_effect {
    double mu;                           /**< mean of the effects */
    double mu_star;                      /**< mean of their sizes (Campolongo, Cariboni & Saltelli 2007) */
    double mu_star_low, mu_star_high;    /**< its interval */
    double sigma;                        /**< sd over trajectories: interactions, curvature and noise */
    double noise_floor; /**< what mu_star would be without any effect: s sqrt(2 / (pi m)) / step, s the sd over m replications of
                             a step's difference; the parameter is above noise where mu_star_low is above it */
} detente_morris_effect;

/**
 * Elementary effects of a Morris design.
 *
 * @param y              trajectories x (factors + 1) x replications, all finite
 * @param factor         trajectories x factors: which factor each step moved; each once in a trajectory
 * @param step           likewise: by how much of its range, below 0 where it fell
 * @param trajectories   at least 2        @param factors  at least 1       @param replications  at least 2
 * @param[out] effect    one for each factor
 * @return 0, DETENTE_E_RANGE, DETENTE_E_MEMORY
 */
int detente_morris(const double *y, const int *factor, const double *step, size_t trajectories, size_t factors,
                   size_t replications, const detente_bootstrap *how, detente_morris_effect *effect, detente_error *error);

#endif
