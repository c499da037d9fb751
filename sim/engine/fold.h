/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file fold.h
 * A block of outcomes folded into moments and histograms.
 */
#ifndef DETENTE_ENGINE_FOLD_H
#define DETENTE_ENGINE_FOLD_H

#include <detente/model.h>
#include <detente/stats.h>

/**
 * Moments of every metric of a block. Encounter i is added to stripe i mod 16 of a sum, and the stripes are added up in a
 * fixed tree, so that the result is the same bits whatever the width of the vectors.
 */
typedef void detente_fold(const detente_block *block, detente_moments moments[DETENTE_N_METRICS]);

/** Add a block's moments to its unit's, which are those of the encounters before. */
typedef void detente_fold_merging(detente_moments unit[DETENTE_N_METRICS],
                                  const detente_moments block[DETENTE_N_METRICS]);
detente_fold_merging detente_fold_merge;

/** The fold compiled for an instruction set (AUTO: the widest of this machine). */
detente_fold *detente_fold_select(detente_isa isa);

/** Count a block's outcomes in @p histogram[DETENTE_N_METRICS], given its moments. @return 0 or DETENTE_E_MEMORY */
int detente_fold_histograms(const detente_block *block, const detente_moments *moments, detente_histogram *histogram);

#endif
