/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine over a made-up kernel: what arrives, in which order, and what does not change with the number of threads. */
#define _GNU_SOURCE
#include <check.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/schedule.h"
#include "support/often.h"
#include "support/suite.h"

/* A cell of the made-up kernel is a number to mix in, and how to behave. */
typedef struct made_up_cell {
    uint32_t salt;
    int uneven;          /* some blocks take long */
    atomic_long *played; /* blocks played so far; may be NULL */
} made_up_cell;

static uint64_t mix(uint64_t x)
{
    /* splitmix64 (Steele, Lea & Flood 2014) */
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

static uint64_t key_of(const made_up_cell *cell, uint32_t replication, uint32_t encounter)
{
    return mix(mix((uint64_t)cell->salt << 32 | replication) ^ encounter);
}

static uint32_t turns_of(const made_up_cell *cell, uint32_t replication, uint32_t encounter)
{
    return 1 + (uint32_t)(key_of(cell, replication, encounter) % 9);
}

static const char *const metric_kinds[] = {
#define X(name, unit, kind, ...) #kind,
    DETENTE_METRICS(X)
#undef X
};

static float outcome(const made_up_cell *cell, uint32_t replication, uint32_t encounter, int metric)
{
    if (metric == DETENTE_METRIC_turns)
        return (float)turns_of(cell, replication, encounter);
    const uint64_t bits = mix(key_of(cell, replication, encounter) + (uint64_t)metric);
    if (strcmp(metric_kinds[metric], "FLAG") == 0)
        return (float)(bits % 3 == 0);
    const float share = (float)(bits >> 40) * 0x1p-24f;
    /* A large mean beside a small spread is what loses digits in careless sums. */
    return metric == DETENTE_METRIC_minutes     ? 4096 + share
           : metric == DETENTE_METRIC_net_value ? 700 * share - 300
                                                : share;
}

static void made_up_play(const detente_cell *opaque, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                         detente_block *block)
{
    (void)isa;
    const made_up_cell *cell = (const void *)opaque;
    ck_assert(n >= 1 && n <= DETENTE_BLOCK);
    block->n = n;
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        for (uint32_t i = 0; i < n; i++)
            block->metric[m][i] = outcome(cell, replication, first + i, m);
    for (uint32_t i = 0; i < n; i++)
        block->persona[i] = (int32_t)(key_of(cell, replication, first + i) % 5);
    if (cell->uneven && key_of(cell, replication, first) % 7 == 0)
        usleep(2000);
    if (cell->played)
        atomic_fetch_add(cell->played, 1);
}

static uint32_t made_up_trace(const detente_cell *opaque, uint32_t replication, uint32_t encounter, detente_turn *turns,
                              detente_block *block)
{
    const made_up_cell *cell = (const void *)opaque;
    const uint32_t n = turns_of(cell, replication, encounter);
    for (uint32_t t = 0; t < n; t++) {
        memset(&turns[t], 0, sizeof turns[t]);
        turns[t].turn = t + 1;
        turns[t].anger = outcome(cell, replication, encounter, DETENTE_METRIC_peak_anger) + (float)t;
    }
    block->n = 1;
    return n;
}

static const engine_player made_up = {.play = made_up_play, .trace = made_up_trace};

/* What a sink has seen, as one number that depends on every byte and on the order. */
typedef struct witness {
    uint64_t hash;
    uint64_t units, rows, turn_rows;
    uint64_t next_unit;
    uint32_t next_encounter, n_cells, first_cell, encounters;
    uint64_t fail_at_unit, fail_at_rows; /* 0: never */
    uint64_t stop_at_unit;
    int *stop;
    atomic_int inside;
    int delay, sparse;
    atomic_long *played;
    long most_ahead, handed;
    detente_moments moments[8][DETENTE_N_METRICS];
    double quantile[8][DETENTE_N_METRICS];
} witness;

static void hash_bytes(witness *w, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        w->hash = (w->hash ^ p[i]) * 0x100000001b3ULL; /* FNV-1a */
}

static void hash_number(witness *w, uint64_t number)
{
    hash_bytes(w, &number, sizeof number);
}

static int witness_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    witness *w = data;
    ck_assert_int_eq(atomic_fetch_add(&w->inside, 1), 0);
    ck_assert_uint_eq(w->next_unit % w->n_cells, cell);
    ck_assert_uint_eq(w->next_unit / w->n_cells, replication);
    ck_assert_uint_eq(rows->first, w->next_encounter);
    w->next_encounter += rows->block->n;
    hash_number(w, cell);
    hash_number(w, replication);
    hash_number(w, rows->kept_encounters);
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        hash_bytes(w, rows->block->metric[m], rows->kept_encounters * sizeof(float));
    hash_bytes(w, rows->block->persona, rows->kept_encounters * sizeof(int32_t));
    uint32_t encounter = rows->first - 1; /* a first turn is the next encounter's */
    for (size_t t = 0; t < rows->n_turns; t++) {
        encounter += rows->turns[t].turn == 1;
        often(rows->turn_encounter[t] == encounter, ck_assert_uint_eq(rows->turn_encounter[t], encounter));
        hash_number(w, rows->turn_encounter[t]);
        hash_number(w, rows->turns[t].turn);
        hash_bytes(w, &rows->turns[t].anger, sizeof(float));
    }
    w->rows += rows->kept_encounters;
    w->turn_rows += rows->n_turns;
    atomic_fetch_sub(&w->inside, 1);
    if (w->fail_at_rows && w->rows >= w->fail_at_rows)
        return detente_error_set(error, DETENTE_E_IO, "no room for rows");
    return 0;
}

