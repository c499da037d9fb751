/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/shard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "store/files.h"

enum { MOMENTS = sizeof(store_moments) / sizeof(double), NAME_SIZE = 64 };

void store_shard_clear(store_shard *shard)
{
    detente_free(shard->count);
    detente_free(shard->moments);
    detente_free(shard->piece);
    detente_free(shard->bin);
    detente_free(shard->bytes);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        detente_free(shard->rows[t]);
        detente_free(shard->tail[t]);
    }
    *shard = (store_shard){0};
}

static void put(hdf_writer *out, hid_t group, const char *name, hid_t type, int rank, const hsize_t *shape,
                const void *data)
{
    const hid_t dataset = hdf_dataset(out, group, name, type, rank, shape, H5P_DEFAULT);
    hdf_write(out, dataset, type, data);
    H5Dclose(dataset);
}

/* Index and bytes of the packed columns: the bytes lie one after the other. */
static int put_pieces(hdf_writer *out, hid_t group, const store_shard *shard, detente_error *error)
{
    hsize_t total = 0;
    uint64_t(*index)[4] = detente_alloc(shard->n_pieces * sizeof *index);
    if (!index)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    for (size_t i = 0; i < shard->n_pieces; i++) {
        const store_piece *piece = &shard->piece[i];
        index[i][0] = piece->table;
        index[i][1] = piece->column;
        index[i][2] = piece->chunk;
        index[i][3] = piece->size;
        total += piece->size;
    }
    put(out, group, "pieces", H5T_NATIVE_UINT64, 2, (const hsize_t[]){shard->n_pieces, 4}, index);
    detente_free(index);
    const hid_t bytes = hdf_dataset(out, group, "bytes", H5T_NATIVE_UINT8, 1, &total, H5P_DEFAULT);
    hsize_t start = 0;
    for (size_t i = 0; i < shard->n_pieces; i++) {
        const hsize_t size = shard->piece[i].size;
        hdf_write_block(out, bytes, H5T_NATIVE_UINT8, 1, &start, &size, shard->piece[i].bytes);
        start += size;
    }
    H5Dclose(bytes);
    return 0;
}

int store_shard_put(hdf_writer *out, const store_shard *shard, unsigned set, const size_t *row_bytes,
                    detente_error *error)
{
    char name[NAME_SIZE];
    int status = 0;
    snprintf(name, sizeof name, "units-%012" PRIu64 "-%06u", shard->first_unit, set);
    const hid_t group = hdf_group(out, out->file, name);
    const hsize_t n = shard->n_units;
    hdf_number(out, group, "first_unit", H5T_NATIVE_UINT64, &shard->first_unit);
    hdf_number(out, group, "units", H5T_NATIVE_UINT64, &shard->n_units);
    if (n) {
        put(out, group, "count", H5T_NATIVE_UINT64, 1, &n, shard->count);
        put(out, group, "moments", H5T_NATIVE_DOUBLE, 3, (const hsize_t[]){n, DETENTE_N_METRICS, MOMENTS},
            shard->moments);
    }
    const uint64_t n_pieces = shard->n_pieces, n_bins = shard->n_bins;
    hdf_number(out, group, "n_pieces", H5T_NATIVE_UINT64, &n_pieces);
    hdf_number(out, group, "n_bins", H5T_NATIVE_UINT64, &n_bins);
    hdf_numbers(out, group, "tail_rows", H5T_NATIVE_UINT64, STORE_N_TABLES, shard->tail_rows);
    if (n_bins)
        put(out, group, "bins", H5T_NATIVE_UINT64, 2, (const hsize_t[]){n_bins, 2}, shard->bin);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        snprintf(name, sizeof name, "%s_rows", store_table_name[t]);
        if (n)
            put(out, group, name, H5T_NATIVE_UINT64, 1, &n, shard->rows[t]);
        const hsize_t size = shard->tail_rows[t] * row_bytes[t];
        snprintf(name, sizeof name, "%s_tail", store_table_name[t]);
        if (size)
            put(out, group, name, H5T_NATIVE_UINT8, 1, &size, shard->tail[t]);
    }
    if (shard->n_pieces)
        status = put_pieces(out, group, shard, error);
    H5Gclose(group);
    return status;
}

void store_shard_identify(hdf_writer *out, const store_identity *identity)
{
    hdf_text(out, out->file, "config_sha256", identity->config_sha256);
    hdf_number(out, out->file, "format_version", H5T_NATIVE_INT, &identity->format_version);
    hdf_number(out, out->file, "model_version", H5T_NATIVE_INT, &identity->model_version);
}

