/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/spool.h"

#include <inttypes.h>
#include <string.h>

#include "core/fs.h"
#include "core/memory.h"
#include "store/pack.h"

static void forget(store_spool *spool)
{
    detente_free(spool->temporary);
    detente_free(spool->path);
    detente_error_clear(&spool->error);
    *spool = (store_spool){0};
}

static int begin(store_spool *spool, const store_folder *folder, const store_shard *shard,
                 const store_identity *identity, detente_error *error)
{
    spool->temporary = store_format("%s/shard-%012" PRIu64 ".tmp", folder->path, shard->first_unit);
    if (!spool->temporary)
        return detente_no_memory(error);
    const int status = hdf_create(&spool->out, spool->temporary, error);
    if (status)
        return status;
    spool->is_open = 1;
    store_shard_identify(&spool->out, identity);
    return 0;
}

int store_spool_put(store_spool *spool, store_folder *folder, const store_shard *shard, const store_identity *identity,
                    const size_t *row_bytes, detente_error *error)
{
    hdf_session session;
    int status = store_spool_wait(spool, folder, error);
    if (status)
        return status;
    hdf_enter(&session);
    if (!spool->is_open)
        status = begin(spool, folder, shard, identity, error);
    if (!status)
        status = store_shard_put(&spool->out, shard, spool->sets++, row_bytes, error);
    if (!status && !spool->out.bad && !spool->out.disk_errno)
        hdf_push(&spool->out);
    hdf_leave(&session);
    if (status)
        store_spool_abandon(spool);
    return status;
}

static void *settle(void *data)
{
    store_spool *spool = data;
    spool->status = hdf_commit(&spool->out, &spool->error);
    if (!spool->status)
        spool->status = detente_fs_rename(spool->temporary, spool->path, 1, &spool->error);
    return NULL;
}

int store_spool_close(store_spool *spool, const store_folder *folder, store_part part, detente_error *error)
{
    hdf_session session;
    spool->path = store_folder_name(folder, part);
    if (!spool->path)
        return detente_no_memory(error);
    hdf_enter(&session);
    hdf_close(&spool->out);
    hdf_leave(&session);
    spool->part = part;
    spool->is_open = 0;
    spool->is_settling = 1;
    spool->has_thread = !store_thread_begin(&spool->thread, settle, spool);
    if (!spool->has_thread) {
        hdf_enter(&session);
        settle(spool);
        hdf_leave(&session);
    }
    return 0;
}

int store_spool_wait(store_spool *spool, store_folder *folder, detente_error *error)
{
    if (!spool->is_settling)
        return 0;
    if (spool->has_thread)
        pthread_join(spool->thread, NULL);
    int status = spool->status;
    if (status)
        detente_error_set(error, status, "%s", spool->error.text ? spool->error.text : detente_error_string(status));
    else
        status = store_folder_add(folder, spool->part, error);
    forget(spool);
    return status;
}

void store_spool_abandon(store_spool *spool)
{
    hdf_session session;
    if (spool->is_open) {
        hdf_enter(&session);
        hdf_abandon(&spool->out);
        hdf_leave(&session);
    }
    forget(spool);
}
