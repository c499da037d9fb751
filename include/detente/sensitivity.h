/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file sensitivity.h
 * Which varied parameters drive a metric, beyond noise: Sobol indices of a results file whose design is `saltelli`, elementary
 * effects of one whose design is `morris`. docs/methods.md says how.
 */
#ifndef DETENTE_SENSITIVITY_H
#define DETENTE_SENSITIVITY_H

#include <detente/stats.h>
#include <detente/store.h>

/** Whether there is an answer. */
enum detente_sensitivity_state {
    DETENTE_SENSITIVITY_DONE,     /**< yes */
    DETENTE_SENSITIVITY_CONSTANT, /**< the metric is the same in every cell and replication: nothing drives it; effects are 0 */
    DETENTE_SENSITIVITY_NOISE     /**< saltelli: the metric varies between points no more than its noise; indices are NAN */
};

/** How a metric of a strategy depends on the parameters. Start from `{0}`; release with detente_sensitivity_clear(). */
typedef struct detente_sensitivity {
    int type;                      /**< DETENTE_SALTELLI or DETENTE_MORRIS */
    int metric;                    /**< enum detente_metric */
    int strategy;                  /**< its number in the config */
    int state;                     /**< enum detente_sensitivity_state */
    int n_factors;                 /**< parameters, in the design's order */
    uint64_t rows;                 /**< rows, or trajectories, of the design */
    uint64_t failed;               /**< … left out, because a cell of them failed */
    uint32_t replications;         /**< used: those that no other cell lacks */
    uint32_t most;                 /**< that there could be: those planned; where cells stop at a precision, of the cell that has most */
    double mean;                   /**< over cells and replications used */
    detente_sobol_output output;   /**< saltelli: the variance that the indices are shares of */
    detente_sobol_index *sobol;    /**< owned, by factor; NULL for morris */
    detente_morris_effect *morris; /**< owned, by factor; NULL for saltelli. In the metric's unit, for a parameter's whole range */
} detente_sensitivity;

/** How the intervals are made; all zero is the default. */
typedef struct detente_sensitivity_options {
    double confidence; /**< within (0,1); 0: .95 */
    uint32_t draws;    /**< of the bootstrap; 0: 1000 */
} detente_sensitivity_options;

/**
 * Whether a file's design tells sensitivity, and which. @return DETENTE_SALTELLI or DETENTE_MORRIS; else DETENTE_E_INPUT, and
 * @p error says which design would be needed
 */
int detente_sensitivity_type(const detente_results *results, detente_error *error);

/**
 * One metric for @p n strategies of the config, read at once. Memory: cells x replications, and as much for a strategy.
 * @param strategy  their numbers in the config
 * @param[out] out  room for n; each to be cleared, after a failure too
 * @return 0; DETENTE_E_INPUT when the design is another, or the file has fewer than two replications that all cells have, or two
 *         rows without a failed cell, or is damaged; DETENTE_E_RANGE; DETENTE_E_MEMORY
 */
int detente_sensitivity_read(const detente_results *results, int metric, const int *strategy, size_t n,
                             const detente_sensitivity_options *options, detente_sensitivity *out, detente_error *error);
/** Release what it owns. */
void detente_sensitivity_clear(detente_sensitivity *sensitivity);

/** 1 when a factor's effect is above noise, else 0: the total index's interval lies above 0, mu*'s above the noise floor. */
int detente_sensitivity_above(const detente_sensitivity *sensitivity, int factor);
/** Numbers of the factors, those with the greatest total index, or mu*, first; @p order has room for n_factors. */
void detente_sensitivity_order(const detente_sensitivity *sensitivity, int *order);

#endif
