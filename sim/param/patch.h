/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file patch.h
 * Where a plain number of a bound config lies, so that a point can be made by storing its numbers instead of binding a tree.
 *
 * Only numbers that stand for themselves: a name, a list, a trait's distribution, and what has another meaning beside other
 * values is left to binding.
 */
#ifndef DETENTE_PARAM_PATCH_H
#define DETENTE_PARAM_PATCH_H

#include <detente/config.h>
#include <detente/registry.h>

/** A number's place. */
typedef struct patch {
    const detente_param *row;
    size_t offset;   /**< of a double: within detente_config, or within a strategy */
    int in_strategy; /**< 1: within the strategies first … last - 1 */
    int first, last;
} patch;

/** Find the number that @p path means in @p config, as --set understands it. @return 1, or 0 when it is not a plain one */
int patch_find(patch *found, const detente_config *config, const char *path);
/** Store a value. @return 1, or 0 (and nothing stored) when binding would not take it */
int patch_store(const patch *at, detente_config *config, double value);
/** Whether binding would take what the stored values come to together. */
int patch_goes_together(const detente_config *config);

#endif
