/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/merge.h"

#include <string.h>

#include <detente/detente.h>

#include "core/memory.h"
#include "store/pack.h"

enum { ELEMENT = 8 };
_Static_assert(sizeof(double) == ELEMENT && sizeof(int64_t) == ELEMENT, "columns by unit have elements of eight bytes");

/*
 * Write one value of each of n units from unit `first` on into a dataset (cell, replication). Units run through the cells
 * first: whole replications are turned into rows of cells, what is left over at both ends lies in one column of the file.
 */
static int write_units(store_merger *self, hid_t dataset, hid_t type, uint64_t first, uint64_t n,
                       const unsigned char *values)
{
    const uint64_t cells = self->header->cells;
    while (n > 0) {
        const uint64_t cell = first % cells;
        hsize_t start[2] = {cell, first / cells}, count[2] = {n < cells - cell ? n : cells - cell, 1};
        if (cell != 0 || n < cells) {
            hdf_write_block(&self->out, dataset, type, 2, start, count, values);
        } else {
            count[1] = n / cells;
            unsigned char *turned = detente_alloc(count[0] * count[1] * ELEMENT);
            if (!turned)
                return DETENTE_E_MEMORY;
            for (uint64_t r = 0; r < count[1]; r++)
                for (uint64_t c = 0; c < cells; c++)
                    memcpy(turned + (c * count[1] + r) * ELEMENT, values + (r * cells + c) * ELEMENT, ELEMENT);
            hdf_write_block(&self->out, dataset, type, 2, start, count, turned);
            detente_free(turned);
        }
        const uint64_t done = count[0] * count[1];
        first += done;
        n -= done;
        values += done * ELEMENT;
    }
    return 0;
}

static int merge_metrics(store_merger *self, const store_shard *shard)
{
    const uint64_t cells = self->header->cells;
    double *values = detente_alloc((size_t)shard->n_units * sizeof *values);
    if (!values)
        return DETENTE_E_MEMORY;
    int status = 0;
    for (int m = 0; m < DETENTE_N_METRICS && !status; m++) {
        for (uint64_t u = 0; u < shard->n_units; u++) {
            const store_moments *from = &shard->moments[u * DETENTE_N_METRICS + (uint64_t)m];
            const uint64_t at = (shard->first_unit + u) % cells * DETENTE_N_METRICS + (uint64_t)m;
            const detente_moments unit = {shard->count[u], from->mean, from->m2, from->min, from->max};
            detente_moments_merge(&self->encounters[at], &unit);
            detente_moments_add(&self->means[at], from->mean);
            values[u] = from->mean;
        }
        status = write_units(self, self->metric[m], H5T_NATIVE_DOUBLE, shard->first_unit, shard->n_units,
                             (const unsigned char *)values);
    }
    for (uint64_t u = 0; u < shard->n_units; u++)
        self->units_run[(shard->first_unit + u) % cells]++;
    detente_free(values);
    return status;
}

static int merge_bins(store_merger *self, const store_shard *shard)
{
    for (size_t i = 0; i < shard->n_bins; i++) {
        const uint64_t at = shard->bin[i][0] >> 16, bin = shard->bin[i][0] & 0xffff;
        if (!self->histogram || at >= self->header->cells * DETENTE_N_METRICS)
            return DETENTE_E_INPUT;
        uint64_t **page = &self->histogram[at].page[bin / 256];
        if (!*page)
            *page = detente_calloc(256, sizeof **page);
        if (!*page)
            return DETENTE_E_MEMORY;
        (*page)[bin % 256] += shard->bin[i][1];
    }
    return 0;
}

static int merge_rows(store_merger *self, const store_shard *shard)
{
    int status = 0;
    for (int t = 0; t < STORE_N_TABLES && !status; t++) {
        if (!self->header->keep[t])
            continue;
        int64_t *first = detente_alloc((size_t)shard->n_units * sizeof *first);
        if (!first)
            return DETENTE_E_MEMORY;
        for (uint64_t u = 0; u < shard->n_units; u++) {
            first[u] = shard->rows[t][u] ? (int64_t)self->next_row[t] : -1;
            self->next_row[t] += shard->rows[t][u];
        }
        status = write_units(self, self->first_row[t], H5T_NATIVE_INT64, shard->first_unit, shard->n_units,
                             (const unsigned char *)first);
        detente_free(first);
    }
    for (size_t i = 0; i < shard->n_pieces && !status; i++) {
        const store_piece *piece = &shard->piece[i];
        const hsize_t row = piece->chunk * STORE_CHUNK_ROWS;
        if (!self->header->keep[piece->table] || piece->column >= self->header->columns[piece->table].n ||
            row + STORE_CHUNK_ROWS > self->rows[piece->table])
            return DETENTE_E_INPUT;
        if (!self->out.bad && !self->out.disk_errno)
            hdf_check(&self->out, H5Dwrite_chunk(self->column[piece->table][piece->column], H5P_DEFAULT, 0, &row,
                                                 piece->size, piece->bytes));
    }
    return status;
}

