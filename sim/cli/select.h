/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file select.h A call of `detente select`: what was asked for, and what came of it. */
#ifndef DETENTE_CLI_SELECT_H
#define DETENTE_CLI_SELECT_H

#include "cli/candidates.h"
#include "report/grid.h"

typedef struct select_request {
    const char *path, *output;
    cli_settings settings;
    detente_setting *where; /**< n_where of them: paths of the design and their values */
    int n_where;
    int metric, ways; /**< ways: 1 --max, 2 --min */
    int by_cell, format, threads, progress, force;
    uint64_t budget;          /**< encounters; 0: none */
    detente_select_rule rule; /**< but for its budget */
} select_request;

/** A selection under way. */
typedef struct selection_run {
    const select_request *asked;
    cli_provenance provenance;
    detente_results *results;     /**< NULL: a config was given */
    detente_config own;           /**< that config */
    const detente_config *config; /**< of either */
    detente_sweep *sweep;
    detente_restriction *where; /**< room for those asked for */
    detente_isa isa;
    detente_select_rule rule; /**< as it was used */
    candidates people;
    detente_selection selection;
} selection_run;

/** The answer, and in notes what is promised. @return 0 or a failure */
int select_answer(const selection_run *run, grid *g, detente_error *error);
/**
 * Write what was looked at: the replications that each candidate needed, of all metrics, with the rows that the config keeps.
 * They are played for it, once more where they were played already. @return 0 or a failure, after which nothing is left
 */
int select_write(selection_run *run, detente_error *error);

#endif
