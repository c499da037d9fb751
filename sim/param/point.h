/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file point.h The config of a point of a design. */
#ifndef DETENTE_PARAM_POINT_H
#define DETENTE_PARAM_POINT_H

#include <detente/config.h>

/** Makes the config of one point after the other; for one thread at a time. */
typedef struct point_maker point_maker;

/** @p config has a design and must outlive the maker. @return 0, DETENTE_E_MEMORY, DETENTE_E_CONFIG */
int point_maker_create(point_maker **maker, const detente_config *config, detente_error *error);
/**
 * What the config is when each varied path has its value, as if by --set.
 * @param      values  a value for each factor (of a name, its number)
 * @param[out] config  the maker's, until the next call; it has no design
 * @return 0, DETENTE_E_MEMORY, DETENTE_E_CONFIG (values that do not go together)
 */
int point_maker_config(point_maker *maker, const double *values, const detente_config **config, detente_error *error);
/** The same, always by binding: what the short way of point_maker_config() has to agree with. */
int point_maker_bind(point_maker *maker, const double *values, const detente_config **config, detente_error *error);
/** NULL is allowed. */
void point_maker_free(point_maker *maker);

#endif
