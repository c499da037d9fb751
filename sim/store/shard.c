/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/shard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"

enum { MOMENTS = sizeof(store_moments) / sizeof(double), NAME_SIZE = 64 };

void store_shard_clear_failures(store_shard *shard)
{
    for (size_t i = 0; shard->failure && i < shard->n_failures; i++)
        detente_free(shard->failure[i]);
    detente_free(shard->failure);
    detente_free(shard->failed);
    shard->failure = NULL;
    shard->failed = NULL;
    shard->n_failures = 0;
}

void store_shard_clear(store_shard *shard)
{
    store_shard_clear_failures(shard);
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

int store_bin_add(detente_histogram *histogram, uint64_t cells, uint64_t bin, uint64_t count)
{
    const uint64_t at = bin >> 16, value = bin & 0xffff;
    if (!histogram || at >= cells * DETENTE_N_METRICS)
        return DETENTE_E_INPUT;
    uint64_t **page = &histogram[at].page[value / 256];
    if (!*page)
        *page = detente_calloc(256, sizeof **page);
    if (!*page)
        return DETENTE_E_MEMORY;
    (*page)[value % 256] += count;
    return 0;
}

uint64_t (*store_bins_list(const detente_histogram *histogram, uint64_t cells, uint64_t *n))[2]
{
    uint64_t(*list)[2] = NULL;
    for (int pass = 0; pass < 2; pass++) {
        *n = 0;
        for (uint64_t i = 0; i < cells * DETENTE_N_METRICS; i++) {
            for (uint64_t bin = 0; bin < 65536; bin++) {
                const uint64_t *page = histogram[i].page[bin / 256];
                if (!page) {
                    bin |= 255;
                    continue;
                }
                if (page[bin % 256] && pass) {
                    list[*n][0] = i << 16 | bin;
                    list[*n][1] = page[bin % 256];
                }
                *n += page[bin % 256] != 0;
            }
        }
        if (pass == 0 && !(list = detente_alloc((*n + 1) * sizeof *list)))
            return NULL;
    }
    return list;
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
        return detente_no_memory(error);
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

/* Name of a set's group: by name they lie in the order of units. */
static void set_name(char name[NAME_SIZE], uint64_t first_unit, unsigned number)
{
    snprintf(name, NAME_SIZE, "units-%012" PRIu64 "-%06u", first_unit, number);
}

static void put_units(hdf_writer *out, hid_t group, const store_shard *shard)
{
    const hsize_t n = shard->n_units;
    if (!n)
        return;
    put(out, group, "count", H5T_NATIVE_UINT64, 1, &n, shard->count);
    put(out, group, "moments", H5T_NATIVE_DOUBLE, 3, (const hsize_t[]){DETENTE_N_METRICS, n, MOMENTS}, shard->moments);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        char name[NAME_SIZE];
        snprintf(name, sizeof name, "%s_rows", store_table_name[t]);
        put(out, group, name, H5T_NATIVE_UINT64, 1, &n, shard->rows[t]);
    }
}

int store_shard_put(hdf_writer *out, const store_shard *shard, unsigned set, const size_t *row_bytes,
                    detente_error *error)
{
    char name[NAME_SIZE];
    const uint64_t n_pieces = shard->n_pieces, n_bins = shard->n_bins, n_failures = shard->n_failures;
    uint64_t rows[STORE_N_TABLES] = {0};
    set_name(name, shard->first_unit, set);
    const hid_t group = hdf_group(out, out->file, name);
    for (int t = 0; t < STORE_N_TABLES; t++)
        for (uint64_t u = 0; u < shard->n_units; u++)
            rows[t] += shard->rows[t][u];
    hdf_number(out, group, "first_unit", H5T_NATIVE_UINT64, &shard->first_unit);
    hdf_number(out, group, "units", H5T_NATIVE_UINT64, &shard->n_units);
    if (shard->first_cell)
        hdf_number(out, group, "first_cell", H5T_NATIVE_UINT64, &shard->first_cell);
    hdf_number(out, group, "set", H5T_NATIVE_UINT, &set);
    hdf_number(out, group, "n_pieces", H5T_NATIVE_UINT64, &n_pieces);
    hdf_number(out, group, "n_bins", H5T_NATIVE_UINT64, &n_bins);
    hdf_number(out, group, "n_failures", H5T_NATIVE_UINT64, &n_failures);
    hdf_numbers(out, group, "rows", H5T_NATIVE_UINT64, STORE_N_TABLES, rows);
    hdf_numbers(out, group, "rows_before", H5T_NATIVE_UINT64, STORE_N_TABLES, shard->rows_before);
    hdf_numbers(out, group, "tail_rows", H5T_NATIVE_UINT64, STORE_N_TABLES, shard->tail_rows);
    put_units(out, group, shard);
    if (n_bins)
        put(out, group, "bins", H5T_NATIVE_UINT64, 2, (const hsize_t[]){n_bins, 2}, shard->bin);
    if (n_failures) {
        put(out, group, "failed", H5T_NATIVE_UINT64, 1, (const hsize_t[]){n_failures}, shard->failed);
        H5Dclose(hdf_strings(out, group, "failures", n_failures, (const char *const *)shard->failure));
    }
    for (int t = 0; t < STORE_N_TABLES; t++) {
        const hsize_t size = shard->tail_rows[t] * row_bytes[t];
        snprintf(name, sizeof name, "%s_tail", store_table_name[t]);
        if (size)
            put(out, group, name, H5T_NATIVE_UINT8, 1, &size, shard->tail[t]);
    }
    const int status = n_pieces ? put_pieces(out, group, shard, error) : 0;
    H5Gclose(group);
    return status;
}

static void copy_sets(hdf_writer *out, const char *path)
{
    const hid_t from = hdf_check(out, hdf_open(path));
    hsize_t groups = 0;
    H5G_info_t info = {0};
    if (from >= 0 && hdf_check(out, H5Gget_info(from, &info)) >= 0)
        groups = info.nlinks;
    for (hsize_t g = 0; g < groups && !out->bad; g++) {
        char name[NAME_SIZE] = "";
        hdf_check(out,
                  (hid_t)H5Lget_name_by_idx(from, ".", H5_INDEX_NAME, H5_ITER_INC, g, name, sizeof name, H5P_DEFAULT));
        hdf_check(out, H5Ocopy(from, name, out->file, name, H5P_DEFAULT, H5P_DEFAULT));
    }
    if (from >= 0)
        H5Fclose(from);
}

int store_shard_gather(char *const *path, size_t n, const store_identity *identity, const char *into,
                       detente_error *error)
{
    hdf_session session;
    hdf_writer out;
    hdf_enter(&session);
    int status = hdf_create(&out, into, error);
    if (!status) {
        store_shard_identify(&out, identity);
        for (size_t i = 0; i < n && !out.bad && !out.disk_errno; i++)
            copy_sets(&out, path[i]);
        status = hdf_commit(&out, error);
    }
    hdf_leave(&session);
    return status;
}

/* Room for n elements, at least one byte, so that NULL only ever means that memory ran out. */
static void *room(uint64_t n, size_t size)
{
    if (n > SIZE_MAX / 2 / size)
        return NULL;
    return detente_alloc(n ? (size_t)n * size : 1);
}

/* Which packed columns there are, but not their bytes. @param[out] total  of those */
static int get_index(store_shard *shard, hid_t group, hsize_t *total)
{
    uint64_t(*index)[4] = room(shard->n_pieces, sizeof *index);
    shard->piece = room(shard->n_pieces, sizeof *shard->piece);
    *total = 0;
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
        *total += index[i][3];
    }
    detente_free(index);
    return status ? DETENTE_E_INPUT : 0;
}

