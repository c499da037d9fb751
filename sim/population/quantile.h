/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file quantile.h
 * Quantile tables that give the same bits everywhere.
 */
#ifndef DETENTE_POPULATION_QUANTILE_H
#define DETENTE_POPULATION_QUANTILE_H

#include "model/cell.h"

/**
 * Quantiles of a beta, gamma or uniform variate with the given mean and sd at Phi(z), z = -6 … 6 by steps of 12/1024, not yet
 * limited to the trait's range. Beta and gamma: the density is integrated under a smoothing map (x = 1/(1+e^-s), x = e^s), where the
 * trapezoid of Simpson panels is accurate to about 1e-9, and inverted from the nearer tail. @p phi is detente_normal_table()'s.
 */
void detente_quantiles(int family, double mean, double sd, const double phi[QUANTILES], float table[QUANTILES]);

/** A table that the customers of several configs share. */
typedef struct quantile_table {
    int references; /* how many hold it */
    int counted;    /* 1: some customers have its bytes among theirs */
    int family;
    double mean, sd;
    float value[QUANTILES];
} quantile_table;

/** Tables made so far: the last few, and the first ones packed; any thread may use it. */
typedef struct quantile_store quantile_store;

/** Packed tables take up to @p most bytes; with 0 none is kept in any way. @return NULL when out of memory */
quantile_store *detente_quantile_store_create(size_t most);
/** Tables that customers still hold stay theirs. NULL is allowed. */
void detente_quantile_store_free(quantile_store *store);
/** The share of tables that is kept packed of @p more times as many as were asked for so far. */
double detente_quantile_kept(quantile_store *store, double more);
/** The table of detente_quantiles(), held for the caller. @p store may be NULL. @return NULL when out of memory */
quantile_table *detente_quantile_table(quantile_store *store, int family, double mean, double sd);
/** Hold it no more; freed with the last. NULL is allowed. */
void detente_quantile_release(quantile_table *table);

/** Mean and sd of the logarithm of a lognormal variate with the given mean and sd. */
void detente_lognormal(double mean, double sd, double *mu, double *sigma);

/** Standard normal distribution function at z = -6 … 6 by steps of 12/1024. */
void detente_normal_table(double phi[QUANTILES]);

#endif
