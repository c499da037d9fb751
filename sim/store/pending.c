/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/pending.h"

#include <string.h>

#include "core/memory.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "columns are stored as they lie in memory");

int store_pending_init(store_pending *pending, const store_header *header, int threads)
{
    *pending = (store_pending){.header = header};
    pending->packer = store_packer_create(threads);
    if (header->quantiles)
        pending->histogram = detente_calloc(header->cells * DETENTE_N_METRICS, sizeof *pending->histogram);
    return pending->packer && (pending->histogram || !header->quantiles) ? 0 : DETENTE_E_MEMORY;
}

static void release_pieces(store_pending *pending)
{
    store_shard *shard = &pending->shard;
    for (size_t i = 0; i < shard->n_pieces; i++)
        detente_free((void *)(uintptr_t)shard->piece[i].bytes); /* ours until written */
    shard->n_pieces = 0;
}

void store_pending_clear(store_pending *pending)
{
    if (!pending->header)
        return;
    store_packer_free(pending->packer);
    release_pieces(pending);
    store_shard_clear(&pending->shard);
    detente_free(pending->moments);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        store_chunk_free(pending->filling[t]);
        for (store_chunk *chunk = pending->spare[t], *next; chunk; chunk = next) {
            next = chunk->next;
            store_chunk_free(chunk);
        }
    }
    for (uint64_t i = 0; pending->histogram && i < pending->header->cells * DETENTE_N_METRICS; i++)
        detente_histogram_clear(&pending->histogram[i]);
    detente_free(pending->histogram);
    *pending = (store_pending){0};
}

void store_pending_begin(store_pending *pending, uint64_t first_unit, uint64_t first_cell)
{
    pending->shard.first_unit = first_unit;
    pending->shard.first_cell = first_cell;
    for (int t = 0; t < STORE_N_TABLES; t++) {
        pending->rows[t] = pending->shard.rows_before[t] = 0;
        if (pending->filling[t])
            store_chunk_reset(pending->filling[t], 0);
    }
}

/* Take the oldest packed chunk's columns into the shard and keep the chunk for reuse. */
static int harvest(store_pending *pending)
{
    store_shard *shard = &pending->shard;
    store_chunk *chunk = store_packer_take(pending->packer);
    int status = chunk->failed ? DETENTE_E_MEMORY : 0;
    if (!status && shard->n_pieces + STORE_MAX_COLUMNS > pending->pieces_capacity) {
        const uint64_t capacity = 2 * pending->pieces_capacity + STORE_MAX_COLUMNS;
        store_piece *larger = detente_realloc(shard->piece, capacity * sizeof *larger);
        if (larger) {
            shard->piece = larger;
            pending->pieces_capacity = capacity;
        } else {
            status = DETENTE_E_MEMORY;
        }
    }
    for (int c = 0; c < chunk->columns->n && !status; c++) {
        shard->piece[shard->n_pieces++] = (store_piece){.chunk = chunk->number,
                                                        .size = chunk->packed_size[c],
                                                        .bytes = chunk->packed[c],
                                                        .table = (uint8_t)chunk->table,
                                                        .column = (uint8_t)c};
        chunk->packed[c] = NULL;
    }
    store_chunk_reset(chunk, 0);
    chunk->next = pending->spare[chunk->table];
    pending->spare[chunk->table] = chunk;
    return status;
}

/* The chunk that the next row of a table goes to, with room for at least one. */
static store_chunk *chunk_with_room(store_pending *pending, store_table table)
{
    store_chunk *chunk = pending->filling[table];
    if (chunk && chunk->rows < STORE_CHUNK_ROWS)
        return chunk;
    if (chunk) {
        pending->bytes += chunk->columns->offset[chunk->columns->n];
        pending->filling[table] = NULL;
        store_packer_put(pending->packer, chunk);
        while (store_packer_pending(pending->packer) >= store_packer_room(pending->packer))
            if (harvest(pending))
                return NULL;
    }
    const uint64_t number = pending->rows[table] / STORE_CHUNK_ROWS;
    chunk = pending->spare[table];
    if (chunk) {
        pending->spare[table] = chunk->next;
        store_chunk_reset(chunk, number);
    } else {
        chunk = store_chunk_create(table, &pending->header->columns[table], number);
    }
    pending->filling[table] = chunk;
    return chunk;
}

