/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file run.h A run of `detente run`: what was asked for, and how far it is. */
#ifndef DETENTE_CLI_RUN_H
#define DETENTE_CLI_RUN_H

#include "cli/cli.h"

typedef struct run_options {
    const char *path, *output;
    cli_settings settings;
    int threads, force, resume, extend, dry_run, progress;
    uint32_t shard, shards;
} run_options;

/** A run under way. */
typedef struct run_state {
    const run_options *options;
    cli_provenance provenance;
    detente_config config;
    detente_isa isa;
    detente_sweep *sweep;
    detente_store *store;
    uint32_t first_cell, n_cells; /**< that are played: all, but for a shard of cells */
    detente_ranks *ranks;
    detente_progress done;   /**< by this process; once all is played, by all ranks */
    uint32_t cells, precise; /**< cells, and how many stopped at a precision (or failed) */
    uint64_t old;            /**< which file the output was before; 0: none */
} run_state;

/** The cells that are played, numbered among themselves. */
detente_cell_source cli_run_cells(run_state *run);
/** Play what the store does not have yet, round by round, by all ranks. @return 0 or a failure, the same for all */
int cli_run_play(run_state *run, detente_error *error);

#endif
