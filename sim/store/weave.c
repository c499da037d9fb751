/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of sets that have only some of the run's cells. The file's rows lie replication by replication, and in each by cells: so of each
 * replication in turn those of the base and then those of every strand go to where the file's end. A strand's rows are read when
 * they are wanted, a chunk at a time.
 */
#include <string.h>

#include "core/memory.h"
#include "store/merge.h"

/* Chunks that are held from one replication to the next take no more than this; where there are more strands the others are
   read again for each. */
static const size_t most_held = (size_t)256 << 20;

/* Where bytes of a set lie. */
typedef struct place {
    const unsigned char *memory; /* or NULL: in a file of the catalogue */
    uint64_t address;
    size_t size;
    uint32_t file;
} place;

/* The rows of a table of the units that are open: chunks of their writer, and what it had after the last full one. */
typedef struct strand_rows {
    uint64_t next, first_chunk, n_chunks;
    place *column; /* chunks x columns */
    place tail;
    store_chunk *held; /* owned, the chunk that was read last; NULL: read into what all share */
} strand_rows;

typedef struct strand_reader {
    const store_strand *strand;
    size_t next_set;
    const store_set *set;           /* whose units are open, NULL: none */
    uint64_t unit;                  /* the next of them */
    uint64_t *rows[STORE_N_TABLES]; /* owned, of each of its units */
    strand_rows table[STORE_N_TABLES];
    int done;
} strand_reader;

typedef struct weaving {
    store_merger *merger;
    strand_reader *reader;
    size_t n, held;
    const strand_rows *shared[STORE_N_TABLES]; /* whose chunk is in the merger's scratch */
    unsigned char *buffer;
    size_t buffer_size;
    int64_t *first; /* first rows of a replication's cells */
} weaving;

static void close_units(strand_reader *reader)
{
    for (int t = 0; t < STORE_N_TABLES; t++) {
        detente_free(reader->rows[t]);
        detente_free(reader->table[t].column);
        reader->rows[t] = NULL;
        reader->table[t].column = NULL;
        reader->table[t].n_chunks = 0;
        if (reader->table[t].held)
            store_chunk_reset(reader->table[t].held, 0);
    }
    reader->set = NULL;
}

static void weaving_clear(weaving *self)
{
    for (size_t i = 0; self->reader && i < self->n; i++) {
        close_units(&self->reader[i]);
        for (int t = 0; t < STORE_N_TABLES; t++)
            store_chunk_free(self->reader[i].table[t].held);
    }
    detente_free(self->reader);
    detente_free(self->buffer);
    detente_free(self->first);
}

static int weaving_init(weaving *self)
{
    const store_catalogue *catalogue = self->merger->catalogue;
    while (self->n < catalogue->n_strands && catalogue->set[catalogue->strand[self->n].low].narrow)
        self->n++;
    self->reader = detente_calloc(self->n + 1, sizeof *self->reader);
    self->first = detente_alloc(self->merger->header->cells * sizeof *self->first);
    for (size_t i = 0; self->reader && i < self->n; i++)
        self->reader[i] = (strand_reader){.strand = &catalogue->strand[i], .next_set = catalogue->strand[i].low};
    return self->reader && self->first ? 0 : DETENTE_E_MEMORY;
}

/* Note where the full chunks of a table are that a set has: all columns of one after the other, one chunk after the other. */
static int note_chunks(const weaving *self, strand_rows *table, int t, const store_shard *shard, const store_set *set,
                       uint64_t address)
{
    const size_t columns = (size_t)self->merger->header->columns[t].n;
    size_t n = 0;
    for (size_t i = 0; i < shard->n_pieces; i++)
        n += shard->piece[i].table == t;
    place *larger = detente_realloc(table->column, (table->n_chunks * columns + n + 1) * sizeof *larger);
    if (!larger)
        return DETENTE_E_MEMORY;
    table->column = larger;
    size_t at = table->n_chunks * columns;
    for (size_t i = 0; i < shard->n_pieces; i++) {
        const store_piece *piece = &shard->piece[i];
        const uint64_t start = address;
        address += piece->size;
        if (piece->table != t)
            continue;
        if (at == 0)
            table->first_chunk = piece->chunk;
        if (piece->column != at % columns || piece->chunk != table->first_chunk + at / columns)
            return DETENTE_E_INPUT;
        table->column[at++] = (place){.memory = piece->bytes, .address = start, .size = piece->size, .file = set->file};
    }
    table->n_chunks = at / columns;
    return at % columns ? DETENTE_E_INPUT : 0;
}

/* What a writer says of its rows must be what its units have. */
static int check_rows(const strand_rows *table, int t, const store_shard *shard)
{
    const uint64_t before = shard->rows_before[t];
    uint64_t end = before;
    for (uint64_t u = 0; u < shard->n_units; u++)
        if (__builtin_add_overflow(end, shard->rows[t][u], &end))
            return DETENTE_E_INPUT;
    const uint64_t first = before / STORE_CHUNK_ROWS, chunks = end / STORE_CHUNK_ROWS - first;
    return chunks == table->n_chunks && (chunks == 0 || table->first_chunk == first) &&
                   shard->tail_rows[t] == end % STORE_CHUNK_ROWS
               ? 0
               : DETENTE_E_INPUT;
}

