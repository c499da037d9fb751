/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file schedule.h
 * Blocks played by many threads, results handed on in order.
 *
 * The encounters of a run form one line of blocks: unit by unit, and within a unit DETENTE_BLOCK encounters each (the last
 * one fewer). A job is a few consecutive blocks. Threads take jobs in order and finish them in any order; a ring of slots
 * holds those under way. Whoever completes the lowest unfinished job hands it on, and after it every finished one that
 * follows, while the others play on. A thread that would run ahead of the ring waits, so memory does not grow with the run.
 *
 * What a block gives depends on the block alone and merging follows the line of blocks, so no number of threads, slots or
 * blocks a job changes a bit.
 */
#ifndef DETENTE_ENGINE_SCHEDULE_H
#define DETENTE_ENGINE_SCHEDULE_H

#include <pthread.h>

#include <detente/engine.h>

#include "engine/fold.h"

/** What the engine calls for the work itself: the model's kernel and its own sums, or what a test or a benchmark puts there. */
typedef struct engine_player {
    void (*play)(const detente_cell *cell, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                 detente_block *block);
    uint32_t (*trace)(const detente_cell *cell, uint32_t replication, uint32_t encounter, detente_turn *turns,
                      detente_block *block);
    detente_fold *fold;               /**< NULL: of the widest vectors */
    detente_fold_merging *fold_merge; /**< NULL: detente_fold_merge() */
} engine_player;

/** Where a block of the line lies. */
typedef struct block_place {
    uint64_t number; /* of its unit, among those of cells that are played */
    uint64_t unit;
    uint32_t cell, replication, first, n;
    int last; /* the unit's last block */
} block_place;

/** Kept rows of one block. Storage stays with the slot. */
typedef struct job_rows {
    detente_block *block; /* NULL until some row is kept here */
    detente_turn *turns;
    uint32_t *turn_encounter;
    size_t n_turns, room;
    int kept; /* this time */
} job_rows;

typedef struct job {
    uint64_t first_block;
    uint32_t n_blocks;
    int done;
    detente_moments *moments;     /* blocks_per_job x DETENTE_N_METRICS */
    detente_histogram *histogram; /* units_per_job x DETENTE_N_METRICS, or NULL */
    job_rows *rows;               /* blocks_per_job, or NULL when nothing is kept */
    char **failure;               /* blocks_per_job: owned words of why a block could not be played, or NULL */
} job;

/** Shape of a run, and its state. The first part does not change while threads play. */
typedef struct schedule {
    const detente_config *config;
    const detente_cell_source *cells;
    uint32_t n_cells, blocks_per_unit, blocks_per_job, units_per_job, n_slots;
    uint64_t first_number, n_blocks, n_jobs;
    int quantiles, keeps;
    const detente_sink *sink;
    const engine_player *player;
    detente_run_options options;
    detente_fold *fold;
    detente_fold_merging *fold_merge;
    job *slot;

    pthread_mutex_t lock; /* guards the next five and every slot's done */
    pthread_cond_t freed;
    uint64_t next_job, handed_on;
    int handing_on; /* a thread is at it */
    int code;       /* first failure, or DETENTE_E_INTERRUPTED */

    /* Only the thread that hands on touches these. */
    detente_moments unit_moments[DETENTE_N_METRICS];
    detente_histogram unit_histogram[DETENTE_N_METRICS];
    char *unit_failure; /* owned: the first of its blocks */
    detente_progress progress;
    double begun, reported;
    detente_error *error;
} schedule;

/** What a thread needs for itself. */
typedef struct workspace {
    detente_block *block;     /* outcomes that nobody keeps, or a trace's */
    const detente_cell *cell; /* taken from the source, or NULL */
    uint32_t cell_number;
    detente_error error; /* the source's words */
} workspace;

/** Lay out a run; @p threads is a hint on which no result depends. @return 0, DETENTE_E_RANGE or DETENTE_E_MEMORY */
int detente_schedule_init(schedule *s, const detente_config *config, const detente_cell_source *cells,
                          const detente_sink *sink, const engine_player *player, const detente_run_options *options,
                          int threads, detente_error *error);
void detente_schedule_clear(schedule *s);
/** Play jobs until there are none, from as many threads at once as the caller likes. */
void detente_schedule_work(schedule *s);

/** The thread's part: play a job. @return 0, DETENTE_E_MEMORY, DETENTE_E_INTERRUPTED or what the source of cells returned */
int detente_job_play(const schedule *s, job *j, workspace *space);
/** Hand a finished job to the sink. @return 0, DETENTE_E_MEMORY, DETENTE_E_INTERRUPTED or the sink's failure */
int detente_job_hand_on(schedule *s, job *j);
block_place detente_block_place(const schedule *s, uint64_t block);

/** Whether somebody, perhaps a signal handler, asked the run to stop. */
static inline int detente_schedule_stopped(const schedule *s)
{
    return s->options.stop && __atomic_load_n(s->options.stop, __ATOMIC_RELAXED);
}

/** detente_engine_run() with a kernel of the caller's choice. */
int detente_engine_play(const detente_config *config, const detente_cell_source *cells, const detente_sink *sink,
                        const detente_run_options *options, const engine_player *player, detente_progress *done,
                        detente_error *error);

#endif
