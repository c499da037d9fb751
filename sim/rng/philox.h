/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file philox.h
 * Keyed draws: Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011) over lanes.
 *
 * A draw is a function of (seed; encounter, turn, purpose, replication, cell): key = the seed's two words; counter =
 * (encounter, turn 256 + purpose, replication, cell key). Never of call order, thread, instruction set or strategy.
 */
#ifndef DETENTE_RNG_PHILOX_H
#define DETENTE_RNG_PHILOX_H

#include "core/lanes.h"

/** What a draw is for. Turn 0 belongs to the time before and after the talk. */
enum draw_purpose {
    DRAW_TURN,     /**< perception, tones, lapse, decision */
    DRAW_OFFER,    /**< a miss, the random tactic's step, the value of options */
    DRAW_TRANSFER, /**< wait, documents */
    DRAW_SETTLE,   /**< promise kept, discovery */
    DRAW_CALLBACK, /**< calls back or not */
    DRAW_SURVEY,   /**< survey noise (turn 0) */
    DRAW_PERSONA,  /**< persona (turn 0) */
    DRAW_TRAITS,   /**< four traits each, this one and those after it (turn 0) */

    DRAW_DESIGN = 64,  /**< a point's place; encounter is its number, turn its factor, replication a count */
    DRAW_DESIGN_ORDER, /**< permutations of strata and of factors; likewise */

    DRAW_BOOTSTRAP =
        96, /**< rows of a sample drawn anew; encounter counts them by fours, replication is the sample's number */
    DRAW_BOOTSTRAP_SHARED /**< what replications would change; likewise */
};

enum { PHILOX_ROUNDS = 10 };
static const uint32_t PHILOX_M0 = 0xD2511F53u, PHILOX_M1 = 0xCD9E8D57u, PHILOX_W0 = 0x9E3779B9u,
                      PHILOX_W1 = 0xBB67AE85u;

/** The seed, as the key of each round (in memory, and in 64 bits, so that lanes take it by broadcast), and the constant part of the counter. */
typedef struct draw_key {
    uint64_t round[PHILOX_ROUNDS][2];
    uint32_t replication, cell;
} draw_key;

LANE_INLINE draw_key draw_key_make(uint64_t seed, uint32_t replication, uint32_t cell)
{
    draw_key key = {.replication = replication, .cell = cell};
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < PHILOX_ROUNDS; round++, k0 += PHILOX_W0, k1 += PHILOX_W1) {
        key.round[round][0] = k0;
        key.round[round][1] = k1;
    }
    return key;
}

/** Philox4x32-10 of counter c under the round keys, in place. */
#if DETENTE_LANES == 1
LANE_INLINE void philox(vu c[4], const uint64_t key[PHILOX_ROUNDS][2])
{
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t product0 = (uint64_t)PHILOX_M0 * c[0], product1 = (uint64_t)PHILOX_M1 * c[2];
        c[0] = (uint32_t)(product1 >> 32) ^ c[1] ^ (uint32_t)key[round][0];
        c[1] = (uint32_t)product1;
        c[2] = (uint32_t)(product0 >> 32) ^ c[3] ^ (uint32_t)key[round][1];
        c[3] = (uint32_t)product0;
    }
}
#else
/* Even and odd lanes apart, each word in the lower half of 64 bits: a product's two words are then where they are needed. */
LANE_INLINE void philox(vu c[4], const uint64_t key[PHILOX_ROUNDS][2])
{
    const vq m0 = (vq){0} + PHILOX_M0, m1 = (vq){0} + PHILOX_M1;
    vq half[2][4];
    for (int i = 0; i < 4; i++) {
        half[0][i] = (vq)c[i];
        half[1][i] = (vq)c[i] >> 32;
    }
    for (int round = 0; round < PHILOX_ROUNDS; round++)
        for (int side = 0; side < 2; side++) {
            vq *w = half[side];
            const vq product0 = vq_multiply(m0, w[0]), product1 = vq_multiply(m1, w[2]);
            w[0] = vq_xor3(product1 >> 32, w[1], (vq){0} + key[round][0]);
            w[1] = product1;
            w[2] = vq_xor3(product0 >> 32, w[3], (vq){0} + key[round][1]);
            w[3] = product0;
        }
    for (int i = 0; i < 4; i++)
        c[i] = vu_interleave(half[0][i], half[1][i]);
}
#endif

LANE_INLINE void draw(const draw_key *key, vu encounter, vu turn, unsigned purpose, vu word[4])
{
    word[0] = encounter;
    word[1] = turn * 256u + purpose;
    word[2] = vu_set(key->replication);
    word[3] = vu_set(key->cell);
    philox(word, key->round);
}

/** Uniform in (0, 1) by the upper 23 bits: odd multiples of 2^-24, all exact. */
LANE_INLINE vf draw_uniform(vu word)
{
    return vf_from_vu(word >> 9) * 0x1p-23f + 0x1p-24f;
}

/** Two independent standard normals (Box & Muller 1958) from two words, of which @p radius's upper 24 and @p angle's upper 20 bits are used. */
LANE_INLINE void draw_normals(vu radius, vu angle, vf *first, vf *second)
{
    const vf u = vf_from_vu((radius >> 8) + 1u) * 0x1p-24f;
    const vf r = vf_sqrt(vf_log(u) * -2.0f + 0.0f);
    vf sine, cosine;
    vf_sincos(vf_from_vu(angle >> 12) * 0x1p-20f, &sine, &cosine);
    *first = r * cosine;
    *second = r * sine;
}

#endif
