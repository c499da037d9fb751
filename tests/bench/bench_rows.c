/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a kept row costs: rows a second through the store, beside deflating the same bytes and writing them as they are, which
 * are the two things that no store can do without (it may do both at once). Prints, never asserts; every number is the median
 * of interleaved rounds, by the wall clock. A disk's speed changes from second to second more than a processor's.
 */
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <unistd.h>

#include "measure.h"
#include "store/schema.h"

enum {
    BLOCKS = 128,
    LAPS = 8,
    ROWS = BLOCKS * LAPS * DETENTE_BLOCK,
    CHUNKS = BLOCKS * DETENTE_BLOCK / STORE_CHUNK_ROWS
};
enum { MOST_THREADS = 64, NAME_SIZE = 4096 };

typedef struct bench {
    detente_config config;
    detente_cell *cell;
    int strategy, threads, failed;
    detente_block *block;  /* BLOCKS of them, played once */
    store_columns columns; /* as they lie in a chunk */
    unsigned char *raw;    /* the same rows, as CHUNKS chunks */
    char folder[NAME_SIZE], path[NAME_SIZE + 16];
} bench;

typedef struct bench_case {
    const char *name;
    void (*run)(bench *b);
    double rate[MEASURE_ROUNDS];
} bench_case;

static size_t chunk_bytes(const bench *b)
{
    return b->columns.offset[b->columns.n];
}

static void fail(bench *b, const char *what, detente_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error && error->text ? error->text : "failed");
    detente_error_clear(error);
    b->failed = 1;
}

/* ---- the store ------------------------------------------------------------------------------------------------------ */

static void run_store(bench *b)
{
    detente_error error = {0};
    detente_store *store = NULL;
    const detente_store_options how = {.force = 1, .threads = b->threads};
    detente_config config = b->config;
    config.replications = 1;
    config.encounters = ROWS;
    detente_moments moments[DETENTE_N_METRICS];
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_moments_init(&moments[m]);
    int code = detente_store_create(&store, b->path, &config, &how, &error);
    if (!code) {
        const detente_sink sink = detente_store_sink(store);
        for (uint32_t i = 0; i < ROWS / DETENTE_BLOCK && !code; i++) {
            const detente_rows rows = {
                .block = &b->block[i % BLOCKS], .first = i * DETENTE_BLOCK, .kept_encounters = DETENTE_BLOCK};
            code = sink.rows(sink.data, 0, 0, &rows, &error);
        }
        if (!code)
            code = sink.unit(sink.data, &(detente_unit){.moments = moments}, &error);
        if (!code)
            code = detente_store_finish(store, NULL, &error);
    }
    detente_store_free(store);
    if (code)
        fail(b, b->path, &error);
}

static void play(bench *b, detente_store *store)
{
    detente_error error = {0};
    detente_config config = b->config;
    config.replications = 4;
    config.encounters = ROWS / 4;
    if (!store)
        config.keep.encounters = 0;
    const detente_sink sink = store ? detente_store_sink(store) : (detente_sink){0};
    const detente_run_options how = {.threads = b->threads};
    const detente_cell_source source = detente_cell_array(&b->cell, 1);
    int code = detente_engine_run(&config, &source, &sink, &how, NULL, &error);
    if (!code && store)
        code = detente_store_finish(store, NULL, &error);
    if (code)
        fail(b, "engine", &error);
}

static void run_engine(bench *b)
{
    play(b, NULL);
}

static void run_both(bench *b)
{
    detente_error error = {0};
    detente_store *store = NULL;
    const detente_store_options how = {.force = 1, .threads = b->threads};
    detente_config config = b->config;
    config.replications = 4;
    config.encounters = ROWS / 4;
    if (detente_store_create(&store, b->path, &config, &how, &error))
        fail(b, b->path, &error);
    else
        play(b, store);
    detente_store_free(store);
}

/* ---- what it is measured against ------------------------------------------------------------------------------------ */

