/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One results file from shard files and folders of unfinished work. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/fs.h"
#include "core/memory.h"
#include "core/text.h"
#include "store/store.h"

enum { MOST_NAMED = 8 };

/* The shards to be merged: what they must agree on comes from the first. */
typedef struct gathering {
    const detente_merge_options *options;
    store_catalogue catalogue;
    store_identity first;
    detente_config config;  /* of the first, with the replications of all */
    const char *first_path; /* owned by the catalogue */
    uint64_t replications;  /* the most that one of them was to have */
    uint32_t *seen;         /* by shard: number of its file in the catalogue + 1 */
} gathering;

static int fit_together(const gathering *all, const store_identity *theirs, const char *path, detente_error *error)
{
    store_identity ours = all->first;
    if (!all->options->partial && theirs->shards != ours.shards)
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is one of %u shards, %s is one of %u", path,
                                 theirs->shards, all->first_path, ours.shards);
    ours.shard = theirs->shard;
    ours.shards = theirs->shards;
    const int status = store_identity_check(theirs, &ours, path, all->first_path, error);
    if (!status && theirs->by_cells != ours.by_cells)
        return store_shard_damaged(error, path, STORE_MERGES_ALL);
    if (status || all->options->partial || theirs->replications == ours.replications)
        return status;
    return detente_error_set(error, DETENTE_E_INPUT,
                             "%s: is of another run than %s, there and here differ:\n  replications: %llu there, %llu "
                             "here",
                             path, all->first_path, (unsigned long long)theirs->replications,
                             (unsigned long long)ours.replications);
}

/* Every shard once. */
static int note_shard(gathering *all, const store_identity *theirs, const char *path, detente_error *error)
{
    if (all->options->partial)
        return 0;
    if (!all->seen)
        all->seen = theirs->shards ? detente_calloc(theirs->shards, sizeof *all->seen) : NULL;
    if (!all->seen)
        return detente_no_memory(error);
    if (theirs->shard < 1 || theirs->shard > theirs->shards)
        return store_shard_damaged(error, path, STORE_MERGES_ALL);
    uint32_t *seen = &all->seen[theirs->shard - 1];
    if (*seen && !strcmp(all->catalogue.path[*seen - 1], path))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is named twice", path);
    if (*seen)
        return detente_error_set(error, DETENTE_E_INPUT, "%s and %s are both shard %u of %u; leave one of them out",
                                 all->catalogue.path[*seen - 1], path, theirs->shard, theirs->shards);
    *seen = (uint32_t)all->catalogue.n_files;
    return 0;
}

static int add_file(gathering *all, const char *path, detente_error *error)
{
    store_identity theirs = {0};
    int status = store_catalogue_add(&all->catalogue, path, NULL, &theirs, error);
    if (!status && all->first_path)
        status = fit_together(all, &theirs, path, error);
    if (!status)
        status = note_shard(all, &theirs, path, error);
    if (!status && theirs.replications > all->replications)
        all->replications = theirs.replications;
    if (status || all->first_path) {
        store_identity_clear(&theirs);
        return status;
    }
    all->first = theirs;
    all->first_path = all->catalogue.path[0];
    return 0;
}

static int add_folder(gathering *all, const char *path, detente_error *error)
{
    store_folder folder;
    if (!all->options->partial)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: is a folder; unfinished work is merged with --partial only", path);
    int status = store_folder_look(&folder, path, error);
    if (!status && folder.n == 0)
        status = detente_error_set(error, DETENTE_E_INPUT, "%s: there are no shards in this folder", path);
    for (size_t i = 0; i < folder.n && !status; i++) {
        char *name = store_folder_name(&folder, folder.part[i]);
        status = name ? add_file(all, name, error) : detente_no_memory(error);
        detente_free(name);
    }
    store_folder_close(&folder);
    return status;
}

/* @param output  what the merged file is to be called: not as one of them, since they stay */
static int add_sources(gathering *all, const char *output, const char *const *source, size_t n, detente_error *error)
{
    struct stat old, there;
    const int replaces = !stat(output, &old);
    int status = 0;
    for (size_t i = 0; i < n && !status; i++) {
        const int found = !stat(source[i], &there);
        if (found && replaces && there.st_dev == old.st_dev && there.st_ino == old.st_ino)
            status =
                detente_error_set(error, DETENTE_E_INPUT, "%s: is a shard to be merged; write to another file", output);
        else
            status =
                found && S_ISDIR(there.st_mode) ? add_folder(all, source[i], error) : add_file(all, source[i], error);
    }
    return status ? status : store_catalogue_order(&all->catalogue, error);
}

