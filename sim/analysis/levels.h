/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file levels.h
 * Points of a design told apart by some of its paths: each path has levels, and points of equal levels belong together.
 *
 * A number that takes more values than LEVELS_MOST, as in a sampled design, has LEVELS_RANGES levels: ranges of equal width
 * between the least and the greatest value (of its logarithm where it is varied so).
 */
#ifndef DETENTE_ANALYSIS_LEVELS_H
#define DETENTE_ANALYSIS_LEVELS_H

#include <detente/design.h>

enum { LEVELS_MOST = 16, LEVELS_RANGES = 4 };

/** A path and its levels. */
typedef struct level_axis {
    const detente_factor *factor; /**< the config's */
    uint32_t n;                   /**< levels */
    int ranges;                   /**< 1: level i is from value[i] to value[i + 1] */
    double *value;                /**< owned, in ascending order: n of them, n + 1 of ranges; a name's is its number */
} level_axis;

/** All zero: nothing. */
typedef struct level_groups {
    int n_axes;
    level_axis *axis;   /**< owned */
    uint32_t n;         /**< combinations of levels that some point has, in ascending order, the last path fastest */
    uint32_t *level;    /**< owned, n x n_axes: of each combination */
    uint32_t *of_point; /**< owned, by point: its combination */
} level_groups;

/**
 * Tell the points of @p config's design apart by @p path, none of them: all are one combination.
 * @param[out] groups  release with levels_clear(), after a failure too
 * @return 0; DETENTE_E_USAGE for a path that is not varied (the message names the nearest), or named twice; DETENTE_E_MEMORY;
 *         DETENTE_E_INPUT for a file of points
 */
int levels_find(const detente_config *config, detente_sweep *sweep, const char *const *path, int n_paths,
                level_groups *groups, detente_error *error);
void levels_clear(level_groups *groups);

/** Room for a level as text. */
enum { LEVEL_SIZE = DETENTE_NAME_SIZE + 96 };
/** "0.25", "0.25 to 0.5", "abusive". @return @p out */
const char *levels_text(const level_axis *axis, uint32_t level, char out[LEVEL_SIZE]);

#endif