typedef struct share {
    bench *b;
    int first, step;
    size_t packed; /* so that the work is not thought away */
} share;

static void *deflate_share(void *data)
{
    share *s = data;
    const bench *b = s->b;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
    const size_t most = libdeflate_zlib_compress_bound(compressor, (size_t)STORE_CHUNK_ROWS * 4);
    unsigned char *space = malloc(most);
    for (int i = s->first; compressor && space && i < CHUNKS * LAPS; i += s->step) {
        const unsigned char *chunk = b->raw + (size_t)(i % CHUNKS) * chunk_bytes(b);
        for (int c = 0; c < b->columns.n; c++)
            s->packed += libdeflate_zlib_compress(compressor, chunk + b->columns.offset[c],
                                                  b->columns.offset[c + 1] - b->columns.offset[c], space, most);
    }
    libdeflate_free_compressor(compressor);
    free(space);
    return NULL;
}

static void run_deflate(bench *b)
{
    pthread_t thread[MOST_THREADS];
    share part[MOST_THREADS];
    int begun = 1;
    for (int i = 0; i < b->threads; i++)
        part[i] = (share){b, i, b->threads, 0};
    while (begun < b->threads && !pthread_create(&thread[begun], NULL, deflate_share, &part[begun]))
        begun++;
    deflate_share(&part[0]);
    for (int i = 1; i < begun; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < b->threads; i++)
        if (!part[i].packed)
            fail(b, "deflate", NULL);
}

