/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows from shards into the file's chunks. Where a writer's chunks fall on the file's they are copied as they are; elsewhere,
 * after a resume or between shards made apart, rows are unpacked and packed anew. Either way the bytes are the same.
 */
#include <string.h>

#include "core/memory.h"
#include "store/merge.h"

enum { ELEMENT = 8 };
_Static_assert(sizeof(int64_t) == ELEMENT, "first rows have elements of eight bytes");

static int working(const store_merger *self)
{
    return !self->out.bad && !self->out.disk_errno;
}

int store_rows_begin(store_merger *self, int threads)
{
    if (!self->header->keep[STORE_ENCOUNTERS] && !self->header->keep[STORE_TURNS])
        return 0;
    self->packer = store_packer_create(threads);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        store_rows *rows = &self->rows[t];
        *rows = (store_rows){.part_unit = UINT64_MAX, .writer_unit = UINT64_MAX};
        if (!self->header->keep[t])
            continue;
        rows->open = store_chunk_create((store_table)t, &self->header->columns[t], 0);
        rows->scratch = store_chunk_create((store_table)t, &self->header->columns[t], 0);
        if (!rows->open || !rows->scratch)
            return DETENTE_E_MEMORY;
    }
    return self->packer ? 0 : DETENTE_E_MEMORY;
}

void store_rows_clear(store_merger *self)
{
    store_packer_free(self->packer);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        store_chunk_free(self->rows[t].open);
        store_chunk_free(self->rows[t].scratch);
        store_chunk_free(self->rows[t].from.chunk);
        detente_free(self->rows[t].from.first);
        for (store_chunk *chunk = self->rows[t].spare, *next; chunk; chunk = next) {
            next = chunk->next;
            store_chunk_free(chunk);
        }
    }
}

static int put_chunk(store_merger *self, int t, int c, uint64_t row, const void *bytes, size_t size)
{
    const hsize_t at = row;
    if (row >= self->total_rows[t])
        return DETENTE_E_INPUT;
    if (working(self))
        hdf_check(&self->out, H5Dwrite_chunk(self->column[t][c], H5P_DEFAULT, 0, &at, size, bytes));
    return 0;
}

/* Write the oldest packed chunk. */
static int harvest(store_merger *self)
{
    store_chunk *chunk = store_packer_take(self->packer);
    const int t = (int)chunk->table;
    int status = chunk->failed ? DETENTE_E_MEMORY : 0;
    for (int c = 0; c < chunk->columns->n && !status; c++)
        status = put_chunk(self, t, c, chunk->number * STORE_CHUNK_ROWS, chunk->packed[c], chunk->packed_size[c]);
    store_chunk_reset(chunk, 0);
    chunk->next = self->rows[t].spare;
    self->rows[t].spare = chunk;
    return status;
}

/* Send the open chunk, which is full, to be packed; open the next. */
static int turn_over(store_merger *self, int t)
{
    store_rows *rows = &self->rows[t];
    const uint64_t number = rows->open->number + 1;
    int status = 0;
    store_packer_put(self->packer, rows->open);
    rows->open = NULL;
    while (store_packer_pending(self->packer) >= store_packer_room(self->packer) && !status)
        status = harvest(self);
    if (rows->spare) {
        rows->open = rows->spare;
        rows->spare = rows->open->next;
        store_chunk_reset(rows->open, number);
    } else {
        rows->open = store_chunk_create((store_table)t, &self->header->columns[t], number);
    }
    return rows->open ? status : DETENTE_E_MEMORY;
}

/* Rows [from, to) of columns that begin at `column`. */
int store_rows_append(store_merger *self, int t, const unsigned char *const *column, uint64_t from, uint64_t to)
{
    store_rows *rows = &self->rows[t];
    const store_columns *columns = &self->header->columns[t];
    int status = 0;
    while (from < to && !status) {
        store_chunk *open = rows->open;
        const uint64_t space = STORE_CHUNK_ROWS - open->rows, n = to - from < space ? to - from : space;
        for (int c = 0; c < columns->n; c++) {
            const size_t width = store_type_size(columns->column[c].type);
            memcpy(open->raw + columns->offset[c] + open->rows * width, column[c] + from * width, n * width);
        }
        open->rows += (uint32_t)n;
        from += n;
        if (open->rows == STORE_CHUNK_ROWS)
            status = turn_over(self, t);
    }
    return status;
}

/* Write one value of each of n units from unit `first` on into a dataset (cell, replication): units run through the cells. */
void store_rows_first(store_merger *self, int t, uint64_t first, uint64_t n, const int64_t *values)
{
    const uint64_t cells = self->header->cells;
    while (n > 0) {
        const uint64_t cell = first % cells, done = n < cells - cell ? n : cells - cell;
        hdf_write_block(&self->out, self->first_row[t], H5T_NATIVE_INT64, 2, (const hsize_t[]){cell, first / cells},
                        (const hsize_t[]){done, 1}, values);
        first += done;
        n -= done;
        values += done;
    }
}

