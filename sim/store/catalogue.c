/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/memory.h"
#include "store/seal.h"

int store_shard_damaged(detente_error *error, const char *path, store_use use)
{
    static const char *const words[] = {[STORE_GOES_ON] = "remove it, and what it held is played again",
                                        [STORE_MERGES_ALL] = "make it again, or merge the others with --partial",
                                        [STORE_MERGES_PART] = "merge the others without it"};
    return detente_error_set(error, DETENTE_E_INPUT, "%s: not a shard, or damaged or truncated; %s", path, words[use]);
}

/* What the files of a catalogue are for. */
static store_use use_of(const store_catalogue *catalogue, const store_identity *ours)
{
    return ours ? STORE_GOES_ON : catalogue->partial ? STORE_MERGES_PART : STORE_MERGES_ALL;
}

/* Add a set of a run of so many cells. */
static int add_set(store_catalogue *catalogue, store_set *set, uint64_t cells, detente_error *error)
{
    set->narrow = set->cells < cells;
    if (set->narrow)
        catalogue->cells = cells;
    if (catalogue->n == catalogue->capacity) {
        const size_t capacity = catalogue->capacity ? 2 * catalogue->capacity : 64;
        store_set *larger = detente_realloc(catalogue->set, capacity * sizeof *larger);
        if (!larger)
            return detente_no_memory(error);
        catalogue->set = larger;
        catalogue->capacity = capacity;
    }
    catalogue->set[catalogue->n++] = *set;
    for (int t = 0; t < STORE_N_TABLES; t++)
        catalogue->rows[t] += set->rows[t];
    return 0;
}

static int add_sets(store_catalogue *catalogue, hid_t file, const char *path, uint64_t size, store_use use,
                    const store_identity *theirs, detente_error *error)
{
    H5G_info_t info = {0};
    store_gap cells = {0, theirs->cells};
    if (theirs->by_cells)
        cells = store_shard_range(theirs->cells, theirs->shard, theirs->shards);
    catalogue->by_cells |= theirs->by_cells;
    if (H5Gget_info(file, &info) < 0)
        return store_shard_damaged(error, path, use);
    for (hsize_t g = 0; g < info.nlinks; g++) {
        store_set set;
        if (store_shard_describe(file, g, size, &set))
            return store_shard_damaged(error, path, use);
        set.file = (uint32_t)(catalogue->n_files - 1);
        if (set.first_cell > cells.last - cells.first)
            return store_shard_damaged(error, path, use);
        set.first_cell += cells.first;
        set.cells = cells.last - set.first_cell;
        if (set.n_units && !set.cells)
            return store_shard_damaged(error, path, use);
        const int status = add_set(catalogue, &set, theirs->cells, error);
        if (status)
            return status;
    }
    return 0;
}

static int add_path(store_catalogue *catalogue, const char *path, detente_error *error)
{
    char *copy = detente_strdup(path);
    char **paths = detente_realloc(catalogue->path, (catalogue->n_files + 1) * sizeof *paths);
    if (paths)
        catalogue->path = paths;
    int *fds = detente_realloc(catalogue->fd, (catalogue->n_files + 1) * sizeof *fds);
    if (fds)
        catalogue->fd = fds;
    if (!copy || !paths || !fds) {
        detente_free(copy);
        return detente_no_memory(error);
    }
    paths[catalogue->n_files] = copy;
    fds[catalogue->n_files++] = -1;
    return 0;
}

/* What is known to be whole is not looked at bit by bit again. */
static int check_seal(const char *path, store_use use, detente_error *error)
{
    const int status = store_seal_check(path);
    return status == DETENTE_E_MEMORY ? detente_no_memory(error) : status ? store_shard_damaged(error, path, use) : 0;
}

static int read_file(store_catalogue *catalogue, const char *path, int first_look, const store_identity *ours,
                     store_identity *theirs, detente_error *error)
{
    const store_use use = use_of(catalogue, ours);
    struct stat there;
    if (stat(path, &there))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: cannot read it: %s", path, strerror(errno));
    if (!S_ISREG(there.st_mode))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is not an ordinary file", path);
    const hid_t file = hdf_open(path);
    if (file < 0)
        return store_shard_damaged(error, path, use);
    int status = store_shard_identity(file, theirs);
    if (status == DETENTE_E_MEMORY)
        detente_no_memory(error);
    else if (status && H5Aexists(file, "config_sha256") > 0)
        detente_error_set(
            error, status,
            "%s: is a results file of its own, not a shard of one (`detente run --shard I/N` makes those)", path);
    else if (status)
        store_shard_damaged(error, path, use);
    else if (first_look)
        status = check_seal(path, use, error);
    if (!status && ours)
        status = store_identity_check(theirs, ours, path, NULL, error);
    if (!status)
        status = add_sets(catalogue, file, path, (uint64_t)there.st_size, use, theirs, error);
    H5Fclose(file);
    return status;
}