static int witness_unit(void *data, const detente_unit *unit, detente_error *error)
{
    witness *w = data;
    ck_assert_int_eq(atomic_fetch_add(&w->inside, 1), 0);
    ck_assert_uint_eq(unit->unit, w->next_unit);
    ck_assert_uint_eq(unit->cell, unit->unit % w->n_cells);
    ck_assert_uint_eq(unit->replication, unit->unit / w->n_cells);
    if (w->next_unit < 8)
        memcpy(w->moments[w->next_unit], unit->moments, sizeof w->moments[0]);
    for (int m = 0; m < DETENTE_N_METRICS && unit->histogram && w->next_unit < 8; m++)
        w->quantile[w->next_unit][m] =
            detente_histogram_quantile(&unit->histogram[m], 0.75, unit->moments[m].min, unit->moments[m].max);
    if (!w->sparse)
        hash_bytes(w, unit->moments, DETENTE_N_METRICS * sizeof *unit->moments);
    for (int m = 0; m < DETENTE_N_METRICS && unit->histogram && !w->sparse; m++) {
        detente_histogram all = {0};
        ck_assert_int_eq(detente_histogram_merge(&all, &unit->histogram[m]), 0);
        for (uint64_t p = 0; p < 256; p++)
            for (uint64_t b = 0; all.page[p] && b < 256; b++)
                if (all.page[p][b])
                    hash_number(w, (p << 8 | b) << 32 | all.page[p][b]);
        detente_histogram_clear(&all);
    }
    do
        w->next_unit++;
    while (w->next_unit % w->n_cells < w->first_cell);
    w->next_encounter = 0;
    w->units++;
    if (w->played) {
        w->handed += (long)((w->encounters + DETENTE_BLOCK - 1) / DETENTE_BLOCK);
        const long ahead = atomic_load(w->played) - w->handed;
        w->most_ahead = ahead > w->most_ahead ? ahead : w->most_ahead;
    }
    if (w->delay)
        usleep((useconds_t)w->delay);
    atomic_fetch_sub(&w->inside, 1);
    if (w->stop_at_unit && w->units == w->stop_at_unit)
        __atomic_store_n(w->stop, 1, __ATOMIC_RELAXED);
    if (w->fail_at_unit && w->units == w->fail_at_unit)
        return detente_error_set(error, DETENTE_E_IO, "disk full");
    return 0;
}

typedef struct run {
    uint64_t replications, encounters, keep_encounters, keep_turns;
    int quantiles, threads, uneven;
    uint32_t n_cells, first_cell;
    uint64_t first_unit, last_unit;
    detente_progress done;
    detente_error error;
} run;

enum { MOST_CELLS = 5 };

