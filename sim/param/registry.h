/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file registry.h
 * What the config reader needs of the registry beyond <detente/registry.h>: sections of rows and where their values lie.
 */
#ifndef DETENTE_PARAM_REGISTRY_H
#define DETENTE_PARAM_REGISTRY_H

#include <detente/registry.h>

#include "core/text.h"

/** Rows that stand in one struct: their paths are `prefix` (`agent.`) and a key, their values lie at offsets within it. */
typedef struct section {
    const char *prefix;
    const detente_param *param;
    const size_t *offset; /**< of a double */
    size_t n;
} section;

enum section_id {
    SECTION_SCENARIO,
    SECTION_SUBSTITUTE,
    SECTION_ISSUE,
    SECTION_AGENT,
    SECTION_TIER,
    SECTION_CONCESSION,
    SECTION_STRATEGY,
    SECTION_EXCEPTION,
    SECTION_AFFECT,
    SECTION_BARGAINING,
    SECTION_DECISION,
    SECTION_OUTCOME,
    SECTION_MOVES,
    SECTION_MOVE,
    N_SECTIONS
};

/**
 * Offsets are within detente_config (SCENARIO, SUBSTITUTE, MOVES) or the section's own struct. MOVE is the first move's rows;
 * those of move m begin m * n further on.
 */
section registry_section(enum section_id id);
/** The row of a trait. */
const detente_param *registry_trait(int trait);
/** Row by its exact path. */
const detente_param *registry_row(const char *path);
/**
 * The rows that @p path names: those whose paths begin with its keys, or else with its letters, or else the one that
 * detente_registry_find() finds; all of them for NULL.
 * @param[out] chosen  1 for each such row in the order of detente_registry(), else 0; detente_free() it; NULL on an error
 * @return 0, DETENTE_E_USAGE (there is none; the error says what is near) or DETENTE_E_MEMORY
 */
int registry_choose(const char *path, char **chosen, detente_error *error);

extern const char *const MOVE_NAME[DETENTE_N_MOVES + 1], *const MOVE_WORDS[DETENTE_N_MOVES + 1];
extern const char *const OBSERVABLE_NAME[DETENTE_N_OBSERVABLES + 1];
extern const char *const TRAIT_NAME[DETENTE_N_TRAITS + 1];
extern const char *const METRIC_NAME[DETENTE_N_METRICS + 1];
extern const char *const FAMILY_NAME[],
    *const STANDING_NAME[],
        *const AGENDA_NAME[], *const TACTIC_NAME[], *const LOSS_NAME[], *const DESIGN_NAME[], *const COMPARISON_NAME[];

/** A row's range in words: "from 0 to 2", "above 0, to 60", "small or large", "true or false", "text". */
void text_range(const detente_param *param, char *out, size_t size);

#endif
