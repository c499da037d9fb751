/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/fs.h"
#include "core/memory.h"

/*
 * A part of the line of units; under a stopping rule, which has to see all replications of a cell, a part of the cells: then the
 * line is that of their units.
 */
static void take_shard(store_header *header, const detente_store_options *options)
{
    header->identity.shard = options->shard;
    header->identity.shards = options->shards;
    if (header->until.metric < 0)
        return;
    const store_gap cells = store_shard_range(header->cells, options->shard, options->shards);
    header->identity.by_cells = 1;
    header->first_cell = cells.first;
    header->cells = cells.last - cells.first;
}

static int open_store(detente_store *store, const char *path, const detente_config *config,
                      const detente_store_options *options, detente_error *error)
{
    store->path = detente_strdup(path);
    if (!store->path)
        return detente_no_memory(error);
    int status = store_header_init(&store->header, config, error);
    store->header.uneven = options->uneven;
    if (!status && options->shards)
        take_shard(&store->header, options);
    if (!status && store_pending_init(&store->pending, &store->header, options->threads))
        status = detente_no_memory(error);
    return status ? status : store_open_output(store, error);
}

int detente_store_create(detente_store **out, const char *path, const detente_config *config,
                         const detente_store_options *options, detente_error *error)
{
    *out = NULL;
    if (options->shards && (options->shard < 1 || options->shard > options->shards))
        return detente_error_set(error, DETENTE_E_RANGE, "there is no shard %u of %u", options->shard, options->shards);
    int status = store_check_path(path, error);
    if (status)
        return status;
    detente_store *store = detente_calloc(1, sizeof *store);
    if (!store)
        return detente_no_memory(error);
    store->folder.lock = -1;
    store->options = *options;
    store->shard_bytes = options->shard_bytes ? options->shard_bytes : STORE_SHARD_BYTES;
    clock_gettime(CLOCK_MONOTONIC, &store->written);
    status = open_store(store, path, config, options, error);
    if (status) {
        store->failed = 1;
        detente_store_free(store);
        return status;
    }
    *out = store;
    return 0;
}

void detente_store_cells(const detente_store *store, uint32_t *first, uint32_t *n)
{
    *first = (uint32_t)store->header.first_cell;
    *n = (uint32_t)store->header.cells;
}

int detente_store_is_finished(const detente_store *store)
{
    return store->finished;
}

static int is_shared(const detente_store *store)
{
    return store->options.ranks > 1;
}

/* Wait for the shard that is being synced; keep the folder small. */
static int wait_shard(detente_store *store, detente_error *error)
{
    const int status = store_spool_wait(&store->spool, &store->folder, error);
    /* Other ranks may be reading what was there before. */
    return status ? status : store_compact(store, is_shared(store), error);
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
    const store_shard *shard = &pending->shard;
    const store_part part = {.first = shard->first_unit,
                             .last = shard->first_unit + shard->n_units,
                             .own = 1,
                             .first_cell = shard->first_cell};
    int status = store_pending_seal(pending) ? detente_no_memory(error) : 0;
    if (!status)
        status = put_shard(store, shard, error);
    if (!status)
        status = store_spool_close(&store->spool, &store->folder, part, error);
    if (status)
        return status;
    store_pending_next(pending);
    clock_gettime(CLOCK_MONOTONIC, &store->written);
    return 0;
}

/* What comes next is the unit at a position. */
void store_go_to(detente_store *store, uint64_t position)
{
    const store_line *line = &store->line;
    const int narrow = position < store_line_narrow(line);
    store_pending_begin(&store->pending, narrow ? position : store_line_unit(line, position),
                        narrow ? line->first_cell : 0);
    store->position = position;
}

/* Whether the unit at a position can be added to what is pending. */
static int goes_on_with(const detente_store *store, uint64_t position)
{
    const int narrow = position < store_line_narrow(&store->line);
    return position == store->position && narrow == (store->pending.shard.first_cell > 0);
}

