/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file floor.h
 * The least a turn could cost: the kernel's Philox4x32-10 alone, one call a turn and lane, for each width of lanes.
 */
#ifndef DETENTE_BENCH_FLOOR_H
#define DETENTE_BENCH_FLOOR_H

#include <stdint.h>

/** Make @p calls calls (rounded up to whole vectors). @return a word that depends on all of them. */
typedef uint32_t philox_floor(uint64_t calls);
philox_floor floor_scalar, floor_v2, floor_v3, floor_v4;

#ifdef FLOOR_NAME
#include "rng/philox.h"

uint32_t FLOOR_NAME(uint64_t calls)
{
    const draw_key key = draw_key_make(20241005, 3, 0);
    uint32_t number[2][DETENTE_LANES];
    for (uint32_t i = 0; i < DETENTE_LANES; i++) {
        number[0][i] = i;
        number[1][i] = DETENTE_LANES + i;
    }
    vu encounter[2], sum[4] = {vu_set(0), vu_set(0), vu_set(0), vu_set(0)};
    memcpy(encounter, number, sizeof encounter);
    for (uint32_t turn = 0; turn < (calls + 2 * DETENTE_LANES - 1) / (2 * DETENTE_LANES); turn++) {
        /* Two groups of lanes at a time, as the kernel has them: one hides the other's latencies. */
        vu first[4], second[4];
        draw(&key, encounter[0], vu_set(turn), DRAW_TURN, first);
        draw(&key, encounter[1], vu_set(turn), DRAW_TURN, second);
        for (int w = 0; w < 4; w++)
            sum[w] += first[w] ^ second[w];
    }
    uint32_t all = 0;
    for (int w = 0; w < 4; w++) {
        uint32_t lane[DETENTE_LANES];
        memcpy(lane, &sum[w], sizeof lane);
        for (int i = 0; i < DETENTE_LANES; i++)
            all += lane[i];
    }
    return all;
}
#endif

#endif