static int play(run *r, witness *w, const volatile int *stop)
{
    static const detente_config nothing;
    detente_config config = nothing;
    config.replications = r->replications;
    config.encounters = r->encounters;
    config.max_turns = 9;
    config.quantiles = r->quantiles;
    config.keep = (detente_keep){r->keep_encounters, r->keep_turns, UINT64_MAX};
    made_up_cell made_up_cells[MOST_CELLS];
    detente_cell *cells[MOST_CELLS];
    for (uint32_t c = 0; c < MOST_CELLS; c++) {
        made_up_cells[c] = (made_up_cell){.salt = c + 1, .uneven = r->uneven, .played = w->played};
        cells[c] = (void *)&made_up_cells[c];
    }
    w->hash = 0xcbf29ce484222325ULL;
    w->n_cells = r->n_cells;
    w->encounters = (uint32_t)r->encounters;
    w->next_unit = r->first_unit;
    const detente_sink sink = {w, witness_rows, witness_unit};
    w->first_cell = r->first_cell;
    const detente_run_options options = {.threads = r->threads,
                                         .first_unit = r->first_unit,
                                         .last_unit = r->last_unit,
                                         .first_cell = r->first_cell,
                                         .stop = stop};
    const detente_cell_source source = detente_cell_array(cells, r->n_cells);
    return detente_engine_play(&config, &source, &sink, &options, &made_up, &r->done, &r->error);
}

/* Shapes of runs: fewer and more encounters than a block, exact multiples, units over several jobs, kept rows. */
static const run shapes[] = {
    {.replications = 40, .encounters = 1, .n_cells = 3},
    {.replications = 30, .encounters = 256, .n_cells = 2, .quantiles = 1},
    {.replications = 3, .encounters = DETENTE_BLOCK, .n_cells = 1, .quantiles = 1},
    {.replications = 5, .encounters = DETENTE_BLOCK + 1, .n_cells = 3, .quantiles = 1},
    {.replications = 2, .encounters = 20 * DETENTE_BLOCK + 17, .n_cells = 2, .quantiles = 1},
    {.replications = 1, .encounters = 40 * DETENTE_BLOCK, .n_cells = 1},
    {.replications = 3, .encounters = 5 * DETENTE_BLOCK + 3, .n_cells = 2, .keep_encounters = UINT64_MAX},
    {.replications = 3,
     .encounters = 3 * DETENTE_BLOCK,
     .n_cells = 2,
     .keep_encounters = DETENTE_BLOCK + 9,
     .keep_turns = 7},
    {.replications = 3, .encounters = 700, .n_cells = 2, .keep_turns = UINT64_MAX, .quantiles = 1},
    {.replications = 2, .encounters = 2 * DETENTE_BLOCK, .n_cells = 5, .keep_turns = DETENTE_BLOCK + 2},
};

START_TEST(same_for_any_number_of_threads)
{
    const run shape = shapes[_i];
    witness first = {0};
    run r = shape;
    r.threads = 1;
    ck_assert_int_eq(play(&r, &first, NULL), 0);
    ck_assert_uint_eq(first.units, r.replications * r.n_cells);
    ck_assert_uint_eq(r.done.units_done, first.units);
    ck_assert_uint_eq(r.done.units_total, first.units);
    ck_assert_uint_eq(r.done.encounters_done, first.units * r.encounters);
    ck_assert_uint_eq(r.done.encounters_total, first.units * r.encounters);
    const uint64_t kept = r.keep_encounters < r.encounters ? r.keep_encounters : r.encounters;
    ck_assert_uint_eq(first.rows, first.units * kept);
    ck_assert_uint_eq(first.turn_rows > 0, r.keep_turns > 0);
    const int threads[] = {2, 3, 8};
    for (int t = 0; t < 3; t++) {
        witness other = {0};
        r = shape;
        r.threads = threads[t];
        r.uneven = 1;
        ck_assert_int_eq(play(&r, &other, NULL), 0);
        ck_assert_uint_eq(other.hash, first.hash);
    }
}
END_TEST

/* Kept rows do not change what is summed. */
START_TEST(same_moments_whatever_is_kept)
{
    run r = {.replications = 2, .encounters = 9 * DETENTE_BLOCK + 5, .n_cells = 2, .threads = 2};
    witness none = {0}, all = {0};
    ck_assert_int_eq(play(&r, &none, NULL), 0);
    r.keep_encounters = r.keep_turns = UINT64_MAX;
    ck_assert_int_eq(play(&r, &all, NULL), 0);
    ck_assert_mem_eq(none.moments, all.moments, sizeof none.moments);
}
END_TEST

