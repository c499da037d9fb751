/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each design by its definition, for any point without those before it.
 */
#include "design/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define DETENTE_LANES 1
#include "rng/philox.h"

static void draw_words(const sampler *s, uint32_t point, uint32_t factor, uint32_t index, unsigned purpose,
                       uint32_t word[4])
{
    const draw_key key = draw_key_make(s->seed, index, 0);
    draw(&key, point, factor, purpose, word);
}

/* 53 bits, in [0, 1). */
static double uniform(const uint32_t word[2])
{
    return ((double)(word[0] >> 5) * 0x1p26 + (double)(word[1] >> 6)) * 0x1p-53;
}

/* ---- grids ------------------------------------------------------------------------------------------------------- */

/* The digits of the point's number, the last path's least. */
static void factorial(const detente_design *design, uint64_t point, double *values)
{
    for (int k = design->n_factors - 1; k >= 0; k--) {
        const detente_factor *f = &design->factor[k];
        values[k] = detente_factor_level(f, point % f->levels);
        point /= f->levels;
    }
}

/* The base, then each path's levels that are not its base. */
static void one_at_a_time(const detente_design *design, uint64_t point, double *values)
{
    uint64_t next = 1;
    for (int k = 0; k < design->n_factors; k++)
        values[k] = design->factor[k].base;
    for (int k = 0; k < design->n_factors && next <= point; k++) {
        const detente_factor *f = &design->factor[k];
        for (uint64_t i = 0; i < f->levels && next <= point; i++) {
            const double level = detente_factor_level(f, i);
            if (level == f->base)
                continue;
            if (next++ == point)
                values[k] = level;
        }
    }
}

/* ---- random ------------------------------------------------------------------------------------------------------ */

static void random_point(const sampler *s, uint64_t point, double *values)
{
    uint32_t word[4];
    for (int k = 0; k < s->design->n_factors; k++) {
        draw_words(s, (uint32_t)point, (uint32_t)k, 0, DRAW_DESIGN, word);
        values[k] = detente_factor_share(&s->design->factor[k], uniform(word));
    }
}

/*
 * A permutation of 0 … n - 1 without a table: a Feistel network over the next power of four, walked until it falls within
 * (Black & Rogaway 2002).
 */
static uint64_t permute(const sampler *s, uint32_t factor, uint64_t n, uint64_t i)
{
    enum { ROUNDS = 6 };
    unsigned half = 1;
    while (UINT64_C(1) << 2 * half < n)
        half++;
    const uint32_t mask = (uint32_t)((UINT64_C(1) << half) - 1);
    do {
        uint32_t left = (uint32_t)(i >> half), right = (uint32_t)i & mask;
        for (uint32_t round = 0; round < ROUNDS; round++) {
            uint32_t word[4];
            draw_words(s, right, factor, round, DRAW_DESIGN_ORDER, word);
            const uint32_t mixed = left ^ (word[0] & mask);
            left = right;
            right = mixed;
        }
        i = (uint64_t)left << half | right;
    } while (i >= n);
    return i;
}

static void latin_hypercube(const sampler *s, uint64_t point, double *values)
{
    const uint64_t n = s->design->points;
    uint32_t word[4];
    for (int k = 0; k < s->design->n_factors; k++) {
        draw_words(s, (uint32_t)point, (uint32_t)k, 0, DRAW_DESIGN, word);
        /* 20 bits and a half, so that no rounding leaves the stratum. */
        const double within = (double)(word[0] >> 12) * 0x1p-20 + 0x1p-21;
        const double stratum = (double)permute(s, (uint32_t)k, n, point);
        values[k] = detente_factor_share(&s->design->factor[k], (stratum + within) / (double)n);
    }
}

/* ---- Sobol ------------------------------------------------------------------------------------------------------- */

static int find_directions(sampler *s, unsigned dimensions)
{
    s->direction = detente_calloc(dimensions, sizeof *s->direction);
    for (unsigned k = 0; s->direction && k < dimensions; k++)
        sobol_directions(k, s->direction[k]);
    return s->direction ? 0 : DETENTE_E_MEMORY;
}