static int get_pieces(store_shard *shard, hid_t group)
{
    hsize_t total = 0;
    const int status = get_index(shard, group, &total);
    if (status)
        return status;
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

static int get_rows(store_shard *shard, hid_t group)
{
    char name[NAME_SIZE];
    const hsize_t n = shard->n_units;
    for (int t = 0; t < STORE_N_TABLES; t++) {
        shard->rows[t] = room(n, sizeof *shard->rows[t]);
        if (!shard->rows[t])
            return DETENTE_E_MEMORY;
        snprintf(name, sizeof name, "%s_rows", store_table_name[t]);
        if (n && hdf_read(group, name, H5T_NATIVE_UINT64, 1, &n, shard->rows[t]))
            return DETENTE_E_INPUT;
    }
    return 0;
}

static int get_tails(store_shard *shard, hid_t group, const size_t *row_bytes)
{
    char name[NAME_SIZE];
    for (int t = 0; t < STORE_N_TABLES; t++) {
        const hsize_t size = shard->tail_rows[t] * row_bytes[t];
        shard->tail[t] = room(size, 1);
        if (!shard->tail[t])
            return DETENTE_E_MEMORY;
        snprintf(name, sizeof name, "%s_tail", store_table_name[t]);
        if (size && hdf_read(group, name, H5T_NATIVE_UINT8, 1, &size, shard->tail[t]))
            return DETENTE_E_INPUT;
    }
    return 0;
}

/* An attribute of one number a table. @return 0 or -1 */
static int get_by_table(hid_t group, const char *name, uint64_t *values)
{
    if (H5Aexists(group, name) <= 0)
        return -1;
    const hid_t attribute = H5Aopen(group, name, H5P_DEFAULT);
    const hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    const int ok = hdf_is_number(type) && H5Sget_simple_extent_npoints(space) == STORE_N_TABLES &&
                   H5Aread(attribute, H5T_NATIVE_UINT64, values) >= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return ok ? 0 : -1;
}

/* Where a dataset's numbers lie in the file, which must have room for them. @return 0 or -1 */
static int get_address(hid_t group, const char *name, hid_t type, int rank, const hsize_t *shape, uint64_t file_size,
                       uint64_t *address)
{
    hsize_t found[H5S_MAX_RANK] = {0};
    uint64_t bytes = H5Tget_size(type);
    const hid_t dataset = hdf_open_dataset(group, name, rank, found);
    if (dataset < 0)
        return -1;
    const hid_t stored = H5Dget_type(dataset);
    const haddr_t at = H5Dget_offset(dataset);
    int ok = H5Tequal(stored, type) > 0 && at != HADDR_UNDEF;
    for (int i = 0; i < rank; i++)
        ok = ok && found[i] == shape[i] && !__builtin_mul_overflow(bytes, shape[i], &bytes);
    ok = ok && at <= file_size && bytes <= file_size - at;
    H5Tclose(stored);
    H5Dclose(dataset);
    *address = at;
    return ok ? 0 : -1;
}

static hid_t open_set(hid_t file, uint64_t g)
{
    char name[NAME_SIZE] = "";
    const ssize_t length = H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, g, name, sizeof name, H5P_DEFAULT);
    return length > 0 && length < NAME_SIZE ? H5Gopen2(file, name, H5P_DEFAULT) : -1;
}

