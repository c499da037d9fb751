/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file store.h A run's output under way, and how it is opened. */
#ifndef DETENTE_STORE_STORE_H
#define DETENTE_STORE_STORE_H

#include <time.h>

#include "store/files.h"
#include "store/pending.h"
#include "store/spool.h"

struct detente_store {
    char *path;
    detente_store_options options;
    int failed, finished, replaces;
    uint64_t shard_bytes;
    store_header header;
    store_folder folder;
    store_pending pending;
    store_spool spool;
    store_base base;   /**< the results file that is added to */
    store_line line;   /**< of units, without those that the results file that is added to has */
    uint64_t position; /**< on the line, of the next unit to be fed */
    store_gap *gap;    /**< owned, in order: positions of units that are not there yet */
    size_t n_gaps, next_gap;
    uint64_t most_before;    /* replications at most of the results file that is added to */
    uint64_t units_before;   /* one past the last unit that was there when it was opened */
    store_catalogue before;  /* what was there, as long as it is read */
    struct timespec written; /**< when the last shard was */
};

/** Refuse what cannot be the name of an output. @return 0 or DETENTE_E_IO */
int store_check_path(const char *path, detente_error *error);
/** Refuse an output that is there, or with @p force one that may not be replaced. @return 0, DETENTE_E_EXISTS, DETENTE_E_IO */
int store_check_output(const char *path, int force, detente_error *error);
/** What comes next is the unit at a position. */
void store_go_to(detente_store *store, uint64_t position);
/** Parts [@p first, @p first + @p n) as one shard file. @return as store_shard_gather() */
int store_gather_parts(const detente_store *store, size_t first, size_t n, const char *into, detente_error *error);
/** When nearly a thousand shard files lie there, gather them in fewer. @param own 1: only those that this process wrote */
int store_compact(detente_store *store, int own, detente_error *error);
/** See which units no part holds; the next that come are the first of them. @return 0 or DETENTE_E_MEMORY */
int store_find_gaps(detente_store *store, detente_error *error);
/** Lock the output, see what is there already and what is to be done. Path, header and options are set. */
int store_open_output(detente_store *store, detente_error *error);

#endif