/* The rows after the last full chunk, from the tail of the last shard: a chunk is stored whole, zeros after the rows. */
static int merge_tail(store_merger *self, const store_shard *shard)
{
    for (int t = 0; t < STORE_N_TABLES; t++) {
        const store_columns *columns = &self->header->columns[t];
        const uint64_t n = shard->tail_rows[t], total = self->rows[t];
        if (!self->header->keep[t] || n == 0)
            continue;
        if (n != total % STORE_CHUNK_ROWS)
            return DETENTE_E_INPUT;
        const uint64_t chunk_rows = total < STORE_CHUNK_ROWS ? total : STORE_CHUNK_ROWS;
        const hsize_t row = total - n;
        const unsigned char *from = shard->tail[t];
        for (int c = 0; c < columns->n; c++) {
            const size_t width = store_type_size(columns->column[c].type);
            size_t size = 0;
            unsigned char *raw = detente_calloc(chunk_rows, width);
            unsigned char *packed = NULL;
            if (raw) {
                memcpy(raw, from, n * width);
                packed = store_deflate(raw, chunk_rows * width, &size);
            }
            if (packed && !self->out.bad && !self->out.disk_errno)
                hdf_check(&self->out, H5Dwrite_chunk(self->column[t][c], H5P_DEFAULT, 0, &row, size, packed));
            from += n * width;
            detente_free(raw);
            detente_free(packed);
            if (!packed)
                return DETENTE_E_MEMORY;
        }
    }
    return 0;
}

static int merge_shard(void *data, const store_shard *shard, detente_error *error)
{
    store_merger *self = data;
    const uint64_t all = self->header->cells * self->header->replications;
    int status = shard->first_unit == self->next_unit && shard->n_units <= all - self->next_unit ? 0 : DETENTE_E_INPUT;
    if (!status)
        status = merge_metrics(self, shard);
    if (!status)
        status = merge_bins(self, shard);
    if (!status)
        status = merge_rows(self, shard);
    self->next_unit += shard->n_units;
    if (!status && self->next_unit == self->units)
        status = merge_tail(self, shard);
    if (status)
        detente_error_set(error, status,
                          status == DETENTE_E_MEMORY ? "out of memory" : "unfinished work does not fit together");
    return status;
}

static int merge_shards(store_merger *self, const store_folder *folder, const store_shard *last, detente_error *error)
{
    int status = 0;
    for (size_t i = 0; i < folder->n && !status && !self->out.bad && !self->out.disk_errno; i++) {
        char *name = store_folder_name(folder, folder->part[i]);
        status =
            name ? store_shard_each(name, &self->header->identity, self->header->row_bytes, merge_shard, self, error)
                 : detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
        detente_free(name);
        hdf_push(&self->out);
    }
    if (!status && last->n_units > 0)
        status = merge_shard(self, last, error);
    if (!status && !self->out.bad && !self->out.disk_errno && self->next_unit != self->units)
        status = detente_error_set(error, DETENTE_E_INPUT, "%s: shards are missing", folder->path);
    return status;
}

static int merger_init(store_merger *self)
{
    const size_t n = self->header->cells * DETENTE_N_METRICS;
    self->encounters = detente_alloc(n * sizeof *self->encounters);
    self->means = detente_alloc(n * sizeof *self->means);
    self->units_run = detente_calloc(self->header->cells, sizeof *self->units_run);
    self->histogram = self->header->quantiles ? detente_calloc(n, sizeof *self->histogram) : NULL;
    if (!self->encounters || !self->means || !self->units_run || (self->header->quantiles && !self->histogram))
        return DETENTE_E_MEMORY;
    for (size_t i = 0; i < n; i++) {
        detente_moments_init(&self->encounters[i]);
        detente_moments_init(&self->means[i]);
    }
    return 0;
}

static void merger_clear(store_merger *self)
{
    for (size_t i = 0; self->histogram && i < self->header->cells * DETENTE_N_METRICS; i++)
        detente_histogram_clear(&self->histogram[i]);
    detente_free(self->histogram);
    detente_free(self->encounters);
    detente_free(self->means);
    detente_free(self->units_run);
}

int store_merge(const store_header *header, const store_folder *folder, const store_shard *last, const uint64_t *rows,
                const char *path, const detente_provenance *provenance, detente_error *error)
{
    store_merger self = {.header = header, .rows = rows, .out = {.fd = -1, .file = -1}};
    self.units = last->first_unit + last->n_units;
    if (merger_init(&self)) {
        merger_clear(&self);
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    }
    hdf_session session;
    hdf_enter(&session);
    int status = hdf_create(&self.out, path, error);
    if (!status) {
        store_layout_begin(&self);
        status = merge_shards(&self, folder, last, error);
        if (!status && store_layout_finish(&self, provenance))
            status = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
        store_layout_close(&self);
        if (status)
            hdf_abandon(&self.out);
        else
            status = hdf_commit(&self.out, error);
    }
    hdf_leave(&session);
    merger_clear(&self);
    return status;
}
