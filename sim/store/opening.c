/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies at an output's name already, and what there is left to do. */
#include "core/fs.h"
#include "core/memory.h"
#include "store/store.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int goes_on(const detente_store *store)
{
    return store->options.resume || store->options.extend;
}

int store_check_path(const char *path, detente_error *error)
{
    if (!*path || path[strlen(path) - 1] == '/')
        return detente_error_set(error, DETENTE_E_IO, "\"%s\": not the name of a file", path);
    return 0;
}

int store_check_output(const char *path, int force, detente_error *error)
{
    return detente_fs_check_output(path, force, DETENTE_FS_HDF5, "a results file", error);
}

/* Whether every cell of a results file has all its replications, or failed: 1 or 0, or DETENTE_E_INPUT, DETENTE_E_MEMORY. */
static int read_complete(hid_t file, uint64_t cells)
{
    const hsize_t shape = cells;
    int8_t *status = detente_alloc(cells);
    if (!status)
        return DETENTE_E_MEMORY;
    int complete = hdf_read(file, "status", H5T_NATIVE_INT8, 1, &shape, status) ? DETENTE_E_INPUT : 1;
    for (uint64_t c = 0; c < cells && complete == 1; c++)
        complete = status[c] == 0 || status[c] == STORE_FAILED;
    detente_free(status);
    return complete;
}

/* Whose results a config is of, as if this program had written them. */
static int identity_of(const detente_config *config, store_identity *identity, detente_error *error)
{
    store_header header;
    const int status = store_header_init(&header, config, error);
    if (status)
        return status;
    *identity = header.identity;
    header.identity = (store_identity){0};
    store_header_clear(&header);
    return 0;
}

/* The file's own words for the run it is of. @return as read_complete() */
static int read_results(const char *path, store_identity *identity, uint64_t *dimension, detente_error *error)
{
    detente_results *results;
    hdf_session session;
    char *version = NULL;
    int status = detente_results_open(&results, path, error);
    if (status)
        return status;
    status = identity_of(detente_results_config(results), identity, error);
    identity->model_version = detente_results_model_version(results);
    const uint64_t cells = detente_results_cells(results);
    *dimension = detente_results_replications(results);
    detente_results_close(results);
    if (status)
        return status;
    hdf_enter(&session);
    const hid_t file = hdf_open(path);
    status = hdf_read_text(file, "detente_version", &version);
    if (!status)
        status = read_complete(file, cells);
    H5Fclose(file);
    hdf_leave(&session);
    detente_free(identity->version);
    identity->version = version;
    if (status < 0)
        store_identity_clear(identity);
    return status == DETENTE_E_MEMORY ? detente_no_memory(error)
           : status < 0               ? detente_error_set(error, status, "%s: its states are damaged", path)
                                      : status;
}

static int refuse_replications(const detente_store *store, uint64_t theirs, const char *path, detente_error *error)
{
    const uint64_t ours = store->header.replications;
    return detente_error_set(error, DETENTE_E_INPUT,
                             "%s: is of another run, there and here differ:\n  replications: %" PRIu64
                             " there, %" PRIu64 " here%s",
                             path, theirs, ours, theirs < ours ? " (--extend adds replications)" : "");
}

static int check_replications(const detente_store *store, uint64_t theirs, const char *path, detente_error *error)
{
    const uint64_t ours = store->header.replications;
    return theirs == ours || (theirs < ours && store->options.extend) ? 0
                                                                      : refuse_replications(store, theirs, path, error);
}

/* Whether ours is theirs with more points; more replications, too, are no matter here. */
static int adds_points(const detente_store *store, const store_identity *theirs)
{
    const store_identity *ours = &store->header.identity;
    return *ours->points_sha256 && !strcmp(theirs->points_sha256, ours->points_sha256) && theirs->cells < ours->cells &&
           theirs->format_version == ours->format_version && theirs->model_version == ours->model_version &&
           !strcmp(theirs->version, ours->version);
}

/* A results file where the output goes: done, or to be added to, or of another run. */
static int look_at_results(detente_store *store, detente_error *error)
{
    store_identity theirs = {0};
    uint64_t dimension = 0;
    const int complete = read_results(store->path, &theirs, &dimension, error);
    if (complete < 0)
        return complete;
    theirs.shard = theirs.shards = 1;
    int status = adds_points(store, &theirs)
                     ? 0
                     : store_identity_check(&theirs, &store->header.identity, store->path, NULL, error);
    if (!status && theirs.replications > store->header.replications)
        status = refuse_replications(store, theirs.replications, store->path, error);
    if (!status) {
        hdf_session session;
        hdf_enter(&session);
        status = store_base_look(&store->base, store->path, theirs.cells, dimension, error);
        hdf_leave(&session);
    }
    if (!status && theirs.cells < store->header.cells && store->base.units % theirs.cells != 0)
        status = detente_error_set(error, DETENTE_E_INPUT, "%s: is unfinished; go on with its own points first",
                                   store->path);
    /* Of a file whose cells all failed, only the number of units says whether it is whole. */
    store->finished = !status && complete && theirs.replications == store->header.replications &&
                      theirs.cells == store->header.cells && store->base.units == theirs.cells * dimension;
    store->most_before = theirs.replications;
    store_identity_clear(&theirs);
    return status;
}

