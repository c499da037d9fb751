/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file bootstrap.h Intervals of means over rows, and of ratios of them, by drawing the rows anew. */
#ifndef DETENTE_STATS_BOOTSTRAP_H
#define DETENTE_STATS_BOOTSTRAP_H

#include <detente/stats.h>

/**
 * Means over rows of several statistics, drawn anew: @p sample has room for how->draws x @p statistics.
 *
 * @param value      rows x statistics; a statistic is the mean of its column
 * @param without    replications x statistics: each statistic when one replication is left out; used where rows share
 *                   replications (how->shared). NULL: it is not known
 * @return 0, DETENTE_E_RANGE (fewer than 2 rows or draws, a confidence outside (0,1)), DETENTE_E_MEMORY
 */
int bootstrap_means(const double *value, size_t rows, size_t statistics, const double *without, size_t replications,
                    const detente_bootstrap *how, double *sample, detente_error *error);

/** The middle how->confidence of the @p n values, which are put in order. None may be NAN. */
void bootstrap_interval(double *value, size_t n, double confidence, double *low, double *high);

#endif
