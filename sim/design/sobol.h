/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sobol.h Sobol's low-discrepancy sequence, any point of it: as many as a design can have. */
#ifndef DETENTE_DESIGN_SOBOL_H
#define DETENTE_DESIGN_SOBOL_H

#include <stdint.h>

#include <detente/config.h>

enum { SOBOL_BITS = 32 };

/** Direction numbers of a dimension, 0 to DETENTE_SOBOL_DIMENSIONS - 1, as multiples of 2^-32. */
void sobol_directions(unsigned dimension, uint32_t direction[SOBOL_BITS]);
/** A coordinate of a point, from 0, below 1. */
double sobol(const uint32_t direction[SOBOL_BITS], uint32_t point);

#endif
