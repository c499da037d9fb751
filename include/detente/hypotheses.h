/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file hypotheses.h
 * The verdicts on a config's hypotheses, from the results of its run.
 *
 * A hypothesis is about cells: those that its `where` and `strategy` name, and for a difference their partners, which are the same
 * in all that `versus` does not name. What is not named is averaged over, within each replication; the test is over replications,
 * paired by them where cells share customers (common_random_numbers), else Welch's. docs/methods.md says how verdicts are come to.
 */
#ifndef DETENTE_HYPOTHESES_H
#define DETENTE_HYPOTHESES_H

#include <detente/stats.h>
#include <detente/store.h>

/** Chance that anything is wrongly called supported, over all hypotheses of a config; and wrongly called not supported. */
#define DETENTE_ERROR_RATE 0.05

/** Why nothing is known of a hypothesis: its verdict is then DETENTE_UNDECIDED. */
enum detente_unknown { DETENTE_KNOWN,
                       DETENTE_NO_CELLS,       /**< the design plays no cell that it is about */
                       DETENTE_NO_PARTNERS,    /**< no such cell has one on the other side that is the same in all else */
                       DETENTE_CELLS_FAILED,   /**< all of them failed, or their partners did */
                       DETENTE_NOT_RUN,        /**< there is no replication that all its cells have */
                       DETENTE_ONE_REPLICATION, /**< … but one, which says nothing of chance */
                       DETENTE_ALIKE,          /**< a share is the same in all replications, and neither 0 nor 1: by chance */
                       DETENTE_NO_VALUE        /**< the metric is NAN in all encounters of a side */ };

/** What came of a hypothesis. */
typedef struct detente_tested {
    int verdict;                        /**< enum detente_verdict */
    int unknown;                        /**< enum detente_unknown */
    int same;                           /**< 1: both sides are the same in every replication; their difference is 0 */
    double effect;                      /**< mean, or difference of means, in the metric's unit; NAN without replications */
    double low;                         /**< one-sided lower bound at its Holm level; NAN where nothing is known */
    double high;                        /**< upper bound, likewise */
    double p;                           /**< one-sided; NAN where the threshold is 0: there is no indifference zone */
    double p_holm;                      /**< adjusted over all hypotheses; NAN likewise */
    uint64_t replications;              /**< that all its cells have */
    uint32_t cells;                     /**< that it is about and that did not fail, partners not counted */
    uint32_t failed;                    /**< that were left out because they, or their partners, failed */
} detente_tested;

/**
 * Test all hypotheses of the config of @p results. Memory: 30 numbers of four bytes a cell, and the replication means of a few MB of
 * cells at a time.
 *
 * @param[out] tested  one for each, in the config's order
 * @return 0; DETENTE_E_INPUT when the file is damaged, or a file of its points is not there; DETENTE_E_MEMORY
 */
int detente_hypotheses_test(const detente_results *results, detente_tested *tested, detente_error *error);

/** "supported", "not supported" or "undecided"; NULL out of range. Static storage. */
const char *detente_verdict_name(int verdict);

#endif
