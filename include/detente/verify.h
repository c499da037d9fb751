/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file verify.h
 * The model's analytic limits, measured: configs for which mathematics says what must come out, played and compared.
 *
 * L1 the linear map of the two tones: mean and covariance from the discrete Lyapunov equation, growth on both sides of the
 * border of stationarity · L2 constant logits: endings and turns · L3 offers on the concession curve (9) · L4 where two curves
 * meet · L5 decay of anger · L6 trait marginals and rank correlations · L8 the gain at which anger feeds itself · L9 persistence
 * and tiers. (L7 compares runs with each other and is a test of the project.)
 */
#ifndef DETENTE_VERIFY_H
#define DETENTE_VERIFY_H

#include <stdint.h>

#include <detente/error.h>
#include <detente/model.h>

/** The z beyond which a comparison does not hold: two-sided, 6.3e-5 under the normal law. */
#define DETENTE_VERIFY_Z 4.0

/** One comparison of a limit. */
typedef struct detente_verify_line {
    char limit[4];      /**< "L1" … "L9" */
    char what[72];      /**< what is compared */
    double expected;    /**< by the limit's formula */
    double measured;    /**< in what the kernel played */
    double error;       /**< standard error of measured; where `exact` is 1, the tolerance for float32's rounding */
    int exact;          /**< 1: no chance is involved */
    double z;           /**< (measured - expected) / error; exact ones: 0 within the tolerance, infinite beyond. Never NAN */
} detente_verify_line;

/**
 * Measure every limit.
 *
 * @param      seed   of all draws; the numbers depend on nothing else
 * @param      isa    kernel that plays blocks; must be available (a trace, turn by turn, is the scalar one's)
 * @param[out] lines  one line a comparison, in the order of the limits; free() it
 * @param[out] n      how many
 * @return 0 whether or not the limits hold (see detente_verify_holds()); DETENTE_E_MEMORY
 *
 * Takes a few seconds. Thread safety: reentrant; no global state.
 */
int detente_verify(uint64_t seed, detente_isa isa, detente_verify_line **lines, size_t *n, detente_error *error);

/** @return 1 if |z| is at most DETENTE_VERIFY_Z in each of @p n lines, else 0. */
int detente_verify_holds(const detente_verify_line *lines, size_t n);

/**
 * Config number @p index, counted from 0, of those that the limits are measured with: YAML text that `detente run` takes.
 * @param[out] limit  the limit it belongs to; may be NULL
 * @return static text; NULL past the last one
 */
const char *detente_verify_config(size_t index, const char **limit);

#endif
