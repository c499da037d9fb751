/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file shard.h
 * A shard: what came of a run of consecutive units, as one file that is whole once it has its name.
 *
 * Rows are cut into chunks by their number in the whole run, not in the shard. Rows at a shard's end that do not fill a chunk
 * are kept raw as its tail, and are packed again into the first chunk of the next shard; so chunks can be copied as they are,
 * only the last shard's tail counts when shards are merged, and a run can go on from its last shard.
 */
#ifndef DETENTE_STORE_SHARD_H
#define DETENTE_STORE_SHARD_H

#include <detente/store.h>

#include "store/hdf.h"
#include "store/schema.h"

/** What a shard must agree on with the run it belongs to. */
typedef struct store_identity {
    char config_sha256[65];
    int format_version, model_version;
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
    uint64_t *count;                /**< encounters of each unit */
    store_moments *moments;         /**< n_units x DETENTE_N_METRICS */
    uint64_t *rows[STORE_N_TABLES]; /**< rows of each unit */
    size_t n_pieces;
    store_piece *piece; /**< ordered by chunk within a table */
    size_t n_bins;
    uint64_t (*bin)[2]; /**< (cell * DETENTE_N_METRICS + metric) << 16 | bin, and its count */
    uint64_t tail_rows[STORE_N_TABLES];
    unsigned char *tail[STORE_N_TABLES]; /**< columns one after the other, tail_rows each */
    unsigned char *bytes;                /**< of all pieces, when read from a file */
} store_shard;

/** Release what a shard that was read owns. */
void store_shard_clear(store_shard *shard);
/** Write into a new shard file what it must agree on with the run. */
void store_shard_identify(hdf_writer *out, const store_identity *identity);
/**
 * Add a shard to a file. A unit with more rows than memory comes as several: sets of its pieces without any unit, and at last
 * the shard that has the unit. @param row_bytes bytes of a row of each table @return 0 or DETENTE_E_MEMORY
 */
int store_shard_put(hdf_writer *out, const store_shard *shard, unsigned set, const size_t *row_bytes,
                    detente_error *error);

/** Called for each shard of a file, in order. */
typedef int store_shard_visit(void *data, const store_shard *shard, detente_error *error);
/** Read the shards of @p path one at a time. The caller holds the session. */
int store_shard_each(const char *path, const store_identity *identity, const size_t *row_bytes,
                     store_shard_visit *visit, void *data, detente_error *error);
/** Gather the shards of @p n files in one, in order. */
int store_shard_compact(char *const *path, size_t n, const store_identity *identity, const char *into,
                        detente_error *error);

#endif
