/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file branch.h
 * A config's tree with some values changed: what a point of a design is.
 *
 * A branch is a top-level part of the tree that is bound on its own. A changed tree has its own copy of the branches that its
 * paths point into and shares the others, so that a point costs what it changes.
 */
#ifndef DETENTE_PARAM_BRANCH_H
#define DETENTE_PARAM_BRANCH_H

#include "param/tree.h"

/** The branches; the first are 1 << enum detente_design_part. */
enum branch {
    BRANCH_SCENARIO = 1 << DETENTE_PART_SCENARIO,
    BRANCH_CUSTOMER = 1 << DETENTE_PART_CUSTOMER,
    BRANCH_STRATEGIES = 1 << DETENTE_PART_STRATEGIES,
    BRANCH_TIERS = 1 << 3,
    BRANCH_MOVES = 1 << 4,
    BRANCH_AGENT = 1 << 5,
    BRANCH_AFFECT = 1 << 6,
    BRANCH_BARGAINING = 1 << 7,
    BRANCH_DECISION = 1 << 8,
    BRANCH_OUTCOME = 1 << 9,
    BRANCH_TURNS = 1 << 10
};

/** Their keys in the config, ending in NULL. The last is max_turns, which has nothing below it. */
extern const char *const BRANCH_NAME[];

/** The branch that a path points into; 0 when it is none that a point may change. */
unsigned branch_of(const char *path);
/** A tree of its own branches @p parts and the others of @p root. NULL when out of memory. */
node *branch_tree(reader *r, const node *root, unsigned parts);
/** The top-level branches @p parts as YAML. @return 0 or DETENTE_E_MEMORY */
int branch_dump(const node *root, unsigned parts, char **text);

#endif