/* A shard file where one goes. */
static int look_at_shard(detente_store *store, detente_error *error)
{
    store_catalogue catalogue = {0};
    store_identity theirs = {0};
    int status = store_catalogue_add(&catalogue, store->path, &store->header.identity, &theirs, error);
    if (!status)
        status = check_replications(store, theirs.replications, store->path, error);
    store->finished = !status;
    store_identity_clear(&theirs);
    store_catalogue_clear(&catalogue);
    return status;
}

static int refuse_parts(const detente_store *store, detente_error *error)
{
    const store_folder *folder = &store->folder;
    return detente_error_set(error, DETENTE_E_EXISTS,
                             "%s: holds unfinished work of an earlier run to %s, %" PRIu64 " replications of cells; "
                             "use --resume to go on from it, or --force to discard it",
                             folder->path, store->path, store_folder_units(folder));
}

/* Parts must be of this run, all of them whole. @param[out] most  replications that one of them was to have */
static int check_parts(const detente_store *store, uint64_t *most, detente_error *error)
{
    const store_folder *folder = &store->folder;
    store_catalogue catalogue = {0};
    int status = 0;
    for (size_t i = 0; i < folder->n && !status; i++) {
        store_identity theirs = {0};
        status = store_catalogue_add_part(&catalogue, folder, folder->part[i], &store->header.identity, &theirs, error);
        *most = theirs.replications > *most ? theirs.replications : *most;
        store_identity_clear(&theirs);
    }
    if (!status)
        status = store_catalogue_order(&catalogue, error);
    store_catalogue_clear(&catalogue);
    return status;
}

/* An extension that was ended goes on by --resume too; else only --extend begins one. */
static int check_extension(const detente_store *store, uint64_t most, detente_error *error)
{
    const store_folder *folder = &store->folder;
    if (folder->n > 0)
        return check_replications(store, most, folder->path, error);
    if (!store->base.path)
        return 0;
    const int status = check_replications(store, store->most_before, store->path, error);
    if (!status && store->base.cells < store->header.cells && !store->options.extend)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: has fewer points, %" PRIu64 " cells of %" PRIu64 " (--extend adds points)",
                                 store->path, store->base.cells, store->header.cells);
    return status;
}

/* The line of units where what the file that is added to has of them is left out, if it has fewer cells. */
static store_line line_of(const detente_store *store)
{
    const store_base *base = &store->base;
    store_line line = {.cells = store->header.cells};
    if (base->path && base->cells < line.cells) {
        line.first_cell = base->cells;
        line.replications = base->units / base->cells;
    }
    return line;
}

/* Whether a part holds new cells of replications that the file that is added to has, as it would be without it. */
static int fits_base(const detente_store *store, store_part part)
{
    const store_line line = line_of(store);
    return part.first_cell ? part.first_cell == line.first_cell && part.last <= store_line_narrow(&line)
                           : part.first >= line.replications * line.cells;
}

/* Whether the file that is added to has all cells, and all units of a part. */
static int is_in_base(const detente_store *store, store_part part)
{
    const store_base *base = &store->base;
    const uint64_t cells = store->header.cells, narrow = part.first_cell < cells ? cells - part.first_cell : 1;
    return base->path && base->cells == cells &&
           (part.first_cell ? part.last <= base->units / cells * narrow : part.last <= base->units);
}

/*
 * What parts and the file that is added to have in common. Parts of all cells that hold units of it are what it was made of, or are
 * of a run of all, and say more. Parts of new cells only are worth nothing without the file that has the others.
 */
static int choose_base(detente_store *store, detente_error *error)
{
    store_folder *folder = &store->folder;
    store_base *base = &store->base;
    const int narrow = folder->n > 0 && folder->part[0].first_cell > 0;
    int fit = 1, superfluous = 1, apart = 1;
    for (size_t i = 0; i < folder->n; i++) {
        const store_part part = folder->part[i];
        fit = fit && fits_base(store, part);
        superfluous = superfluous && is_in_base(store, part);
        apart = apart && (base->path && base->cells == store->header.cells ? part.first >= base->units : fit);
    }
    if (narrow && superfluous)
        return store_folder_discard(folder, error);
    if (narrow && !fit)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: holds points that were being added to a results file of %" PRIu64
                                 " cells, and %s is not that file: put it there again, or use --force to discard them",
                                 folder->path, folder->part[0].first_cell, store->path);
    if (base->path && !apart)
        store_base_clear(base);
    return 0;
}

