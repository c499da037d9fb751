/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file exact_lanes.h
 * detente_exact_exp() and detente_exact_log() for arrays: the same bits, many times as fast.
 *
 * Each value is one chain of operations that wait for each other. Here as many chains as the machine's vectors have room for go side
 * by side, operation by operation the same ones. A source that includes this is compiled for each width of lanes, as the kernel is:
 * half as many doubles fill a vector as DETENTE_LANES floats, and two where there are fewer.
 */
#ifndef DETENTE_CORE_EXACT_LANES_H
#define DETENTE_CORE_EXACT_LANES_H

#include "core/exact.h"
#include "core/lanes.h"

enum { EXACT_LANES = DETENTE_LANES > 4 ? DETENTE_LANES / 2 : 2, EXACT_CHUNK = 64 };

typedef double exact_double __attribute__((vector_size(8 * EXACT_LANES), may_alias));
typedef int64_t exact_word __attribute__((vector_size(8 * EXACT_LANES), may_alias));
typedef int32_t exact_int __attribute__((vector_size(4 * EXACT_LANES), may_alias));

/*
 * r / N for a small odd N, rounded as a division rounds, which takes wide vectors four times as long. @p q is r (1 / N), off by less
 * than two units in its last place. @p rest is what it leaves over, r - N q: exactly, where N q is taken away in pieces, powers of two
 * times q, each of which is at least half and at most twice of what is left then (Sterbenz). The quotient of a double by N lies
 * 1 / (2 N) of a unit or more away from where rounding turns, so that q plus an N-th of the rest rounds to it. For r above 2^-1000 in
 * size; below that bits may be lost.
 */
LANE_INLINE exact_double exact_divided(exact_double r, double N, exact_double q, exact_double rest)
{
    return EXACT_LANES > 2 ? q + rest * (1 / N) : r / N;
}

LANE_INLINE exact_double exact_third(exact_double r)
{
    const exact_double q = r * (1.0 / 3);
    return exact_divided(r, 3, q, (r - 2 * q) - q);
}

/* The sum of exact.c's exp_series(), factor by factor. The divider has two divisions to do meanwhile. Where r is tiny, 1 + r is 1. */
LANE_INLINE exact_double exact_series(exact_double r)
{
    const exact_double q5 = r * (1.0 / 5), q7 = r * (1.0 / 7), q9 = r * (1.0 / 9);
    const exact_double third = exact_third(r), fifth = exact_divided(r, 5, q5, (r - 4 * q5) - q5);
    const exact_double seventh = exact_divided(r, 7, q7, (r - 8 * q7) + q7);
    const exact_double ninth = exact_divided(r, 9, q9, (r - 8 * q9) - q9);
    exact_double sum = 1 + seventh * 0.5;
    sum = 1 + r / 13 * sum;
    sum = 1 + third * 0.25 * sum;
    sum = 1 + r / 11 * sum;
    sum = 1 + fifth * 0.5 * sum;
    sum = 1 + ninth * sum;
    sum = 1 + r * 0.125 * sum;
    sum = 1 + seventh * sum;
    sum = 1 + third * 0.5 * sum;
    sum = 1 + fifth * sum;
    sum = 1 + r * 0.25 * sum;
    sum = 1 + third * sum;
    sum = 1 + r * 0.5 * sum;
    return 1 + r * sum;
}

/* For x from -708 to 709, where neither the power of two nor the result leaves the range of normal numbers. */
LANE_INLINE exact_double exact_exp(exact_double x)
{
    const exact_word sign = (exact_word)x & INT64_MIN;
    const exact_double half = (exact_double)(sign | (exact_word)(0.5 - (exact_double){0}));
    /* Towards zero, as a conversion goes. */
    const exact_int n = __builtin_convertvector(x * 1.4426950408889634 + half, exact_int);
    const exact_double whole = __builtin_convertvector(n, exact_double);
    const exact_double r = (x - whole * EXACT_LN2_HIGH) - whole * EXACT_LN2_LOW;
    /* The exponent's bits: an integer beside 2^52 lies in the last bits of the sum. */
    const exact_double power = (exact_double)((exact_word)(whole + (0x1.8p52 + 1023)) << 52);
    return exact_series(r) * power;
}

/* For 2^-1022 <= x < infinity. */
LANE_INLINE exact_double exact_log(exact_double x)
{
    const exact_word bits = (exact_word)x;
    exact_double m = (exact_double)((bits & 0x000fffffffffffffLL) | 0x3ff0000000000000LL);
    const exact_word large = (exact_word)(m > 1.4142135623730951);
    /* The exponent as a double: 2^52 plus what lies in its last bits, exactly. */
    exact_double exponent = (exact_double)(bits >> 52 | 0x4330000000000000LL) - (0x1p52 + 1023);
    exponent += (exact_double)(large & (exact_word)(1 - (exact_double){0}));
    m *= 1 - (exact_double)(large & (exact_word)(0.5 - (exact_double){0}));
    const exact_double t = (m - 1) / (m + 1), square = t * t;
    exact_double sum = {0};
    for (int k = 23; k > 1; k -= 2)
        sum = (sum + 1.0 / k) * square;
    return exponent * EXACT_LN2_HIGH + (2 * t + (2 * t * sum + exponent * EXACT_LN2_LOW));
}

/* Whether all of a chunk lie within two bounds; a value that is no number does not. */
LANE_INLINE int exact_all_within(const double *x, double low, double high)
{
    exact_word within = (exact_word){0} - 1;
    for (int i = 0; i < EXACT_CHUNK; i += EXACT_LANES) {
        const exact_double v = *(const exact_double *)(const void *)&x[i];
        within &= (exact_word)(v >= low) & (exact_word)(v <= high);
    }
    int64_t all = -1;
    for (int i = 0; i < EXACT_LANES; i++)
        all &= within[i];
    return all != 0;
}

/*
 * Both for an array, in place, its storage aligned to a vector. Chunks with a value that leaves the ordinary course, and what is left
 * of the last one, take the functions for single values.
 */
#define EXACT_DEFINE_ALL(NAME, VECTOR, SINGLE, LOW, HIGH) \
    LANE_INLINE void NAME(double *x, int n) \
    { \
        int i = 0; \
        for (; i + EXACT_CHUNK <= n; i += EXACT_CHUNK) { \
            if (exact_all_within(x + i, LOW, HIGH)) \
                for (int k = i; k < i + EXACT_CHUNK; k += 2 * EXACT_LANES) { \
                    exact_double *const v = (exact_double *)(void *)&x[k]; \
                    const exact_double first = v[0], second = v[1]; \
                    v[0] = VECTOR(first); \
                    v[1] = VECTOR(second); \
                } \
            else \
                for (int k = i; k < i + EXACT_CHUNK; k++) \
                    x[k] = SINGLE(x[k]); \
        } \
        for (; i < n; i++) \
            x[i] = SINGLE(x[i]); \
    }

EXACT_DEFINE_ALL(exact_exp_all, exact_exp, detente_exact_exp, -708.0, 709.0)
EXACT_DEFINE_ALL(exact_log_all, exact_log, detente_exact_log, 0x1p-1022, 0x1.fffffffffffffp1023)

#endif
