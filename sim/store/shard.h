/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file shard.h
 * A shard: what came of consecutive units, as one file that is whole once it has its name.
 *
 * A writer counts the rows that it has written and cuts them into chunks by that number. Rows at a shard's end that do not
 * fill a chunk are kept raw as its tail, and are packed again into the first chunk of its next shard: so when one writer's
 * shards are merged, chunks can be copied as they are. `rows_before` says where in its writer's rows a shard begins. A run
 * that goes on after a kill, or elsewhere, counts from 0 again, and the merge packs its rows anew.
 */
#ifndef DETENTE_STORE_SHARD_H
#define DETENTE_STORE_SHARD_H

#include <detente/store.h>

#include "store/hdf.h"
#include "store/line.h"
#include "store/schema.h"

/** Whose work a shard is. */
typedef struct store_identity {
    char *config;          /**< owned; the resolved config */
    char sweep_sha256[65]; /**< of the config as if it had one replication: adding some does not change it */
    char points_sha256
        [65];      /**< of the config as if its design had one point too, where more can be added; not in shards */
    char *version; /**< owned; detente_version() of the writer */
    int format_version, model_version;
    uint64_t cells, replications;
    uint32_t shard, shards; /**< --shard I/N; 1 of 1 is a whole run */
    int by_cells; /**< the shard is of its own cells, store_shard_range() of them, and numbers units among these */
} store_identity;

/** A packed column of a chunk. */
typedef struct store_piece {
    uint64_t chunk;
    size_t size;
    const unsigned char *bytes;
    uint8_t table, column;
} store_piece;

/** Moments of a metric over the encounters of a unit; the count is the unit's. */
typedef struct store_moments {
    double mean, m2, min, max;
} store_moments;

typedef struct store_shard {
    uint64_t first_unit, n_units;
    uint64_t
        first_cell; /**< not 0: of the cells from this one on only; units, and cells of bins, are numbered among these */
    uint64_t *count;                /**< encounters of each unit */
    store_moments *moments;         /**< DETENTE_N_METRICS x n_units; not read back from a file */
    uint64_t *rows[STORE_N_TABLES]; /**< rows of each unit */
    uint64_t rows_before[STORE_N_TABLES];
    size_t n_pieces;
    store_piece *piece; /**< ordered by chunk within a table, a chunk's columns one after the other */
    size_t n_bins;
    uint64_t (*bin)[2]; /**< (cell * DETENTE_N_METRICS + metric) << 16 | bin, and its count */
    size_t n_failures;
    uint64_t *failed; /**< units that failed, n_failures of them: they have no encounters */
    char **failure;   /**< why */
    uint64_t tail_rows[STORE_N_TABLES];
    unsigned char *tail[STORE_N_TABLES]; /**< columns one after the other, tail_rows each */
    unsigned char *bytes;                /**< of all pieces, when read from a file */
} store_shard;

/**
 * Where a shard's units lie: a group of a shard file, or memory. A unit with more rows than memory comes as several sets of
 * pieces without any unit, and at last the one that has the unit.
 */
typedef struct store_set {
    uint64_t first_unit, n_units;
    uint64_t rows[STORE_N_TABLES]; /**< rows of all its units */
    uint64_t n_pieces, n_bins, n_failures;
    uint64_t count_at, moments_at; /**< bytes from the file's beginning */
    uint64_t first_cell, cells;    /**< that its units are of, and among which they are numbered */
    int narrow;                    /**< they are not all of the run's */
    const store_shard *memory;     /**< or NULL */
    uint32_t file, number;         /**< the catalogue's file, and the set's number in its name */
} store_set;

/** What shard @p shard (from 1) of @p shards has: equal parts of a line. */
static inline store_gap store_shard_range(uint64_t all, uint32_t shard, uint32_t shards)
{
    const uint64_t each = all / shards, more = all % shards, before = shard - 1;
    const uint64_t first = before * each + (before < more ? before : more);
    return (store_gap){first, first + each + (before < more)};
}

/** Add to a histogram of cells x metrics a bin, numbered as in store_shard. @return 0, DETENTE_E_INPUT, DETENTE_E_MEMORY */
int store_bin_add(detente_histogram *histogram, uint64_t cells, uint64_t bin, uint64_t count);
/** The @p n counts of a histogram of cells x metrics that are not 0, as in store_shard. @return NULL when out of memory */
uint64_t (*store_bins_list(const detente_histogram *histogram, uint64_t cells, uint64_t *n))[2];
/** Forget which units failed. */
void store_shard_clear_failures(store_shard *shard);
/** Release what a shard that was read owns. */
void store_shard_clear(store_shard *shard);
/** Write into a new shard file whose it is; it will be sealed. */
void store_shard_identify(hdf_writer *out, const store_identity *identity);
/** Read that back. @return 0, DETENTE_E_INPUT or DETENTE_E_MEMORY. Release with store_identity_clear(), after a failure too. */
int store_shard_identity(hid_t file, store_identity *identity);
void store_identity_clear(store_identity *identity);
/** Say what keeps work of @p theirs, in @p path, from being part of a run of @p ours, in @p here (NULL: the one asked for);
 * replications may differ. @return 0 when nothing
 * does, DETENTE_E_INPUT, DETENTE_E_MEMORY */
int store_identity_check(const store_identity *theirs, const store_identity *ours, const char *path, const char *here,
                         detente_error *error);

/** Add set number @p set of a file. @param row_bytes bytes of a row of each table @return 0 or DETENTE_E_MEMORY */
int store_shard_put(hdf_writer *out, const store_shard *shard, unsigned set, const size_t *row_bytes,
                    detente_error *error);
/** Describe group number @p g (by name) of a shard file. @return 0 or DETENTE_E_INPUT */
int store_shard_describe(hid_t file, uint64_t g, uint64_t file_size, store_set *set);
/** Read a set's rows and bins. @return 0, DETENTE_E_INPUT or DETENTE_E_MEMORY */
int store_shard_get(hid_t file, const store_set *set, const size_t *row_bytes, store_shard *shard);
/** Read of a set only its bins. @return as store_shard_get() */
int store_shard_get_bins(hid_t file, const store_set *set, store_shard *shard);
/** Where rows lie: bytes from the file's beginning. */
typedef struct store_places {
    uint64_t bytes; /**< of all pieces, one after the other */
    uint64_t tail[STORE_N_TABLES];
} store_places;
/** Read how many rows a set's units have, and find its rows without reading them. @return as store_shard_get() */
int store_shard_find_rows(hid_t file, const store_set *set, const size_t *row_bytes, store_shard *shard,
                          store_places *places);
/** Read of a set only which units failed, and why. @return as store_shard_get() */
int store_shard_get_failures(hid_t file, const store_set *set, store_shard *shard);
/** Gather the sets of @p n files in the new file @p into, which is synced. @return 0, DETENTE_E_IO or DETENTE_E_MEMORY */
int store_shard_gather(char *const *path, size_t n, const store_identity *identity, const char *into,
                       detente_error *error);

#endif
