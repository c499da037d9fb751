/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file pool.h
 * Cells of a results file put together: a group of them has one value a replication, the average of its cells' means in that
 * replication. Intervals are then taken over replications: cells share customers and luck, so taking them for independent
 * would make intervals far too narrow.
 */
#ifndef DETENTE_ANALYSIS_POOL_H
#define DETENTE_ANALYSIS_POOL_H

#include <detente/stats.h>
#include <detente/store.h>

/** The group of a cell that is in none. */
#define POOL_NONE UINT32_MAX

/** One metric of every group; all zero: nothing. */
typedef struct pool_means {
    uint32_t groups, replications;
    double
        *value; /**< owned, groups x replications, row by row; NAN where a cell of the group lacks that replication */
    uint32_t *cells;  /**< owned, by group: cells that were put together */
    uint32_t *failed; /**< owned, by group: cells that failed and were left out */
    uint32_t *most;   /**< owned, by group: replications with a value of the cell that has most */
    uint32_t *least;  /**< owned, by group: … least, which is as many as the group has; 0 without cells */
    uint32_t
        *run; /**< owned, by group: replications that were run of the cell that has most, with a value or without */
} pool_means;

/**
 * Read a metric. Memory: groups x replications, and a block of cells.
 * @param group  by cell: its group, below @p groups, or POOL_NONE
 * @param[out] out  release with pool_clear(), after a failure too
 * @return 0, DETENTE_E_INPUT when the file is damaged, DETENTE_E_MEMORY
 */
int pool_read(const detente_results *results, int metric, const uint32_t *group, uint32_t groups, pool_means *out,
              detente_error *error);
/**
 * The same for several groupings of the cells, in one reading of the metric: group[i] by cell, and out[i], for each of @p n.
 * @return as pool_read()
 */
int pool_read_many(const detente_results *results, int metric, const uint32_t *const *group, uint32_t groups, size_t n,
                   pool_means *out, detente_error *error);
/**
 * Leave out, for all strategies, points at which a cell failed: strategies are to be compared at the same points. But where a whole
 * group failed it says nothing of the others.
 * @param group  as for pool_read(), with strategies in groups of their own; cells left out are set to POOL_NONE
 * @param[out] unmatched  points left out @return 0 or DETENTE_E_MEMORY
 */
int pool_match(const detente_results *results, uint32_t strategies, uint32_t groups, uint32_t *group,
               uint32_t *unmatched, detente_error *error);
/** Room for so many groups, all zero. @return 0 or DETENTE_E_MEMORY */
int pool_make_room(const detente_results *results, uint32_t groups, pool_means *out);
void pool_clear(pool_means *means);
/** 1 when a group was run, and none of what was has a value of the metric. */
static inline int pool_has_no_value(const pool_means *means, uint32_t group)
{
    return means->run[group] > 0 && means->most[group] == 0;
}
/** Values of a group: replications of them. */
static inline const double *pool_of(const pool_means *means, uint32_t group)
{
    return means->value + (size_t)group * means->replications;
}

/**
 * Mean and interval of a group. Of a share that is 0 or 1 in each replication it is the exact one of the encounters of one cell, since
 * cells may share their customers (detente_estimate_alike()). @return 1 when it is that one
 */
int pool_estimate(const detente_results *results, const pool_means *means, uint32_t group, int metric,
                  double confidence, detente_estimate *out);
/** The same of one cell, from its row of the summary, whose confidence is 95 %. */
int pool_estimate_cell(const detente_results *results, uint32_t cell, int metric, const double *summary,
                       detente_estimate *out);

/** Spread of a metric between the encounters of a group's cells. */
typedef struct pool_spread {
    uint64_t encounters; /**< of all its cells that did not fail */
    uint64_t freedom;    /**< encounters less cells: of a cell with n of them n - 1 */
    double variance;     /**< within cells: each cell's variance, weighted by its n - 1; NAN where freedom is 0 */
} pool_spread;

/** Read from the summary; @p out has room for @p groups. @return as pool_read() */
int pool_read_spread(const detente_results *results, int metric, const uint32_t *group, uint32_t groups,
                     pool_spread *out, detente_error *error);

#endif
