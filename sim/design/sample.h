/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sample.h Points of the unit cube, and levels of grids, by their number. */
#ifndef DETENTE_DESIGN_SAMPLE_H
#define DETENTE_DESIGN_SAMPLE_H

#include <stdint.h>

#include <detente/config.h>

#include "design/sobol.h"

/** What sampling needs besides the design: the seed, and direction numbers. */
typedef struct sampler {
    const detente_design *design;
    uint64_t seed;
    uint32_t (*direction)[SOBOL_BITS]; /**< of Sobol's sequence, by dimension, or NULL */
    double **sorted;                   /**< by factor: the numbers of a list, for Morris; or NULL */
} sampler;

/** @return 0 or DETENTE_E_MEMORY */
int sampler_init(sampler *s, const detente_config *config);
void sampler_clear(sampler *s);
/** The values of a point of any design but a list. */
void sampler_values(const sampler *s, uint64_t point, double *values);
/** The factor that point number @p point of a Morris design, none that begins a trajectory, moves, and by which part of its range. */
int sampler_step(const sampler *s, uint64_t point, double *step);

#endif
