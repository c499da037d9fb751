/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each design by its definition, for any point without those before it.
 */
#include "design/sample.h"

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

/* Trajectories of their own start, order of the paths and directions; a step is half the grid's levels. */
static void morris(const sampler *s, uint64_t point, double *values)
{
    const uint32_t factors = (uint32_t)s->design->n_factors, half = (uint32_t)s->design->grid / 2;
    const uint32_t trajectory = (uint32_t)(point / (factors + 1)), steps = (uint32_t)(point % (factors + 1));
    uint32_t order[DETENTE_MAX_FACTORS] = {0}, word[4], moved[DETENTE_MAX_FACTORS] = {0};
    morris_order(s, trajectory, order);
    for (uint32_t i = 0; i < steps; i++)
        moved[order[i]] = 1;
    for (uint32_t k = 0; k < factors; k++) {
        draw_words(s, trajectory, k, 0, DRAW_DESIGN, word);
        const uint32_t low = (uint32_t)((uint64_t)word[0] * half >> 32), falls = word[1] >> 31;
        const uint32_t level = moved[k] == falls ? low : low + half;
        values[k] = detente_factor_share(&s->design->factor[k], (double)level / (double)(s->design->grid - 1));
    }
}

int sampler_step(const sampler *s, uint64_t point, double *step)
{
    const uint32_t factors = (uint32_t)s->design->n_factors;
    const uint32_t trajectory = (uint32_t)(point / (factors + 1)), steps = (uint32_t)(point % (factors + 1));
    uint32_t order[DETENTE_MAX_FACTORS] = {0}, word[4];
    morris_order(s, trajectory, order);
    const uint32_t moved = order[steps - 1];
    draw_words(s, trajectory, moved, 0, DRAW_DESIGN, word);
    *step = (double)(s->design->grid / 2) / (double)(s->design->grid - 1) * (word[1] >> 31 ? -1 : 1);
    return (int)moved;
}

/* ------------------------------------------------------------------------------------------------------------------ */

int sampler_init(sampler *s, const detente_config *config)
{
    *s = (sampler){config->design, config->seed, NULL};
    const unsigned factors = (unsigned)config->design->n_factors;
    switch (config->design->type) {
    case DETENTE_SOBOL:
        return find_directions(s, factors);
    case DETENTE_SALTELLI:
        return find_directions(s, 2 * factors);
    default:
        return 0;
    }
}

void sampler_clear(sampler *s)
{
    detente_free(s->direction);
    s->direction = NULL;
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
