/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file customers.h
 * The customers of a config, compiled: personas, quantile tables, the copula's factor.
 */
#ifndef DETENTE_POPULATION_CUSTOMERS_H
#define DETENTE_POPULATION_CUSTOMERS_H

#include "model/cell.h"
#include "population/quantile.h"

/** Compile @p config's customers, with tables of @p store where it is not NULL. @return 0, DETENTE_E_MEMORY, or DETENTE_E_CONFIG for a correlation that is not positive definite. */
int detente_customers_create(detente_customers **customers, const detente_config *config, quantile_store *store,
                             detente_error *error);
/** 1 if @p customers are those of @p config. */
int detente_customers_match(const detente_customers *customers, const detente_config *config);
/** How much memory they take, without tables that are counted among those of others; to be asked once. */
size_t detente_customers_bytes(const detente_customers *customers);
/** One more cell holds them; safe from any thread. */
void detente_customers_hold(detente_customers *customers);
/** One cell less; freed with the last. NULL is allowed. */
void detente_customers_release(detente_customers *customers);

#endif
