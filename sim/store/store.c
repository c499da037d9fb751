/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/store.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/memory.h"
#include "store/pending.h"
#include "store/spool.h"

/* Shards are written when they hold enough, or when this much time would be lost. */
enum { SHARD_BYTES = 64 << 20, SHARD_SECONDS = 20 };
/* When so many shard files lie there, runs of COMPACT_BY of them become one. */
enum { MAX_FILES = 960, COMPACT_BY = 32 };

struct detente_store {
    char *path;
    int force, failed;
    uint64_t shard_bytes;
    store_header header;
    store_folder folder;
    store_pending pending;
    store_spool spool;
    struct timespec written; /**< when the last shard was */
};

/* Begins as HDF5 does, or is empty. */
static int may_be_results(const char *path)
{
    static const char signature[] = "\211HDF\r\n\032\n";
    char begins[sizeof signature] = "";
    FILE *file = fopen(path, "rbe");
    const size_t n = file ? fread(begins, 1, sizeof signature - 1, file) : 1;
    if (file)
        fclose(file);
    return n == 0 || memcmp(begins, signature, sizeof signature - 1) == 0;
}

static int check_output(const char *path, int force, detente_error *error)
{
    struct stat there, named;
    if (!*path || path[strlen(path) - 1] == '/')
        return detente_error_set(error, DETENTE_E_IO, "\"%s\": not the name of a file", path);
    /* The finished file is renamed to its name: that would put it in the link's place, or find the name taken after hours. */
    if (!lstat(path, &named) && S_ISLNK(named.st_mode))
        return detente_error_set(error, DETENTE_E_IO, "%s: is a symbolic link; name the file that it leads to", path);
    if (stat(path, &there)) {
        if (errno != ENOENT)
            return detente_error_set(error, DETENTE_E_IO, "%s: cannot write it: %s", path, strerror(errno));
        return 0;
    }
    if (S_ISDIR(there.st_mode))
        return detente_error_set(error, DETENTE_E_IO, "%s: is a folder; name a file", path);
    if (!S_ISREG(there.st_mode))
        return detente_error_set(error, DETENTE_E_IO, "%s: is not an ordinary file", path);
    if (!force)
        return detente_error_set(error, DETENTE_E_EXISTS, "%s: exists; use --force to replace it", path);
    /* A slip must not cost a config or a playbook. */
    return may_be_results(path)
               ? 0
               : detente_error_set(error, DETENTE_E_EXISTS,
                                   "%s: exists and is not a results file: --force does not replace it", path);
}

/* What a run that was killed left behind is only thrown away when asked. */
static int check_parts(detente_store *store, detente_error *error)
{
    const store_folder *folder = &store->folder;
    if (folder->n > 0 && !store->force)
        return detente_error_set(
            error, DETENTE_E_EXISTS,
            "%s: holds unfinished work of an earlier run (units %" PRIu64 " to %" PRIu64 " of a run to %s); "
            "use --force to discard it, or move it away",
            folder->path, folder->part[0].first, folder->part[folder->n - 1].last - 1, store->path);
    return store_folder_discard(&store->folder, error);
}

int detente_store_create(detente_store **out, const char *path, const detente_config *config,
                         const detente_store_options *options, detente_error *error)
{
    *out = NULL;
    int status = check_output(path, options->force, error);
    if (status)
        return status;
    detente_store *store = detente_calloc(1, sizeof *store);
    if (!store)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    store->folder.lock = -1;
    store->force = options->force;
    store->shard_bytes = options->shard_bytes ? options->shard_bytes : SHARD_BYTES;
    clock_gettime(CLOCK_MONOTONIC, &store->written);
    store->path = detente_strdup(path);
    if (!store->path)
        status = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    if (!status)
        status = store_header_init(&store->header, config, error);
    if (!status && store_pending_init(&store->pending, &store->header, options->threads))
        status = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    if (!status)
        status = store_folder_open(&store->folder, path, error);
    if (!status)
        status = check_parts(store, error);
    if (!status)
        status = check_output(path, options->force, error); /* it may have come while another run held the lock */
    if (status) {
        store->failed = 1;
        detente_store_free(store);
        return status;
    }
    *out = store;
    return 0;
}

