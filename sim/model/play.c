/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which kernel to run, and the two ways to run it: blocks of encounters, or one encounter turn by turn.
 */
#define DETENTE_LANES 1
#include <string.h>

#include "model/cell.h"

static const char *const ISA_NAMES[] = {"auto", "scalar", "v2", "v3", "v4"};

int detente_isa_available(detente_isa isa)
{
    switch (isa) {
    case DETENTE_ISA_AUTO:
    case DETENTE_ISA_SCALAR:
        return 1;
#if defined(__x86_64__)
    case DETENTE_ISA_V2:
        return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
    case DETENTE_ISA_V3:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
    case DETENTE_ISA_V4:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && detente_isa_available(DETENTE_ISA_V3);
#endif
    default:
        return 0;
    }
}

static detente_isa resolve(detente_isa isa)
{
    if (isa != DETENTE_ISA_AUTO)
        return isa;
    for (int best = DETENTE_ISA_V4; best > DETENTE_ISA_SCALAR; best--)
        if (detente_isa_available((detente_isa)best))
            return (detente_isa)best;
    return DETENTE_ISA_SCALAR;
}

const char *detente_isa_name(detente_isa isa)
{
    return ISA_NAMES[resolve(isa)];
}

int detente_isa_parse(const char *name, detente_isa *isa, detente_error *error)
{
    for (int i = DETENTE_ISA_AUTO; i <= DETENTE_ISA_V4; i++)
        if (strcmp(name, ISA_NAMES[i]) == 0) {
            if (!detente_isa_available((detente_isa)i))
                return detente_error_set(error, DETENTE_E_USAGE, "DETENTE_ISA=%s: this machine does not have it", name);
            *isa = (detente_isa)i;
            return 0;
        }
    return detente_error_set(error, DETENTE_E_USAGE, "DETENTE_ISA=%s: unknown; one of scalar, v2, v3, v4", name);
}

static detente_kernel *kernel_of(detente_isa isa)
{
    switch (resolve(isa)) {
#if defined(__x86_64__)
    case DETENTE_ISA_V2:
        return detente_kernel_v2;
    case DETENTE_ISA_V3:
        return detente_kernel_v3;
    case DETENTE_ISA_V4:
        return detente_kernel_v4;
#endif
    default:
        return detente_kernel_scalar;
    }
}

/* The work area is some 300 KB of stack, so that playing never allocates and never fails. */
static void play_block(const detente_cell *cell, detente_kernel *kernel, uint32_t replication, uint32_t first,
                       uint32_t n, detente_turn *turns, uint32_t *n_turns, detente_block *block)
{
    detente_play play;
    play.cell = cell;
    play.key = draw_key_make(cell->seed, replication, cell->key);
    play.first = first;
    play.n = n;
    play.next = 0;
    play.turns = turns;
    play.n_turns = 0;
    play.block = block;
    block->n = n;
    kernel(&play);
    *n_turns = play.n_turns;
}

void detente_cell_play(const detente_cell *cell, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                       detente_block *block)
{
    uint32_t n_turns;
    play_block(cell, kernel_of(isa), replication, first, n, NULL, &n_turns, block);
}

uint32_t detente_cell_trace(const detente_cell *cell, uint32_t replication, uint32_t encounter, detente_turn *turns,
                            detente_block *block)
{
    uint32_t n_turns;
    play_block(cell, detente_kernel_scalar, replication, encounter, 1, turns, &n_turns, block);
    return n_turns;
}
