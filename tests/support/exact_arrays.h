/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file exact_arrays.h core/exact_lanes.h for the wide vectors, as the library compiles it in. The machine must have them. */
#ifndef DETENTE_TESTS_EXACT_ARRAYS_H
#define DETENTE_TESTS_EXACT_ARRAYS_H

/** exact_exp_all() or exact_log_all(), and exact_third() for each value. */
typedef void exact_array(double *x, int n);
exact_array exact_exp_v3, exact_log_v3, exact_third_v3, exact_exp_v4, exact_log_v4, exact_third_v4;

#ifdef EXACT_ARRAY
#include "core/exact_lanes.h"

void EXACT_ARRAY(exp)(double *x, int n)
{
    exact_exp_all(x, n);
}

void EXACT_ARRAY(log)(double *x, int n)
{
    exact_log_all(x, n);
}

void EXACT_ARRAY(third)(double *x, int n)
{
    for (int i = 0; i + EXACT_LANES <= n; i += EXACT_LANES) {
        exact_double *const v = (exact_double *)(void *)&x[i];
        *v = exact_third(*v);
    }
}
#endif

#endif