int store_catalogue_add(store_catalogue *catalogue, const char *path, const store_identity *ours,
                        store_identity *theirs, detente_error *error)
{
    store_identity found = {0};
    hdf_session session;
    int status = add_path(catalogue, path, error);
    if (!status) {
        hdf_enter(&session);
        status = read_file(catalogue, path, theirs != NULL, ours, &found, error);
        hdf_leave(&session);
    }
    if (theirs)
        *theirs = found;
    else
        store_identity_clear(&found);
    return status;
}

int store_catalogue_add_part(store_catalogue *catalogue, const store_folder *folder, store_part part,
                             const store_identity *ours, store_identity *theirs, detente_error *error)
{
    char *name = store_folder_name(folder, part);
    const int status = name ? store_catalogue_add(catalogue, name, ours, theirs, error) : detente_no_memory(error);
    detente_free(name);
    return status;
}

int store_catalogue_add_memory(store_catalogue *catalogue, const store_shard *shard, uint64_t cells,
                               detente_error *error)
{
    store_set set = {.first_unit = shard->first_unit,
                     .first_cell = shard->first_cell,
                     .cells = cells - shard->first_cell,
                     .n_units = shard->n_units,
                     .n_pieces = shard->n_pieces,
                     .n_bins = shard->n_bins,
                     .n_failures = shard->n_failures,
                     .memory = shard};
    for (int t = 0; t < STORE_N_TABLES; t++)
        for (uint64_t u = 0; u < shard->n_units; u++)
            set.rows[t] += shard->rows[t][u];
    return add_set(catalogue, &set, cells, error);
}

