/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file compare.h
 * Strategies of a results file compared with one of them, metric by metric: `detente compare`.
 *
 * What is compared are groups of cells: a strategy at all points of the design, or, told apart by varied paths, at the points of
 * each combination of their levels; told apart by `persona`, also the encounters with each. A group has one value a replication, the
 * average over its cells, and is compared with the baseline's group of the same levels, replication by replication, since
 * customers and luck are the same (with `common_random_numbers: false` by Welch's test). Where the file has one strategy, its
 * levels are compared with the first of them. docs/methods.md has the formulas.
 */
#ifndef DETENTE_COMPARE_H
#define DETENTE_COMPARE_H

#include <detente/stats.h>
#include <detente/store.h>

/** What to compare; all zero: the default metrics, the first strategy as baseline, every point pooled. */
typedef struct detente_compare_options {
    const int *metric;          /**< enum detente_metric, n_metrics of them; NULL: resolved, escalated, reported_satisfaction,
                                     minutes, total_cost, net_value */
    int n_metrics;              /**< 0: the default */
    const char *baseline;       /**< name of a strategy; NULL: the first */
    const char *const *by;      /**< varied paths, or "persona": n_by of them */
    int n_by;                   /**< 0: all points together */
    const int *pareto;          /**< metrics of the Pareto front, n_pareto of them; NULL: reported_satisfaction, total_cost */
    int n_pareto;               /**< 0: the default */
    double confidence;          /**< of the intervals, within (0,1); 0: .95 */
} detente_compare_options;

/**
 * Why something of a row cannot be said, or needs a word: X(name, bit, words). A number that is NAN has its reason here.
 */
#define DETENTE_COMPARE_WORDS(X) \
    X(BASELINE, 0, "baseline") \
    X(ALONE, 1, "nothing to compare it with") \
    X(FAILED, 2, "every cell failed") \
    X(NOT_RUN, 3, "no replication that all its cells have") \
    X(NO_BASELINE, 4, "the baseline has no value in any replication") \
    X(NO_PAIRS, 5, "no replication in common with the baseline") \
    X(ONE, 6, "one replication: no test") \
    X(FIXED, 7, "the difference is the same in every replication") \
    X(CONSTANT, 8, "a mean that does not vary has no correlation") \
    X(FLAT, 9, "nothing varies between encounters: no effect size") \
    X(NEITHER, 10, "neither more nor less is better") \
    X(UNPAIRED, 11, "not paired: cells have customers of their own") \
    X(UNMATCHED, 12, "at every point some strategy failed") \
    X(ALIKE, 13, "a share differs by as much in every replication, by chance: no test") \
    X(NO_VALUE, 14, "the metric has no value in any encounter of it")

/** Bits of detente_compare_row.why. */
enum detente_compare_why {
#define X(name, bit, words) DETENTE_COMPARE_##name = 1 << bit,
    DETENTE_COMPARE_WORDS(X)
#undef X
};

/** Words for one bit, "baseline" …; NULL for none of them. Static storage. */
const char *detente_compare_words(int bit);

/** What a group has of one of the `by`. */
typedef struct detente_compare_level {
    char *text;                 /**< owned: "0.25", "0.25 to 0.5", "abusive" */
    double value;               /**< the number; NAN for a range and for a name */
} detente_compare_level;

/** What is compared. */
typedef struct detente_compare_group {
    const char *strategy;       /**< the results' */
    const detente_compare_level *level; /**< n_by of them */
    uint32_t block;             /**< groups of equal levels have the same number, and follow each other */
    uint32_t first_cell;        /**< its first cell */
    uint32_t planned;           /**< cells that the design has of it; 1: its cell is first_cell */
    uint32_t cells;             /**< cells that were put together */
    uint32_t failed;            /**< cells that failed and were left out; so were others' cells of the same points */
    uint32_t replications;      /**< that all its cells have */
    uint32_t most;              /**< replications of the cell that has most; of a persona, that any of its cells has */
    int is_baseline;            /**< 1: others of its block (or all others) are compared with it */
    int pareto;                 /**< 1: no group it is compared with is better in one of the Pareto metrics and as good in all
                                     others, by their means; 0: there is one; -1: a mean is missing */
} detente_compare_group;

/** One group on one metric. */
typedef struct detente_compare_row {
    int metric;                 /**< enum detente_metric */
    uint32_t group;             /**< index of its group */
    uint32_t baseline;          /**< group it is compared with; itself where there is none */
    detente_estimate mean;      /**< over replications; of a flag that is the same in all of them, or was seen in one, the interval
                                     is over encounters: the exact one where it is 0 or 1, else, of one cell, Wilson's */
    int wilson;                 /**< 1: it is Wilson's */
    int exact;                  /**< 1: it is the exact one, or that of the difference is: a flag came out alike in all encounters */
    detente_contrast difference; /**< to the baseline; all NAN for a baseline */
    double effect;              /**< d over encounters: difference / standard deviation between encounters, within cells */
    double p_holm;              /**< difference.p, adjusted over all rows that have one */
    double p_better;            /**< difference.p_above, or its complement where less is better; NAN where neither is */
    unsigned why;               /**< enum detente_compare_why */
} detente_compare_row;

/** A comparison. Start from `= {0}`; release with detente_compare_clear(), before the results. */
typedef struct detente_compare {
    int n_metrics;              /**< metrics compared */
    int n_by;                   /**< paths that tell groups apart */
    int n_pareto;               /**< metrics of the Pareto front; 0: none was asked for, and the default's were not kept */
    const int *metric;          /**< n_metrics of them */
    const int *pareto;          /**< n_pareto of them */
    char **by;                  /**< owned: n_by of them */
    const char *baseline;       /**< name of the strategy that others are compared with; NULL where levels are */
    double confidence;          /**< of the intervals */
    int paired;                 /**< 1: replication by replication */
    int tests;                  /**< rows that have a p: the family of p_holm */
    uint32_t unmatched;         /**< points left out because some strategy, though not all of its cells, failed there */
    int ranges;                 /**< 1: some path has ranges in place of its values */
    uint32_t n_groups;          /**< groups, those of a block together, in the order of the config's strategies */
    detente_compare_group *group; /**< owned */
    detente_compare_level *level; /**< owned: n_groups x n_by */
    detente_compare_row *row;   /**< owned: n_metrics x n_groups, metric by metric */
    int *owned;                 /**< owned: what metric and pareto point to */
} detente_compare;

/**
 * Compare. Memory grows with groups x replications; cells are read in blocks.
 * @param[out] compare  empty after a failure
 * @return 0; DETENTE_E_USAGE for a metric, strategy, path or confidence that there is not, and for persona where encounters are
 *         not kept (the message says what to do); DETENTE_E_INPUT when no replication was run, or the file is damaged;
 *         DETENTE_E_MEMORY
 */
int detente_compare_results(detente_compare *compare, const detente_results *results,
                            const detente_compare_options *options, detente_error *error);
/** Release. NULL is allowed. */
void detente_compare_clear(detente_compare *compare);

#endif
