/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file design.h
 * The points of a config's design, and the cells made of them: a cell is a point and a strategy, points outermost.
 *
 * Nothing here is a table of points: each is computed, or read from its file, when it is asked for. What the types of design
 * are is told in docs/designs.md:
 *
 * - factorial: all combinations of levels, the last path fastest. list: as listed.
 * - one-at-a-time: the base, then each path's other levels in turn.
 * - random: independent uniform draws. Point i is the same however many there are.
 * - latin-hypercube: N points, one in each of N strata of every path (McKay, Beckman & Conover 1979).
 * - sobol: points 0 … N - 1 of Sobol's sequence (Antonov & Saleev 1979; direction numbers of Bratley & Fox 1988), 0 included.
 * - saltelli: N rows of A, B, AB_1 … AB_D (Saltelli et al. 2010): row by row, so that more rows follow those that are there.
 *   A and B are the first and the last D of 2 D dimensions of Sobol's sequence from point 1 on; AB_k is A with B's k-th column.
 * - morris: N trajectories of D + 1 points on a grid of p levels, each step moving one path by p / (2 (p - 1)) of its range
 *   (Morris 1991).
 *
 * Draws are Philox4x32-10 keyed by the config's seed, so that a point is a function of (config, number) alone.
 */
#ifndef DETENTE_DESIGN_H
#define DETENTE_DESIGN_H

#include <stdint.h>

#include <detente/config.h>
#include <detente/model.h>

/** A config's design, open for use. */
typedef struct detente_sweep detente_sweep;

/**
 * Open the design of @p config, which must outlive it. Without a design there is one point, the config itself.
 * @return 0, DETENTE_E_MEMORY, DETENTE_E_INPUT (a file of points that is not there or not the one that was read)
 */
int detente_sweep_open(detente_sweep **sweep, const detente_config *config, detente_error *error);
/** Close and release; no cell may be out. NULL is allowed. */
void detente_sweep_close(detente_sweep *sweep);

/** Number of points, at least 1. */
uint64_t detente_sweep_points(const detente_sweep *sweep);
/** Number of cells: points times strategies. */
uint32_t detente_sweep_cells(const detente_sweep *sweep);

/**
 * About what share of the points is kept once their cells are made, 1 for all, going by those that were made so far; the others
 * are made whenever they are asked for and were not lately. @param[out] tables  of how many of these the quantile tables are kept
 */
double detente_sweep_kept(const detente_sweep *sweep, double *tables);
/** Let go of all cells that nobody uses, but not of quantile tables: the next ones are made as in a later round. */
void detente_sweep_forget(detente_sweep *sweep);
/** "factorial", "list", … ; NULL out of range. Static storage. */
const char *detente_design_name(int type);
/** Whether the points of a smaller design are the first of a larger one of this type. */
int detente_design_extends(int type);

/**
 * The values of a point, one for each factor of the config's design; a name's is its number among the factor's levels.
 * Thread safety: any number of threads may ask at once.
 * @return 0, DETENTE_E_RANGE, DETENTE_E_INPUT and DETENTE_E_MEMORY for a file of points
 */
int detente_sweep_values(detente_sweep *sweep, uint64_t point, double *values, detente_error *error);

/**
 * Of a morris design: the factor in which @p point differs from the one before it, and the part of its range by which it was
 * moved, below 0 where it fell: p / (2 (p - 1)) for p levels of a range; what lies between the two values of listed and whole
 * numbers; 1 for names. @return 0, DETENTE_E_RANGE (another type, a trajectory's first point)
 */
int detente_sweep_step(const detente_sweep *sweep, uint64_t point, int *factor, double *step, detente_error *error);

/**
 * The config of a point, with all its strategies and without a design.
 * @param[out] config  the sweep's, until the next call of this function, from one thread at a time
 * @return 0, DETENTE_E_RANGE, DETENTE_E_MEMORY, DETENTE_E_INPUT, DETENTE_E_CONFIG (values that do not go together)
 */
int detente_sweep_config(detente_sweep *sweep, uint64_t point, const detente_config **config, detente_error *error);

/**
 * Cells for detente_engine_run(), made when they are asked for; some MB of those last used are kept. The random key of cell
 * c is c where common_random_numbers is false. @p sweep must outlive it.
 */
detente_cell_source detente_sweep_source(detente_sweep *sweep);

#endif
