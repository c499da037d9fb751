/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file work.h What a run is made of, measured by playing and storing a little of it. */
#ifndef DETENTE_CLI_WORK_H
#define DETENTE_CLI_WORK_H

#include "cli/cli.h"
#include "store/schema.h"

/** Processor seconds and bytes, each with all that belongs to it but what is written and read at the end. */
typedef struct work_costs {
    double turns;        /**< of an encounter */
    double point, again; /**< seconds to make the cells of a point, and to make them again, its tables at hand */
    double kept, tables; /**< as detente_sweep_kept() has them */
    double unit; /**< seconds of a replication: played, folded, its rows deflated, put where a shard is filled */
    double bin;  /**< seconds to list a count of a histogram */
    double rows[STORE_N_TABLES];   /**< that are kept of a replication */
    double packed[STORE_N_TABLES]; /**< bytes of them, deflated */
    uint32_t tried, failed;        /**< points */
    uint64_t first_failed;         /**< the first of them */
    char *why;                     /**< owned: its failure; NULL when none failed */
} work_costs;

/**
 * Measure, in about 0.3 s. Release with work_costs_clear(), after a failure too.
 * @return 0, also when points fail; DETENTE_E_INPUT (a file of points), DETENTE_E_MEMORY
 */
int work_measure(work_costs *costs, const detente_config *config, detente_sweep *sweep, detente_isa isa,
                 detente_error *error);
void work_costs_clear(work_costs *costs);

#endif
