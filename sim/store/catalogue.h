/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file catalogue.h
 * What there is to merge: the sets of units of shard files, and of one shard in memory. Nothing of their contents is held, so
 * a sweep of any size fits.
 */
#ifndef DETENTE_STORE_CATALOGUE_H
#define DETENTE_STORE_CATALOGUE_H

#include "store/files.h"
#include "store/shard.h"

enum { STORE_OPEN_FILES = 128 };

/** Sets [low, high) are those of the same cells. */
typedef struct store_strand {
    size_t low, high;
} store_strand;

/** All zero: empty. */
typedef struct store_catalogue {
    char **path; /**< owned, n_files of them */
    int *fd;     /**< -1: not open */
    size_t n_files, n_open;
    store_set *
        set; /**< by store_catalogue_order(): those of the same cells in the order of units; narrow ones first, by cells */
    size_t n, capacity;
    store_strand *strand; /**< n_strands of them, by store_catalogue_order() */
    size_t n_strands;
    uint64_t rows[STORE_N_TABLES]; /**< of all sets */
    uint64_t cells; /**< not 0: some sets are narrow, and are read as part of the line of so many cells */
    int by_cells;   /**< they are of shards by cells */
    int partial;    /**< some of them may be missing */
} store_catalogue;

/** What shards are looked at for: a run that goes on; a merge of all, or of what there is. */
typedef enum store_use { STORE_GOES_ON, STORE_MERGES_ALL, STORE_MERGES_PART } store_use;

/** Say that a file is no shard, or damaged, and what can be done. @return DETENTE_E_INPUT */
int store_shard_damaged(detente_error *error, const char *path, store_use use);
/**
 * Add the sets of a shard file. @param ours what the file must fit to @param[out] theirs what the file says, of which this is
 * the first look, so its seal is checked too; store_identity_clear() it. NULL: it was looked at before @return 0, DETENTE_E_INPUT (not a shard, damaged, of another run), DETENTE_E_MEMORY
 */
int store_catalogue_add(store_catalogue *catalogue, const char *path, const store_identity *ours,
                        store_identity *theirs, detente_error *error);
/** The same of a part of a folder. */
int store_catalogue_add_part(store_catalogue *catalogue, const store_folder *folder, store_part part,
                             const store_identity *ours, store_identity *theirs, detente_error *error);
/** Add a shard of a run of so many cells that stays in memory. @return 0 or DETENTE_E_MEMORY */
int store_catalogue_add_memory(store_catalogue *catalogue, const store_shard *shard, uint64_t cells,
                               detente_error *error);
/** Sort. @return 0; DETENTE_E_INPUT when two sets share a unit, or sets of other cells a replication of one; DETENTE_E_MEMORY */
int store_catalogue_order(store_catalogue *catalogue, detente_error *error);
/**
 * Units [first, first + n): their counts of encounters, 0 where a unit is not there, and with @p moments those of @p metric.
 * @return 0 or DETENTE_E_INPUT
 */
int store_catalogue_read(store_catalogue *catalogue, int metric, uint64_t first, uint64_t n, uint64_t *count,
                         store_moments *moments, detente_error *error);
/** Counts of encounters of n units of a set from its unit @p from on. @return 0 or DETENTE_E_INPUT */
int store_catalogue_counts(store_catalogue *catalogue, const store_set *set, uint64_t from, uint64_t n, uint64_t *count,
                           detente_error *error);
/** Bytes of a shard file, past HDF5, from where they were found to be when it was looked at. @return 0 or DETENTE_E_INPUT */
int store_catalogue_bytes(store_catalogue *catalogue, uint32_t file, void *to, size_t size, uint64_t address,
                          detente_error *error);
void store_catalogue_clear(store_catalogue *catalogue);

#endif
