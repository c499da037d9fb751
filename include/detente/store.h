/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file store.h
 * Results files: HDF5, netCDF-4 compatible, written by way of shards so that a run can be killed at any moment.
 *
 * While a run goes on its work lies in OUT.h5.parts/: shard files, each whole once it has its name. At the end they are merged
 * into OUT.h5.parts/merged.tmp, which is synced and renamed to OUT.h5; only then is the folder removed.
 *
 * Variables have the names of metrics, but one: HDF5 has room for one `turns` in the root group, and that is the group of
 * rows; the replication means of metric `turns` are the variable `turns_taken`.
 */
#ifndef DETENTE_STORE_H
#define DETENTE_STORE_H

#include <detente/engine.h>

/** Output of a run that is being written. One thread at a time may use it. */
typedef struct detente_store detente_store;

/** What is written to group `provenance`; any pointer may be NULL. */
typedef struct detente_provenance {
    const char *git_revision;   /**< what the program was built from */
    const char *command;        /**< the command line */
    const char *host;           /**< name of the machine */
    const char *compiler;       /**< name and version */
    const char *flags;          /**< of the compiler */
    const char *isa;            /**< kernel that played */
    const char *started;        /**< ISO 8601, UTC */
    const char *finished;       /**< ISO 8601, UTC */
    int threads;                /**< that played, of all ranks */
    int ranks;                  /**< processes that played */
    uint64_t encounters;        /**< played */
    uint64_t turns;             /**< played */
    double cpu_seconds;         /**< of all threads of all ranks */
    double wall_seconds;        /**< by the clock */
} detente_provenance;

/** How to write; all zero is the default. */
typedef struct detente_store_options {
    int force;              /**< replace an existing OUT.h5 (only when the new one is whole) and discard its parts; a file that
                                 does not begin as HDF5 does, and is not empty, is never replaced */
    int resume;             /**< go on from the parts of a run that was ended; nothing to do where OUT.h5 is whole */
    int extend;             /**< as resume, but there may be more replications, or points of the design, than there were */
    uint32_t shard;         /**< write the file of this shard of a run, from 1 */
    uint32_t shards;        /**< … of so many; 0: a results file */
    int threads;            /**< threads that may deflate */
    const volatile int *stop; /**< becomes nonzero: give up merging, return DETENTE_E_INTERRUPTED; may be NULL */
    uint64_t shard_bytes;   /**< 0: default; about how much a shard holds */
    int rank;               /**< of the `ranks` processes that write this output together. Rank 0 comes first: it looks at what
                                 is there and holds the lock; the others join when its store has been created, and finish
                                 before it does. None may take a unit before all have opened */
    int ranks;              /**< 0: one process */
    int uneven;             /**< cells may have fewer replications than the config asks for, down to none, because a selection
                                 needed no more of them: they are complete, and the file cannot be gone on from */
} detente_store_options;

/**
 * Begin a run's output at @p path, or go on with it; @p config must outlive the store. Then, as long as detente_store_next() gives units, hand them to the sink,
 * and finish. The lock is a flock on OUT.h5.parts/lock and dies with its process.
 * @param[out] store  release with detente_store_free(); NULL after a failure
 * @return 0; DETENTE_E_EXISTS when the file or unfinished work of it is there and may not be replaced; DETENTE_E_BUSY when
 *         another run writes it; DETENTE_E_INPUT when what is there to go on from is damaged or of another run (the message
 *         names the paths that differ); DETENTE_E_IO (a folder, a device, what the system refuses); DETENTE_E_CONFIG when the resolved config is too large to be
 *         read back from the file; DETENTE_E_MEMORY
 */
int detente_store_create(detente_store **store, const char *path, const detente_config *config,
                         const detente_store_options *options, detente_error *error);
/**
 * The cells that it takes: all of the run's, but for a shard of a run with config.until, which has some cells and all their
 * replications (a cell's next replication depends on its earlier ones). Cells and units that it is fed are numbered among
 * these: unit u is replication u / n of cell first + u % n.
 */
