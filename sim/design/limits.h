/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file limits.h
 * How much a sweep keeps of what it has made. Whatever it is, cells are the same: only the time to make them again changes.
 */
#ifndef DETENTE_DESIGN_LIMITS_H
#define DETENTE_DESIGN_LIMITS_H

#include <detente/design.h>

/** Bytes. */
typedef struct sweep_limits {
    size_t cells;   /**< of the first points: cells and customers with their tables, until the sweep is closed */
    size_t passing; /**< the same of points beyond these that nobody uses any more */
    size_t tables;  /**< quantile tables, packed; 0: those of the last points are not at hand either */
} sweep_limits;

/** What detente_sweep_open() opens with. */
#define SWEEP_LIMITS ((sweep_limits){.cells = 32 << 20, .passing = 512 << 10, .tables = 60 << 20})

/** detente_sweep_open() within limits. */
int sweep_open_within(detente_sweep **sweep, const detente_config *config, sweep_limits limits, detente_error *error);

#endif