int store_shard_describe(hid_t file, uint64_t g, uint64_t file_size, store_set *set)
{
    const hid_t group = open_set(file, g);
    unsigned number = 0;
    *set = (store_set){0};
    if (group < 0)
        return DETENTE_E_INPUT;
    int bad = hdf_read_number(group, "first_unit", H5T_NATIVE_UINT64, &set->first_unit) ||
              hdf_read_number(group, "units", H5T_NATIVE_UINT64, &set->n_units) ||
              (H5Aexists(group, "first_cell") > 0 &&
               hdf_read_number(group, "first_cell", H5T_NATIVE_UINT64, &set->first_cell)) ||
              hdf_read_number(group, "set", H5T_NATIVE_UINT, &number) ||
              hdf_read_number(group, "n_pieces", H5T_NATIVE_UINT64, &set->n_pieces) ||
              hdf_read_number(group, "n_bins", H5T_NATIVE_UINT64, &set->n_bins) ||
              hdf_read_number(group, "n_failures", H5T_NATIVE_UINT64, &set->n_failures) ||
              get_by_table(group, "rows", set->rows) || set->n_units > UINT64_MAX - set->first_unit ||
              set->n_failures > set->n_units;
    const hsize_t n = set->n_units;
    set->number = number;
    if (!bad && n)
        bad = get_address(group, "count", H5T_NATIVE_UINT64, 1, &n, file_size, &set->count_at) ||
              get_address(group, "moments", H5T_NATIVE_DOUBLE, 3, (const hsize_t[]){DETENTE_N_METRICS, n, MOMENTS},
                          file_size, &set->moments_at);
    H5Gclose(group);
    return bad ? DETENTE_E_INPUT : 0;
}

