/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reach.h Which rules of a playbook can never apply, and why. */
#ifndef DETENTE_PARAM_REACH_H
#define DETENTE_PARAM_REACH_H

#include <detente/config.h>

enum rule_reason {
    RULE_LIVE,
    RULE_CONTRADICTS, /**< two of its own conditions on `observable` */
    RULE_OUTSIDE,     /**< `observable` stays from `low` to `high` */
    RULE_SHADOWED     /**< rule `by` applies first; -1: several rules together */
};

typedef struct rule_verdict {
    enum rule_reason reason;
    int observable, by;
    double low, high;
} rule_verdict;

/**
 * Judge the rules of a strategy. Whatever the encounter may bring is bounded from outside, so that a rule is called dead only
 * when no state reaches it; a rule that is called live may still be dead.
 */
void playbook_reach(const detente_config *config, const detente_strategy *strategy,
                    rule_verdict verdict[DETENTE_MAX_RULES]);

#endif
