/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file pending.h What the next shard will hold, as it comes in from the engine. */
#ifndef DETENTE_STORE_PENDING_H
#define DETENTE_STORE_PENDING_H

#include "store/merge.h"
#include "store/pack.h"

/**
 * Shards are written when they hold so many bytes of rows as they are before deflating, or of units a part of that, or when so
 * many seconds of work would be lost.
 */
enum { STORE_SHARD_BYTES = 64 << 20, STORE_UNITS_SHARE = 8, STORE_SHARD_SECONDS = 20 };
/** What a unit takes in a shard, besides its rows. */
enum { STORE_UNIT_BYTES = DETENTE_N_METRICS * sizeof(store_moments) + 3 * sizeof(uint64_t) };

typedef struct store_pending {
    const store_header *header;
    store_packer *packer;
    store_shard shard;      /**< its arrays have room for `capacity` units */
    store_moments *moments; /**< of the shard's units, unit by unit; has room for `capacity` units */
    uint64_t capacity, pieces_capacity;
    detente_histogram *histogram;         /**< cells x metrics, or NULL */
    store_chunk *filling[STORE_N_TABLES]; /**< the chunk that rows are put into */
    store_chunk *spare[STORE_N_TABLES];   /**< emptied ones */
    uint64_t rows[STORE_N_TABLES];        /**< since store_pending_begin(), the unfinished unit's included */
    uint64_t unit_rows[STORE_N_TABLES];   /**< of the unfinished unit */
    uint64_t bytes;                       /**< raw bytes of the rows of this shard's full chunks */
} store_pending;

int store_pending_init(store_pending *pending, const store_header *header, int threads);
void store_pending_clear(store_pending *pending);
/** The next unit is @p first_unit, numbered among the cells from @p first_cell on, and rows are counted from 0; what came
 * before must have been written. */
void store_pending_begin(store_pending *pending, uint64_t first_unit, uint64_t first_cell);
/** Take in rows of the unfinished unit. @return 0 or DETENTE_E_MEMORY */
int store_pending_rows(store_pending *pending, uint32_t cell, uint32_t replication, const detente_rows *rows);
/** Take in a finished unit. @return 0 or DETENTE_E_MEMORY */
int store_pending_unit(store_pending *pending, const detente_unit *unit);
/** 1 when every row that came belongs to a finished unit, or those that do not can be left out. */
int store_pending_whole(const store_pending *pending);
/**
 * Drop the rows of the unfinished unit, whose chunks must not have been written yet, so that the finished ones can be.
 * @return 0 or DETENTE_E_MEMORY
 */
int store_pending_cut(store_pending *pending);
/** Deflate every full chunk of finished units, into pending->shard. @return 0, or not 0 when out of memory */
int store_pending_pack(store_pending *pending);
/** Complete pending->shard, ready to be written. Rows of an unfinished unit are left out. @return 0 or DETENTE_E_MEMORY */
int store_pending_seal(store_pending *pending);
/** The packed chunks so far are written, though the unit is not finished: let go of them. */
void store_pending_spilled(store_pending *pending);
/** After the shard was written: begin the next. */
void store_pending_next(store_pending *pending);

#endif