/* Against sums in long double over all encounters; 1e-13 is a thousand roundings of a double. */
START_TEST(moments_are_right)
{
    run r = {.replications = 1, .encounters = 7 * DETENTE_BLOCK + 13, .n_cells = 2, .threads = 2, .quantiles = 1};
    witness w = {0};
    ck_assert_int_eq(play(&r, &w, NULL), 0);
    double turns = 0;
    for (uint32_t c = 0; c < 2; c++) {
        const made_up_cell cell = {.salt = c + 1};
        for (int m = 0; m < DETENTE_N_METRICS; m++) {
            long double sum = 0, square = 0;
            float low = FLT_MAX, high = -FLT_MAX;
            for (uint32_t e = 0; e < r.encounters; e++) {
                const float x = outcome(&cell, 0, e, m);
                sum += (long double)x;
                low = x < low ? x : low;
                high = x > high ? x : high;
            }
            const long double mean = sum / r.encounters;
            uint64_t below = 0;
            for (uint32_t e = 0; e < r.encounters; e++) {
                const float x = outcome(&cell, 0, e, m);
                square += ((long double)x - mean) * ((long double)x - mean);
                below += (double)x <= w.quantile[c][m] * (1 + 1.0 / 128);
            }
            const detente_moments *got = &w.moments[c][m];
            ck_assert_uint_eq(got->count, r.encounters);
            ck_assert_double_eq_tol(got->mean, (double)mean, 1e-13 * (1 + fabs((double)mean)));
            ck_assert_double_eq_tol(got->m2, (double)square, 1e-12 * (double)square);
            ck_assert_double_eq(got->min, (double)low);
            ck_assert_double_eq(got->max, (double)high);
            /* The histogram's own precision is 1/128 of the value: its quartile has three quarters of the values below. */
            ck_assert(w.quantile[c][m] < 0 || (double)below >= 0.75 * (double)r.encounters);
            if (m == DETENTE_METRIC_turns)
                turns += (double)sum;
        }
    }
    ck_assert_uint_eq(r.done.turns_done, (uint64_t)turns);
}
END_TEST

/* Every instruction set of this machine folds to the same bits, whatever the length of the last stripe. */
START_TEST(folds_agree)
{
    static detente_block storage, *const block = &storage;
    const made_up_cell cell = {.salt = 3};
    for (uint32_t n = 1; n <= DETENTE_BLOCK; n += n < 40 ? 1 : 31) {
        made_up_play((const void *)&cell, DETENTE_ISA_AUTO, 0, 0, n, block);
        detente_moments plain[DETENTE_N_METRICS], wide[DETENTE_N_METRICS];
        detente_fold_select(DETENTE_ISA_SCALAR)(block, plain);
        for (detente_isa isa = DETENTE_ISA_AUTO; isa <= DETENTE_ISA_V4; isa++) {
            detente_fold_select(isa)(block, wide);
            ck_assert_mem_eq(plain, wide, sizeof plain);
        }
    }
}
END_TEST

/* A column of equal values has no variance at all, not a rounding's worth. */
START_TEST(equal_values_have_no_variance)
{
    static detente_block storage, *const block = &storage;
    block->n = 777;
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        for (uint32_t i = 0; i < block->n; i++)
            block->metric[m][i] = m < 12 ? 1 : 0.1F;
    detente_moments moments[DETENTE_N_METRICS];
    detente_fold_select(DETENTE_ISA_AUTO)(block, moments);
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        ck_assert_double_eq(moments[m].m2, 0);
        ck_assert_double_eq(moments[m].mean, moments[m].min);
        ck_assert_double_eq(moments[m].mean, moments[m].max);
    }
}
END_TEST

START_TEST(part_of_the_units)
{
    run r = {.replications = 4, .encounters = 300, .n_cells = 2, .threads = 2};
    witness all = {0}, part = {0};
    ck_assert_int_eq(play(&r, &all, NULL), 0);
    r.first_unit = 3;
    r.last_unit = 6;
    ck_assert_int_eq(play(&r, &part, NULL), 0);
    ck_assert_uint_eq(part.units, 3);
    ck_assert_uint_eq(r.done.units_total, 3);
    ck_assert_mem_eq(part.moments[3], all.moments[3], 3 * sizeof all.moments[0]);
    r.first_unit = r.last_unit = 8;
    witness none = {0};
    ck_assert_int_eq(play(&r, &none, NULL), 0);
    ck_assert_uint_eq(none.units, 0);
    r.last_unit = 9;
    ck_assert_int_eq(play(&r, &none, NULL), DETENTE_E_RANGE);
    ck_assert_str_eq(r.error.text, "units 8 to 9 asked for, but there are 8");
    detente_error_clear(&r.error);
}
END_TEST