void detente_store_cells(const detente_store *store, uint32_t *first, uint32_t *n);
/** 1 when OUT.h5 was there and whole: there is nothing to do but detente_store_free(). */
int detente_store_is_finished(const detente_store *store);
/**
 * The next units to play, [*first, *last), below unit @p end: consecutive ones that are not there yet. All of those that came
 * before were fed.
 * @return 1; 0 when there are no more below @p end; DETENTE_E_IO, DETENTE_E_MEMORY
 */
int detente_store_next(detente_store *store, uint64_t end, uint64_t *first, uint64_t *last, detente_error *error);
/**
 * As detente_store_next(), but as many as can be played at a time: where points are added to a file, of many replications the
 * cells that are new. @param[out] units  first_unit, last_unit and first_cell are set, as detente_engine_run() takes them
 */
int detente_store_next_units(detente_store *store, uint64_t end, detente_run_options *units, detente_error *error);
/** Units that are still to be played. */
uint64_t detente_store_left(const detente_store *store);
/** One past the last of the next @p n units that are still to be played: an `end` for detente_store_next(). */
uint64_t detente_store_reach(const detente_store *store, uint64_t n);
/** Units below @p end that are still to be played. */
uint64_t detente_store_left_before(const detente_store *store, uint64_t end);
/** The units below @p end that are still to be played are another rank's. */
void detente_store_pass(detente_store *store, uint64_t end);
/** Put what is finished and only in memory into the parts folder, as far as that can be done; only detente_store_free() may follow. */
void detente_store_keep(detente_store *store);
/**
 * Tell @p take the units of [first, last) that were there when the store was opened, in order: encounters (0: the cell had
 * enough) and the mean of @p metric. To be asked before any unit from @p first on is fed.
 * @return 0, DETENTE_E_INPUT, DETENTE_E_MEMORY
 */
int detente_store_means(detente_store *store, int metric, uint64_t first, uint64_t last,
                        void (*take)(void *data, uint64_t unit, uint64_t encounters, double mean), void *data,
                        detente_error *error);
/** The sink to hand to detente_engine_run(). */
detente_sink detente_store_sink(detente_store *store);
/**
 * Write what is pending, merge, sync, rename to OUT.h5, remove the parts; of any but rank 0, only write what is pending.
 * Once per store; only detente_store_free() may follow.
 * @return 0; DETENTE_E_RANGE when a unit is unfinished; DETENTE_E_INPUT when shards (or another rank's units) are missing or do not fit together;
 *         DETENTE_E_EXISTS, DETENTE_E_IO, DETENTE_E_MEMORY. After a failure the shards stay in the parts folder
 */
int detente_store_finish(detente_store *store, const detente_provenance *provenance, detente_error *error);
/** Remove what there is in the parts folder; only detente_store_free() may follow. */
void detente_store_discard(detente_store *store);
/**
 * Units of the finished shards that lie in the parts folder of the output @p path, of whatever run; 0 when there are none, or
 * when the folder cannot be read.
 */
uint64_t detente_store_kept(const char *path);
/** Release; unfinished parts that hold finished work stay on disk, an empty parts folder is removed. NULL is allowed. */
void detente_store_free(detente_store *store);

/** How to merge; all zero is the default. */
typedef struct detente_merge_options {
    int partial;            /**< take what there is, folders of unfinished work too */
    int force;              /**< replace an existing OUT.h5, as in detente_store_options */
    int threads;            /**< threads that may deflate */
    const volatile int *stop; /**< as in detente_store_options */
} detente_merge_options;

/** What was merged. */
typedef struct detente_merged {
    size_t files;           /**< shard files read */
    uint64_t units;         /**< replications of cells that were there */
    uint64_t units_planned; /**< that the config asks for */
    uint64_t encounters;    /**< played in all */
} detente_merged;

/**
 * Make one results file of the @p n shard files @p source, in any order: the bytes of one run, but for group provenance. They
 * stay where they are; memory does not grow with their size.
 * @param[out] merged  may be NULL
 * @return 0; DETENTE_E_INPUT when a shard is missing, there twice, damaged or of another run; else as detente_store_create()
 */
int detente_store_merge(const char *path, const char *const *source, size_t n, const detente_merge_options *options,
                        const detente_provenance *provenance, detente_merged *merged, detente_error *error);

/** A results file opened for reading. */
typedef struct detente_results detente_results;