static void sobol_point(const sampler *s, uint64_t point, double *values)
{
    for (int k = 0; k < s->design->n_factors; k++)
        values[k] = detente_factor_share(&s->design->factor[k], sobol(s->direction[k], (uint32_t)point));
}

/* Of row j, which is point j + 1 of the sequence: A, B, then A with one column of B. The sequence's point 0 has A equal to B. */
static void saltelli(const sampler *s, uint64_t point, double *values)
{
    const int factors = s->design->n_factors;
    const uint64_t row = point / ((uint64_t)factors + 2);
    const int matrix = (int)(point % ((uint64_t)factors + 2));
    for (int k = 0; k < factors; k++) {
        const int of_b = matrix == 1 || matrix == k + 2;
        values[k] =
            detente_factor_share(&s->design->factor[k], sobol(s->direction[of_b ? factors + k : k], (uint32_t)row + 1));
    }
}

/* ---- Morris ------------------------------------------------------------------------------------------------------ */

/* The order in which a trajectory moves the paths. */
static void morris_order(const sampler *s, uint32_t trajectory, uint32_t order[DETENTE_MAX_FACTORS])
{
    const uint32_t factors = (uint32_t)s->design->n_factors;
    uint32_t word[4];
    for (uint32_t k = 0; k < factors; k++)
        order[k] = k;
    for (uint32_t k = factors - 1; k > 0; k--) {
        draw_words(s, trajectory, k, 0, DRAW_DESIGN_ORDER, word);
        const uint32_t other = (uint32_t)((uint64_t)word[0] * (k + 1) >> 32), held = order[k];
        order[k] = order[other];
        order[other] = held;
    }
}

/* The two values that a path has in a trajectory, and how far apart they are. */
typedef struct pair {
    double low, high;
    double size; /* part of the range */
} pair;

/*
 * Numbers that are listed, or whole: half of them apart in their order. Of an odd number of them some are one further apart than
 * others; all pairs that lie so in a ring are as likely, and so are all numbers.
 */
static pair numbers_apart(const sampler *s, int k, uint32_t word)
{
    const detente_factor *f = &s->design->factor[k];
    const uint64_t n = f->levels, half = n / 2, pairs = n % 2 ? n : half;
    const uint64_t i = (uint64_t)word * pairs >> 32, low = i < n - half ? i : i - (n - half);
    const uint64_t high = i < n - half ? i + half : i;
    pair p = {f->from + (double)low, f->from + (double)high, 0};
    if (s->sorted[k])
        p = (pair){s->sorted[k][low], s->sorted[k][high], 0};
    /* A list may end in .inf: then its places are its range. */
    p.size = isfinite(f->to - f->from) ? (p.high - p.low) / (f->to - f->from) : (double)(high - low) / (double)(n - 1);
    return p;
}

/* Names have no order: any two of them, and from one to another is the whole range. */
static pair names_apart(const detente_factor *f, uint32_t word)
{
    uint64_t i = (uint64_t)word * (f->levels * (f->levels - 1) / 2) >> 32, high = 1;
    while (i >= high)
        i -= high++;
    return (pair){(double)i, (double)high, 1};
}

/* Between the ends of a range: levels of the grid, half of them apart (Morris 1991). */
static pair levels_apart(const detente_design *design, const detente_factor *f, uint32_t word)
{
    const uint32_t half = (uint32_t)design->grid / 2, low = (uint32_t)((uint64_t)word * half >> 32);
    const double last = (double)(design->grid - 1);
    return (pair){detente_factor_share(f, (double)low / last), detente_factor_share(f, (double)(low + half) / last),
                  (double)half / last};
}

