/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file pack.h
 * Kept rows on their way to the disk: chunks of columns are deflated by worker threads and come back in the order they went in.
 */
#ifndef DETENTE_STORE_PACK_H
#define DETENTE_STORE_PACK_H

#include <pthread.h>

#include "store/schema.h"

/** A chunk of rows of one table: raw columns and, once packed, each as a zlib stream of its own. */
typedef struct store_chunk {
    struct store_chunk *next;
    store_table table;
    uint64_t number; /**< of the chunk in its table */
    const store_columns *columns;
    unsigned char *raw; /**< columns->offset[n] bytes */
    uint32_t rows;
    unsigned char *packed[STORE_MAX_COLUMNS]; /**< owned */
    size_t packed_size[STORE_MAX_COLUMNS];
    int started, finished, failed; /**< columns; the packer's */
} store_chunk;

typedef struct store_packer store_packer;

/** @p threads workers; with fewer than two the caller does the work itself. @return NULL when out of memory */
store_packer *store_packer_create(int threads);
void store_packer_free(store_packer *packer);

/** An empty chunk. @return NULL when out of memory. Release with store_chunk_free(). */
store_chunk *store_chunk_create(store_table table, const store_columns *columns, uint64_t number);
void store_chunk_free(store_chunk *chunk);
/** Give up the packed bytes. */
void store_chunk_reset(store_chunk *chunk, uint64_t number);

/** Hand over a full chunk. */
void store_packer_put(store_packer *packer, store_chunk *chunk);
/** Chunks handed over and not yet taken back. */
int store_packer_pending(const store_packer *packer);
/** Chunks that may be under way before store_packer_take() should be called. */
int store_packer_room(const store_packer *packer);
/** The oldest chunk, packed; waits for it. @return NULL when there is none */
store_chunk *store_packer_take(store_packer *packer);

/** Begin a thread that takes no signals: one that did would hide them from the thread that waits for them. @return 0 or -1 */
int store_thread_begin(pthread_t *thread, void *(*run)(void *), void *data);

/** Undo store_deflate() into exactly @p size bytes. @return 0, DETENTE_E_MEMORY, DETENTE_E_INPUT */
int store_inflate(const unsigned char *packed, size_t packed_size, unsigned char *bytes, size_t size);
/** Deflate @p size bytes, level 1, zlib format. @return an owned copy, or NULL when out of memory */
unsigned char *store_deflate(const unsigned char *bytes, size_t size, size_t *packed_size);

#endif