/* The next positions, below the position `end`: as many as one shard may hold. */
static int next_positions(detente_store *store, uint64_t end, store_gap *next, detente_error *error)
{
    const uint64_t narrow = store_line_narrow(&store->line);
    if (store->failed || store->next_gap == store->n_gaps || store->gap[store->next_gap].first >= end)
        return 0;
    store_gap *gap = &store->gap[store->next_gap];
    *next = (store_gap){gap->first, gap->last < end ? gap->last : end};
    if (next->first < narrow && next->last > narrow)
        next->last = narrow;
    if (!goes_on_with(store, next->first)) {
        const int status = store->pending.shard.n_units > 0 ? write_shard(store, error) : 0;
        store->failed = status != 0;
        if (status)
            return status;
        store_go_to(store, next->first);
    }
    gap->first = next->last;
    store->next_gap += gap->first == gap->last;
    return 1;
}

int detente_store_next_units(detente_store *store, uint64_t end, detente_run_options *units, detente_error *error)
{
    const store_line *line = &store->line;
    store_gap next;
    const int more = next_positions(store, store_line_at(line, end), &next, error);
    if (more > 0) {
        units->first_unit = store_line_unit(line, next.first);
        units->last_unit = store_line_unit(line, next.last - 1) + 1;
        units->first_cell = next.first < store_line_narrow(line) ? (uint32_t)line->first_cell : 0;
    }
    return more;
}

int detente_store_next(detente_store *store, uint64_t end, uint64_t *first, uint64_t *last, detente_error *error)
{
    const store_line *line = &store->line;
    store_gap next;
    /* Up to the next cells that are there already. */
    if (store->next_gap < store->n_gaps && line->first_cell) {
        const uint64_t unit = store_line_unit(line, store->gap[store->next_gap].first), r = unit / line->cells;
        if (r < line->replications && end > (r + 1) * line->cells)
            end = (r + 1) * line->cells;
    }
    const int more = next_positions(store, store_line_at(line, end), &next, error);
    if (more > 0) {
        *first = store_line_unit(line, next.first);
        *last = store_line_unit(line, next.last - 1) + 1;
    }
    return more;
}

uint64_t detente_store_left(const detente_store *store)
{
    return detente_store_left_before(store, UINT64_MAX);
}

uint64_t detente_store_left_before(const detente_store *store, uint64_t end)
{
    const uint64_t before = store_line_at(&store->line, end);
    uint64_t left = 0;
    for (size_t i = store->next_gap; i < store->n_gaps && store->gap[i].first < before; i++)
        left += (store->gap[i].last < before ? store->gap[i].last : before) - store->gap[i].first;
    return left;
}

uint64_t detente_store_reach(const detente_store *store, uint64_t n)
{
    uint64_t end = 0;
    for (size_t i = store->next_gap; i < store->n_gaps && n > 0; i++) {
        const uint64_t length = store->gap[i].last - store->gap[i].first, part = length < n ? length : n;
        end = store_line_unit(&store->line, store->gap[i].first + part - 1) + 1;
        n -= part;
    }
    return end;
}

void detente_store_pass(detente_store *store, uint64_t end)
{
    const uint64_t before = store_line_at(&store->line, end);
    while (store->next_gap < store->n_gaps && store->gap[store->next_gap].first < before) {
        store_gap *gap = &store->gap[store->next_gap];
        gap->first = gap->last < before ? gap->last : before;
        store->next_gap += gap->first == gap->last;
    }
}

/* The parts that were there at the beginning. */
static int fill_catalogue(detente_store *store, detente_error *error)
{
    const store_folder *folder = &store->folder;
    int status = 0;
    for (size_t i = 0; i < folder->n && !status; i++) {
        if (folder->part[i].own && is_shared(store))
            continue;
        status =
            store_catalogue_add_part(&store->before, folder, folder->part[i], &store->header.identity, NULL, error);
    }
    if (store->header.identity.by_cells)
        store->before.cells = 0; /* it numbers units among its own cells, and they are all that there are */
    return status ? status : store_catalogue_order(&store->before, error);
}