/* Sync a file under its temporary name and give it its own. */
static int settle(hdf_writer *out, const char *temporary, const char *path, detente_error *error)
{
    const int status = hdf_commit(out, error);
    return status ? status : store_rename(temporary, path, 1, error);
}

int store_shard_compact(char *const *path, size_t n, const store_identity *identity, const char *into,
                        detente_error *error)
{
    char *temporary = store_format("%s.tmp", into);
    if (!temporary)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    hdf_session session;
    hdf_writer out;
    hdf_enter(&session);
    int status = hdf_create(&out, temporary, error);
    if (!status) {
        store_shard_identify(&out, identity);
        for (size_t i = 0; i < n && !out.bad && !out.disk_errno; i++) {
            const hid_t from = hdf_check(&out, hdf_open(path[i]));
            hsize_t groups = 0;
            H5G_info_t info = {0};
            if (from >= 0 && hdf_check(&out, H5Gget_info(from, &info)) >= 0)
                groups = info.nlinks;
            for (hsize_t g = 0; g < groups && !out.bad; g++) {
                char name[NAME_SIZE] = "";
                hdf_check(&out, (hid_t)H5Lget_name_by_idx(from, ".", H5_INDEX_NAME, H5_ITER_INC, g, name, sizeof name,
                                                          H5P_DEFAULT));
                hdf_check(&out, H5Ocopy(from, name, out.file, name, H5P_DEFAULT, H5P_DEFAULT));
            }
            if (from >= 0)
                H5Fclose(from);
        }
        status = settle(&out, temporary, into, error);
    }
    hdf_leave(&session);
    detente_free(temporary);
    return status;
}

/* Room for n elements, at least one byte, so that NULL only ever means that memory ran out. */
static void *room(uint64_t n, size_t size)
{
    if (n > SIZE_MAX / 2 / size)
        return NULL;
    return detente_alloc(n ? (size_t)n * size : 1);
}

static int get_pieces(store_shard *shard, hid_t group)
{
    hsize_t total = 0;
    uint64_t(*index)[4] = room(shard->n_pieces, sizeof *index);
    shard->piece = room(shard->n_pieces, sizeof *shard->piece);
    if (!index || !shard->piece) {
        detente_free(index);
        return DETENTE_E_MEMORY;
    }
    int status = hdf_read(group, "pieces", H5T_NATIVE_UINT64, 2, (const hsize_t[]){shard->n_pieces, 4}, index);
    for (size_t i = 0; i < shard->n_pieces && !status; i++) {
        if (index[i][0] >= STORE_N_TABLES || index[i][1] >= STORE_MAX_COLUMNS || index[i][3] > UINT32_MAX)
            status = -1;
        shard->piece[i] = (store_piece){.table = (uint8_t)index[i][0],
                                        .column = (uint8_t)index[i][1],
                                        .chunk = index[i][2],
                                        .size = (size_t)index[i][3]};
        total += index[i][3];
    }
    detente_free(index);
    if (status)
        return DETENTE_E_INPUT;
    shard->bytes = room(total, 1);
    if (!shard->bytes)
        return DETENTE_E_MEMORY;
    if (hdf_read(group, "bytes", H5T_NATIVE_UINT8, 1, &total, shard->bytes))
        return DETENTE_E_INPUT;
    const unsigned char *bytes = shard->bytes;
    for (size_t i = 0; i < shard->n_pieces; i++) {
        shard->piece[i].bytes = bytes;
        bytes += shard->piece[i].size;
    }
    return 0;
}

static int get_tables(store_shard *shard, hid_t group, const size_t *row_bytes)
{
    char name[NAME_SIZE];
    for (int t = 0; t < STORE_N_TABLES; t++) {
        const hsize_t n = shard->n_units, size = shard->tail_rows[t] * row_bytes[t];
        shard->rows[t] = room(n, sizeof *shard->rows[t]);
        shard->tail[t] = room(size, 1);
        if (!shard->rows[t] || !shard->tail[t])
            return DETENTE_E_MEMORY;
        snprintf(name, sizeof name, "%s_rows", store_table_name[t]);
        if (n && hdf_read(group, name, H5T_NATIVE_UINT64, 1, &n, shard->rows[t]))
            return DETENTE_E_INPUT;
        snprintf(name, sizeof name, "%s_tail", store_table_name[t]);
        if (size && hdf_read(group, name, H5T_NATIVE_UINT8, 1, &size, shard->tail[t]))
            return DETENTE_E_INPUT;
    }
    return 0;
}

