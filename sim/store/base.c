/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/base.h"

#include <string.h>

#include "core/memory.h"

static hid_t open_group(hid_t file, const char *name)
{
    H5L_info_t link;
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0 || H5Lget_info(file, name, &link, H5P_DEFAULT) < 0 ||
        link.type != H5L_TYPE_HARD)
        return -1;
    return H5Gopen2(file, name, H5P_DEFAULT);
}

/* As hdf_read_block(), in a group. @return 0 or DETENTE_E_INPUT */
static int read_in(const store_base *base, const char *group, const char *name, hid_t type, int rank,
                   const hsize_t *start, const hsize_t *count, void *to)
{
    const hid_t parent = open_group(base->file, group);
    const int bad = parent < 0 || hdf_read_block(parent, name, type, rank, start, count, to);
    if (parent >= 0)
        H5Gclose(parent);
    return bad ? DETENTE_E_INPUT : 0;
}

static int read_rows(store_base *base)
{
    for (int t = 0; t < STORE_N_TABLES; t++) {
        hsize_t rows = 0;
        const hid_t group = open_group(base->file, store_table_name[t]);
        if (group < 0)
            continue;
        const hid_t row = hdf_open_dataset(group, "row", 1, &rows);
        base->rows[t] = rows;
        if (row >= 0)
            H5Dclose(row);
        H5Gclose(group);
        if (row < 0)
            return DETENTE_E_INPUT;
    }
    return 0;
}

static int look(store_base *base, detente_error *error)
{
    const hid_t group = open_group(base->file, STORE_CONTINUATION);
    const int known = group >= 0 && !hdf_read_number(group, STORE_UNITS, H5T_NATIVE_UINT64, &base->units);
    if (group >= 0)
        H5Gclose(group);
    if (!known)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: was written by a version whose files cannot be gone on from", base->path);
    if (base->units == 0)
        return detente_error_set(
            error, DETENTE_E_INPUT,
            "%s: cannot be gone on from: it was merged with gaps (finish its shards by `detente run --shard I/N --resume`, "
            "and merge it again with all of them), or "
            "`detente select` wrote it",
            base->path);
    return base->units > base->cells * base->replications || read_rows(base)
               ? detente_error_set(error, DETENTE_E_INPUT, "%s: is damaged", base->path)
               : 0;
}

int store_base_look(store_base *base, const char *path, uint64_t cells, uint64_t replications, detente_error *error)
{
    *base = (store_base){.path = detente_strdup(path), .cells = cells, .replications = replications, .file = -1};
    if (!base->path)
        return detente_no_memory(error);
    int status = store_base_open(base);
    if (status)
        detente_error_set(error, status, "%s: cannot read it", path);
    else
        status = look(base, error);
    store_base_close(base);
    if (status)
        store_base_clear(base);
    return status;
}

void store_base_clear(store_base *base)
{
    detente_free(base->path);
    *base = (store_base){.file = -1};
}

int store_base_open(store_base *base)
{
    base->file = base->path ? hdf_open(base->path) : -1;
    return base->path && base->file < 0 ? DETENTE_E_INPUT : 0;
}

void store_base_close(store_base *base)
{
    if (base->path && base->file >= 0)
        H5Fclose(base->file);
    base->file = -1;
}

int store_base_counts(const store_base *base, uint64_t *count)
{
    const hsize_t start = 0, n = base->cells;
    return hdf_read_block(base->file, "replications_run", H5T_NATIVE_UINT64, 1, &start, &n, count) ? DETENTE_E_INPUT
                                                                                                   : 0;
}

int store_base_failures(const store_base *base, char **failure)
{
    const hsize_t start = 0, n = base->cells;
    int8_t *state = detente_alloc(base->cells);
    int status = state ? 0 : DETENTE_E_MEMORY;
    if (!status && hdf_read_block(base->file, "status", H5T_NATIVE_INT8, 1, &start, &n, state))
        status = DETENTE_E_INPUT;
    if (!status)
        status = hdf_read_texts(base->file, "error", base->cells, failure);
    for (uint64_t c = 0; c < base->cells && !status; c++)
        if (state[c] != STORE_FAILED) {
            detente_free(failure[c]);
            failure[c] = NULL;
        }
    detente_free(state);
    return status;
}