/* @return whether the path falls in its step */
static int morris_pair(const sampler *s, uint32_t trajectory, uint32_t k, pair *p)
{
    const detente_factor *f = &s->design->factor[k];
    uint32_t word[4];
    draw_words(s, trajectory, k, 0, DRAW_DESIGN, word);
    *p = f->named    ? names_apart(f, word[0])
         : f->levels ? numbers_apart(s, (int)k, word[0])
                     : levels_apart(s->design, f, word[0]);
    return (int)(word[1] >> 31);
}

/* Trajectories of their own start, order of the paths and directions. */
static void morris(const sampler *s, uint64_t point, double *values)
{
    const uint32_t factors = (uint32_t)s->design->n_factors;
    const uint32_t trajectory = (uint32_t)(point / (factors + 1)), steps = (uint32_t)(point % (factors + 1));
    uint32_t order[DETENTE_MAX_FACTORS] = {0};
    int moved[DETENTE_MAX_FACTORS] = {0};
    pair p;
    morris_order(s, trajectory, order);
    for (uint32_t i = 0; i < steps; i++)
        moved[order[i]] = 1;
    for (uint32_t k = 0; k < factors; k++)
        values[k] = moved[k] == morris_pair(s, trajectory, k, &p) ? p.low : p.high;
}

int sampler_step(const sampler *s, uint64_t point, double *step)
{
    const uint32_t factors = (uint32_t)s->design->n_factors;
    const uint32_t trajectory = (uint32_t)(point / (factors + 1)), steps = (uint32_t)(point % (factors + 1));
    uint32_t order[DETENTE_MAX_FACTORS] = {0};
    pair p;
    morris_order(s, trajectory, order);
    const uint32_t moved = order[steps - 1];
    const int falls = morris_pair(s, trajectory, moved, &p);
    *step = falls ? -p.size : p.size;
    return (int)moved;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int sort_lists(sampler *s)
{
    const detente_design *design = s->design;
    s->sorted = detente_calloc((size_t)design->n_factors, sizeof *s->sorted);
    for (int k = 0; s->sorted && k < design->n_factors; k++) {
        const detente_factor *f = &design->factor[k];
        if (!f->value)
            continue;
        s->sorted[k] = detente_calloc((size_t)f->levels, sizeof *s->sorted[k]);
        if (!s->sorted[k])
            return DETENTE_E_MEMORY;
        memcpy(s->sorted[k], f->value, (size_t)f->levels * sizeof *f->value);
        qsort(s->sorted[k], (size_t)f->levels, sizeof *s->sorted[k], by_value);
    }
    return s->sorted ? 0 : DETENTE_E_MEMORY;
}

/* ------------------------------------------------------------------------------------------------------------------ */

int sampler_init(sampler *s, const detente_config *config)
{
    *s = (sampler){.design = config->design, .seed = config->seed};
    const unsigned factors = (unsigned)config->design->n_factors;
    switch (config->design->type) {
    case DETENTE_SOBOL:
        return find_directions(s, factors);
    case DETENTE_SALTELLI:
        return find_directions(s, 2 * factors);
    case DETENTE_MORRIS:
        return sort_lists(s);
    default:
        return 0;
    }
}

void sampler_clear(sampler *s)
{
    for (int k = 0; s->sorted && k < s->design->n_factors; k++)
        detente_free(s->sorted[k]);
    detente_free(s->sorted);
    detente_free(s->direction);
    *s = (sampler){0};
}

void sampler_values(const sampler *s, uint64_t point, double *values)
{
    switch (s->design->type) {
    case DETENTE_FACTORIAL:
        factorial(s->design, point, values);
        break;
    case DETENTE_ONE_AT_A_TIME:
        one_at_a_time(s->design, point, values);
        break;
    case DETENTE_RANDOM:
        random_point(s, point, values);
        break;
    case DETENTE_LATIN_HYPERCUBE:
        latin_hypercube(s, point, values);
        break;
    case DETENTE_SOBOL:
        sobol_point(s, point, values);
        break;
    case DETENTE_SALTELLI:
        saltelli(s, point, values);
        break;
    default:
        morris(s, point, values);
    }
}