static void unlink_parts(const store_folder *folder, size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        char *name = store_folder_name(folder, folder->part[i]);
        if (name)
            remove(name);
        detente_free(name);
    }
}

/* Gather parts [first, first + COMPACT_BY) in one file. */
static int compact_run(detente_store *store, size_t first, detente_error *error)
{
    store_folder *folder = &store->folder;
    char *path[COMPACT_BY] = {NULL};
    const store_part whole = {folder->part[first].first, folder->part[first + COMPACT_BY - 1].last, 1};
    char *into = store_folder_name(folder, whole);
    int status = into ? 0 : DETENTE_E_MEMORY;
    for (size_t i = 0; i < COMPACT_BY && !status; i++) {
        path[i] = store_folder_name(folder, folder->part[first + i]);
        status = path[i] ? 0 : DETENTE_E_MEMORY;
    }
    if (status)
        detente_error_set(error, status, "out of memory");
    else
        status = store_shard_compact(path, COMPACT_BY, &store->header.identity, into, error);
    if (!status) {
        unlink_parts(folder, first, COMPACT_BY);
        folder->part[first] = whole;
        memmove(&folder->part[first + 1], &folder->part[first + COMPACT_BY],
                (folder->n - first - COMPACT_BY) * sizeof *folder->part);
        folder->n -= COMPACT_BY - 1;
    }
    for (size_t i = 0; i < COMPACT_BY; i++)
        detente_free(path[i]);
    detente_free(into);
    return status;
}

static int compact(detente_store *store, detente_error *error)
{
    store_folder *folder = &store->folder;
    int status = 0;
    for (size_t i = 0; i + COMPACT_BY <= folder->n && !status; i++)
        if (folder->part[i].level == 0)
            status = compact_run(store, i, error);
    return status;
}

/* Wait for the shard that is being synced; keep the folder small. */
static int wait_shard(detente_store *store, detente_error *error)
{
    const int status = store_spool_wait(&store->spool, &store->folder, error);
    return status || store->folder.n < MAX_FILES ? status : compact(store, error);
}

static int put_shard(detente_store *store, const store_shard *shard, detente_error *error)
{
    int status = wait_shard(store, error);
    if (!status)
        status = store_spool_put(&store->spool, &store->folder, shard, &store->header.identity, store->header.row_bytes,
                                 error);
    return status;
}

static int write_shard(detente_store *store, detente_error *error)
{
    store_pending *pending = &store->pending;
    const store_part part = {pending->shard.first_unit, pending->shard.first_unit + pending->shard.n_units, 0};
    int status = store_pending_seal(pending) ? detente_error_set(error, DETENTE_E_MEMORY, "out of memory") : 0;
    if (!status)
        status = put_shard(store, &pending->shard, error);
    if (!status)
        status = store_spool_close(&store->spool, &store->folder, part, error);
    if (status)
        return status;
    store_pending_next(pending);
    clock_gettime(CLOCK_MONOTONIC, &store->written);
    return 0;
}

/* A unit has more rows than a shard should hold: write those that are packed, and go on. */
static int spill(detente_store *store, detente_error *error)
{
    store_pending *pending = &store->pending;
    const store_shard rows = {
        .first_unit = pending->shard.first_unit, .n_pieces = pending->shard.n_pieces, .piece = pending->shard.piece};
    const int status = rows.n_pieces > 0 ? put_shard(store, &rows, error) : 0;
    if (!status)
        store_pending_spilled(pending);
    return status;
}

static int is_due(const detente_store *store)
{
    const store_pending *pending = &store->pending;
    const uint64_t unit_bytes = DETENTE_N_METRICS * sizeof(store_moments) + 3 * sizeof(uint64_t);
    if (pending->bytes >= store->shard_bytes || pending->shard.n_units * unit_bytes >= store->shard_bytes / 4)
        return 1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - store->written.tv_sec >= SHARD_SECONDS;
}

