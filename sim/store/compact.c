/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many shard files made few, so that a folder never holds a thousand. */
#include <stdio.h>
#include <string.h>

#include "core/fs.h"
#include "core/memory.h"
#include "store/store.h"

/* When so many shard files lie there, runs of COMPACT_BY of them become one, of the next level, until half is free. */
enum { MAX_FILES = 960, COMPACT_BY = 32, MAX_LEVEL = 9 };

static void unlink_parts(const store_folder *folder, size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        char *name = store_folder_name(folder, folder->part[i]);
        if (name)
            remove(name);
        detente_free(name);
    }
}

int store_gather_parts(const detente_store *store, size_t first, size_t n, const char *into, detente_error *error)
{
    const store_folder *folder = &store->folder;
    char **path = detente_calloc(n + 1, sizeof *path);
    int status = path ? 0 : DETENTE_E_MEMORY;
    for (size_t i = 0; i < n && !status; i++) {
        path[i] = store_folder_name(folder, folder->part[first + i]);
        status = path[i] ? 0 : DETENTE_E_MEMORY;
    }
    status = status ? detente_no_memory(error) : store_shard_gather(path, n, &store->header.identity, into, error);
    for (size_t i = 0; path && i < n; i++)
        detente_free(path[i]);
    detente_free(path);
    return status;
}

/* Gather parts [first, first + COMPACT_BY) in one of the next level. */
static int compact_run(detente_store *store, size_t first, detente_error *error)
{
    store_folder *folder = &store->folder;
    store_part whole = folder->part[first];
    whole.last = folder->part[first + COMPACT_BY - 1].last;
    whole.own = 1;
    for (size_t i = first; i < first + COMPACT_BY; i++)
        whole.level = folder->part[i].level > whole.level ? folder->part[i].level : whole.level;
    whole.level += whole.level < MAX_LEVEL;
    char *into = store_folder_name(folder, whole), *temporary = into ? store_format("%s.tmp", into) : NULL;
    int status = temporary ? store_gather_parts(store, first, COMPACT_BY, temporary, error) : detente_no_memory(error);
    if (!status)
        status = detente_fs_rename(temporary, into, 1, error);
    if (!status) {
        unlink_parts(folder, first, COMPACT_BY);
        folder->part[first] = whole;
        memmove(&folder->part[first + 1], &folder->part[first + COMPACT_BY],
                (folder->n - first - COMPACT_BY) * sizeof *folder->part);
        folder->n -= COMPACT_BY - 1;
    }
    detente_free(into);
    detente_free(temporary);
    return status;
}

/* Whether parts [first, first + COMPACT_BY) follow each other, all of a level (level -1: of any) and, where asked, our own. */
static int is_run(const store_folder *folder, size_t first, int level, int own)
{
    for (size_t i = first; i < first + COMPACT_BY; i++)
        if ((level >= 0 && folder->part[i].level != level) || (own && !folder->part[i].own) ||
            folder->part[i].first_cell != folder->part[first].first_cell ||
            (i > first && folder->part[i].first != folder->part[i - 1].last))
            return 0;
    return 1;
}

int store_compact(detente_store *store, int own, detente_error *error)
{
    store_folder *folder = &store->folder;
    int status = 0;
    if (folder->n < MAX_FILES)
        return 0;
    for (int level = 0; level <= MAX_LEVEL + 1 && folder->n > MAX_FILES / 2 && !status; level++)
        for (size_t i = 0; i + COMPACT_BY <= folder->n && !status; i++)
            if (is_run(folder, i, level <= MAX_LEVEL ? level : -1, own))
                status = compact_run(store, i, error);
    return status;
}