static int by_unit(const void *a, const void *b)
{
    const store_set *x = a, *y = b;
    if (x->narrow != y->narrow)
        return y->narrow - x->narrow;
    if (x->first_cell != y->first_cell)
        return x->first_cell < y->first_cell ? -1 : 1;
    if (x->first_unit != y->first_unit)
        return x->first_unit < y->first_unit ? -1 : 1;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Two that hold the same cells differ in nothing, or only in replications. */
static int refuse_doubled(const store_catalogue *catalogue, const store_set *a, const store_set *b, int same_cells,
                          detente_error *error)
{
    const char *name[2];
    for (int i = 0; i < 2; i++) {
        const store_set *set = i ? b : a;
        name[i] = set->memory ? "what is in memory" : catalogue->path[set->file];
    }
    if (!strcmp(name[0], name[1]) && a->file != b->file)
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is named twice", name[0]);
    if (same_cells)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s and %s both hold the same replications; leave one of them out", name[0], name[1]);
    return detente_error_set(error, DETENTE_E_INPUT, "%s and %s both hold cell %" PRIu64 "; leave one of them out",
                             name[0], name[1], b->first_cell);
}

/* Sets of the same cells follow each other. */
static int find_strands(store_catalogue *catalogue, detente_error *error)
{
    detente_free(catalogue->strand);
    catalogue->n_strands = 0;
    catalogue->strand = detente_alloc((catalogue->n + 1) * sizeof *catalogue->strand);
    if (!catalogue->strand)
        return detente_no_memory(error);
    for (size_t i = 0; i < catalogue->n; i++) {
        const store_set *set = &catalogue->set[i], *before = i > 0 ? set - 1 : NULL;
        if (!before || before->first_cell != set->first_cell || before->cells != set->cells)
            catalogue->strand[catalogue->n_strands++].low = i;
        catalogue->strand[catalogue->n_strands - 1].high = i + 1;
    }
    return 0;
}

int store_catalogue_order(store_catalogue *catalogue, detente_error *error)
{
    const store_set *before = NULL;
    uint64_t replications = 0; /* of which narrow sets have something */
    if (catalogue->n > 1)
        qsort(catalogue->set, catalogue->n, sizeof *catalogue->set, by_unit);
    for (size_t i = 0; i < catalogue->n; i++) {
        const store_set *set = &catalogue->set[i];
        const uint64_t end = set->first_unit + set->n_units;
        if (set->n_units == 0)
            continue;
        const int same = before && before->first_cell == set->first_cell && before->cells == set->cells;
        const int apart = !before || before->first_cell + before->cells <= set->first_cell ||
                          (!set->narrow && set->first_unit / set->cells >= replications);
        if (!same && !apart)
            return refuse_doubled(catalogue, before, set, 0, error);
        if (same && set->first_unit < before->first_unit + before->n_units)
            return refuse_doubled(catalogue, before, set, 1, error);
        if (set->narrow && (end + set->cells - 1) / set->cells > replications)
            replications = (end + set->cells - 1) / set->cells;
        before = set;
    }
    return find_strands(catalogue, error);
}

/* Of sets [low, high) the last one that begins at or before a unit; @p low when there is none. */
static size_t find(const store_catalogue *catalogue, size_t low, size_t high, uint64_t unit)
{
    const size_t first = low;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (catalogue->set[middle].first_unit <= unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low > first ? low - 1 : first;
}

static void close_files(store_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->n_files && catalogue->n_open; i++) {
        if (catalogue->fd[i] < 0)
            continue;
        close(catalogue->fd[i]);
        catalogue->fd[i] = -1;
        catalogue->n_open--;
    }
}

int store_catalogue_bytes(store_catalogue *catalogue, uint32_t file, void *to, size_t size, uint64_t address,
                          detente_error *error)
{
    int *fd = &catalogue->fd[file];
    if (*fd < 0 && catalogue->n_open >= STORE_OPEN_FILES)
        close_files(catalogue);
    if (*fd < 0) {
        *fd = open(catalogue->path[file], O_RDONLY | O_CLOEXEC);
        catalogue->n_open += *fd >= 0;
    }
    const ssize_t got = *fd < 0 ? -1 : detente_fs_read_at(*fd, to, size, (off_t)address);
    if (got < 0 || (size_t)got < size)
        return detente_error_set(error, DETENTE_E_INPUT, "%s: cannot read this shard: %s", catalogue->path[file],
                                 got < 0 ? strerror(errno) : "it became shorter");
    return 0;
}

/* n units of a set from its unit `from` on. */
static int read_set(store_catalogue *catalogue, const store_set *set, int metric, uint64_t from, uint64_t n,
                    uint64_t *count, store_moments *moments, detente_error *error)
{
    const uint64_t plane = (uint64_t)metric * set->n_units + from;
    if (set->memory) {
        memcpy(count, set->memory->count + from, n * sizeof *count);
        if (moments)
            memcpy(moments, set->memory->moments + plane, n * sizeof *moments);
        return 0;
    }
    int status = store_catalogue_bytes(catalogue, set->file, count, n * sizeof *count,
                                       set->count_at + from * sizeof *count, error);
    if (!status && moments)
        status = store_catalogue_bytes(catalogue, set->file, moments, n * sizeof *moments,
                                       set->moments_at + plane * sizeof *moments, error);
    return status;
}

int store_catalogue_counts(store_catalogue *catalogue, const store_set *set, uint64_t from, uint64_t n, uint64_t *count,
                           detente_error *error)
{
    return read_set(catalogue, set, 0, from, n, count, NULL, error);
}

/* Units [first, first + n) of what sets [low, high) hold. */
static int read_sets(store_catalogue *catalogue, size_t low, size_t high, int metric, uint64_t first, uint64_t n,
                     uint64_t *count, store_moments *moments, detente_error *error)
{
    int status = 0;
    const uint64_t end = first + n;
    for (size_t at = find(catalogue, low, high, first); at < high && catalogue->set[at].first_unit < end && !status;
         at++) {
        const store_set *set = &catalogue->set[at];
        const uint64_t last = set->first_unit + set->n_units;
        const uint64_t from = set->first_unit > first ? set->first_unit : first, to = last < end ? last : end;
        if (from < to)
            status = read_set(catalogue, set, metric, from - set->first_unit, to - from, count + (from - first),
                              moments ? moments + (from - first) : NULL, error);
    }
    return status;
}

/* Of cells [first, last) of a replication what there is. */
static int read_replication(store_catalogue *catalogue, int metric, uint64_t replication, uint64_t first, uint64_t last,
                            uint64_t *count, store_moments *moments, detente_error *error)
{
    int status = 0;
    for (size_t i = 0; i < catalogue->n_strands && !status; i++) {
        const store_strand *strand = &catalogue->strand[i];
        const store_set *set = &catalogue->set[strand->low];
        const uint64_t after = set->first_cell + set->cells;
        const uint64_t from = set->first_cell > first ? set->first_cell : first, to = after < last ? after : last;
        if (from < to)
            status = read_sets(catalogue, strand->low, strand->high, metric,
                               replication * set->cells + (from - set->first_cell), to - from, count + (from - first),
                               moments ? moments + (from - first) : NULL, error);
    }
    return status;
}

int store_catalogue_read(store_catalogue *catalogue, int metric, uint64_t first, uint64_t n, uint64_t *count,
                         store_moments *moments, detente_error *error)
{
    const uint64_t cells = catalogue->cells, end = first + n;
    int status = 0;
    memset(count, 0, n * sizeof *count);
    if (!cells)
        return read_sets(catalogue, 0, catalogue->n, metric, first, n, count, moments, error);
    for (uint64_t unit = first; unit < end && !status;) {
        const uint64_t replication = unit / cells, begin = replication * cells;
        const uint64_t last = end - begin < cells ? end - begin : cells;
        status = read_replication(catalogue, metric, replication, unit - begin, last, count + (unit - first),
                                  moments ? moments + (unit - first) : NULL, error);
        unit = begin + last;
    }
    return status;
}

void store_catalogue_clear(store_catalogue *catalogue)
{
    close_files(catalogue);
    for (size_t i = 0; i < catalogue->n_files; i++)
        detente_free(catalogue->path[i]);
    detente_free(catalogue->path);
    detente_free(catalogue->fd);
    detente_free(catalogue->set);
    detente_free(catalogue->strand);
    *catalogue = (store_catalogue){0};
}