static int get_bins(store_shard *shard, hid_t group)
{
    const hsize_t n = shard->n_bins;
    shard->bin = room(n, sizeof *shard->bin);
    if (!shard->bin)
        return DETENTE_E_MEMORY;
    return n && hdf_read(group, "bins", H5T_NATIVE_UINT64, 2, (const hsize_t[]){n, 2}, shard->bin) ? DETENTE_E_INPUT
                                                                                                   : 0;
}

/* How many rows there are, and where in its writer's. */
static int get_extent(store_shard *shard, hid_t group)
{
    if (get_by_table(group, "rows_before", shard->rows_before) || get_by_table(group, "tail_rows", shard->tail_rows))
        return DETENTE_E_INPUT;
    for (int t = 0; t < STORE_N_TABLES; t++)
        if (shard->tail_rows[t] >= STORE_CHUNK_ROWS)
            return DETENTE_E_INPUT;
    return get_rows(shard, group);
}

static int get_places(const store_shard *shard, hid_t group, const size_t *row_bytes, hsize_t total, uint64_t file_size,
                      store_places *places)
{
    char name[NAME_SIZE];
    int bad = shard->n_pieces && get_address(group, "bytes", H5T_NATIVE_UINT8, 1, &total, file_size, &places->bytes);
    for (int t = 0; t < STORE_N_TABLES && !bad; t++) {
        const hsize_t size = shard->tail_rows[t] * row_bytes[t];
        snprintf(name, sizeof name, "%s_tail", store_table_name[t]);
        bad = size && get_address(group, name, H5T_NATIVE_UINT8, 1, &size, file_size, &places->tail[t]);
    }
    return bad ? DETENTE_E_INPUT : 0;
}

static hid_t begin_set(hid_t file, const store_set *set, store_shard *shard)
{
    char name[NAME_SIZE];
    *shard = (store_shard){
        .first_unit = set->first_unit, .n_units = set->n_units, .n_pieces = set->n_pieces, .n_bins = set->n_bins};
    set_name(name, set->first_unit, set->number);
    return H5Gopen2(file, name, H5P_DEFAULT);
}

static int end_set(hid_t group, int status, store_shard *shard)
{
    if (group >= 0)
        H5Gclose(group);
    if (status)
        store_shard_clear(shard);
    return status;
}

int store_shard_get(hid_t file, const store_set *set, const size_t *row_bytes, store_shard *shard)
{
    const hid_t group = begin_set(file, set, shard);
    int status = group < 0 ? DETENTE_E_INPUT : get_extent(shard, group);
    if (!status)
        status = get_bins(shard, group);
    if (!status)
        status = get_tails(shard, group, row_bytes);
    if (!status && shard->n_pieces)
        status = get_pieces(shard, group);
    return end_set(group, status, shard);
}

int store_shard_get_bins(hid_t file, const store_set *set, store_shard *shard)
{
    const hid_t group = begin_set(file, set, shard);
    return end_set(group, group < 0 ? DETENTE_E_INPUT : get_bins(shard, group), shard);
}

int store_shard_find_rows(hid_t file, const store_set *set, const size_t *row_bytes, store_shard *shard,
                          store_places *places)
{
    hsize_t total = 0, size = 0;
    *places = (store_places){0};
    const hid_t group = begin_set(file, set, shard);
    int status = group < 0 || H5Fget_filesize(file, &size) < 0 ? DETENTE_E_INPUT : get_extent(shard, group);
    if (!status && shard->n_pieces)
        status = get_index(shard, group, &total);
    if (!status)
        status = get_places(shard, group, row_bytes, total, size, places);
    return end_set(group, status, shard);
}

int store_shard_get_failures(hid_t file, const store_set *set, store_shard *shard)
{
    char name[NAME_SIZE];
    const hsize_t n = set->n_failures;
    *shard = (store_shard){.failed = room(n, sizeof *shard->failed), .failure = detente_calloc(n + 1, sizeof(char *))};
    if (!shard->failed || !shard->failure) {
        store_shard_clear(shard);
        return DETENTE_E_MEMORY;
    }
    shard->n_failures = n;
    set_name(name, set->first_unit, set->number);
    const hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    int status = group < 0 || hdf_read(group, "failed", H5T_NATIVE_UINT64, 1, &n, shard->failed) ? DETENTE_E_INPUT : 0;
    if (!status)
        status = hdf_read_texts(group, "failures", n, shard->failure);
    if (group >= 0)
        H5Gclose(group);
    if (status)
        store_shard_clear(shard);
    return status;
}
