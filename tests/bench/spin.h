/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file spin.h
 * What a second processor is worth at the moment, and how much of it a program gets.
 */
#ifndef DETENTE_BENCH_SPIN_H
#define DETENTE_BENCH_SPIN_H

#include <pthread.h>

#include "measure.h"

/* Loops that touch registers only: what two threads could do here at best. This one waits for itself: one operation at a time. */
static inline void *wait_spin(void *count)
{
    uint64_t x = 1;
    for (uint64_t i = 0; i < *(const uint64_t *)count; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        __asm__ volatile("" : "+r"(x));
    }
    return NULL;
}

#ifdef __x86_64__
#define VECTOR_REGISTER "+x"
#else
#define VECTOR_REGISTER "+w"
#endif

/* This one keeps the vector units busy, as the kernel does: where two processors share a core it gains nothing by the second. */
static inline void *busy_spin(void *count)
{
    typedef float vector __attribute__((vector_size(16)));
    enum { CHAINS = 12 };
    vector x[CHAINS] = {{1}};
    const vector a = {0.5f, 0.5f, 0.5f, 0.5f};
    for (uint64_t i = 0; i < *(const uint64_t *)count; i += 4)
        for (int k = 0; k < CHAINS; k++) {
            x[k] = x[k] * a + a;
            __asm__ volatile("" : VECTOR_REGISTER(x[k]));
        }
    return NULL;
}

static inline double spin_seconds(void *(*spin)(void *), int threads)
{
    uint64_t count = 200000000 / (uint64_t)threads;
    pthread_t other;
    const double begun = measure_clock(CLOCK_MONOTONIC);
    const int two = threads > 1 && pthread_create(&other, NULL, spin, &count) == 0;
    spin(&count);
    if (two)
        pthread_join(other, NULL);
    return measure_clock(CLOCK_MONOTONIC) - begun;
}

/** Seconds of the same work by one and by two, round by round. */
typedef struct pace {
    const char *name;
    double one[MEASURE_ROUNDS], two[MEASURE_ROUNDS];
} pace;

static inline void pace_heading(const char *what)
{
    printf("\n%-52s %9s %9s %9s %13s\n", what, "times one", "least", "most", "of best times");
}

static inline void pace_print(const pace *p, int rounds)
{
    double times[MEASURE_ROUNDS];
    for (int r = 0; r < rounds; r++)
        times[r] = p->one[r] / p->two[r];
    const measure_spread spread = measure_summary(times, rounds);
    printf("%-52s %9.2f %9.2f %9.2f %13.2f\n", p->name, spread.median, spread.min, spread.max,
           measure_summary(p->one, rounds).min / measure_summary(p->two, rounds).min);
}

/** What two gain over one, against what they gain in a loop measured beside it: on a busy machine both fall. */
static inline void pace_print_share(const pace *p, const pace *loop, int rounds)
{
    double share[MEASURE_ROUNDS];
    for (int r = 0; r < rounds; r++)
        share[r] = 100 * (p->one[r] / p->two[r]) / (loop->one[r] / loop->two[r]);
    const measure_spread spread = measure_summary(share, rounds);
    printf("%-52s %9.0f %9.0f %9.0f\n", "the same, % of the first loop's of its round", spread.median, spread.min,
           spread.max);
}

#endif