/* n rows of a column of the base from row `start` on. */
static int read_rows(hid_t column, hsize_t start, hsize_t n, void *to)
{
    const hid_t memory = H5Screate_simple(1, &n, NULL), file = H5Dget_space(column), type = H5Dget_type(column);
    const int bad = H5Sselect_hyperslab(file, H5S_SELECT_SET, &start, NULL, &n, NULL) < 0 ||
                    H5Dread(column, type, memory, file, H5P_DEFAULT, to) < 0;
    H5Tclose(type);
    H5Sclose(file);
    H5Sclose(memory);
    return bad ? DETENTE_E_INPUT : 0;
}

static int read_base_column(const store_merger *self, int t, int c, uint64_t start, uint64_t n, void *to)
{
    const hid_t column = store_base_column(self->base, t, &self->header->columns[t].column[c]);
    const int status = column < 0 ? DETENTE_E_INPUT : read_rows(column, start, n, to);
    if (column >= 0)
        H5Dclose(column);
    return status;
}

/* A column's full chunks, as they are, and the rows after them. */
static int take_base_column(store_merger *self, int t, int c)
{
    store_rows *rows = &self->rows[t];
    const store_columns *columns = &self->header->columns[t];
    const uint64_t total = self->base->rows[t], whole = total - total % STORE_CHUNK_ROWS;
    const hid_t column = store_base_column(self->base, t, &columns->column[c]);
    if (column < 0)
        return DETENTE_E_INPUT;
    int status = 0;
    for (hsize_t row = 0; row < whole && !status; row += STORE_CHUNK_ROWS) {
        hsize_t size = 0;
        uint32_t filters = 0;
        const int known = H5Dget_chunk_storage_size(column, &row, &size) >= 0 && size > 0 && size < INT32_MAX;
        void *bytes = known ? detente_alloc(size) : NULL;
        status = !known ? DETENTE_E_INPUT : bytes ? 0 : DETENTE_E_MEMORY;
        if (!status && (H5Dread_chunk(column, H5P_DEFAULT, &row, &filters, bytes) < 0 || filters != 0))
            status = DETENTE_E_INPUT;
        if (!status)
            status = put_chunk(self, t, c, row, bytes, size);
        detente_free(bytes);
    }
    if (!status && total > whole)
        status = read_rows(column, whole, total - whole, rows->open->raw + columns->offset[c]);
    H5Dclose(column);
    return status;
}

/* All rows of the base, before all others. */
static int take_base(store_merger *self, int t)
{
    store_rows *rows = &self->rows[t];
    const uint64_t cells = self->header->cells, total = self->base->rows[t];
    int64_t *first = detente_alloc(cells * sizeof *first);
    int status = first ? 0 : DETENTE_E_MEMORY;
    for (int c = 0; c < self->header->columns[t].n && !status; c++)
        status = take_base_column(self, t, c);
    store_chunk_reset(rows->open, total / STORE_CHUNK_ROWS);
    rows->open->rows = (uint32_t)(total % STORE_CHUNK_ROWS);
    rows->next = total;
    for (uint64_t r = 0; r * cells < self->base->units && !status; r++) {
        const uint64_t left = self->base->units - r * cells;
        status = store_base_first_rows(self->base, t, r, first);
        if (!status)
            store_rows_first(self, t, r * cells, left < cells ? left : cells, first);
    }
    detente_free(first);
    return status;
}

/* The base's next replication with rows, from @p r on, and where they begin; past its replications when none has. Those before
   it are done with: they have no rows in the file either. */
static int find_rows(store_merger *self, int t, uint64_t r)
{
    const store_base *base = self->base;
    store_base_rows *from = &self->rows[t].from;
    const uint64_t replications = base->units / base->cells;
    int status = 0;
    for (from->end = base->rows[t]; r < replications; r++) {
        status = store_base_first_rows(base, t, r, from->first);
        uint64_t c = 0;
        while (!status && c < base->cells && from->first[c] < 0)
            c++;
        if (status || c < base->cells) {
            from->end = status ? 0 : (uint64_t)from->first[c];
            break;
        }
        store_rows_first(self, t, r * self->header->cells, base->cells, from->first);
    }
    from->replication = r;
    return status;
}