/* Of each replication the last cells only: what they give when all are played. */
START_TEST(part_of_the_cells)
{
    run r = {.replications = 4, .encounters = 300, .n_cells = 3, .threads = _i, .quantiles = 1};
    witness all = {0}, part = {0};
    ck_assert_int_eq(play(&r, &all, NULL), 0);
    r.first_cell = 1;
    r.first_unit = 2;
    r.last_unit = 10;
    ck_assert_int_eq(play(&r, &part, NULL), 0);
    ck_assert_uint_eq(part.units, 5); /* 2, 4, 5, 7, 8 */
    for (uint32_t unit = 2; unit < 8; unit += 1 + unit % 3 / 2) {
        ck_assert_mem_eq(part.moments[unit], all.moments[unit], sizeof all.moments[0]);
        ck_assert_mem_eq(part.quantile[unit], all.quantile[unit], sizeof all.quantile[0]);
    }
}
END_TEST

START_TEST(stop_hands_on_nothing_more)
{
    const int threads[] = {1, 2, 8};
    for (int t = 0; t < 3; t++) {
        int stop = 0;
        run r = {.replications = 4000, .encounters = 64, .n_cells = 2, .threads = threads[t], .uneven = 0};
        witness w = {.stop_at_unit = 21, .stop = &stop};
        ck_assert_int_eq(play(&r, &w, &stop), DETENTE_E_INTERRUPTED);
        ck_assert_uint_eq(w.units, 21);
        ck_assert_uint_eq(r.done.units_done, 21);
        ck_assert_int_eq(r.error.code, DETENTE_E_INTERRUPTED);
        ck_assert_int_eq(r.error.count, 1);
        detente_error_clear(&r.error);
    }
}
END_TEST

START_TEST(stopped_before_it_began)
{
    const int stop = 1;
    run r = {.replications = 4, .encounters = 64, .n_cells = 2, .threads = 2};
    witness w = {0};
    ck_assert_int_eq(play(&r, &w, &stop), DETENTE_E_INTERRUPTED);
    ck_assert_uint_eq(w.units, 0);
    detente_error_clear(&r.error);
}
END_TEST

START_TEST(sink_failure_ends_the_run)
{
    const int threads[] = {1, 2, 8};
    for (int t = 0; t < 3; t++) {
        run r = {.replications = 4000, .encounters = 64, .n_cells = 2, .threads = threads[t], .keep_encounters = 10};
        witness w = {.fail_at_unit = 33};
        ck_assert_int_eq(play(&r, &w, NULL), DETENTE_E_IO);
        ck_assert_uint_eq(w.units, 33);
        ck_assert_uint_eq(r.done.units_done, 32);
        ck_assert_str_eq(r.error.text, "disk full");
        ck_assert_int_eq(r.error.count, 1);
        detente_error_clear(&r.error);
        witness rows = {.fail_at_rows = 100};
        ck_assert_int_eq(play(&r, &rows, NULL), DETENTE_E_IO);
        ck_assert_uint_eq(rows.rows, 100);
        ck_assert_uint_eq(rows.units, 9);
        ck_assert_str_eq(r.error.text, "no room for rows");
        detente_error_clear(&r.error);
    }
}
END_TEST

/* With a slow sink the threads wait: what was played and not yet handed on stays within the ring, 4 threads + 1 jobs of 16 blocks. */
START_TEST(threads_wait_for_the_sink)
{
    atomic_long played = 0;
    run r = {.replications = 3000, .encounters = 8, .n_cells = 2, .threads = 3};
    witness w = {.played = &played, .delay = 20};
    ck_assert_int_eq(play(&r, &w, NULL), 0);
    ck_assert_int_le(w.most_ahead, (4 * 3 + 1) * 16);
    ck_assert_int_eq(atomic_load(&played), 6000);
}
END_TEST

static void *play_thread(void *data)
{
    run *r = data;
    witness *w = malloc(sizeof *w);
    memset(w, 0, sizeof *w);
    const int code = play(r, w, NULL);
    r->first_unit = code ? 0 : w->hash;
    free(w);
    return NULL;
}

