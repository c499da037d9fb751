/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file trial.h
 * A little of a run stored in memory: its rows and replications go the way that a run's go until a shard is written, and nothing
 * reaches a disk. What that takes, and how many bytes come of it, tells what a run will take.
 */
#ifndef DETENTE_STORE_TRIAL_H
#define DETENTE_STORE_TRIAL_H

#include <detente/store.h>

#include "store/schema.h"

typedef struct store_trial store_trial;

/** What came of a trial. */
typedef struct store_trial_found {
    uint64_t rows[STORE_N_TABLES];   /**< rows that were kept */
    uint64_t packed[STORE_N_TABLES]; /**< bytes of them, deflated */
} store_trial_found;

/** @p config is that of the run; cells are numbered from 0 to @p cells - 1. @return 0 or DETENTE_E_MEMORY */
int store_trial_create(store_trial **trial, const detente_config *config, uint32_t cells, detente_error *error);
/** For detente_engine_run(), from unit 0 on. */
detente_sink store_trial_sink(store_trial *trial);
/** All came: deflate what is left. Once. @return 0 or DETENTE_E_MEMORY */
int store_trial_end(store_trial *trial, store_trial_found *found, detente_error *error);
/** List the bins of the histograms, as for a shard. @param[out] n how many there are @return 0 or DETENTE_E_MEMORY */
int store_trial_bins(const store_trial *trial, uint64_t *n, detente_error *error);
/** Release. NULL is allowed. */
void store_trial_free(store_trial *trial);

/** What a run, or a shard of one, stores. */
typedef struct store_plan {
    double cells, units;           /**< that are played */
    double seconds;                /**< until they are */
    double rows[STORE_N_TABLES];   /**< of a unit */
    double packed[STORE_N_TABLES]; /**< bytes of them, deflated */
} store_plan;

/** What comes of it. */
typedef struct store_sizes {
    double shards; /**< shards that are written on the way */
    double bins;   /**< counts of histograms in all of them */
    double parts;  /**< bytes of them */
    double output; /**< bytes of a results file */
} store_sizes;

void store_plan_sizes(const store_plan *plan, const detente_config *config, store_sizes *sizes);
/** Units that shard @p shard of @p shards (0: the whole run) of a run with so many cells has. */
uint64_t store_plan_units(const detente_config *config, uint64_t cells, uint32_t shard, uint32_t shards);

#endif