/* Rows [row, end) of the base, which is read chunk by chunk, each of them once. */
static int append_base(store_merger *self, int t, uint64_t row, uint64_t end)
{
    const store_columns *columns = &self->header->columns[t];
    const unsigned char *column[STORE_MAX_COLUMNS];
    store_chunk *chunk = self->rows[t].from.chunk;
    const uint64_t total = self->base->rows[t];
    int status = 0;
    while (row < end && !status) {
        const uint64_t number = row / STORE_CHUNK_ROWS, start = number * STORE_CHUNK_ROWS;
        const uint64_t n = total - start < STORE_CHUNK_ROWS ? total - start : STORE_CHUNK_ROWS;
        const uint64_t last = end < start + n ? end : start + n;
        for (int c = 0; c < columns->n && !status; c++) {
            column[c] = chunk->raw + columns->offset[c];
            if (chunk->rows == 0 || chunk->number != number)
                status = read_base_column(self, t, c, start, n, chunk->raw + columns->offset[c]);
        }
        chunk->number = number;
        chunk->rows = status ? 0 : (uint32_t)n;
        if (!status)
            status = store_rows_append(self, t, column, row - start, last - start);
        row = last;
    }
    return status;
}

/* The replication of the base that find_rows() found: its rows go on where the file's end, and so do its first rows. */
static int take_replication(store_merger *self, int t)
{
    store_rows *rows = &self->rows[t];
    store_base_rows *from = &rows->from;
    const uint64_t begin = from->end, unit = from->replication * self->header->cells, at = rows->next;
    int64_t last = (int64_t)begin;
    for (uint64_t c = 0; c < self->base->cells; c++) {
        if (from->first[c] < 0)
            continue;
        if (from->first[c] < last)
            return DETENTE_E_INPUT;
        last = from->first[c];
        from->first[c] += (int64_t)(at - begin);
    }
    store_rows_first(self, t, unit, self->base->cells, from->first);
    int status = find_rows(self, t, from->replication + 1);
    if (!status && ((uint64_t)last >= from->end || from->end > self->base->rows[t]))
        status = DETENTE_E_INPUT;
    if (!status)
        status = append_base(self, t, begin, from->end);
    rows->next += from->end - begin;
    return status;
}

/* Of a base with fewer points, the replications whose cells come before a unit. */
static int take_replications(store_merger *self, int t, uint64_t unit)
{
    store_base_rows *from = &self->rows[t].from;
    int status = 0;
    if (!from->first) {
        from->first = detente_alloc(self->base->cells * sizeof *from->first);
        from->chunk = store_chunk_create((store_table)t, &self->header->columns[t], 0);
        status = from->first && from->chunk ? find_rows(self, t, 0) : DETENTE_E_MEMORY;
        if (!status && from->end != 0)
            status = DETENTE_E_INPUT;
    }
    while (!status && from->replication < self->base->units / self->base->cells &&
           from->replication <= unit / self->header->cells)
        status = take_replication(self, t);
    return status;
}

int store_rows_base(store_merger *self, uint64_t unit)
{
    int status = 0;
    for (int t = 0; t < STORE_N_TABLES && self->base->path && !status; t++) {
        if (!self->header->keep[t])
            continue;
        if (self->base->cells < self->header->cells)
            status = take_replications(self, t, unit);
        else if (!self->rows[t].from.taken)
            status = take_base(self, t);
        self->rows[t].from.taken = 1;
    }
    return status;
}

static void begin_shard(store_rows *rows, const store_shard *shard, int t)
{
    const uint64_t before = shard->rows_before[t], within = before % STORE_CHUNK_ROWS;
    const int goes_on = rows->writer_unit == shard->first_unit && rows->writer_row == before;
    rows->aligned = within == rows->next % STORE_CHUNK_ROWS && (within == 0 || goes_on);
    rows->shift = rows->next - before;
    rows->part_unit = shard->first_unit;
}

/* A chunk of a shard: its pieces, one a column. */
static int take_chunk(store_merger *self, int t, const store_shard *shard, const store_piece *piece)
{
    store_rows *rows = &self->rows[t];
    const store_columns *columns = &self->header->columns[t];
    const unsigned char *column[STORE_MAX_COLUMNS];
    int status = 0;
    if (piece->chunk > UINT64_MAX / STORE_CHUNK_ROWS - 1)
        return DETENTE_E_INPUT;
    const uint64_t row = piece->chunk * STORE_CHUNK_ROWS;
    for (int c = 0; c < columns->n && !status; c++) {
        const size_t size = columns->offset[c + 1] - columns->offset[c];
        column[c] = rows->scratch->raw + columns->offset[c];
        if (rows->aligned)
            status = put_chunk(self, t, c, row + rows->shift, piece[c].bytes, piece[c].size);
        else
            status = store_inflate(piece[c].bytes, piece[c].size, rows->scratch->raw + columns->offset[c], size);
    }
    if (status || rows->aligned)
        return status;
    const uint64_t before = shard->rows_before[t];
    return store_rows_append(self, t, column, before > row && before - row < STORE_CHUNK_ROWS ? before - row : 0,
                             STORE_CHUNK_ROWS);
}