/** Open a results file. @return 0, DETENTE_E_INPUT (not there, or not a results file), DETENTE_E_MEMORY, DETENTE_E_CONFIG */
int detente_results_open(detente_results **results, const char *path, detente_error *error);
/** Close and release. NULL is allowed. */
void detente_results_close(detente_results *results);
/** The run's config, read back from the file. Owned by @p results. */
const detente_config *detente_results_config(const detente_results *results);
/** The model version (detente_model_version()) of the program that wrote it; 0 when the file does not say. */
int detente_results_model_version(const detente_results *results);
/** Number of cells. */
uint32_t detente_results_cells(const detente_results *results);
/** Length of the dimension `replication`: the most that a cell has, or was to have. */
uint32_t detente_results_replications(const detente_results *results);
/** Replications of a cell that were run; 0 out of range. */
uint32_t detente_results_replications_run(const detente_results *results, uint32_t cell);
/** 1 when a cell failed: its parameters do not go together or gave what is no number; else 0. */
int detente_results_failed(const detente_results *results, uint32_t cell);
/** Name of a cell's strategy; NULL out of range. Owned by @p results. */
const char *detente_results_strategy(const detente_results *results, uint32_t cell);
/** Replication means of a metric: @p values has room for cells × replications, row by row; NAN where not run. */
int detente_results_metric(const detente_results *results, int metric, double *values, detente_error *error);
/** Replication means [first, first+n) of a cell, of one metric: @p values has room for n; NAN where not run. */
int detente_results_means(const detente_results *results, int metric, uint32_t cell, uint32_t first, uint32_t n,
                          double *values, detente_error *error);
/** Replication means of cells [cell, cell+n), of one metric: @p values has room for n × replications, row by row. */
int detente_results_block(const detente_results *results, int metric, uint32_t cell, uint32_t n, double *values,
                          detente_error *error);

/** Columns of group `summary`. */
enum detente_statistic { DETENTE_STAT_MEAN, DETENTE_STAT_SE, DETENTE_STAT_CI_LOW, DETENTE_STAT_CI_HIGH, DETENTE_STAT_SD,
                         DETENTE_STAT_MIN, DETENTE_STAT_MAX, DETENTE_STAT_Q05, DETENTE_STAT_Q25, DETENTE_STAT_Q50,
                         DETENTE_STAT_Q75, DETENTE_STAT_Q95, DETENTE_STAT_COUNT, DETENTE_N_STATISTICS };
/** Summary of a metric: @p values has room for cells × DETENTE_N_STATISTICS. */
int detente_results_summary(const detente_results *results, int metric, double *values, detente_error *error);
/** Name of a statistic as in the file ("mean", …, "q05", …, "count"). */
const char *detente_statistic_name(int statistic);

/**
 * Cells that failed, because their parameters do not go together or gave what is no number.
 * @param[out] n      how many @param[out] first  words of the first of them; NULL when there is none; free() it
 * @return 0, DETENTE_E_INPUT, DETENTE_E_MEMORY
 */
int detente_results_failures(const detente_results *results, uint32_t *n, char **first, detente_error *error);

/**
 * What group `provenance` says of how the file was made; what it does not say is NULL or 0.
 * @param[out] provenance  its strings are owned by @p results, until the next call of this function
 * @return 0 or DETENTE_E_MEMORY
 */
int detente_results_provenance(detente_results *results, detente_provenance *provenance, detente_error *error);

/** Number of rows of group `encounters` or `turns` (0 when the group is not there). */
uint64_t detente_results_rows(const detente_results *results, int turns);
/** Number of columns of that group, in file order. */
int detente_results_columns(const detente_results *results, int turns);
/** Name of column @p c of that group; NULL out of range. Owned by @p results. */
const char *detente_results_column(const detente_results *results, int turns, int c);
/** Rows [first, first+n) of column @p c as doubles (exact for every stored type). */
int detente_results_read(const detente_results *results, int turns, int c, uint64_t first, uint64_t n, double *values,
                         detente_error *error);
/** First row of (cell, replication) and number of its rows. @return 0, DETENTE_E_RANGE when none are stored. */
int detente_results_find(const detente_results *results, int turns, uint32_t cell, uint32_t replication, uint64_t *first,
                         uint64_t *n, detente_error *error);

#endif
