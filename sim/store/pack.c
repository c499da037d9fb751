/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/pack.h"

#include <libdeflate.h>
#include <signal.h>
#include <string.h>

#include "core/memory.h"

enum { LEVEL = 1, MAX_WORKERS = 64 };

struct store_packer {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    pthread_t worker[MAX_WORKERS];
    int n_workers, closing, pending;
    store_chunk *first, *last;
};

/* What one thread needs to deflate. */
typedef struct deflater {
    struct libdeflate_compressor *compressor;
    unsigned char *space;
    size_t space_size;
} deflater;

static int deflater_init(deflater *self, size_t largest)
{
    self->compressor = libdeflate_alloc_compressor(LEVEL);
    self->space_size = self->compressor ? libdeflate_zlib_compress_bound(self->compressor, largest) : 0;
    self->space = self->compressor ? detente_alloc(self->space_size) : NULL;
    return self->space ? 0 : DETENTE_E_MEMORY;
}

static void deflater_clear(deflater *self)
{
    if (self->compressor)
        libdeflate_free_compressor(self->compressor);
    detente_free(self->space);
}

static unsigned char *deflater_run(deflater *self, const unsigned char *bytes, size_t size, size_t *packed_size)
{
    *packed_size = libdeflate_zlib_compress(self->compressor, bytes, size, self->space, self->space_size);
    unsigned char *copy = *packed_size ? detente_alloc(*packed_size) : NULL;
    if (copy)
        memcpy(copy, self->space, *packed_size);
    return copy;
}

unsigned char *store_deflate(const unsigned char *bytes, size_t size, size_t *packed_size)
{
    deflater self = {0};
    unsigned char *packed = deflater_init(&self, size) ? NULL : deflater_run(&self, bytes, size, packed_size);
    deflater_clear(&self);
    return packed;
}

int store_inflate(const unsigned char *packed, size_t packed_size, unsigned char *bytes, size_t size)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return DETENTE_E_MEMORY;
    const enum libdeflate_result result =
        libdeflate_zlib_decompress(decompressor, packed, packed_size, bytes, size, NULL);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS ? 0 : DETENTE_E_INPUT;
}

static void pack_column(deflater *self, store_chunk *chunk, int column)
{
    const size_t *offset = chunk->columns->offset;
    chunk->packed[column] = deflater_run(self, chunk->raw + offset[column], offset[column + 1] - offset[column],
                                         &chunk->packed_size[column]);
}

/* A column never takes more than four bytes a row. */
static int deflater_init_column(deflater *self)
{
    return deflater_init(self, (size_t)STORE_CHUNK_ROWS * 4);
}

/* The oldest chunk with a column that nobody has begun. */
static store_chunk *next_work(const store_packer *packer)
{
    for (store_chunk *chunk = packer->first; chunk; chunk = chunk->next)
        if (chunk->started < chunk->columns->n)
            return chunk;
    return NULL;
}

static void *work(void *data)
{
    store_packer *packer = data;
    deflater self = {0};
    const int broken = deflater_init_column(&self);
    pthread_mutex_lock(&packer->lock);
    for (;;) {
        store_chunk *chunk = next_work(packer);
        if (!chunk && packer->closing)
            break;
        if (!chunk) {
            pthread_cond_wait(&packer->work, &packer->lock);
            continue;
        }
        const int column = chunk->started++;
        pthread_mutex_unlock(&packer->lock);
        if (!broken)
            pack_column(&self, chunk, column);
        pthread_mutex_lock(&packer->lock);
        if (!chunk->packed[column])
            chunk->failed = 1;
        if (++chunk->finished == chunk->columns->n)
            pthread_cond_signal(&packer->done);
    }
    pthread_mutex_unlock(&packer->lock);
    deflater_clear(&self);
    return NULL;
}

int store_thread_begin(pthread_t *thread, void *(*run)(void *), void *data)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int failed = pthread_create(thread, NULL, run, data);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? -1 : 0;
}

