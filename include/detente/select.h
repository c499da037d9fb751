/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file select.h
 * Selecting the best of several systems by its mean: with a promise (Kim & Nelson), or for a budget (OCBA).
 *
 * An observation is a replication's mean, taken as normal. Observations of different replications are independent; those of
 * one replication may go together across systems (common random numbers), which Kim & Nelson's procedure makes use of.
 *
 * KN: Kim, S.-H., Nelson, B. L. (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM
 * TOMACS 11, 251-273. OCBA: Chen, C.-H., Lin, J., Yücesan, E., Chick, S. E. (2000), Simulation budget allocation for further
 * enhancing the efficiency of ordinal optimization, Discrete Event Dynamic Systems 10, 251-270.
 */
#ifndef DETENTE_SELECT_H
#define DETENTE_SELECT_H

#include <stdint.h>

#include <detente/error.h>

/** Most systems that can be compared at once: each pair has a variance. */
enum { DETENTE_SELECT_MAX = 4096 };

/** How the best is found. */
enum detente_select_procedure {
    DETENTE_SELECT_KN,      /**< drop what is worse, until one is left; promises a probability */
    DETENTE_SELECT_OCBA     /**< spend a budget where it tells most; estimates a probability */
};

/** Where observations come from. */
typedef struct detente_select_source {
    uint32_t n;             /**< systems, 2 to DETENTE_SELECT_MAX, numbered from 0 */
    void *data;             /**< handed to both functions */
    /**
     * See to it that each system i has replications 0 … wanted[i] - 1; what was wanted never becomes less.
     * @return 0, or a failure that ends the selection
     */
    int (*play)(void *data, const uint64_t *wanted, detente_error *error);
    /** A replication of a system that play() was asked for. */
    double (*value)(void *data, uint32_t system, uint64_t replication);
} detente_select_source;

/** What is to be selected, and how. */
typedef struct detente_select_rule {
    int procedure;          /**< enum detente_select_procedure */
    int smallest;           /**< 1: the smallest mean is the best; 0: the largest */
    uint64_t first;         /**< replications of each system before the first decision (n0), at least 2 */
    double delta;           /**< KN: the least lead that matters (indifference zone), above 0, in the observations' units */
    double confidence;      /**< KN: promised probability, above 1/n and below 1 */
    uint64_t budget;        /**< replications of all systems together, at most; 0: no such limit (KN only) */
} detente_select_rule;

/** What came of it. Start from `= {0}`; release with detente_selection_clear(). */
typedef struct detente_selection {
    uint32_t n;             /**< systems */
    uint32_t best;          /**< the one selected */
    uint32_t n_left;        /**< KN: systems that were not dropped; more than one when decided: they are all alike */
    int decided;            /**< KN: 0 when the budget ended first; OCBA: 1 */
    double *mean;           /**< owned, by system: over its replications */
    uint64_t *replications; /**< owned, by system: that were looked at */
    uint8_t *left;          /**< owned, by system: KN: was not dropped */
    uint64_t total;         /**< replications of all systems together */
    double probability;     /**< KN: the promise. OCBA: estimated probability that the best is the best */
    double equal;           /**< replications of each system that treating all alike would have taken; INFINITY: no number would do */
} detente_selection;

/**
 * Select the system with the best mean.
 *
 * KN. With k systems, alpha = 1 - confidence and S2_il the variance of X_i - X_l over the first n0 replications,
 *
 *     eta = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2,   h2 = 2 eta (n0 - 1),
 *     W_il(r) = max(0, delta / (2 r) (h2 S2_il / delta^2 - r));
 *
 * after n0 and every further replication r system i is dropped when mean_i(r) < mean_l(r) - W_il(r) for some l that was left,
 * until one is left, or those left are equal with no W. Then P(best selected) >= confidence where the best leads by at least
 * delta. `equal` is what Clark & Yang's (1986, Winter Simulation Conference, 313-315) procedure, which makes the same
 * promise by treating all alike, would have taken: max(n0, t^2 max S2_il / delta^2), t Student's quantile at
 * 1 - alpha / (k - 1) with n0 - 1 degrees of freedom.
 *
 * OCBA. After n0 replications of each, rounds of a tenth of what has been spent go where detente_ocba_shares() says, until the
 * budget is spent (or nothing varies). `probability` is the approximate probability of correct selection of Chen et al.,
 * 1 - sum over i of P(N(mean_b - mean_i, v_b/n_b + v_i/n_i) < 0); `equal` what equal shares would have needed for the same by
 * the same means and variances.
 *
 * @return 0; DETENTE_E_RANGE (a rule out of range, a budget below n0 replications of each, an observation that is no number, or
 *         more than 2^32 - 1 replications of a system needed); DETENTE_E_MEMORY; or what play() returned
 *
 * Thread safety: reentrant.
 */
int detente_select(const detente_select_rule *rule, const detente_select_source *source, detente_selection *selection,
                   detente_error *error);
/** Release what a selection owns and make it empty. NULL is allowed. */
void detente_selection_clear(detente_selection *selection);

/**
 * OCBA's shares of a budget, which sum to 1: N_i / N_j = (s_i / d_i)^2 / (s_j / d_j)^2 for all but the best b, d_i being the
 * distance to its mean, and N_b = s_b sqrt(sum N_i^2 / s_i^2) (Chen et al. 2000, theorem 1). Means that are equal are taken
 * as a millionth of a standard deviation apart.
 * @param n  systems @param mean,variance  n of each @param best  number of the best @param[out] share  n of them
 * @return 0, or -1 when nothing varies: then the shares are 0
 */
int detente_ocba_shares(uint32_t n, const double *mean, const double *variance, uint32_t best, double *share);

#endif
