/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose work a shard is, and what keeps it from being part of another run. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "store/shard.h"

void store_identity_clear(store_identity *identity)
{
    detente_free(identity->config);
    detente_free(identity->version);
    *identity = (store_identity){0};
}

void store_shard_identify(hdf_writer *out, const store_identity *identity)
{
    out->sealed = 1;
    hdf_text(out, out->file, "detente_version", identity->version);
    hdf_number(out, out->file, "format_version", H5T_NATIVE_INT, &identity->format_version);
    hdf_number(out, out->file, "model_version", H5T_NATIVE_INT, &identity->model_version);
    hdf_text(out, out->file, "config", identity->config);
    hdf_text(out, out->file, "sweep_sha256", identity->sweep_sha256);
    hdf_number(out, out->file, "cells", H5T_NATIVE_UINT64, &identity->cells);
    hdf_number(out, out->file, "replications", H5T_NATIVE_UINT64, &identity->replications);
    hdf_number(out, out->file, "shard", H5T_NATIVE_UINT32, &identity->shard);
    hdf_number(out, out->file, "shards", H5T_NATIVE_UINT32, &identity->shards);
    if (identity->by_cells)
        hdf_number(out, out->file, "by_cells", H5T_NATIVE_INT, &identity->by_cells);
}

int store_shard_identity(hid_t file, store_identity *identity)
{
    char *sha = NULL;
    *identity = (store_identity){0};
    int status = hdf_read_text(file, "detente_version", &identity->version);
    if (!status)
        status = hdf_read_text(file, "config", &identity->config);
    if (!status)
        status = hdf_read_text(file, "sweep_sha256", &sha);
    if (!status &&
        (strlen(sha) != 64 || hdf_read_number(file, "format_version", H5T_NATIVE_INT, &identity->format_version) ||
         hdf_read_number(file, "model_version", H5T_NATIVE_INT, &identity->model_version) ||
         hdf_read_number(file, "cells", H5T_NATIVE_UINT64, &identity->cells) ||
         hdf_read_number(file, "replications", H5T_NATIVE_UINT64, &identity->replications) ||
         hdf_read_number(file, "shard", H5T_NATIVE_UINT32, &identity->shard) ||
         hdf_read_number(file, "shards", H5T_NATIVE_UINT32, &identity->shards)))
        status = DETENTE_E_INPUT;
    if (!status && H5Aexists(file, "by_cells") > 0 &&
        (hdf_read_number(file, "by_cells", H5T_NATIVE_INT, &identity->by_cells) || identity->shards < 1 ||
         identity->shard < 1 || identity->shard > identity->shards))
        status = DETENTE_E_INPUT;
    if (!status)
        strcpy(identity->sweep_sha256, sha);
    detente_free(sha);
    return status;
}

static const char or_else[] = "; write to another file";

/* A run in one piece is shard 1 of 1. */
static int refuse_shard(const store_identity *theirs, const store_identity *ours, const char *path,
                        detente_error *error)
{
    const store_identity *identity[] = {theirs, ours};
    char name[2][64];
    for (int i = 0; i < 2; i++) {
        if (identity[i]->shards == 1)
            snprintf(name[i], sizeof name[i], "a run in one piece");
        else
            snprintf(name[i], sizeof name[i], "shard %u/%u", identity[i]->shard, identity[i]->shards);
    }
    return detente_error_set(error, DETENTE_E_INPUT, "%s: is of %s, not of %s%s", path, name[0], name[1], or_else);
}

int store_identity_check(const store_identity *theirs, const store_identity *ours, const char *path, const char *here,
                         detente_error *error)
{
    if (theirs->format_version != ours->format_version || theirs->model_version != ours->model_version ||
        strcmp(theirs->version, ours->version) != 0)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: is of version %s (model %d, format %d), this is %s (model %d, format %d)%s", path,
                                 theirs->version, theirs->model_version, theirs->format_version, ours->version,
                                 ours->model_version, ours->format_version, here ? "" : or_else);
    if (theirs->shard != ours->shard || theirs->shards != ours->shards)
        return refuse_shard(theirs, ours, path, error);
    if (!strcmp(theirs->sweep_sha256, ours->sweep_sha256) && theirs->cells == ours->cells)
        return 0;
    char *list = NULL;
    const int status = detente_config_differences(theirs->config, ours->config, &list, error);
    if (!status)
        detente_error_set(error, DETENTE_E_INPUT, "%s: is of another run%s%s; there and here differ:\n%s", path,
                          here ? " than " : ": go on with its own config, or write to another file", here ? here : "",
                          list ? list : "  cells");
    detente_free(list);
    return status ? status : DETENTE_E_INPUT;
}
