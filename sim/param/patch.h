/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file patch.h
 * Where a plain number of a bound config lies, so that a point can be made by storing its numbers instead of binding a tree.
 *
 * Only numbers that stand for themselves: a name, a list, and what has another meaning beside other values is left to binding. Of a
 * trait's distribution these are the mean and the sd, where all personas have it from the base customer.
 */
#ifndef DETENTE_PARAM_PATCH_H
#define DETENTE_PARAM_PATCH_H

#include <detente/config.h>
#include <detente/registry.h>

#include "param/tree.h"

enum patch_kind { PATCH_NONE, PATCH_CONFIG, PATCH_STRATEGIES, PATCH_TRAIT };

/** A number's place. */
typedef struct patch {
    enum patch_kind kind;     /**< NONE: it has none */
    const detente_param *row; /**< of a CONFIG's or of STRATEGIES' */
    size_t offset;            /**< of a double: within detente_config, a strategy, or a distribution */
    int first, last;          /**< STRATEGIES: first … last - 1 */
    int trait;                /**< TRAIT: which, of all personas */
} patch;

/** Find the number that @p path means in @p config, as --set understands it. @return 1, or 0 when it is not a plain one */
int patch_find(patch *found, const detente_config *config, const char *path);
/** Store a value. @return 1, or 0 (and nothing stored) when binding would not take it */
int patch_store(const patch *at, detente_config *config, double value);
/** Whether binding would take what the values stored at @p at, @p n of them, come to together; what it says is @p r's to forget. */
int patch_goes_together(const patch *at, int n, const detente_config *config, reader *r);

#endif
