/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "strategy/strategy.h"

/* A comparison as a closed range of floats. */
static cell_guard compile_guard(const detente_guard *guard)
{
    const float value = (float)guard->value;
    cell_guard out = {.column = (uint32_t)guard->observable, .low = -INFINITY, .high = INFINITY};
    switch (guard->op) {
    case DETENTE_LT:
        out.high = nextafterf(value, -INFINITY);
        break;
    case DETENTE_LE:
        out.high = value;
        break;
    case DETENTE_GT:
        out.low = nextafterf(value, INFINITY);
        break;
    case DETENTE_GE:
        out.low = value;
        break;
    default:
        out.low = out.high = value;
        out.negated = guard->op == DETENTE_NE;
    }
    return out;
}

static uint32_t features_of(int move)
{
    switch (move) {
    case DETENTE_MOVE_apologise:
        return USES_APOLOGY;
    case DETENTE_MOVE_mirror:
        return USES_MIRROR;
    case DETENTE_MOVE_clarify:
        return USES_CLARIFY;
    case DETENTE_MOVE_exception:
        return USES_EXCEPTION;
    case DETENTE_MOVE_options:
        return USES_EXTRAS | USES_OFFER_DRAW;
    case DETENTE_MOVE_promise:
    case DETENTE_MOVE_substitute:
    case DETENTE_MOVE_interim:
        return USES_EXTRAS;
    case DETENTE_MOVE_trade:
        return USES_TRADE;
    case DETENTE_MOVE_pause:
        return USES_PAUSE;
    case DETENTE_MOVE_warn:
    case DETENTE_MOVE_close:
    case DETENTE_MOVE_transfer:
        return USES_ENDINGS;
    case DETENTE_MOVE_surrender:
        return USES_SURRENDER;
    default:
        return 0;
    }
}

/* A move's place among those that the playbook makes, in the order of its rules. */
static uint32_t place_of(detente_cell *cell, uint32_t move)
{
    uint32_t place = 0;
    while (place < (uint32_t)cell->n_places && cell->made[place] != move)
        place++;
    if (place == (uint32_t)cell->n_places)
        cell->made[cell->n_places++] = move;
    return place;
}

void detente_playbook_compile(detente_cell *cell, const detente_strategy *strategy)
{
    uint32_t counted = 0;
    cell->n_rules = strategy->n_rules;
    for (int r = 0; r < strategy->n_rules; r++) {
        const detente_rule *rule = &strategy->rule[r];
        cell->rule[r] =
            (cell_rule){(uint32_t)rule->move, place_of(cell, (uint32_t)rule->move), cell->n_guards, rule->n_guards};
        cell->features |= features_of(rule->move);
        for (int i = 0; i < rule->n_guards; i++) {
            const int observable = rule->guard[i].observable;
            cell->guard[cell->n_guards++] = compile_guard(&rule->guard[i]);
            if (observable >= COLUMN_COUNTS)
                counted |= 1u << (observable - COLUMN_COUNTS);
        }
    }
    for (uint32_t place = 0; place < (uint32_t)cell->n_places; place++)
        if (counted >> cell->made[place] & 1u)
            cell->counted[cell->n_counted++] = place;
}
