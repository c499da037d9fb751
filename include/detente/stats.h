/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file stats.h
 * Moments, histograms, intervals and comparisons. All of it gives the same bits everywhere: sums are double, merged in a fixed
 * order. In vectors of replication means, NAN is a replication that was not run.
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
/** Its middle: (p + z^2/2n) / (1 + z^2/n). NAN without trials. */
double detente_wilson_middle(uint64_t count, double share, double confidence);

/**
 * P(T > t) of Student's t with @p freedom degrees of freedom, any number above 0: half of the incomplete beta function
 * I_x(freedom/2, 1/2) at x = freedom/(freedom + t^2) (DLMF 8.17.22). Relative error below 1e-11 as far as it is above 1e-300.
 * NAN when an argument is none.
 */
double detente_t_tail(double t, double freedom);
/** t with P(|T| <= t) = @p confidence, for any @p freedom above 0, relative error below 1e-11; NAN for other arguments. */
double detente_t_quantile(double freedom, double confidence);

/** A mean over replications and its t interval. */
typedef struct detente_estimate {
    uint64_t count;                     /**< replications */
    double mean;                        /**< NAN without any */
    double variance;                    /**< between replications; NAN below two */
    double low;                         /**< end of the interval; NAN below two */
    double high;                        /**< the other end */
} detente_estimate;

/** Mean and t interval of @p value. */
void detente_estimate_of(const double *value, size_t n, double confidence, detente_estimate *out);

/**
 * Where @p count trials all came out alike: how far the probability of that may be from 1, a one-sided bound at @p level:
 * 1 - level^(1/count) (Clopper & Pearson 1934).
 */
double detente_alike_reach(double count, double level);
/**
 * Give the estimate of a share that is 0 or 1 in each of its replications, of @p encounters each, the interval that Student's does
 * not give: to that side the exact bound of so many that came out alike, at (1 - confidence)/2. Others stay as they are.
 * @return 1 when it did
 */
int detente_estimate_alike(detente_estimate *estimate, double encounters, double confidence);
/** How far the interval reaches: the "±" of a table. Half its width where the mean lies in the middle. NAN without one. */
double detente_estimate_reach(const detente_estimate *estimate);

/** Two vectors a, b of replication means compared. What cannot be said is NAN, for the reason given at each. */
typedef struct detente_contrast {
    uint64_t count;                     /**< replications that both have; unpaired: of the one that has fewer */
    double difference;                  /**< mean of a minus mean of b, over those; NAN when count is 0 */
    double se;                          /**< standard error of the difference; NAN when count is below 2, as all below is */
    double freedom;                     /**< degrees of freedom of its t: count - 1; unpaired: Satterthwaite's (1946) */
    double low;                         /**< end of the t interval of the difference */
    double high;                        /**< the other end */
    double p;                           /**< two-sided, against 0; where the difference does not vary 1 if it is 0, else 0 */
    double correlation;                 /**< Pearson's, of the pairs; NAN when a or b does not vary, or unpaired */
    double variance_saved;              /**< 1 - var(a - b)/(var a + var b): by pairing; NAN when neither varies, or unpaired */
    double effect;                      /**< difference / sqrt of the pooled variance of replication means; NAN when neither varies */
    double p_above;                     /**< P(a > b) + P(a = b)/2: over pairs; unpaired over all of a with all of b; count 1 is enough */
} detente_contrast;

/** A comparison of nothing: count 0, the rest NAN. */
detente_contrast detente_contrast_none(void);

/**
 * Compare replication by replication, over those that both have: the t test of the paired differences (Student 1908; Law 2015,
 * section 10.2.1). Differences that vary by no more than rounding do not vary. @p p_above is the share of positive differences, ties
 * half (Grissom & Kim 2012, PS_dep).
 * @param n replications of either
 */
void detente_contrast_paired(const double *a, const double *b, size_t n, double confidence, detente_contrast *out);
/**
 * Compare vectors that share no luck: Welch's (1947) t test. @p p_above is then Vargha & Delaney's (2000) A.
 * @return 0 or DETENTE_E_MEMORY
 */
int detente_contrast_unpaired(const double *a, size_t n_a, const double *b, size_t n_b, double confidence,
                              detente_contrast *out);
/** One-sided p of "the difference is above @p threshold"; below is 1 - p of a contrast. Where it does not vary 0 if it is, else 1. */
double detente_contrast_p_greater(const detente_contrast *contrast, double threshold);
/**
 * Half-width of the interval of the difference at any confidence. The one-sided bound at level alpha is the end of the two-sided
 * interval at 1 - 2 alpha.
 */
double detente_contrast_halfwidth(const detente_contrast *contrast, double confidence);