static void *column_at(const store_chunk *chunk, int column)
{
    const size_t width = store_type_size(chunk->columns->column[column].type);
    return chunk->raw + chunk->columns->offset[column] + chunk->rows * width;
}

static void fill_number(store_chunk *chunk, int column, uint32_t value, uint32_t step, uint32_t n)
{
    uint32_t *to = column_at(chunk, column);
    for (uint32_t i = 0; i < n; i++)
        to[i] = value + i * step;
}

static void fill_encounters(store_chunk *chunk, const detente_rows *rows, uint32_t from, uint32_t n)
{
    int8_t *persona = column_at(chunk, 3);
    fill_number(chunk, 2, rows->first + from, 1, n);
    for (uint32_t i = 0; i < n; i++)
        persona[i] = (int8_t)rows->block->persona[from + i];
    for (int c = 4; c < chunk->columns->n; c++) {
        const float *values = rows->block->metric[chunk->columns->column[c].metric] + from;
        void *to = column_at(chunk, c);
        if (chunk->columns->column[c].type == STORE_FLOAT32) {
            memcpy(to, values, n * sizeof *values);
            continue;
        }
        int8_t *flag = to;
        for (uint32_t i = 0; i < n; i++)
            flag[i] = (int8_t)values[i];
    }
}

static void fill_turns(store_chunk *chunk, const detente_rows *rows, size_t from, uint32_t n)
{
    const detente_turn *turn = rows->turns + from;
    memcpy(column_at(chunk, 2), rows->turn_encounter + from, n * sizeof *rows->turn_encounter);
    int16_t *number = column_at(chunk, 3);
    int8_t *rule = column_at(chunk, 4), *move = column_at(chunk, 5), *tier = column_at(chunk, 6);
    float *state[8];
    for (int k = 0; k < 8; k++)
        state[k] = column_at(chunk, 7 + k);
    for (uint32_t i = 0; i < n; i++) {
        number[i] = (int16_t)turn[i].turn;
        rule[i] = (int8_t)turn[i].rule;
        move[i] = (int8_t)turn[i].move;
        tier[i] = (int8_t)turn[i].tier;
        const float values[8] = {turn[i].anger,   turn[i].hostility, turn[i].agent_hostility, turn[i].heard,
                                 turn[i].rapport, turn[i].demand,    turn[i].offer,           turn[i].minutes};
        for (int k = 0; k < 8; k++)
            state[k][i] = values[k];
    }
}

int store_pending_rows(store_pending *pending, uint32_t cell, uint32_t replication, const detente_rows *rows)
{
    const uint64_t total[STORE_N_TABLES] = {rows->kept_encounters, rows->n_turns};
    for (int t = 0; t < STORE_N_TABLES; t++) {
        for (uint64_t from = 0; from < total[t] && pending->header->keep[t];) {
            store_chunk *chunk = chunk_with_room(pending, (store_table)t);
            if (!chunk)
                return DETENTE_E_MEMORY;
            const uint64_t free = STORE_CHUNK_ROWS - chunk->rows, left = total[t] - from;
            const uint32_t n = (uint32_t)(left < free ? left : free);
            fill_number(chunk, 0, (uint32_t)pending->header->first_cell + cell, 0, n);
            fill_number(chunk, 1, replication, 0, n);
            if (t == STORE_ENCOUNTERS)
                fill_encounters(chunk, rows, (uint32_t)from, n);
            else
                fill_turns(chunk, rows, from, n);
            chunk->rows += n;
            pending->rows[t] += n;
            pending->unit_rows[t] += n;
            from += n;
        }
    }
    return 0;
}

static int resize(void *array, uint64_t n, size_t size)
{
    void **block = array;
    void *larger = detente_realloc(*block, n * size);
    if (!larger)
        return DETENTE_E_MEMORY;
    *block = larger;
    return 0;
}

