/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file files.h The folder of unfinished work and its lock. */
#ifndef DETENTE_STORE_FILES_H
#define DETENTE_STORE_FILES_H

#include <stddef.h>
#include <stdint.h>

#include <detente/error.h>

#include "store/line.h"

/** A shard file: units [first, last). */
typedef struct store_part {
    uint64_t first, last;
    int level;           /**< 0; one more each time it was compacted */
    int own;             /**< written by this process */
    uint64_t first_cell; /**< not 0: of the cells from this one on only, and its units are numbered among these */
} store_part;

typedef struct store_folder {
    char *path;      /**< OUT.h5.parts */
    char *lock_name; /**< OUT.h5.parts/lock */
    int lock;
    size_t n, capacity;
    store_part *part; /**< those of some cells only first, each kind in the order of units */
} store_folder;

/** The positions that a part takes on a line. */
static inline store_gap store_part_on(const store_line *line, store_part part)
{
    return part.first_cell ? (store_gap){part.first, part.last}
                           : (store_gap){store_line_at(line, part.first), store_line_at(line, part.last)};
}

/** printf into an allocated string; NULL when out of memory. */
char *store_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Make OUT.parts if need be, lock it, list its shards. @return 0, DETENTE_E_BUSY, DETENTE_E_IO, DETENTE_E_MEMORY */
int store_folder_open(store_folder *folder, const char *output, detente_error *error);
/** List the shards of a folder that is only read, whoever holds its lock. Release with store_folder_close(). */
int store_folder_look(store_folder *folder, const char *path, detente_error *error);
/** The folder of a run that another process has begun and holds the lock of. As store_folder_open(). */
int store_folder_join(store_folder *folder, const char *output, detente_error *error);
/** List again what lies there, now that other processes have written into it. */
int store_folder_list(store_folder *folder, detente_error *error);
/** Note a shard that was written. */
int store_folder_add(store_folder *folder, store_part part, detente_error *error);
/** Units that its shards hold. */
uint64_t store_folder_units(const store_folder *folder);
/** Path of a shard; NULL when out of memory. */
char *store_folder_name(const store_folder *folder, store_part part);
/** Remove shards and leavings, but not the folder. */
int store_folder_discard(store_folder *folder, detente_error *error);
/** Remove what a kill left half-written, and shards that lie in a compacted one. @return 0, DETENTE_E_IO, DETENTE_E_MEMORY */
int store_folder_prune(store_folder *folder, detente_error *error);
/** Let go of the lock; remove the folder if it holds no shards. */
void store_folder_close(store_folder *folder);

#endif