static int get_tail_rows(store_shard *shard, hid_t group)
{
    const hid_t attribute = H5Aopen(group, "tail_rows", H5P_DEFAULT);
    const hid_t space = H5Aget_space(attribute);
    int status = H5Sget_simple_extent_npoints(space) == STORE_N_TABLES &&
                         H5Aread(attribute, H5T_NATIVE_UINT64, shard->tail_rows) >= 0
                     ? 0
                     : DETENTE_E_INPUT;
    H5Sclose(space);
    H5Aclose(attribute);
    for (int t = 0; t < STORE_N_TABLES; t++)
        if (shard->tail_rows[t] >= STORE_CHUNK_ROWS)
            status = DETENTE_E_INPUT;
    return status;
}

static int get_shard(store_shard *shard, hid_t group, const size_t *row_bytes)
{
    uint64_t n_pieces = 0, n_bins = 0;
    if (hdf_read_number(group, "first_unit", H5T_NATIVE_UINT64, &shard->first_unit) ||
        hdf_read_number(group, "units", H5T_NATIVE_UINT64, &shard->n_units) ||
        hdf_read_number(group, "n_pieces", H5T_NATIVE_UINT64, &n_pieces) ||
        hdf_read_number(group, "n_bins", H5T_NATIVE_UINT64, &n_bins) || get_tail_rows(shard, group))
        return DETENTE_E_INPUT;
    const hsize_t n = shard->n_units;
    shard->n_pieces = n_pieces;
    shard->n_bins = n_bins;
    shard->count = room(n, sizeof *shard->count);
    shard->moments = room(n, DETENTE_N_METRICS * sizeof *shard->moments);
    shard->bin = room(n_bins, sizeof *shard->bin);
    if (!shard->count || !shard->moments || !shard->bin)
        return DETENTE_E_MEMORY;
    if ((n && hdf_read(group, "count", H5T_NATIVE_UINT64, 1, &n, shard->count)) ||
        (n && hdf_read(group, "moments", H5T_NATIVE_DOUBLE, 3, (const hsize_t[]){n, DETENTE_N_METRICS, MOMENTS},
                       shard->moments)) ||
        (n_bins && hdf_read(group, "bins", H5T_NATIVE_UINT64, 2, (const hsize_t[]){n_bins, 2}, shard->bin)))
        return DETENTE_E_INPUT;
    const int status = get_tables(shard, group, row_bytes);
    return status || !n_pieces ? status : get_pieces(shard, group);
}

/* 0, DETENTE_E_INPUT when it is another's or damaged, DETENTE_E_MEMORY */
static int check_identity(hid_t file, const store_identity *identity)
{
    int format = 0, model = 0;
    char *sha;
    const int status = hdf_read_text(file, "config_sha256", &sha);
    const int same =
        !status && !strcmp(sha, identity->config_sha256) &&
        !hdf_read_number(file, "format_version", H5T_NATIVE_INT, &format) && format == identity->format_version &&
        !hdf_read_number(file, "model_version", H5T_NATIVE_INT, &model) && model == identity->model_version;
    detente_free(sha);
    return same ? 0 : status == DETENTE_E_MEMORY ? status : DETENTE_E_INPUT;
}

static int shard_error(detente_error *error, int code, const char *path)
{
    return code == DETENTE_E_MEMORY ? detente_error_set(error, code, "out of memory")
                                    : detente_error_set(error, code, "%s: not a shard of this run, or damaged", path);
}

int store_shard_each(const char *path, const store_identity *identity, const size_t *row_bytes,
                     store_shard_visit *visit, void *data, detente_error *error)
{
    const hid_t file = hdf_open(path);
    if (file < 0)
        return detente_error_set(error, DETENTE_E_IO, "%s: cannot read this shard", path);
    H5G_info_t info = {0};
    int status = check_identity(file, identity);
    if (!status && H5Gget_info(file, &info) < 0)
        status = DETENTE_E_INPUT;
    if (status)
        shard_error(error, status, path);
    for (hsize_t g = 0; g < info.nlinks && !status; g++) {
        store_shard shard = {0};
        char name[NAME_SIZE] = "";
        H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, g, name, sizeof name, H5P_DEFAULT);
        const hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
        status = group < 0 ? DETENTE_E_INPUT : get_shard(&shard, group, row_bytes);
        if (group >= 0)
            H5Gclose(group);
        if (status)
            shard_error(error, status, path);
        else
            status = visit(data, &shard, error);
        store_shard_clear(&shard);
    }
    H5Fclose(file);
    return status;
}
