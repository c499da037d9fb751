/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/exact.h"
#include "strategy/strategy.h"

static const uint32_t MOVE_BITS[DETENTE_N_MOVES] = {
    [DETENTE_MOVE_ask] = IS_ASK,
    [DETENTE_MOVE_apologise] = IS_APOLOGY,
    [DETENTE_MOVE_clarify] = IS_CLARIFY,
    [DETENTE_MOVE_options] = IS_CURVE_OFFER | IS_STALLING | IS_OFFERING | IS_TERMS | IS_OPTIONS,
    [DETENTE_MOVE_offer] = IS_CURVE_OFFER | IS_STALLING | IS_OFFERING | IS_TERMS,
    [DETENTE_MOVE_substitute] = IS_SUBSTITUTE | IS_TERMS,
    [DETENTE_MOVE_refuse] = IS_STALLING | IS_TERMS,
    [DETENTE_MOVE_reiterate] = IS_STALLING | IS_TERMS,
    [DETENTE_MOVE_interim] = IS_INTERIM | IS_TERMS,
    [DETENTE_MOVE_exception] = IS_EXCEPTION | IS_TERMS,
    [DETENTE_MOVE_promise] = IS_PROMISE,
    [DETENTE_MOVE_trade] = IS_TRADE | IS_TERMS,
    [DETENTE_MOVE_mirror] = IS_MIRROR,
    [DETENTE_MOVE_pause] = IS_PAUSE,
    [DETENTE_MOVE_warn] = IS_WARN,
    [DETENTE_MOVE_close] = IS_CLOSE,
    [DETENTE_MOVE_transfer] = IS_TRANSFER,
    [DETENTE_MOVE_surrender] = IS_SURRENDER | IS_STALLING | IS_OFFERING | IS_TERMS,
};

void detente_moves_terms(move_terms terms[DETENTE_N_MOVES], const detente_config *config)
{
    const detente_affect *affect = &config->affect;
    for (int m = 0; m < DETENTE_N_MOVES; m++) {
        const detente_effects *move = &config->move[m];
        const double ratio = move->minutes / affect->turn_minutes, scale = m == DETENTE_MOVE_pause ? 1 : ratio;
        const double unheard = 1 - move->validation / affect->acknowledge_scale;
        terms[m] = (move_terms){.validation = (float)move->validation,
                                .warmth = (float)move->warmth,
                                .irritation = (float)move->irritation,
                                .fairness = (float)((move->explanation + move->choice) / 2),
                                .minutes = (float)(config->minutes_scale * move->minutes),
                                .scale = (float)scale,
                                .log_scale = (float)detente_exact_log(scale),
                                .unheard = (float)(unheard > 0 ? unheard : 0),
                                .customer_inertia = (float)detente_exact_pow(affect->customer_inertia, ratio),
                                .agent_inertia = (float)detente_exact_pow(affect->agent_inertia, ratio)};
    }
}

int detente_moves_match(const detente_config *a, const detente_config *b)
{
    const detente_affect *x = &a->affect, *y = &b->affect;
    return x->turn_minutes == y->turn_minutes && x->acknowledge_scale == y->acknowledge_scale &&
           x->customer_inertia == y->customer_inertia && x->agent_inertia == y->agent_inertia &&
           a->minutes_scale == b->minutes_scale && memcmp(a->move, b->move, sizeof a->move) == 0;
}

void detente_moves_compile(detente_cell *cell, const move_terms terms[DETENTE_N_MOVES])
{
    for (int i = 0; i < cell->n_places; i++) {
        const move_terms *move = &terms[cell->made[i]];
        cell->move_bits[i] = MOVE_BITS[cell->made[i]];
        cell->validation[i] = move->validation;
        cell->warmth[i] = move->warmth;
        cell->irritation[i] = move->irritation;
        cell->fairness[i] = move->fairness;
        cell->minutes[i] = move->minutes;
        cell->scale[i] = move->scale;
        cell->log_scale[i] = move->log_scale;
        cell->unheard[i] = move->unheard;
        cell->customer_inertia[i] = move->customer_inertia;
        cell->agent_inertia[i] = move->agent_inertia;
    }
}