int store_base_means(const store_base *base, int metric, uint64_t first_cell, uint64_t n_cells,
                     uint64_t first_replication, uint64_t n_replications, double *values)
{
    return hdf_read_block(base->file, store_root_name(metric), H5T_NATIVE_DOUBLE, 2,
                          (const hsize_t[]){first_cell, first_replication}, (const hsize_t[]){n_cells, n_replications},
                          values)
               ? DETENTE_E_INPUT
               : 0;
}

int store_base_moments(const store_base *base, int metric, uint64_t first_cell, uint64_t n, detente_moments *moments)
{
    double *summary = detente_alloc(n * DETENTE_N_STATISTICS * sizeof *summary);
    double(*exact)[2] = detente_alloc(n * sizeof *exact);
    int status = summary && exact ? 0 : DETENTE_E_MEMORY;
    if (!status)
        status = read_in(base, "summary", store_metrics[metric].name, H5T_NATIVE_DOUBLE, 2,
                         (const hsize_t[]){first_cell, 0}, (const hsize_t[]){n, DETENTE_N_STATISTICS}, summary);
    if (!status)
        status = read_in(base, STORE_CONTINUATION, "moments", H5T_NATIVE_DOUBLE, 3,
                         (const hsize_t[]){(hsize_t)metric, first_cell, 0}, (const hsize_t[]){1, n, 2}, exact);
    for (uint64_t c = 0; c < n && !status; c++) {
        const double *row = summary + c * DETENTE_N_STATISTICS;
        detente_moments_init(&moments[c]);
        if (row[DETENTE_STAT_COUNT] > 0)
            moments[c] = (detente_moments){(uint64_t)row[DETENTE_STAT_COUNT], exact[c][0], exact[c][1],
                                           row[DETENTE_STAT_MIN], row[DETENTE_STAT_MAX]};
    }
    detente_free(summary);
    detente_free(exact);
    return status;
}

int store_base_bins(const store_base *base, detente_histogram *histogram)
{
    enum { PIECE = 4096 };
    uint64_t bin[PIECE], count[PIECE];
    const hid_t group = open_group(base->file, STORE_CONTINUATION);
    hsize_t n = 0;
    const hid_t bins = group < 0 ? -1 : hdf_open_dataset(group, "bin", 1, &n);
    int status = bins < 0 ? DETENTE_E_INPUT : 0;
    for (hsize_t start = 0, size; start < n && !status; start += size) {
        size = n - start < PIECE ? n - start : PIECE;
        if (hdf_read_block(group, "bin", H5T_NATIVE_UINT64, 1, &start, &size, bin) ||
            hdf_read_block(group, "count", H5T_NATIVE_UINT64, 1, &start, &size, count))
            status = DETENTE_E_INPUT;
        for (hsize_t i = 0; i < size && !status; i++)
            status = store_bin_add(histogram, base->cells, bin[i], count[i]);
    }
    if (bins >= 0)
        H5Dclose(bins);
    if (group >= 0)
        H5Gclose(group);
    return status;
}

int store_base_first_rows(const store_base *base, int table, uint64_t replication, int64_t *rows)
{
    return read_in(base, store_table_name[table], "first_row", H5T_NATIVE_INT64, 2, (const hsize_t[]){0, replication},
                   (const hsize_t[]){base->cells, 1}, rows);
}

hid_t store_base_column(const store_base *base, int table, const store_column *column)
{
    hsize_t n = 0;
    const hid_t group = open_group(base->file, store_table_name[table]);
    hid_t dataset = group < 0 ? -1 : hdf_open_dataset(group, column->name, 1, &n);
    if (dataset >= 0) {
        const hid_t type = H5Dget_type(dataset);
        const int fits =
            n == base->rows[table] && hdf_is_number(type) && H5Tget_size(type) == store_type_size(column->type);
        H5Tclose(type);
        if (!fits) {
            H5Dclose(dataset);
            dataset = -1;
        }
    }
    if (group >= 0)
        H5Gclose(group);
    return dataset;
}
