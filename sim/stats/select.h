/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file select.h A selection under way: what Kim & Nelson's procedure and OCBA share. */
#ifndef DETENTE_STATS_SELECT_H
#define DETENTE_STATS_SELECT_H

#include <detente/select.h>
#include <detente/stats.h>

/** The larger is the better: observations are turned round where the smallest is. */
typedef struct select_race {
    const detente_select_rule *rule;
    const detente_select_source *source;
    detente_selection *result; /**< its replications are those wanted */
    detente_moments *moments;  /**< by system */
    double *sum;               /**< by system: equal observations have equal sums, whatever came before */
} select_race;

/** Of what was taken of a system. */
static inline double select_mean(const select_race *race, uint32_t system)
{
    return race->sum[system] / (double)race->moments[system].count;
}

/** Want so many replications of a system in all. @return 0 or DETENTE_E_RANGE */
int select_want(select_race *race, uint32_t system, uint64_t replications, detente_error *error);
/** Take what is wanted and was not there. @return 0, DETENTE_E_RANGE, or what play() returned */
int select_play(select_race *race, detente_error *error);
/** Spend the budget, the first stage of which is there. @return 0, DETENTE_E_MEMORY, or as select_play() */
int select_ocba(select_race *race, detente_error *error);

#endif