static int take_pieces(store_merger *self, const store_shard *shard)
{
    int status = 0;
    for (size_t i = 0; i < shard->n_pieces && !status;) {
        const store_piece *piece = &shard->piece[i];
        const int t = piece->table, n = self->header->columns[t].n;
        if (!self->header->keep[t] || shard->n_pieces - i < (size_t)n)
            return DETENTE_E_INPUT;
        for (int c = 0; c < n; c++)
            if (piece[c].table != t || piece[c].column != c || piece[c].chunk != piece->chunk)
                return DETENTE_E_INPUT;
        status = take_chunk(self, t, shard, piece);
        i += (size_t)n;
    }
    return status;
}

/* The rows after a shard's last full chunk. */
static int take_tail(store_merger *self, int t, const store_shard *shard, uint64_t n_rows)
{
    store_rows *rows = &self->rows[t];
    const store_columns *columns = &self->header->columns[t];
    const unsigned char *column[STORE_MAX_COLUMNS];
    const uint64_t n = shard->tail_rows[t];
    column[0] = shard->tail[t];
    for (int c = 1; c < columns->n; c++)
        column[c] = column[c - 1] + n * store_type_size(columns->column[c - 1].type);
    rows->next += n_rows;
    rows->writer_unit = shard->first_unit + shard->n_units;
    rows->writer_row = shard->rows_before[t] + n_rows;
    if (rows->writer_row % STORE_CHUNK_ROWS != n)
        return DETENTE_E_INPUT;
    if (rows->aligned)
        store_chunk_reset(rows->open, rows->next / STORE_CHUNK_ROWS);
    /* Without a full chunk of its own the tail begins with rows of the shard before. */
    const uint64_t first = rows->writer_row - n;
    const uint64_t skipped = !rows->aligned && shard->rows_before[t] > first ? shard->rows_before[t] - first : 0;
    const int status = store_rows_append(self, t, column, skipped, n);
    return !status && rows->open->number * STORE_CHUNK_ROWS + rows->open->rows != rows->next ? DETENTE_E_INPUT : status;
}

static int take_units(store_merger *self, int t, const store_shard *shard)
{
    uint64_t row = self->rows[t].next;
    int64_t *first = detente_alloc((size_t)shard->n_units * sizeof *first + 1);
    if (!first)
        return DETENTE_E_MEMORY;
    for (uint64_t u = 0; u < shard->n_units; u++) {
        first[u] = shard->rows[t][u] ? (int64_t)row : -1;
        row += shard->rows[t][u];
    }
    store_rows_first(self, t, shard->first_unit, shard->n_units, first);
    detente_free(first);
    return take_tail(self, t, shard, row - self->rows[t].next);
}

int store_rows_take(store_merger *self, const store_shard *shard)
{
    for (int t = 0; t < STORE_N_TABLES; t++)
        if (self->header->keep[t] && self->rows[t].part_unit != shard->first_unit)
            begin_shard(&self->rows[t], shard, t);
    int status = take_pieces(self, shard);
    for (int t = 0; t < STORE_N_TABLES && shard->n_units && !status; t++)
        if (self->header->keep[t])
            status = take_units(self, t, shard);
    return status;
}

/* The last chunk is stored whole, zeros after the rows. */
static int put_last(store_merger *self, int t)
{
    const store_chunk *open = self->rows[t].open;
    const store_columns *columns = &self->header->columns[t];
    const uint64_t total = self->total_rows[t];
    const uint64_t chunk_rows = total < STORE_CHUNK_ROWS ? total : STORE_CHUNK_ROWS;
    int status = self->rows[t].next == total ? 0 : DETENTE_E_INPUT;
    for (int c = 0; c < columns->n && open->rows > 0 && !status; c++) {
        const size_t width = store_type_size(columns->column[c].type);
        unsigned char *raw = open->raw + columns->offset[c];
        size_t size = 0;
        memset(raw + open->rows * width, 0, (chunk_rows - open->rows) * width);
        unsigned char *packed = store_deflate(raw, chunk_rows * width, &size);
        status = packed ? put_chunk(self, t, c, total - open->rows, packed, size) : DETENTE_E_MEMORY;
        detente_free(packed);
    }
    return status;
}

int store_rows_end(store_merger *self)
{
    int status = 0;
    while (self->packer && store_packer_pending(self->packer) > 0) {
        const int failed = harvest(self);
        status = status ? status : failed;
    }
    for (int t = 0; t < STORE_N_TABLES && !status; t++)
        if (self->header->keep[t])
            status = put_last(self, t);
    return status;
}