/**
 * Cohen's (1988) d: a difference of means over the pooled standard deviation, sqrt(((n_a - 1) s_a^2 + (n_b - 1) s_b^2) / (n_a + n_b - 2)).
 * NAN when neither varies or one has fewer than two values.
 */
double detente_cohens_d(double difference, uint64_t count_a, double variance_a, uint64_t count_b, double variance_b);

/**
 * Holm's (1979) step-down adjustment of @p n p-values: the i-th smallest of m times (m - i + 1), never below one before it, at
 * most 1. A NAN is no test: it stays, and does not count.
 * @param[out] adjusted  room for n; may not be @p p
 * @return 0 or DETENTE_E_MEMORY
 */
int detente_holm(const double *p, size_t n, double *adjusted);

/** What can be said of a claim. */
enum detente_verdict { DETENTE_SUPPORTED, DETENTE_NOT_SUPPORTED, DETENTE_UNDECIDED };

/** A claim that a mean, or a difference of means, is above or below a threshold: what is known of it, and the verdict. */
typedef struct detente_claim {
    detente_contrast of;                /**< the difference; of a mean, its contrast with zeros */
    int above;                          /**< 1: is claimed to be above the threshold, 0: below */
    double threshold;                   /**< in the metric's unit */
    double encounters;                  /**< of a metric that is 0 or 1: independent encounters in all replications; else 0 */
    int compared;                       /**< 1: a difference, 0: a mean */
    int verdict;                        /**< out: enum detente_verdict */
    double low;                         /**< out: one-sided lower bound at its Holm level; NAN where nothing is known */
    double high;                        /**< out: upper bound, likewise */
    double p;                           /**< out: one-sided p of the claim, 1 where nothing is known */
    double p_holm;                      /**< out: adjusted over all claims */
} detente_claim;

/**
 * Judge claims together: one-sided t tests, with Holm's (1979) adjustment over all of them, and again over their opposites.
 * Supported: the claim's adjusted p is at most @p alpha. Not supported: that of its opposite is, or a difference that is 0 in
 * every replication misses the threshold. Else undecided, as is what has fewer than two replications. So the chance that any claim
 * is wrongly supported is at most alpha, and that any is wrongly not supported too.
 *
 * The bounds are those that decide: a claim "above" is supported where low clears the threshold, not supported where high does
 * not reach it. Each holds with a confidence of at least 1 - alpha: the level is alpha / (n - i) for the claim that is rejected as
 * i-th (from 0), alpha / (n - rejected) for the others.
 *
 * A metric that is 0 or 1 and does not vary between replications has no width by Student. Where that is because all encounters
 * came out alike (0, 1, a difference of 0, 1 or -1), the bounds are the exact ones of such an outcome, 1 - alpha^(1/N) away
 * (Clopper & Pearson 1934; twice that for a difference of 1 or -1); elsewhere it is chance, and nothing is known.
 * @return 0 or DETENTE_E_MEMORY
 */
int detente_claims_judge(detente_claim *claims, size_t n, double alpha);

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
    double first;                       /**< first order: what the parameter explains alone */
    double first_low;                   /**< lower end of its interval */
    double first_high;                  /**< its upper end */
    double total;                       /**< total order: with all its interactions */
    double total_low;                   /**< lower end of its interval; the parameter is above noise where total_low > 0 */
    double total_high;                  /**< its upper end */
} detente_sobol_index;

/** What a Saltelli design says of the output itself. */
typedef struct detente_sobol_output {
    double mean;                        /**< over the rows of A and B */
    double variance;                    /**< between points, without the noise of replications; may be below 0 */
    double variance_low;                /**< lower end of its interval; the output varies above noise where variance_low > 0 */
    double variance_high;               /**< its upper end */
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
    double mu_star_low;                  /**< lower end of its interval */
    double mu_star_high;                 /**< its upper end */
    double sigma;                        /**< sd over trajectories: interactions, curvature and noise */
    double noise_floor; /**< what mu_star would be without any effect: s sqrt(2 / (pi m)) / step, s the sd over m replications of
                             a step's difference; the parameter is above noise where mu_star_low is above it */
} detente_morris_effect;

/**
 * Elementary effects of a Morris design.
 *
 * @param y              trajectories x (factors + 1) x replications, all finite
 * @param factor         trajectories x factors: which factor each step moved; each once in a trajectory
 * @param step           likewise: by how much of its range, below 0 where it fell; steps need not be equal
 * @param trajectories   at least 2        @param factors  at least 1       @param replications  at least 2
 * @param[out] effect    one for each factor
 * @return 0, DETENTE_E_RANGE, DETENTE_E_MEMORY
 */
int detente_morris(const double *y, const int *factor, const double *step, size_t trajectories, size_t factors,
                   size_t replications, const detente_bootstrap *how, detente_morris_effect *effect, detente_error *error);

#endif
