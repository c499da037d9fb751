/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file persona.h Groups of cells told apart by persona too, from the encounters that a results file keeps. */
#ifndef DETENTE_ANALYSIS_PERSONA_H
#define DETENTE_ANALYSIS_PERSONA_H

#include "analysis/pool.h"

/**
 * Whether personas can be told apart at all. @return 0; DETENTE_E_USAGE, and words that say why and what to do, when rows
 * are not kept, lack one of the metrics, or personas differ from point to point
 */
int persona_check(const detente_results *results, const int *metric, int n_metrics, detente_error *error);
/**
 * As pool_read(), from kept rows: group g of persona p is number g x personas + p. Its value in a replication is the mean of
 * the metric over the kept encounters with that persona, of all the group's cells together; NAN where there is none, or a cell
 * of the group lacks the replication; `most` and `least` count the replications in which some of the cells, and all, were run
 * and such an encounter was kept. A cell's spread is about the mean of its own encounters with that persona.
 * @param[out] spread  room for groups x personas @return as pool_read()
 */
int persona_read(const detente_results *results, int metric, const uint32_t *group, uint32_t groups, pool_means *out,
                 pool_spread *spread, detente_error *error);

#endif