static void run_write(bench *b)
{
    const int fd = open(b->path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int bad = fd < 0;
    for (int i = 0; i < CHUNKS * LAPS && !bad; i++) {
        const unsigned char *from = b->raw + (size_t)(i % CHUNKS) * chunk_bytes(b);
        for (size_t left = chunk_bytes(b); left > 0 && !bad;) {
            const ssize_t put = write(fd, from, left);
            bad = put <= 0;
            from += bad ? 0 : put;
            left -= bad ? 0 : (size_t)put;
        }
    }
    if (bad || fsync(fd))
        fail(b, b->path, NULL);
    if (fd >= 0)
        close(fd);
    unlink(b->path);
}

/* ---- measuring ------------------------------------------------------------------------------------------------------ */

enum { STORE, DEFLATE, WRITE, ENGINE, BOTH, N_CASES };

static bench_case cases[N_CASES] = {[STORE] = {.name = "store, rows made beforehand", .run = run_store},
                                    [DEFLATE] = {.name = "deflate alone (libdeflate, level 1)", .run = run_deflate},
                                    [WRITE] = {.name = "write and fsync alone, not deflated", .run = run_write},
                                    [ENGINE] = {.name = "engine alone, no rows", .run = run_engine},
                                    [BOTH] = {.name = "engine and store", .run = run_both}};

/* One row of one column, from the block that holds it. */
static void put_value(const store_column *column, void *to, const detente_block *block, uint32_t i, uint32_t row)
{
    const float value = column->metric >= 0 ? block->metric[column->metric][i] : 0;
    const uint32_t number = strcmp(column->name, "encounter") ? 0 : row;
    if (column->metric < 0 && column->type == STORE_UINT32)
        memcpy(to, &number, sizeof number);
    else if (column->type == STORE_FLOAT32)
        memcpy(to, &value, sizeof value);
    else
        *(int8_t *)to = column->metric < 0 ? (int8_t)block->persona[i] : (int8_t)value;
}

static int prepare(bench *b)
{
    store_columns_init(&b->columns, STORE_ENCOUNTERS, b->config.keep.columns);
    b->block = aligned_alloc(64, BLOCKS * sizeof *b->block);
    b->raw = malloc(CHUNKS * chunk_bytes(b));
    if (!b->block || !b->raw)
        return -1;
    memset(b->block, 0, BLOCKS * sizeof *b->block);
    for (uint32_t i = 0; i < BLOCKS; i++)
        detente_cell_play(b->cell, DETENTE_ISA_AUTO, 0, i * DETENTE_BLOCK, DETENTE_BLOCK, &b->block[i]);
    for (uint32_t row = 0; row < BLOCKS * DETENTE_BLOCK; row++)
        for (int c = 0; c < b->columns.n; c++) {
            const size_t width = store_type_size(b->columns.column[c].type);
            unsigned char *chunk = b->raw + row / STORE_CHUNK_ROWS * chunk_bytes(b);
            put_value(&b->columns.column[c], chunk + b->columns.offset[c] + row % STORE_CHUNK_ROWS * width,
                      &b->block[row / DETENTE_BLOCK], row % DETENTE_BLOCK, row);
        }
    snprintf(b->folder, sizeof b->folder, "build/rows-XXXXXX");
    if (!mkdtemp(b->folder))
        return -1;
    snprintf(b->path, sizeof b->path, "%s/out.h5", b->folder);
    return 0;
}

static void measure(bench *b, int rounds)
{
    for (int r = -1; r < rounds && !b->failed; r++)
        for (int i = 0; i < N_CASES && !b->failed; i++) {
            const double begun = measure_clock(CLOCK_MONOTONIC);
            cases[i].run(b);
            const double seconds = measure_clock(CLOCK_MONOTONIC) - begun;
            unlink(b->path);
            if (r >= 0) /* the first round warms up */
                cases[i].rate[r] = ROWS / seconds;
        }
}

static void print(const bench *b, int rounds)
{
    double of_slower[MEASURE_ROUNDS];
    printf(
        "%d rows of group encounters, %zu bytes each before deflating; medians of %d interleaved rounds; %d threads\n\n",
        ROWS, chunk_bytes(b) / STORE_CHUNK_ROWS, rounds, b->threads);
    printf("%-44s %12s %12s %12s %9s\n", "wall clock", "rows/s", "least", "most", "MB/s");
    for (int i = 0; i < N_CASES; i++) {
        const measure_spread rate = measure_summary(cases[i].rate, rounds);
        const double bytes = (double)chunk_bytes(b) / STORE_CHUNK_ROWS;
        printf("%-44s %12.0f %12.0f %12.0f", cases[i].name, rate.median, rate.min, rate.max);
        printf(i == ENGINE ? "\n" : " %9.0f\n", rate.median * bytes / 1e6);
    }
    for (int r = 0; r < rounds; r++) {
        const double deflate = cases[DEFLATE].rate[r], raw = cases[WRITE].rate[r];
        of_slower[r] = cases[STORE].rate[r] / (deflate < raw ? deflate : raw);
    }
    const measure_spread ratio = measure_summary(of_slower, rounds);
    printf("\n%-44s %11.0f%% %11.0f%% %11.0f%%\n", "store, of the slower of deflate and write", 100 * ratio.median,
           100 * ratio.min, 100 * ratio.max);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "configs/billing-dispute.yaml";
    const int asked = argc > 2 ? atoi(argv[2]) : 7, most = detente_engine_threads();
    const int rounds = asked < 1 ? 1 : asked < MEASURE_ROUNDS ? asked : MEASURE_ROUNDS;
    bench b = {.threads = most < MOST_THREADS ? most : MOST_THREADS};
    if (measure_load(path, &b.config, &b.strategy, &b.cell))
        return EXIT_FAILURE;
    b.config.keep = (detente_keep){.encounters = UINT64_MAX, .columns = (UINT64_C(1) << DETENTE_N_METRICS) - 1};
    if (prepare(&b)) {
        fprintf(stderr, "no memory, or no folder build to write in\n");
        return EXIT_FAILURE;
    }
    measure(&b, rounds);
    if (!b.failed)
        print(&b, rounds);
    rmdir(b.folder);
    free(b.raw);
    free(b.block);
    detente_cell_free(b.cell);
    detente_config_clear(&b.config);
    return b.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