static int note_set(const weaving *self, strand_reader *reader, const store_set *set, const store_shard *shard,
                    const store_places *places)
{
    const store_header *header = self->merger->header;
    int status = 0;
    for (int t = 0; t < STORE_N_TABLES && !status; t++) {
        strand_rows *table = &reader->table[t];
        if (header->keep[t])
            status = note_chunks(self, table, t, shard, set, places->bytes);
        if (status || !header->keep[t] || set->n_units == 0)
            continue;
        table->next = shard->rows_before[t];
        table->tail = (place){.memory = set->memory ? shard->tail[t] : NULL,
                              .address = places->tail[t],
                              .size = shard->tail_rows[t] * header->row_bytes[t],
                              .file = set->file};
        status = check_rows(table, t, shard);
    }
    return status;
}

/* How many rows each unit has. */
static int take_counts(strand_reader *reader, const store_shard *shard)
{
    for (int t = 0; t < STORE_N_TABLES; t++) {
        reader->rows[t] = detente_alloc(shard->n_units * sizeof *reader->rows[t]);
        if (!reader->rows[t])
            return DETENTE_E_MEMORY;
        memcpy(reader->rows[t], shard->rows[t], shard->n_units * sizeof *reader->rows[t]);
    }
    return 0;
}

/* Open the next units of a strand: those of one set, whose first may have rows in sets before it. */
static int open_units(weaving *self, strand_reader *reader, const char **where)
{
    store_catalogue *catalogue = self->merger->catalogue;
    int status = 0;
    close_units(reader);
    for (int t = 0; t < STORE_N_TABLES; t++)
        self->shared[t] = self->shared[t] == &reader->table[t] ? NULL : self->shared[t];
    while (!status && !reader->set && reader->next_set < reader->strand->high) {
        const store_set *set = &catalogue->set[reader->next_set++];
        store_shard read = {0};
        store_places places = {0};
        const hid_t file = set->memory ? -1 : hdf_open(catalogue->path[set->file]);
        *where = set->memory ? "memory" : catalogue->path[set->file];
        if (!set->memory)
            status = store_shard_find_rows(file, set, self->merger->header->row_bytes, &read, &places);
        if (!status)
            status = note_set(self, reader, set, set->memory ? set->memory : &read, &places);
        if (!status && set->n_units > 0) {
            reader->set = set;
            reader->unit = set->first_unit;
            status = take_counts(reader, set->memory ? set->memory : &read);
        }
        store_shard_clear(&read);
        if (file >= 0)
            H5Fclose(file);
    }
    reader->done = !reader->set;
    return status;
}

static int get_bytes(weaving *self, const place *from, const unsigned char **bytes)
{
    *bytes = from->memory;
    if (from->memory || from->size == 0)
        return 0;
    if (from->size > self->buffer_size) {
        unsigned char *larger = detente_realloc(self->buffer, from->size);
        if (!larger)
            return DETENTE_E_MEMORY;
        self->buffer = larger;
        self->buffer_size = from->size;
    }
    *bytes = self->buffer;
    return store_catalogue_bytes(self->merger->catalogue, from->file, self->buffer, from->size, from->address, NULL);
}

/* Unpack a full chunk, or lay out the rows after the last. */
static int fill_chunk(weaving *self, const strand_rows *table, uint64_t number, store_chunk *chunk)
{
    const store_columns *columns = chunk->columns;
    const uint64_t at = number - table->first_chunk;
    const unsigned char *bytes;
    int status = 0;
    if (at < table->n_chunks) {
        for (int c = 0; c < columns->n && !status; c++) {
            const place *from = &table->column[at * (uint64_t)columns->n + (uint64_t)c];
            status = get_bytes(self, from, &bytes);
            if (!status)
                status = store_inflate(bytes, from->size, chunk->raw + columns->offset[c],
                                       columns->offset[c + 1] - columns->offset[c]);
        }
        return status;
    }
    const uint64_t rows = table->tail.size / self->merger->header->row_bytes[chunk->table];
    status = get_bytes(self, &table->tail, &bytes);
    for (int c = 0; c < columns->n && !status; c++) {
        const size_t size = rows * store_type_size(columns->column[c].type);
        memcpy(chunk->raw + columns->offset[c], bytes, size);
        bytes += size;
    }
    return status;
}