static int take_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    detente_store *store = data;
    int status = 0;
    if (store->failed || store_pending_rows(&store->pending, cell, replication, rows))
        status = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    else if (store->pending.bytes >= store->shard_bytes)
        status = spill(store, error);
    store->failed = status != 0;
    return status;
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    detente_store *store = data;
    const store_shard *shard = &store->pending.shard;
    int status = 0;
    if (store->failed || unit->unit != shard->first_unit + shard->n_units)
        return detente_error_set(error, DETENTE_E_RANGE, "%s: unit %" PRIu64 " is not the next", store->path,
                                 unit->unit);
    if (store_pending_unit(&store->pending, unit))
        status = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    else if (is_due(store))
        status = write_shard(store, error);
    store->failed = status != 0;
    return status;
}

detente_sink detente_store_sink(detente_store *store)
{
    return (detente_sink){.data = store, .rows = take_rows, .unit = take_unit};
}

/* Put what is finished and only in memory into the folder, as far as that can be done. */
static void keep_pending(detente_store *store)
{
    store_pending *pending = &store->pending;
    int whole = pending->shard.n_units > 0 && store_pending_whole(pending);
    if (pending->shard.n_units > 0 && !whole && !store->spool.is_open)
        whole = !store_pending_cut(pending); /* interrupted within a unit */
    if (whole)
        write_shard(store, NULL);
    store_spool_wait(&store->spool, &store->folder, NULL);
}

/* Everything ready to be merged: the folder's shards, and after them the units that are still in memory. */
static int settle(detente_store *store, detente_error *error)
{
    const store_shard *shard = &store->pending.shard;
    int status = 0;
    if (store->spool.is_open && shard->n_units > 0)
        status = write_shard(store, error); /* some of their rows are on the disk already */
    if (!status)
        status = store_spool_wait(&store->spool, &store->folder, error);
    if (!status && shard->n_units > 0 && store_pending_seal(&store->pending))
        status = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    return status;
}

static int merge(detente_store *store, const detente_provenance *provenance, detente_error *error)
{
    const store_pending *pending = &store->pending;
    const uint64_t rows[STORE_N_TABLES] = {pending->rows[0] - pending->unit_rows[0],
                                           pending->rows[1] - pending->unit_rows[1]};
    char *merged = store_format("%s/merged.tmp", store->folder.path);
    int status = merged ? 0 : detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    if (!status)
        status = store_merge(&store->header, &store->folder, &pending->shard, rows, merged, provenance, error);
    if (!status)
        status = check_output(store->path, store->force, error);
    if (!status)
        status = store_rename(merged, store->path, store->force, error);
    detente_free(merged);
    return status;
}

int detente_store_finish(detente_store *store, const detente_provenance *provenance, detente_error *error)
{
    int status = store->failed
                     ? detente_error_set(error, DETENTE_E_IO, "%s: an earlier failure left it unfinished", store->path)
                     : 0;
    if (!status && !store_pending_whole(&store->pending))
        status = detente_error_set(error, DETENTE_E_RANGE, "%s: a unit is unfinished", store->path);
    if (!status)
        status = settle(store, error);
    if (status) {
        store->failed = 1;
        return status;
    }
    status = merge(store, provenance, error);
    if (status)
        keep_pending(store);
    else
        store_folder_discard(&store->folder, NULL);
    store->failed = 1; /* whatever came of it, there is nothing more to do */
    return status;
}

void detente_store_free(detente_store *store)
{
    if (!store)
        return;
    /* An interrupted run: keep what is done. */
    if (!store->failed)
        keep_pending(store);
    store_spool_wait(&store->spool, &store->folder, NULL);
    store_spool_abandon(&store->spool);
    store_pending_clear(&store->pending);
    store_folder_close(&store->folder);
    store_header_clear(&store->header);
    detente_free(store->path);
    detente_free(store);
}
