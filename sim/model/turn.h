/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file turn.h
 * The values of one turn over lanes, as the model's equations name them; a prime is written 1 (A' is A1).
 */
#ifndef DETENTE_MODEL_TURN_H
#define DETENTE_MODEL_TURN_H

#include "model/cell.h"

/** What chance gives a turn. */
typedef struct turn_draws {
    vf noise_perceived, noise_agent, noise_customer, u_lapse, u_decision;
    vf u_miss, u_step, u_options; /* of cells with USES_OFFER_DRAW */
} turn_draws;

typedef struct turn_values {
    /* Known when the kernel is compiled, or the cell's: what to look for (enum cell_feature), and whether that is next to nothing. */
    uint32_t uses;
    int plain;
    /* state before the turn, and after it */
    vf A, h, g, V, R, J, S, E, D, L, x;
    vf A1, h1, g1, V1, R1, J1, S1, D1, L1, x1;
    vf minutes, call_minutes, stalled, terms;
    vu flags;
    const turn_draws *draws;
    /* what the agent perceives and does */
    vf p, hostile;  /* p and its positive part */
    vu place, bits; /* the move, by its place in the cell's tables, and what it is */
    vm lapsed;
    vf kappa, sigma;
    vf v, w, irritation, fairness, m, d, log_d, inertia_c, inertia_a, unheard;
    vf composure, empathy, apologies;
    /* in between */
    vf payment, dx, target, cap, cap_offer, bonus;
    vm still, stall, made_option;
    /* decision */
    vf z_accept, z_manager, z_hang_up, u_hat;
    vf e_accept, e_manager, e_hang_up, e_sum;
    vm full, accept, manager, hang_up;
} turn_values;

LANE_INLINE vm has(const turn_values *t, uint32_t bit)
{
    return vu_has(t->bits, vu_set(bit));
}

LANE_INLINE int any(vm m)
{
    return vm_bits(m) != 0;
}

LANE_INLINE vu raise(vu flags, vm where, uint32_t bit)
{
    return flags | vu_where(where, vu_set(bit));
}

#endif