/* The chunk with a strand's next row. */
static int read_chunk(weaving *self, strand_rows *table, int t, store_chunk **chunk)
{
    const store_columns *columns = &self->merger->header->columns[t];
    const uint64_t number = table->next / STORE_CHUNK_ROWS;
    if (!table->held && self->held + columns->offset[columns->n] <= most_held) {
        table->held = store_chunk_create((store_table)t, columns, 0);
        if (!table->held)
            return DETENTE_E_MEMORY;
        self->held += columns->offset[columns->n];
    }
    *chunk = table->held ? table->held : self->merger->rows[t].scratch;
    if ((*chunk)->rows && (*chunk)->number == number && (table->held || self->shared[t] == table))
        return 0;
    (*chunk)->rows = 0;
    self->shared[t] = table->held ? self->shared[t] : table;
    const int status = fill_chunk(self, table, number, *chunk);
    (*chunk)->number = number;
    (*chunk)->rows = status ? 0 : STORE_CHUNK_ROWS;
    return status;
}

/* A strand's next n rows. */
static int append_rows(weaving *self, strand_rows *table, int t, uint64_t n)
{
    const store_columns *columns = &self->merger->header->columns[t];
    const unsigned char *column[STORE_MAX_COLUMNS];
    int status = 0;
    while (n > 0 && !status) {
        store_chunk *chunk = NULL;
        const uint64_t from = table->next % STORE_CHUNK_ROWS, left = STORE_CHUNK_ROWS - from,
                       part = n < left ? n : left;
        status = read_chunk(self, table, t, &chunk);
        for (int c = 0; c < columns->n && !status; c++)
            column[c] = chunk->raw + columns->offset[c];
        if (!status)
            status = store_rows_append(self->merger, t, column, from, from + part);
        self->merger->rows[t].next += part;
        table->next += part;
        n -= part;
    }
    return status;
}

/* The next n of a strand's open units, all of a replication. */
static int take_units(weaving *self, strand_reader *reader, uint64_t n)
{
    store_merger *merger = self->merger;
    const store_set *set = reader->set;
    const uint64_t replication = reader->unit / set->cells, cell = set->first_cell + reader->unit % set->cells;
    int status = 0;
    for (int t = 0; t < STORE_N_TABLES && !status; t++) {
        uint64_t rows = 0;
        if (!merger->header->keep[t])
            continue;
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t own = reader->rows[t][reader->unit - set->first_unit + i];
            self->first[i] = own ? (int64_t)(merger->rows[t].next + rows) : -1;
            rows += own;
        }
        store_rows_first(merger, t, replication * merger->header->cells + cell, n, self->first);
        status = append_rows(self, &reader->table[t], t, rows);
    }
    reader->unit += n;
    return status;
}

/* A shard by cells ends when its cells have enough, others may go on: say that there are no more rows. */
static void put_none(weaving *self, const strand_reader *reader, uint64_t replication)
{
    store_merger *merger = self->merger;
    const store_set *set = &merger->catalogue->set[reader->strand->low];
    for (uint64_t c = 0; c < set->cells; c++)
        self->first[c] = -1;
    for (int t = 0; t < STORE_N_TABLES; t++)
        if (merger->header->keep[t])
            store_rows_first(merger, t, replication * merger->header->cells + set->first_cell, set->cells, self->first);
}

/* What a strand has of a replication. */
static int take_replication(weaving *self, strand_reader *reader, uint64_t replication, const char **where)
{
    int status = 0;
    while (!status && !reader->done) {
        const store_set *set = reader->set;
        const uint64_t last = set ? set->first_unit + set->n_units : 0, end = set ? (replication + 1) * set->cells : 0;
        if (!set || reader->unit == last) {
            status = open_units(self, reader, where);
            continue;
        }
        if (reader->unit >= end)
            break;
        *where = set->memory ? "memory" : self->merger->catalogue->path[set->file];
        status = take_units(self, reader, (last < end ? last : end) - reader->unit);
    }
    return status;
}

static int weave(weaving *self)
{
    store_merger *merger = self->merger;
    int status = 0, done = 0;
    for (uint64_t r = 0; r < merger->header->replications && !status && store_merge_working(merger); r++) {
        const char *where = "";
        status = store_rows_base(merger, r * merger->header->cells);
        if (status)
            return store_merge_base_damaged(merger, status);
        done = !merger->catalogue->by_cells;
        for (size_t i = 0; i < self->n && !status; i++) {
            if (self->reader[i].done && merger->catalogue->by_cells)
                put_none(self, &self->reader[i], r);
            status = take_replication(self, &self->reader[i], r, &where);
            done = done && self->reader[i].done;
        }
        if (done)
            break;
        if (status == DETENTE_E_INPUT)
            detente_error_set(merger->error, status, "%s: its rows are damaged", where);
        else if (status)
            detente_no_memory(merger->error);
    }
    return status;
}

int store_rows_weave(store_merger *merger)
{
    weaving self = {.merger = merger};
    int status = weaving_init(&self) ? detente_no_memory(merger->error) : 0;
    if (!status && self.n > 0)
        status = weave(&self);
    weaving_clear(&self);
    return status;
}
