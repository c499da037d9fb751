/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file merge.h From shards to the results file. */
#ifndef DETENTE_STORE_MERGE_H
#define DETENTE_STORE_MERGE_H

#include "store/files.h"
#include "store/shard.h"

/** What a results file says about its run; taken from the config when the run begins. */
typedef struct store_header {
    char *text, *name, *question; /**< owned; text is the resolved config */
    char **strategy;              /**< owned, cells of them: the strategy's name */
    char *personas, *tiers;       /**< owned; names joined by blanks, blanks in names become underscores */
    int n_personas, n_tiers;
    uint64_t seed, cells, replications;
    int quantiles;
    int keep[STORE_N_TABLES]; /**< the table is wanted */
    store_columns columns[STORE_N_TABLES];
    size_t row_bytes[STORE_N_TABLES];
    store_identity identity;
} store_header;

int store_header_init(store_header *header, const detente_config *config, detente_error *error);
void store_header_clear(store_header *header);

/**
 * Merge the shards of @p folder, and @p last that follows them in memory (it may be without units), into @p path, whose rows
 * per table are @p rows. The file is synced.
 */
int store_merge(const store_header *header, const store_folder *folder, const store_shard *last, const uint64_t *rows,
                const char *path, const detente_provenance *provenance, detente_error *error);

/** One merge: the file's open datasets and what is summed up for group summary. Nothing here grows with replications. */
typedef struct store_merger {
    const store_header *header;
    const uint64_t *rows;
    hdf_writer out;
    hid_t cell, replication; /**< scales */
    hid_t metric[DETENTE_N_METRICS];
    hid_t table[STORE_N_TABLES], first_row[STORE_N_TABLES], column[STORE_N_TABLES][STORE_MAX_COLUMNS];
    detente_moments *encounters, *means; /**< cells x metrics: over encounters, over replication means */
    detente_histogram *histogram;        /**< cells x metrics, or NULL */
    uint64_t *units_run;                 /**< replications merged, by cell */
    uint64_t units, next_unit, next_row[STORE_N_TABLES];
} store_merger;

/** Root attributes and coordinates, and all datasets that shards are merged into. */
void store_layout_begin(store_merger *self);
/** What is known at the end: replications run, group summary, group provenance. @return 0 or DETENTE_E_MEMORY */
int store_layout_finish(store_merger *self, const detente_provenance *provenance);
void store_layout_close(store_merger *self);

#endif