static int make_room(store_pending *pending)
{
    store_shard *shard = &pending->shard;
    if (shard->n_units < pending->capacity)
        return 0;
    const uint64_t capacity = pending->capacity ? 2 * pending->capacity : 256;
    if (resize(&shard->count, capacity, sizeof *shard->count) ||
        resize(&pending->moments, capacity, DETENTE_N_METRICS * sizeof *pending->moments) ||
        resize(&shard->rows[0], capacity, sizeof **shard->rows) ||
        resize(&shard->rows[1], capacity, sizeof **shard->rows))
        return DETENTE_E_MEMORY;
    pending->capacity = capacity;
    return 0;
}

static int note_failure(store_shard *shard, uint64_t unit, const char *why)
{
    const size_t n = shard->n_failures;
    if ((n & (n - 1)) == 0) { /* full: room doubles */
        const size_t room = n ? 2 * n : 1;
        if (resize(&shard->failed, room, sizeof *shard->failed) ||
            resize(&shard->failure, room, sizeof *shard->failure))
            return DETENTE_E_MEMORY;
    }
    shard->failed[n] = unit;
    shard->failure[n] = detente_strdup(why);
    if (!shard->failure[n])
        return DETENTE_E_MEMORY;
    shard->n_failures++;
    return 0;
}

int store_pending_unit(store_pending *pending, const detente_unit *unit)
{
    store_shard *shard = &pending->shard;
    if (make_room(pending) || (unit->failure && note_failure(shard, shard->first_unit + shard->n_units, unit->failure)))
        return DETENTE_E_MEMORY;
    const uint64_t at = shard->n_units;
    shard->count[at] = unit->failure ? 0 : unit->moments[0].count;
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        const detente_moments *from = &unit->moments[m];
        pending->moments[at * DETENTE_N_METRICS + (uint64_t)m] =
            (store_moments){from->mean, from->m2, from->min, from->max};
        if (pending->histogram && unit->histogram &&
            detente_histogram_merge(&pending->histogram[(uint64_t)unit->cell * DETENTE_N_METRICS + (uint64_t)m],
                                    &unit->histogram[m]))
            return DETENTE_E_MEMORY;
    }
    for (int t = 0; t < STORE_N_TABLES; t++) {
        shard->rows[t][at] = pending->unit_rows[t];
        pending->unit_rows[t] = 0;
    }
    shard->n_units++;
    return 0;
}

int store_pending_whole(const store_pending *pending)
{
    for (int t = 0; t < STORE_N_TABLES; t++)
        if (pending->unit_rows[t] > 0 && pending->unit_rows[t] > pending->filling[t]->rows)
            return 0;
    return 1;
}

/* Make the chunk that the unfinished unit began in the one that is filled, with the rows before it; drop those after it. */
static int cut_table(store_pending *pending, int t)
{
    store_shard *shard = &pending->shard;
    store_chunk *chunk = pending->filling[t];
    const uint64_t rows = pending->rows[t] - pending->unit_rows[t], number = rows / STORE_CHUNK_ROWS;
    size_t kept = 0;
    int status = 0;
    store_chunk_reset(chunk, number);
    chunk->rows = (uint32_t)(rows % STORE_CHUNK_ROWS);
    for (size_t i = 0; i < shard->n_pieces; i++) {
        const store_piece piece = shard->piece[i];
        if (piece.table != t || piece.chunk < number) {
            shard->piece[kept++] = piece;
            continue;
        }
        const size_t *offset = &chunk->columns->offset[piece.column];
        if (piece.chunk == number && chunk->rows > 0)
            status |= store_inflate(piece.bytes, piece.size, chunk->raw + offset[0], offset[1] - offset[0]);
        detente_free((void *)(uintptr_t)piece.bytes);
    }
    shard->n_pieces = kept;
    pending->rows[t] = rows;
    pending->unit_rows[t] = 0;
    return status ? DETENTE_E_MEMORY : 0;
}

