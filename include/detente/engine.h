/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file engine.h
 * Playing a whole run: units = (cell, replication), spread over threads, handed on in a fixed order.
 *
 * The engine knows nothing of files: finished units go to a sink, one at a time, in the order of their numbers, whatever
 * the number of threads. Unit u is replication u / n_cells of cell u % n_cells, so that a run stopped half-way is balanced.
 */
#ifndef DETENTE_ENGINE_H
#define DETENTE_ENGINE_H

#include <stdint.h>

#include <detente/config.h>
#include <detente/model.h>
#include <detente/stats.h>

/** Rows of kept encounters (or turns) of consecutive encounters of one unit. */
typedef struct detente_rows {
    const detente_block *block;         /**< outcomes; encounter i of the unit is at i - first */
    uint32_t first;                     /**< number of the block's first encounter */
    uint32_t kept_encounters;           /**< the first so many of the block belong to group encounters */
    const detente_turn *turns;          /**< rows of group turns, n_turns of them; NULL when there are none */
    const uint32_t *turn_encounter;     /**< encounter of each of them */
    size_t n_turns;                     /**< 0 when there are none */
} detente_rows;

/** A finished unit. What it points to is valid during the call only. */
typedef struct detente_unit {
    uint64_t unit;                      /**< its number: replication * n_cells + cell */
    uint32_t cell;                      /**< from 0 */
    uint32_t replication;               /**< from 0 */
    const detente_moments *moments;     /**< DETENTE_N_METRICS, over the unit's encounters */
    const detente_histogram *histogram; /**< DETENTE_N_METRICS (flags too), or NULL when quantiles are not wanted */
    const char *failure;                /**< NULL, or why the cell could not be played: then there are no moments */
} detente_unit;

/**
 * Where results go. Calls come from one thread at a time (not always the same one), in order: rows of a unit (in encounter
 * order, only blocks of which something is kept), then the unit. A failure ends the run; the sink is not called again. Either
 * function may be NULL.
 */
typedef struct detente_sink {
    void *data;     /**< handed to both functions */
    /** Take kept rows. @return 0, or a failure that ends the run */
    int (*rows)(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error);
    /** Take a finished unit. @return 0, or a failure that ends the run */
    int (*unit)(void *data, const detente_unit *unit, detente_error *error);
} detente_sink;

/** How far a run has come; all counts are of this call's units, handed on to the sink. */
typedef struct detente_progress {
    uint64_t units_done;                /**< units handed on */
    uint64_t units_total;               /**< units asked for */
    uint64_t units_failed;              /**< of those done, units of cells whose parameters broke */
    uint64_t encounters_done;           /**< encounters of the units done */
    uint64_t encounters_total;          /**< encounters of the units asked for */
    uint64_t turns_done;                /**< turns of the encounters done */
    double seconds;                     /**< wall clock since the run began */
} detente_progress;

/** How to play a run; all zero is the default. */
typedef struct detente_run_options {
    int threads;                        /**< 0: as many as this process may use */
    detente_isa isa;                    /**< kernel; must be available */
    uint64_t first_unit;                /**< units before it are taken as done */
    uint64_t last_unit;                 /**< one past the last; 0: all */
    uint32_t first_cell;                /**< of each replication, cells before it are taken as done, and not handed on */
    const uint8_t *skip;                /**< by cell, not 0: do not play it, its units are handed on empty (moments with count
                                             0, no histogram, no rows); NULL: play all. Not to be changed during the run */
    void (*progress)(void *data, const detente_progress *progress);  /**< called at most four times a second, from one thread
                                                                          at a time; may be NULL */
    void *progress_data;                /**< handed to progress() */
    const volatile int *stop;           /**< becomes nonzero (from a signal handler or another thread): finish nothing more,
                                             return DETENTE_E_INTERRUPTED; may be NULL */
} detente_run_options;

/**
 * Play units [first_unit, last_unit) of the cells of @p cells (replications and encounters from @p config) into @p sink.
 *
 * No result depends on the number of threads. Memory does not grow with encounters or replications: at most 4 threads + 1 jobs
 * of some thousand encounters are under way at once, each with the cell it has taken, and threads wait while the sink is busy.
 *
 * A cell whose parameters do not go together, or that gives what is no number, fails: its units say why, the others go on.
 *
 * @param      options  NULL: defaults
 * @param[out] done     totals, also after a failure; may be NULL
 * @return 0, DETENTE_E_RANGE (no cells, or units that are not there), DETENTE_E_INTERRUPTED, DETENTE_E_MEMORY, or what the
 *         sink or the source of cells returned
 *
 * Thread safety: reentrant. Two runs at once in one process do not meet.
 */
int detente_engine_run(const detente_config *config, const detente_cell_source *cells, const detente_sink *sink,
                       const detente_run_options *options, detente_progress *done, detente_error *error);

/**
 * Which replications to run next, and for which cells no more (config.until). Cells are looked at after rounds: `least`
 * replications, then a quarter of that more each time. What is decided depends on the replication means of the round alone, so
 * it is the same whoever played them. Without a stopping rule there is one round with all replications.
 *
 *     while (detente_stopping_next(stopping, &first, &last)) {
 *         play replications [first, last) of all cells, skipping detente_stopping_skip(); take() their means
 *     }
 */