/* Replication @p replication of the file that is added to. */
static int base_means(detente_store *store, int metric, uint64_t replication,
                      void (*take)(void *data, uint64_t unit, uint64_t encounters, double mean), void *data,
                      detente_error *error)
{
    store_base *base = &store->base;
    double *means = detente_alloc(base->cells * sizeof *means);
    hdf_session session;
    if (!means)
        return detente_no_memory(error);
    hdf_enter(&session);
    int status = store_base_open(base);
    if (!status)
        status = store_base_means(base, metric, 0, base->cells, replication, 1, means);
    store_base_close(base);
    hdf_leave(&session);
    for (uint64_t c = 0; c < base->cells && !status; c++)
        if (store_base_has(base, c, replication))
            take(data, replication * store->header.cells + c, isnan(means[c]) ? 0 : store->header.encounters, means[c]);
    detente_free(means);
    return status ? detente_error_set(error, status, "%s: is damaged", store->path) : 0;
}

int detente_store_means(detente_store *store, int metric, uint64_t first, uint64_t last,
                        void (*take)(void *data, uint64_t unit, uint64_t encounters, double mean), void *data,
                        detente_error *error)
{
    enum { UNITS = 4096 };
    uint64_t count[UNITS];
    store_moments moments[UNITS];
    int status = store->before.n == 0 && first < store->units_before ? fill_catalogue(store, error) : 0;
    last = last < store->units_before ? last : store->units_before;
    for (uint64_t r = first / store->header.cells; r * store->header.cells < last && !status; r++)
        if (store_base_has(&store->base, 0, r))
            status = base_means(store, metric, r, take, data, error);
    for (uint64_t unit = first; unit < last && !status; unit += UNITS) {
        const uint64_t n = last - unit < UNITS ? last - unit : UNITS;
        memset(moments, 0, sizeof moments);
        status = store_catalogue_read(&store->before, metric, unit, n, count, moments, error);
        for (uint64_t i = 0; i < n && !status; i++)
            if (count[i] > 0)
                take(data, unit + i, count[i], moments[i].mean);
    }
    if (!status && last == store->units_before)
        store_catalogue_clear(&store->before);
    return status;
}

/* A unit has more rows than a shard should hold: write those that are packed, and go on. */
static int spill(detente_store *store, detente_error *error)
{
    store_pending *pending = &store->pending;
    store_shard rows = {.first_unit = pending->shard.first_unit,
                        .first_cell = pending->shard.first_cell,
                        .n_pieces = pending->shard.n_pieces,
                        .piece = pending->shard.piece};
    memcpy(rows.rows_before, pending->shard.rows_before, sizeof rows.rows_before);
    const int status = rows.n_pieces > 0 ? put_shard(store, &rows, error) : 0;
    if (!status)
        store_pending_spilled(pending);
    return status;
}

static int is_due(const detente_store *store)
{
    const store_pending *pending = &store->pending;
    if (pending->bytes >= store->shard_bytes ||
        pending->shard.n_units * STORE_UNIT_BYTES >= store->shard_bytes / STORE_UNITS_SHARE)
        return 1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - store->written.tv_sec >= STORE_SHARD_SECONDS;
}

static int take_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    detente_store *store = data;
    int status = 0;
    if (store->failed || store_pending_rows(&store->pending, cell, replication, rows))
        status = detente_no_memory(error);
    else if (store->pending.bytes >= store->shard_bytes)
        status = spill(store, error);
    store->failed = status != 0;
    return status;
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    detente_store *store = data;
    int status = 0;
    if (store->failed || unit->unit != store_line_unit(&store->line, store->position))
        return detente_error_set(error, DETENTE_E_RANGE, "%s: unit %" PRIu64 " is not the next", store->path,
                                 unit->unit);
    store->position++;
    if (store_pending_unit(&store->pending, unit))
        status = detente_no_memory(error);
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
    if (shard->n_units > 0 && (store->spool.is_open || store->options.shards || is_shared(store)))
        status = write_shard(store, error); /* some of their rows are on the disk already, or all is to go there */
    if (!status)
        status = store_spool_wait(&store->spool, &store->folder, error);
    if (!status && shard->n_units > 0 && store_pending_seal(&store->pending))
        status = detente_no_memory(error);
    return status;
}

