/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file merge.h From shards to the results file. */
#ifndef DETENTE_STORE_MERGE_H
#define DETENTE_STORE_MERGE_H

#include <detente/design.h>

#include "store/base.h"
#include "store/catalogue.h"
#include "store/pack.h"

/** What a results file says about its run; taken from the config when the run begins. */
typedef struct store_header {
    char *text, *name, *question; /**< owned; text is the resolved config */
    char **strategy;              /**< owned, n_strategies of them: their names */
    uint64_t n_strategies;
    const detente_design *design; /**< the config's, NULL without one */
    detente_sweep *sweep;         /**< owned: its points */
    char *personas, *tiers;       /**< owned; names joined by blanks, blanks in names become underscores */
    int n_personas, n_tiers;
    uint64_t seed, cells, replications; /**< replications: the most that a cell may have */
    uint64_t first_cell;                /**< of `cells`: not 0 in a shard by cells only */
    detente_until until;
    int uneven; /**< as in detente_store_options */
    uint64_t encounters;
    int quantiles;
    int keep[STORE_N_TABLES]; /**< the table is wanted */
    store_columns columns[STORE_N_TABLES];
    size_t row_bytes[STORE_N_TABLES];
    char config_sha256[65];
    store_identity identity;
} store_header;

/** @p config must outlive the header. */
int store_header_init(store_header *header, const detente_config *config, detente_error *error);
void store_header_clear(store_header *header);
/** Of a header only which tables are kept and what their columns are: for a trial. */
void store_header_tables(store_header *header, const detente_config *config);

/**
 * Merge what @p base (NULL: none) and after it @p catalogue holds, in order, into @p path, with up to @p threads that deflate. The file is synced. What is not
 * there is NaN. @param stop as in detente_store_options @param[out] merged what there was, may be NULL. Memory does not grow with units: metrics are taken one at a time, in tiles of cells and replications.
 */
int store_merge(const store_header *header, store_base *base, store_catalogue *catalogue, const char *path,
                const detente_provenance *provenance, int threads, const volatile int *stop, detente_merged *merged,
                detente_error *error);

/** Rows of a table on their way from a base to the file; all but `taken` of a base with fewer points only. */
typedef struct store_base_rows {
    int taken;            /**< they have begun to be */
    uint64_t replication; /**< the next with rows */
    uint64_t end;         /**< where those before it end */
    int64_t *first;       /**< its first rows, by cell of the base */
    store_chunk *chunk;   /**< of the base, the last that was read */
} store_base_rows;

/** Rows of a table on their way from shards to the file. */
typedef struct store_rows {
    uint64_t next;                    /**< rows of the sets that were taken */
    uint64_t part_unit;               /**< first unit of the shard being taken */
    uint64_t writer_unit, writer_row; /**< where the writer of the last shard would go on */
    uint64_t shift;                   /**< from the writer's row numbers to the file's */
    int aligned;                      /**< its chunks are the file's chunks */
    store_chunk *open;                /**< the rows after the last full chunk */
    store_chunk *scratch, *spare;
    store_base_rows from;
} store_rows;

/** One merge: the file's open datasets, and what is needed for all of them. */
typedef struct store_merger {
    const store_header *header;
    store_base *base; /**< without a path: there is none */
    store_catalogue *catalogue;
    detente_error *error;
    const volatile int *stop;
    hdf_writer out;
    hid_t cell, replication; /**< scales */
    hid_t metric[DETENTE_N_METRICS], summary[DETENTE_N_METRICS], continuation, moments;
    hid_t table[STORE_N_TABLES], first_row[STORE_N_TABLES], column[STORE_N_TABLES][STORE_MAX_COLUMNS];
    detente_histogram *histogram; /**< cells x metrics, or NULL */
    uint64_t *units_run;          /**< replications there are, by cell */
    uint8_t *precise;             /**< by cell: config.until holds */
    char **failure;               /**< by cell: owned words of its first failure, or NULL */
    uint64_t units, prefix, last; /**< units there are, those before the first gap, one past the last */
    store_header own;             /**< where `header` points when it is not the run's */
    uint64_t total_rows[STORE_N_TABLES];
    uint64_t encounters;
    double turns;
    store_rows rows[STORE_N_TABLES];
    store_packer *packer;
} store_merger;

/** Whether it was asked to stop. */
static inline int store_merge_stopped(const store_merger *self)
{
    return self->stop && __atomic_load_n(self->stop, __ATOMIC_RELAXED);
}

/** Whether there is sense in going on. */
static inline int store_merge_working(const store_merger *self)
{
    return !self->out.bad && !self->out.disk_errno && !store_merge_stopped(self);
}

/** Say that the base cannot be read, or that memory is out. @return @p status */
int store_merge_base_damaged(const store_merger *self, int status);
/** Units there are, by cell and in all, and which cells failed; sets are in order. @return 0, DETENTE_E_INPUT, DETENTE_E_MEMORY */
int store_merge_survey(store_merger *self);
/** The coordinates of cells: strategy, and a variable for each varied path. */
void store_coordinates(store_merger *self);
/** Their names as the attribute `coordinates` lists them; detente_free() it. NULL when out of memory. */
char *store_coordinate_names(const store_header *header);
/** Root attributes, coordinates, the state of cells, and all datasets that are filled later. @return 0 or DETENTE_E_MEMORY */
int store_layout_begin(store_merger *self);
/** Statistics of a metric for a tile of cells. */
void store_layout_summary(store_merger *self, int metric, uint64_t first_cell, uint64_t n, const double *values);
/** Mean and m2 of a metric over the encounters of a tile of cells. */
void store_layout_moments(store_merger *self, int metric, uint64_t first_cell, uint64_t n, const double *values);
/** The histograms' counts, if there are histograms. @return 0 or DETENTE_E_MEMORY */
int store_layout_bins(store_merger *self);
/** Group provenance, the last thing written. */
void store_layout_finish(store_merger *self, const detente_provenance *provenance);
void store_layout_close(store_merger *self);

/** @return 0 or DETENTE_E_MEMORY */
int store_rows_begin(store_merger *self, int threads);
/** Take those rows of the base that come before a unit and were not taken yet. @return 0, DETENTE_E_MEMORY or DETENTE_E_INPUT */
int store_rows_base(store_merger *self, uint64_t unit);
/** Take the rows of a set. @return 0, DETENTE_E_MEMORY or DETENTE_E_INPUT */
int store_rows_take(store_merger *self, const store_shard *shard);
/** Put rows where the file's end: [from, to) of columns that begin at @p column; the caller counts them in `next`. @return 0, DETENTE_E_MEMORY or DETENTE_E_INPUT */
int store_rows_append(store_merger *self, int t, const unsigned char *const *column, uint64_t from, uint64_t to);
/** Say where the rows of n units begin, which follow each other on the line of all units. */
void store_rows_first(store_merger *self, int t, uint64_t first_unit, uint64_t n, const int64_t *values);
/** Take the rows of all narrow sets, and before those of each replication what the base has of it. @return 0, and an error that was set */
int store_rows_weave(store_merger *self);
/** All were taken: write what is left. @return as store_rows_take() */
int store_rows_end(store_merger *self);
void store_rows_clear(store_merger *self);

#endif
