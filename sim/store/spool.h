/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file spool.h
 * The shard file under way: shards are added to it, then it is synced and renamed by a thread while the next one fills.
 */
#ifndef DETENTE_STORE_SPOOL_H
#define DETENTE_STORE_SPOOL_H

#include <pthread.h>

#include "store/files.h"
#include "store/shard.h"

/** All zero: no file is under way. */
typedef struct store_spool {
    hdf_writer out;
    char *temporary, *path;
    store_part part;
    unsigned sets; /**< shards in the file */
    int is_open, is_settling, has_thread;
    pthread_t thread;
    int status; /**< what came of syncing and renaming */
    detente_error error;
} store_spool;

/** Add a shard to the file, which is begun if need be, and removed after a failure. @return 0, DETENTE_E_IO, DETENTE_E_MEMORY */
int store_spool_put(store_spool *spool, store_folder *folder, const store_shard *shard, const store_identity *identity,
                    const size_t *row_bytes, detente_error *error);
/** Nothing more comes: sync the file and give it the name of @p part. Its failures come from store_spool_wait(). */
int store_spool_close(store_spool *spool, const store_folder *folder, store_part part, detente_error *error);
/** Wait for the file that was closed last, and note it in the folder. @return 0, DETENTE_E_IO, DETENTE_E_MEMORY */
int store_spool_wait(store_spool *spool, store_folder *folder, detente_error *error);
/** Remove a file that was not closed. */
void store_spool_abandon(store_spool *spool);

#endif
