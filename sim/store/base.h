/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file base.h
 * A results file that a merge goes on from: its units come first, and are taken from it. Means by replication and rows are
 * there for everybody; what is summed over encounters is in group `continuation`, to the last bit.
 */
#ifndef DETENTE_STORE_BASE_H
#define DETENTE_STORE_BASE_H

#include "store/shard.h"

/** Name of the group, of its datasets, and of its attribute: how many units the file holds, from the first without a gap. */
#define STORE_CONTINUATION "continuation"
#define STORE_UNITS "units"

typedef struct store_base {
    char *path;                   /**< owned; NULL: there is none */
    uint64_t units;               /**< its units 0 … units - 1, by its own numbers, are taken from it */
    uint64_t cells, replications; /**< its own; cells are the run's first, and may be fewer where points are added */
    uint64_t rows[STORE_N_TABLES];
    hid_t file; /**< between store_base_open() and store_base_close() */
} store_base;

/** Whether it has a replication of a cell. */
static inline int store_base_has(const store_base *base, uint64_t cell, uint64_t replication)
{
    return base->path && cell < base->cells && replication * base->cells + cell < base->units;
}

/** How many of n cells from the first on may be in it. */
static inline uint64_t store_base_part(const store_base *base, uint64_t first, uint64_t n)
{
    return !base->path || first >= base->cells ? 0 : base->cells - first < n ? base->cells - first : n;
}

/** See what a results file holds. The caller holds the session. @return 0, DETENTE_E_INPUT when it cannot be gone on from,
 * DETENTE_E_MEMORY */
int store_base_look(store_base *base, const char *path, uint64_t cells, uint64_t replications, detente_error *error);
void store_base_clear(store_base *base);

/* From here on within the session, and with none of a base that is not there. All return 0, DETENTE_E_INPUT or DETENTE_E_MEMORY. */
int store_base_open(store_base *base);
void store_base_close(store_base *base);
/** Replications run of each cell. */
int store_base_counts(const store_base *base, uint64_t *count);
/** Why cells failed, as in the merger: detente_free() each; NULL where nothing did. */
int store_base_failures(const store_base *base, char **failure);
/** Means of a metric, n_cells x n_replications, NaN where not run. */
int store_base_means(const store_base *base, int metric, uint64_t first_cell, uint64_t n_cells,
                     uint64_t first_replication, uint64_t n_replications, double *values);
/** Moments of a metric over all encounters of n cells. */
int store_base_moments(const store_base *base, int metric, uint64_t first_cell, uint64_t n, detente_moments *moments);
/** Add its counts to the histograms, cells x metrics. */
int store_base_bins(const store_base *base, detente_histogram *histogram);
/** First rows of a replication's cells, all cells. */
int store_base_first_rows(const store_base *base, int table, uint64_t replication, int64_t *rows);
/** A column of a table, open; negative when it is not there or not so. */
hid_t store_base_column(const store_base *base, int table, const store_column *column);

#endif