int store_pending_cut(store_pending *pending)
{
    int status = 0;
    while (store_packer_pending(pending->packer) > 0)
        status |= harvest(pending);
    for (int t = 0; t < STORE_N_TABLES && !status; t++)
        if (pending->unit_rows[t] > 0 && pending->unit_rows[t] > pending->filling[t]->rows)
            status = cut_table(pending, t);
    return status ? DETENTE_E_MEMORY : 0;
}

static int seal_bins(store_pending *pending)
{
    store_shard *shard = &pending->shard;
    uint64_t n = 0;
    detente_free(shard->bin);
    shard->bin = store_bins_list(pending->histogram, pending->histogram ? pending->header->cells : 0, &n);
    shard->n_bins = n;
    for (uint64_t i = 0; shard->bin && i < n; i++)
        shard->bin[i][0] -= shard->first_cell * DETENTE_N_METRICS << 16;
    return shard->bin ? 0 : DETENTE_E_MEMORY;
}

static int seal_tail(store_pending *pending, int t)
{
    store_shard *shard = &pending->shard;
    const store_chunk *chunk = pending->filling[t];
    const uint64_t rows = chunk ? chunk->rows - pending->unit_rows[t] : 0;
    shard->tail_rows[t] = rows;
    detente_free(shard->tail[t]);
    shard->tail[t] = detente_alloc(rows * pending->header->row_bytes[t] + 1);
    if (!shard->tail[t])
        return DETENTE_E_MEMORY;
    unsigned char *to = shard->tail[t];
    for (int c = 0; chunk && c < chunk->columns->n; c++) {
        const size_t size = rows * store_type_size(chunk->columns->column[c].type);
        memcpy(to, chunk->raw + chunk->columns->offset[c], size);
        to += size;
    }
    return 0;
}

/* Metric by metric, as they are stored: a merge takes one metric at a time. */
static int seal_moments(store_pending *pending)
{
    store_shard *shard = &pending->shard;
    const uint64_t n = shard->n_units;
    detente_free(shard->moments);
    shard->moments = detente_alloc(n * DETENTE_N_METRICS * sizeof *shard->moments + 1);
    if (!shard->moments)
        return DETENTE_E_MEMORY;
    for (uint64_t m = 0; m < DETENTE_N_METRICS; m++)
        for (uint64_t u = 0; u < n; u++)
            shard->moments[m * n + u] = pending->moments[u * DETENTE_N_METRICS + m];
    return 0;
}

int store_pending_pack(store_pending *pending)
{
    int status = 0;
    for (int t = 0; t < STORE_N_TABLES; t++) {
        /* A full chunk is no tail: send it after the others. */
        store_chunk *chunk = pending->filling[t];
        if (chunk && chunk->rows == STORE_CHUNK_ROWS && pending->unit_rows[t] == 0) {
            pending->filling[t] = NULL;
            store_packer_put(pending->packer, chunk);
        }
    }
    while (store_packer_pending(pending->packer) > 0)
        status |= harvest(pending);
    return status;
}

int store_pending_seal(store_pending *pending)
{
    int status = seal_moments(pending);
    status |= store_pending_pack(pending);
    for (int t = 0; t < STORE_N_TABLES && !status; t++)
        status = seal_tail(pending, t);
    return status ? DETENTE_E_MEMORY : seal_bins(pending);
}

void store_pending_spilled(store_pending *pending)
{
    release_pieces(pending);
    pending->bytes = 0;
}

void store_pending_next(store_pending *pending)
{
    store_pending_spilled(pending);
    pending->shard.first_unit += pending->shard.n_units;
    pending->shard.n_units = 0;
    memcpy(pending->shard.rows_before, pending->rows, sizeof pending->rows);
    detente_free(pending->shard.moments);
    pending->shard.moments = NULL;
    store_shard_clear_failures(&pending->shard);
    for (uint64_t i = 0; pending->histogram && i < pending->header->cells * DETENTE_N_METRICS; i++)
        detente_histogram_reset(&pending->histogram[i]);
}
