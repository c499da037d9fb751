/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file candidates.h
 * What `detente select` selects from: strategies, each over the same points of the design, or single cells; and their
 * replications, from a results file as far as it has them, and played.
 *
 * A candidate's replication is the average over its cells in that replication, as it is where cells of a file are pooled.
 * Points at which a cell fails are left out for all strategies, so that all are compared under the same conditions.
 */
#ifndef DETENTE_CLI_CANDIDATES_H
#define DETENTE_CLI_CANDIDATES_H

#include "analysis/pool.h"
#include "cli/cli.h"

typedef struct candidates {
    /* Set by the caller. */
    const detente_config *config;
    detente_sweep *sweep;
    const detente_results *results; /**< replications that are there already; NULL: none */
    const char *path;               /**< of the results or the config, for messages */
    const detente_restriction *where;
    int n_where;
    int by_cell; /**< each cell is one */
    int metric, threads;
    detente_isa isa;
    int ahead; /**< play some replications ahead of those asked for, where one is less than threads are worth */
    cli_progress *progress;

    uint32_t n, each;    /**< candidates, and cells of each */
    uint32_t *cell;      /**< owned, n x each, row by row: their cells in the order of points */
    uint8_t *failed;     /**< owned, by cell of the config: it fails, so that its point (its candidate) is left out */
    uint32_t n_failed;   /**< how many do */
    uint32_t new_failed; /**< … that were found since candidates_gather() */
    char *why;           /**< owned: what the first of them says, NULL */
    pool_means known;    /**< of the file */
    double **value;      /**< owned, n of them: replications that are there */
    uint64_t *there, *room;   /**< owned: how many, by candidate */
    uint64_t encounters_done; /**< played */
    double begun, shown;      /**< seconds: the clock at the beginning, and when progress was last shown */
} candidates;

/**
 * Find the candidates that do not fail, and what the results file has of them; what was played before is forgotten.
 * @return 0, DETENTE_E_USAGE when there are not two of them, or too many; DETENTE_E_INPUT, DETENTE_E_MEMORY
 */
int candidates_gather(candidates *c, detente_error *error);
void candidates_clear(candidates *c);
/** For a detente_select_source: `data` is the candidates. A cell that fails is noted, and DETENTE_E_CONFIG: gather again. */
int candidates_play(void *data, const uint64_t *wanted, detente_error *error);
double candidates_value(void *data, uint32_t candidate, uint64_t replication);
/** Encounters that the results file has of the first so many replications of each candidate. */
uint64_t candidates_known(const candidates *c, const uint64_t *replications);

#endif