static int check_missing(const gathering *all, detente_error *error)
{
    text_buffer names = {0};
    uint32_t missing = 0;
    for (uint32_t i = 0; i < all->first.shards && !all->options->partial; i++) {
        if (all->seen[i])
            continue;
        if (++missing <= MOST_NAMED)
            text_add(&names, "%s%u", missing > 1 ? ", " : "", i + 1);
    }
    if (missing > MOST_NAMED)
        text_add(&names, " and %u more", missing - MOST_NAMED);
    const int status =
        missing == 0 ? 0
        : names.failed
            ? detente_no_memory(error)
            : detente_error_set(error, DETENTE_E_INPUT,
                                "shard%s %s of %u %s missing: name %s too, or merge what there is with --partial",
                                missing == 1 ? "" : "s", names.text, all->first.shards, missing == 1 ? "is" : "are",
                                missing == 1 ? "it" : "them");
    text_clear(&names);
    return status;
}

/* The header of the run that the shards are of, as far as it was planned. */
static int make_header(gathering *all, store_header *header, detente_error *error)
{
    int status = detente_config_parse(&all->config, all->first.config, strlen(all->first.config), all->first_path, NULL,
                                      0, error, NULL);
    if (status)
        return status;
    all->config.replications = all->replications;
    if (all->first.by_cells && all->config.until.metric < 0)
        return store_shard_damaged(error, all->first_path, STORE_MERGES_ALL);
    status = store_header_init(header, &all->config, error);
    if (!status) {
        store_identity ours = header->identity;
        ours.shard = all->first.shard;
        ours.shards = all->first.shards;
        status = store_identity_check(&all->first, &ours, all->first_path, "this program's", error);
        if (status)
            store_header_clear(header);
    }
    return status;
}

static int merge_into(gathering *all, const char *path, const detente_provenance *provenance, detente_merged *merged,
                      detente_error *error)
{
    const detente_merge_options *options = all->options;
    store_header header;
    store_folder folder;
    int status = make_header(all, &header, error);
    if (status)
        return status;
    status = store_folder_open(&folder, path, error);
    if (status) {
        store_header_clear(&header);
        return status;
    }
    char *into = store_format("%s/merged.tmp", folder.path);
    status = into ? store_check_output(path, options->force, error) : detente_no_memory(error);
    if (!status)
        status = store_merge(&header, NULL, &all->catalogue, into, provenance, options->threads, options->stop, merged,
                             error);
    /* Under a stopping rule the plan is only the most that could be needed. */
    if (!status && !options->partial && all->catalogue.by_cells)
        merged->units_planned = merged->units;
    if (!status && !options->partial && merged->units != merged->units_planned)
        status = detente_error_set(error, DETENTE_E_INPUT, "the shards do not hold all units");
    if (!status)
        status = store_check_output(path, options->force, error);
    if (!status)
        status = detente_fs_rename(into, path, options->force, error);
    if (status && into)
        remove(into);
    detente_free(into);
    store_folder_close(&folder);
    store_header_clear(&header);
    return status;
}

int detente_store_merge(const char *path, const char *const *source, size_t n, const detente_merge_options *options,
                        const detente_provenance *provenance, detente_merged *merged, detente_error *error)
{
    gathering all = {.options = options, .catalogue.partial = options->partial};
    detente_merged done = {0};
    int status = store_check_path(path, error);
    if (!status)
        status = store_check_output(path, options->force, error);
    if (!status && n == 0)
        status = detente_error_set(error, DETENTE_E_RANGE, "there is nothing to merge");
    if (!status)
        status = add_sources(&all, path, source, n, error);
    if (!status)
        status = check_missing(&all, error);
    if (!status)
        status = merge_into(&all, path, provenance, &done, error);
    if (merged)
        *merged = done;
    detente_config_clear(&all.config);
    store_identity_clear(&all.first);
    store_catalogue_clear(&all.catalogue);
    detente_free(all.seen);
    return status;
}
