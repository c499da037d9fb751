/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

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

void detente_moves_compile(detente_cell *cell, const detente_config *config)
{
    const detente_affect *affect = &config->affect;
    for (int i = 0; i < cell->n_places; i++) {
        const uint32_t made = cell->made[i];
        const detente_effects *move = &config->move[made];
        const double ratio = move->minutes / affect->turn_minutes, scale = made == DETENTE_MOVE_pause ? 1 : ratio;
        const double unheard = 1 - move->validation / affect->acknowledge_scale;
        cell->move_bits[i] = MOVE_BITS[made];
        cell->validation[i] = (float)move->validation;
        cell->warmth[i] = (float)move->warmth;
        cell->irritation[i] = (float)move->irritation;
        cell->fairness[i] = (float)((move->explanation + move->choice) / 2);
        cell->minutes[i] = (float)(config->minutes_scale * move->minutes);
        cell->scale[i] = (float)scale;
        cell->log_scale[i] = (float)detente_exact_log(scale);
        cell->unheard[i] = (float)(unheard > 0 ? unheard : 0);
        cell->customer_inertia[i] = (float)detente_exact_pow(affect->customer_inertia, ratio);
        cell->agent_inertia[i] = (float)detente_exact_pow(affect->agent_inertia, ratio);
    }
    if (affect->rumination != 0)
        cell->features |= USES_RUMINATION;
}
