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
 * trapezoid of Simpson panels is accurate to about 1e-9, and inverted from the nearer tail.
 */
void detente_quantiles(int family, double mean, double sd, float table[QUANTILES]);

/** Mean and sd of the logarithm of a lognormal variate with the given mean and sd. */
void detente_lognormal(double mean, double sd, double *mu, double *sigma);

/** Standard normal distribution function at z = -6 … 6 by steps of 12/1024. */
void detente_normal_table(double phi[QUANTILES]);

#endif
