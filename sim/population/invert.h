/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file invert.h
 * Quantiles of a density by integrating it, compiled for each width of lanes: the same bits.
 */
#ifndef DETENTE_POPULATION_INVERT_H
#define DETENTE_POPULATION_INVERT_H

#include "model/cell.h"

/** Density of a beta variate with shapes a and b, or of a gamma variate with shape a and rate 1. */
typedef struct density {
    int family;
    double a, b;
} density;

/**
 * Quantiles of @p f times @p scale at the probabilities @p phi, which mirror each other.
 * @param mode   where the density is highest under its smoothing map: x = 1/(1+e^-s), x = e^s
 * @param width  how wide it is there, about
 */
typedef void density_invert(const density *f, double mode, double width, double scale, const double phi[QUANTILES],
                            float table[QUANTILES]);
density_invert detente_invert_scalar, detente_invert_v2, detente_invert_v3, detente_invert_v4;

/** The one for an instruction set, or the widest below it that this machine has. */
density_invert *detente_invert_select(detente_isa isa);

#endif