store_packer *store_packer_create(int threads)
{
    store_packer *packer = detente_calloc(1, sizeof *packer);
    if (!packer)
        return NULL;
    pthread_mutex_init(&packer->lock, NULL);
    pthread_cond_init(&packer->work, NULL);
    pthread_cond_init(&packer->done, NULL);
    if (threads > MAX_WORKERS)
        threads = MAX_WORKERS;
    while (threads > 1 && packer->n_workers < threads &&
           !store_thread_begin(&packer->worker[packer->n_workers], work, packer))
        packer->n_workers++;
    return packer;
}

void store_packer_free(store_packer *packer)
{
    if (!packer)
        return;
    pthread_mutex_lock(&packer->lock);
    for (store_chunk *chunk = packer->first; chunk; chunk = chunk->next) {
        chunk->finished += chunk->columns->n - chunk->started; /* not begun: no longer wanted */
        chunk->started = chunk->columns->n;
    }
    packer->closing = 1;
    pthread_cond_broadcast(&packer->work);
    pthread_mutex_unlock(&packer->lock);
    for (int i = 0; i < packer->n_workers; i++)
        pthread_join(packer->worker[i], NULL);
    for (store_chunk *chunk = packer->first, *next; chunk; chunk = next) {
        next = chunk->next;
        store_chunk_free(chunk);
    }
    pthread_cond_destroy(&packer->done);
    pthread_cond_destroy(&packer->work);
    pthread_mutex_destroy(&packer->lock);
    detente_free(packer);
}

store_chunk *store_chunk_create(store_table table, const store_columns *columns, uint64_t number)
{
    store_chunk *chunk = detente_calloc(1, sizeof *chunk);
    if (!chunk)
        return NULL;
    chunk->table = table;
    chunk->columns = columns;
    chunk->number = number;
    chunk->raw = detente_calloc(1, columns->offset[columns->n]);
    if (!chunk->raw) {
        detente_free(chunk);
        return NULL;
    }
    return chunk;
}

void store_chunk_reset(store_chunk *chunk, uint64_t number)
{
    for (int c = 0; c < STORE_MAX_COLUMNS; c++) {
        detente_free(chunk->packed[c]);
        chunk->packed[c] = NULL;
    }
    chunk->number = number;
    chunk->rows = 0;
    chunk->started = chunk->finished = chunk->failed = 0;
    chunk->next = NULL;
}

void store_chunk_free(store_chunk *chunk)
{
    if (!chunk)
        return;
    store_chunk_reset(chunk, 0);
    detente_free(chunk->raw);
    detente_free(chunk);
}

void store_packer_put(store_packer *packer, store_chunk *chunk)
{
    if (packer->n_workers == 0) {
        deflater self = {0};
        const int broken = deflater_init_column(&self);
        for (int c = 0; c < chunk->columns->n && !broken; c++)
            pack_column(&self, chunk, c);
        deflater_clear(&self);
        for (int c = 0; c < chunk->columns->n; c++)
            chunk->failed |= !chunk->packed[c];
        chunk->started = chunk->finished = chunk->columns->n;
    }
    pthread_mutex_lock(&packer->lock);
    chunk->next = NULL;
    if (packer->first)
        packer->last->next = chunk;
    else
        packer->first = chunk;
    packer->last = chunk;
    packer->pending++;
    pthread_cond_broadcast(&packer->work);
    pthread_mutex_unlock(&packer->lock);
}

int store_packer_pending(const store_packer *packer)
{
    return packer->pending;
}

int store_packer_room(const store_packer *packer)
{
    return packer->n_workers + 1;
}

store_chunk *store_packer_take(store_packer *packer)
{
    pthread_mutex_lock(&packer->lock);
    store_chunk *chunk = packer->first;
    while (chunk && chunk->finished < chunk->columns->n)
        pthread_cond_wait(&packer->done, &packer->lock);
    if (chunk) {
        packer->first = chunk->next;
        packer->pending--;
    }
    pthread_mutex_unlock(&packer->lock);
    return chunk;
}