typedef struct detente_stopping detente_stopping;

/** @param[out] stopping release with detente_stopping_free() @return 0 or DETENTE_E_MEMORY */
int detente_stopping_create(detente_stopping **stopping, const detente_config *config, uint32_t n_cells,
                            detente_error *error);
/** Release. NULL is allowed. */
void detente_stopping_free(detente_stopping *stopping);
/** End a round and give the next: replications [first, last). @return 1, or 0 when every cell has enough. */
int detente_stopping_next(detente_stopping *stopping, uint32_t *first, uint32_t *last);
/** The mean, over the @p encounters of a replication of the round, of metric config.until.metric; 0 encounters: not played. */
void detente_stopping_take(detente_stopping *stopping, uint32_t cell, uint32_t replication, uint64_t encounters,
                           double mean);
/** Cells that have enough. */
uint32_t detente_stopping_stopped(const detente_stopping *stopping);
/**
 * Replications, of all cells, that are still needed from the round on that was given last: under a rule, after the first round,
 * as many as the intervals' widths let expect, since they fall with the root of the number; else the most there may be.
 */
double detente_stopping_needed(const detente_stopping *stopping);
/** By cell, 1: it has enough. For detente_run_options.skip; NULL without a stopping rule. Changed by the next round. */
const uint8_t *detente_stopping_skip(const detente_stopping *stopping);

/**
 * Whether a cell has enough replications: the half-width of the interval at until->confidence on the mean is at most
 * until->halfwidth, or g/(1+g) of the mean where that is g per cent (Law & Kelton 1982). The interval is Student's over
 * replication means; for a metric that is 0 or 1 the wider of it and Wilson's over all encounters, since replications that
 * are all 0 have no width.
 * @param means over the replication means of until->metric, in order @param encounters of all replications
 */
int detente_until_met(const detente_until *until, const detente_moments *means, uint64_t encounters);

/**
 * The processes that play one run together (`make MPI=1`, `mpirun -np N`); in a program built without MPI, or started without
 * a launcher, there is one. Where all are to call a function, say all: it waits for the others.
 */
typedef struct detente_ranks detente_ranks;

/** Work on a line of units that are shared dynamically: who is free takes the next ones. */
typedef struct detente_share {
    uint64_t n;     /**< units on the line; the same for all */
    uint64_t least; /**< units that are worth handing out; at least 1 */
    /**
     * Play units [first, first + n) of the line; within a rank `first` grows. Called by a thread of its own. The last call
     * has n = 0, also after a failure: put what is done where it is safe.
     * @param stop as in detente_run_options: nonzero when any rank is to stop @return 0, or a failure that ends all ranks
     */
    int (*play)(void *data, uint64_t first, uint64_t n, const volatile int *stop, detente_error *error);
    /** On rank 0, at most four times a second: encounters, turns and seconds of all ranks; may be NULL */
    void (*progress)(void *data, const detente_progress *progress);
    void *data;     /**< handed to both */
} detente_share;

/**
 * Find the other processes. Once in a process, as MPI wants it.
 * @param[out] ranks  release with detente_ranks_end()
 * @param      caught  becomes the number of a signal by which this process is told to stop: then all are; may be NULL
 * @return 0, DETENTE_E_CONFIG, DETENTE_E_MEMORY
 */
int detente_ranks_begin(detente_ranks **ranks, const volatile int *caught, detente_error *error);
/** By all: the end. When a process is lost, it ends the others at once. NULL is allowed. */
void detente_ranks_end(detente_ranks *ranks);
/** This process, from 0. */
int detente_ranks_rank(const detente_ranks *ranks);
/** How many there are. */
int detente_ranks_number(const detente_ranks *ranks);
/** Whether one of them was lost: calls for all do nothing then. */
int detente_ranks_lost(const detente_ranks *ranks);
/**
 * By all: take the failure of any of them for everybody's, the first rank's that was not just interrupted.
 * @param code of this process @param error gets the words @return the code of all
 */
int detente_ranks_agree(detente_ranks *ranks, int code, detente_error *error);
/** By all: the sum over all, in the order of ranks, in place of each value. @return 0 or DETENTE_E_MEMORY */
int detente_ranks_sum(detente_ranks *ranks, double *value, int n);
/**
 * By all: play. @return what detente_ranks_agree() makes of the codes; DETENTE_E_INTERRUPTED also when a rank was lost after
 * this one had been told to stop
 */
int detente_ranks_play(detente_ranks *ranks, const detente_share *share, detente_error *error);
/** From the thread that plays: what this rank has done in all. */
void detente_ranks_tell(detente_ranks *ranks, const detente_progress *done);
/** On rank 0, while nothing is played: encounters and turns that all have done, as far as they have said. */
detente_progress detente_ranks_done(const detente_ranks *ranks);
/** The signal by which any of them was told to stop; 0: none. */
int detente_ranks_signal(const detente_ranks *ranks);
/** By all: exchange the replication means of the round, of which each has taken those that it played. */
void detente_ranks_means(detente_ranks *ranks, detente_stopping *stopping);

/** CPUs this process may use: the least of affinity, cgroup quota (rounded up) and OMP_NUM_THREADS. At least 1. */
int detente_engine_threads(void);

#endif