/* Add positions, without those at the beginning that the file that is added to has. */
static void add_gap(detente_store *store, uint64_t first, uint64_t last)
{
    const store_base *base = &store->base;
    const uint64_t known = base->path && base->cells == store->header.cells ? base->units : 0;
    first = first < known ? known : first;
    if (first < last)
        store->gap[store->n_gaps++] = (store_gap){first, last};
}

/* Units of the run, or of its shard, that no part holds. */
int store_find_gaps(detente_store *store, detente_error *error)
{
    const store_folder *folder = &store->folder;
    const store_identity *identity = &store->header.identity;
    const uint64_t units = store->header.cells * store->header.replications;
    store->line = line_of(store);
    const uint64_t all = store_line_at(&store->line, units);
    const store_gap range =
        identity->by_cells ? (store_gap){0, all} : store_shard_range(all, identity->shard, identity->shards);
    uint64_t next = range.first;
    detente_free(store->gap);
    store->n_gaps = store->next_gap = 0;
    store->gap = detente_alloc((folder->n + 1) * sizeof *store->gap);
    if (!store->gap)
        return detente_no_memory(error);
    for (size_t i = 0; i < folder->n; i++) {
        const store_gap part = store_part_on(&store->line, folder->part[i]);
        add_gap(store, next, part.first);
        next = part.last;
    }
    store->units_before = next > 0 ? store_line_unit(&store->line, next - 1) + 1 : 0;
    if (store->base.path && store->units_before < store->base.replications * store->header.cells)
        store->units_before = store->base.replications * store->header.cells;
    if (folder->n == 0 && !store->base.path)
        store->units_before = 0;
    add_gap(store, next, range.last);
    store_go_to(store, store->n_gaps ? store->gap[0].first : range.first);
    return 0;
}

static int take_parts(detente_store *store, int found, detente_error *error)
{
    store_folder *folder = &store->folder;
    if (!goes_on(store)) {
        const int status = folder->n > 0 && !store->options.force ? refuse_parts(store, error) : 0;
        return status ? status : store_folder_discard(folder, error);
    }
    uint64_t most = 0;
    int status = store_folder_prune(folder, error);
    if (!status)
        status = check_parts(store, &most, error);
    if (!status)
        status = choose_base(store, error);
    if (!status)
        status = check_extension(store, most, error);
    if (!status && store->options.extend && !found && folder->n == 0)
        status = detente_error_set(error, DETENTE_E_INPUT, "%s: is not there; there is nothing to extend", store->path);
    return status;
}

/* Rank 0 has looked at all of it, and made room. */
static int join_output(detente_store *store, detente_error *error)
{
    const int found = detente_fs_look(store->path, error);
    int status = found < 0 ? found : store_folder_join(&store->folder, store->path, error);
    if (!status && found && goes_on(store) && !store->options.shards)
        status = look_at_results(store, error);
    if (!status)
        status = choose_base(store, error);
    return status ? status : store_find_gaps(store, error);
}

/* Of a finished file: a run was killed before it had removed its parts. Those of another run, as of one that adds to it, stay. */
static int discard_merged(detente_store *store, detente_error *error)
{
    store_folder *folder = &store->folder;
    store_catalogue catalogue = {0};
    int merged = 1;
    for (size_t i = 0; i < folder->n && merged; i++) {
        store_identity theirs = {0};
        merged =
            !store_catalogue_add_part(&catalogue, folder, folder->part[i], &store->header.identity, &theirs, NULL) &&
            theirs.replications <= store->header.replications;
        store_identity_clear(&theirs);
    }
    store_catalogue_clear(&catalogue);
    return merged ? store_folder_discard(folder, error) : 0;
}

int store_open_output(detente_store *store, detente_error *error)
{
    if (store->options.rank > 0)
        return join_output(store, error);
    int found = detente_fs_look(store->path, error);
    int status = found < 0                  ? found
                 : found && !goes_on(store) ? store_check_output(store->path, store->options.force, error)
                                            : 0;
    if (!status)
        status = store_folder_open(&store->folder, store->path, error);
    if (!status)
        found = detente_fs_look(store->path, error); /* it may have come while another run held the lock */
    if (!status && found < 0)
        status = found;
    else if (!status && found && goes_on(store))
        status = store->options.shards ? look_at_shard(store, error) : look_at_results(store, error);
    else if (!status && found)
        status = store_check_output(store->path, store->options.force, error);
    if (status)
        return status;
    if (store->finished)
        return discard_merged(store, error);
    store->replaces = found && goes_on(store); /* it is of this run, and nothing of it is lost */
    status = take_parts(store, found, error);
    return status ? status : store_find_gaps(store, error);
}

uint64_t detente_store_kept(const char *path)
{
    store_folder folder = {.lock = -1};
    char *parts = store_format("%s.parts", path);
    const uint64_t units = parts && !store_folder_look(&folder, parts, NULL) ? store_folder_units(&folder) : 0;
    store_folder_close(&folder);
    detente_free(parts);
    return units;
}