/* Every rank's parts: all that was to be played, or under a stopping rule all up to some unit. */
static int gather_ranks(detente_store *store, detente_error *error)
{
    const store_folder *folder = &store->folder;
    int status = store_folder_list(&store->folder, error);
    if (!status)
        status = store_folder_prune(&store->folder, error);
    if (!status)
        status = store_find_gaps(store, error);
    const uint64_t after = folder->n > 0 ? store_part_on(&store->line, folder->part[folder->n - 1]).last : 0;
    if (!status && store->n_gaps > 0 && (store->header.until.metric < 0 || store->gap[0].first < after))
        status =
            detente_error_set(error, DETENTE_E_INPUT,
                              "%s: %" PRIu64 " replications of cells are missing, which another process was to write",
                              folder->path, store->gap[0].last - store->gap[0].first);
    return status ? status : store_compact(store, 0, error);
}

static int merge_parts(detente_store *store, const char *into, const detente_provenance *provenance,
                       detente_error *error)
{
    const store_folder *folder = &store->folder;
    const store_shard *last = &store->pending.shard;
    store_catalogue catalogue = {0};
    int status = 0;
    for (size_t i = 0; i < folder->n && !status; i++) {
        status = store_catalogue_add_part(&catalogue, folder, folder->part[i], &store->header.identity, NULL, error);
    }
    if (!status && last->n_units > 0)
        status = store_catalogue_add_memory(&catalogue, last, store->header.cells, error);
    if (!status)
        status = store_catalogue_order(&catalogue, error);
    if (!status)
        status = store_merge(&store->header, &store->base, &catalogue, into, provenance, store->options.threads,
                             store->options.stop, NULL, error);
    store_catalogue_clear(&catalogue);
    return status;
}

static int merge(detente_store *store, const detente_provenance *provenance, detente_error *error)
{
    char *merged = store_format("%s/merged.tmp", store->folder.path);
    int status = merged ? 0 : detente_no_memory(error);
    if (!status)
        status = store->options.shards ? store_gather_parts(store, 0, store->folder.n, merged, error)
                                       : merge_parts(store, merged, provenance, error);
    if (!status)
        status = store->replaces ? 0 : store_check_output(store->path, store->options.force, error);
    if (!status)
        status = detente_fs_rename(merged, store->path, store->options.force || store->replaces, error);
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
    if (!status && store->options.rank == 0 && is_shared(store))
        status = gather_ranks(store, error);
    if (status || store->options.rank > 0) {
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

void detente_store_keep(detente_store *store)
{
    if (!store->failed)
        keep_pending(store);
    store->failed = 1;
}

void detente_store_discard(detente_store *store)
{
    store_spool_wait(&store->spool, &store->folder, NULL);
    store_spool_abandon(&store->spool);
    store_folder_discard(&store->folder, NULL);
    store->failed = 1;
}

void detente_store_free(detente_store *store)
{
    if (!store)
        return;
    /* An interrupted run: keep what is done. */
    detente_store_keep(store);
    if (is_shared(store) && store->options.rank == 0 && store->folder.path)
        store_folder_list(&store->folder, NULL); /* what the others have put there */
    store_spool_wait(&store->spool, &store->folder, NULL);
    store_spool_abandon(&store->spool);
    store_pending_clear(&store->pending);
    store_catalogue_clear(&store->before);
    store_folder_close(&store->folder);
    store_header_clear(&store->header);
    store_base_clear(&store->base);
    detente_free(store->gap);
    detente_free(store->path);
    detente_free(store);
}