/* Two runs of different shapes at once in one process give what each gives alone. */
START_TEST(two_runs_at_once)
{
    const run shape[2] = {
        {.replications = 60, .encounters = 500, .n_cells = 2, .threads = 2, .quantiles = 1},
        {.replications = 2, .encounters = 30000, .n_cells = 1, .threads = 3, .keep_encounters = 2000}};
    uint64_t alone[2];
    for (int i = 0; i < 2; i++) {
        witness w = {0};
        run r = shape[i];
        ck_assert_int_eq(play(&r, &w, NULL), 0);
        alone[i] = w.hash;
    }
    for (int round = 0; round < 5; round++) {
        run both[2] = {shape[0], shape[1]};
        pthread_t thread[2];
        for (int i = 0; i < 2; i++)
            ck_assert_int_eq(pthread_create(&thread[i], NULL, play_thread, &both[i]), 0);
        for (int i = 0; i < 2; i++)
            pthread_join(thread[i], NULL);
        for (int i = 0; i < 2; i++)
            ck_assert_uint_eq(both[i].first_unit, alone[i]);
    }
}
END_TEST

typedef struct watch {
    uint64_t calls, encounters;
    double seconds;
    atomic_int inside;
} watch;

static void watch_progress(void *data, const detente_progress *progress)
{
    watch *w = data;
    ck_assert_int_eq(atomic_fetch_add(&w->inside, 1), 0);
    ck_assert_uint_ge(progress->encounters_done, w->encounters);
    ck_assert_uint_le(progress->encounters_done, progress->encounters_total);
    /* "a few times a second" */
    ck_assert_double_ge(progress->seconds - w->seconds, 0.2);
    w->encounters = progress->encounters_done;
    w->seconds = progress->seconds;
    w->calls++;
    atomic_fetch_sub(&w->inside, 1);
}

static int slow_unit(void *data, const detente_unit *unit, detente_error *error)
{
    (void)data, (void)unit, (void)error;
    usleep(1000);
    return 0;
}

START_TEST(progress_is_told)
{
    static const detente_config nothing;
    detente_config config = nothing;
    config.encounters = 10;
    config.replications = 800;
    made_up_cell cell = {.salt = 1};
    detente_cell *cells[] = {(void *)&cell};
    const detente_sink sink = {NULL, NULL, slow_unit};
    watch w = {0};
    const detente_run_options options = {.threads = 2, .progress = watch_progress, .progress_data = &w};
    detente_progress done;
    const detente_cell_source source = detente_cell_array(cells, 1);
    ck_assert_int_eq(detente_engine_play(&config, &source, &sink, &options, &made_up, &done, NULL), 0);
    ck_assert_uint_ge(w.calls, 1); /* 800 units of a millisecond at least */
    ck_assert_uint_eq(done.units_done, 800);
    ck_assert_double_ge(done.seconds, w.seconds);
}
END_TEST

START_TEST(nothing_to_play_is_an_error)
{
    const run wrong[] = {{.replications = 0, .encounters = 1, .n_cells = 1},
                         {.replications = 1, .encounters = 0, .n_cells = 1},
                         {.replications = 1, .encounters = 1, .n_cells = 0},
                         {.replications = 1, .encounters = 1ULL << 32, .n_cells = 1},
                         {.replications = 1ULL << 32, .encounters = 1, .n_cells = 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        run r = wrong[i];
        witness w = {0};
        ck_assert_int_eq(play(&r, &w, NULL), DETENTE_E_RANGE);
        detente_error_clear(&r.error);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tests = tcase_create("engine");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, same_for_any_number_of_threads, 0, sizeof shapes / sizeof *shapes);
    tcase_add_test(tests, same_moments_whatever_is_kept);
    tcase_add_test(tests, moments_are_right);
    tcase_add_test(tests, folds_agree);
    tcase_add_test(tests, equal_values_have_no_variance);
    tcase_add_test(tests, part_of_the_units);
    tcase_add_loop_test(tests, part_of_the_cells, 1, 4);
    tcase_add_test(tests, stop_hands_on_nothing_more);
    tcase_add_test(tests, stopped_before_it_began);
    tcase_add_test(tests, sink_failure_ends_the_run);
    tcase_add_test(tests, threads_wait_for_the_sink);
    tcase_add_test(tests, two_runs_at_once);
    tcase_add_test(tests, progress_is_told);
    tcase_add_test(tests, nothing_to_play_is_an_error);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
