/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file parts.h
 * What a thread of the engine does with its time, told apart at the places where the engine calls what a benchmark gave it.
 *
 * Every moment of every thread, from the start of a run to its end, belongs to one part; what lies between two calls is the
 * engine's own: scheduling. The clock is the wall's, so waiting for another thread counts, and so do locks. Reading it costs some
 * 30 ns, which are measured and taken off.
 */
#ifndef DETENTE_BENCH_PARTS_H
#define DETENTE_BENCH_PARTS_H

#include <stdatomic.h>

#include "engine/schedule.h"
#include "measure.h"

enum part { PART_PLAY, PART_MAKE, PART_FOLD, PART_STORE, PART_SCHEDULE, N_PARTS };
enum { MOST_PART_THREADS = 64 };

/** A time longer than this is that of a thread that did not run: every single call takes a fraction of it, but one that stores may not. */
#define PART_PREEMPTED 2e-3

/** A thread's account, on lines of the cache of its own. */
typedef struct part_account {
    _Alignas(128) double last; /* when its last part ended */
    double seconds[N_PARTS];
    double calls[N_PARTS]; /* how often a part was entered */
    double lost;           /* seconds that were cut off */
} part_account;

static part_account part_accounts[MOST_PART_THREADS];
static atomic_int part_threads;
static atomic_int part_run; /* the number of the run: a thread met in an earlier one begins anew */
static double part_begun;   /* when the run began */
static _Thread_local part_account *part_mine;
static _Thread_local int part_known;

static inline void part_add(part_account *a, enum part part, double seconds)
{
    const int counts = seconds < PART_PREEMPTED || part == PART_STORE;
    a->calls[part]++;
    a->seconds[part] += counts ? seconds : 0;
    a->lost += counts ? 0 : seconds;
}

/** A call out of the engine begins. */
static inline void part_enter(void)
{
    const int run = atomic_load_explicit(&part_run, memory_order_relaxed);
    if (part_known != run) {
        part_known = run;
        part_mine = &part_accounts[atomic_fetch_add(&part_threads, 1)];
        *part_mine = (part_account){.last = part_begun};
    }
    const double now = measure_clock(CLOCK_MONOTONIC);
    part_add(part_mine, PART_SCHEDULE, now - part_mine->last);
    part_mine->last = now;
}

/** … and ends. */
static inline void part_leave(enum part part)
{
    const double now = measure_clock(CLOCK_MONOTONIC);
    part_add(part_mine, part, now - part_mine->last);
    part_mine->last = now;
}

static inline void parts_begin(void)
{
    atomic_store(&part_threads, 0);
    atomic_fetch_add(&part_run, 1);
    part_begun = measure_clock(CLOCK_MONOTONIC);
}

/** Seconds that reading the clock takes: the least of some tries, since the thread may be stopped in any of them. */
static inline double part_reading(void)
{
    double least = 1;
    for (int k = 0; k < 20; k++) {
        const double begun = measure_clock(CLOCK_MONOTONIC);
        double now = begun;
        for (int i = 0; i < 100; i++)
            now = measure_clock(CLOCK_MONOTONIC);
        least = (now - begun) / 100 < least ? (now - begun) / 100 : least;
    }
    return least;
}

/** Seconds of all threads by part, less what reading the clock took; the end of a thread is that of the run. @return seconds lost */
static inline double parts_end(double seconds[N_PARTS])
{
    const double end = measure_clock(CLOCK_MONOTONIC), reading = part_reading();
    double lost = 0;
    for (int p = 0; p < N_PARTS; p++)
        seconds[p] = 0;
    for (int i = 0; i < atomic_load(&part_threads); i++) {
        part_account *a = &part_accounts[i];
        part_add(a, PART_SCHEDULE, end - a->last);
        for (int p = 0; p < N_PARTS; p++)
            seconds[p] += a->seconds[p] - reading * a->calls[p];
        lost += a->lost;
    }
    return lost;
}

static void part_play(const detente_cell *cell, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                      detente_block *block)
{
    part_enter();
    detente_cell_play(cell, isa, replication, first, n, block);
    part_leave(PART_PLAY);
}

static void part_fold(const detente_block *block, detente_moments *moments)
{
    part_enter();
    detente_fold_select(DETENTE_ISA_AUTO)(block, moments);
    part_leave(PART_FOLD);
}

static void part_fold_merge(detente_moments *unit, const detente_moments *block)
{
    part_enter();
    detente_fold_merge(unit, block);
    part_leave(PART_FOLD);
}

static int part_take(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    const detente_cell_source *source = data;
    part_enter();
    const int code = source->take(source->data, cell, taken, error);
    part_leave(PART_MAKE);
    return code;
}

static void part_give_back(void *data, const detente_cell *taken)
{
    const detente_cell_source *source = data;
    part_enter();
    source->give_back(source->data, taken);
    part_leave(PART_MAKE);
}

static int part_unit(void *data, const detente_unit *unit, detente_error *error)
{
    const detente_sink *sink = data;
    part_enter();
    const int code = sink->unit(sink->data, unit, error);
    part_leave(PART_STORE);
    return code;
}

/** Play units of a sweep into a sink. @return 0 or the engine's failure */
static inline int parts_play(const detente_config *config, const detente_cell_source *cells, const detente_sink *sink,
                             const detente_run_options *options, double seconds[N_PARTS], double *lost,
                             detente_error *error)
{
    const engine_player player = {part_play, detente_cell_trace, part_fold, part_fold_merge};
    const detente_cell_source source = {cells->n_cells, (void *)(uintptr_t)cells, part_take, part_give_back};
    const detente_sink out = {(void *)(uintptr_t)sink, NULL, part_unit};
    parts_begin();
    const int code = detente_engine_play(config, &source, &out, options, &player, NULL, error);
    *lost = parts_end(seconds);
    return code;
}

#endif
