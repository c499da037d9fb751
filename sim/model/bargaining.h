/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file bargaining.h
 * Offers, stalls, the inferred limit and the demand: equations (9)-(11a).
 */
#ifndef DETENTE_MODEL_BARGAINING_H
#define DETENTE_MODEL_BARGAINING_H

#include "model/turn.h"

/** (10) the target of an offer. demand1 and demand3 are the demands one and three turns ago; clock is t'. */
LANE_INLINE vf bargaining_target(const turn_values *t, const detente_cell *c, vf clock, vf demand1, vf demand3)
{
    const vf alpha = vf_gather(c->curve, vu_from_vf(clock));
    vf target = (t->cap - c->opening) * alpha + c->opening + t->hostile * (1.0f - t->hostile) * (4.0f * c->appeasement);
    if (t->uses & USES_HISTORY)
        target = target + vf_positive(demand1 - t->D) * c->reciprocity;
    if (t->uses & USES_TACTIC) {
        const vf standing = vf_max(t->x, vf_set(c->opening));
        if (c->tactic == DETENTE_RANDOM_ABSOLUTE) {
            target = standing + (demand1 - t->D) + (t->draws->u_step * 0.1f - 0.05f);
        } else {
            const vm met = vf_le(t->D, vf_set(0));
            const vf before = c->tactic == DETENTE_RELATIVE ? demand1 : demand3;
            target = vf_select(met, t->cap, standing * before / vf_select(met, vf_set(1), t->D));
        }
    }
    return target;
}

/** The offer made, whether it misses, the stall; before (5). */
LANE_INLINE void bargaining_offer(turn_values *t, const detente_cell *c, vf clock, vf demand1, vf demand3)
{
    vm making = has(t, IS_CURVE_OFFER);
    t->made_option = vm_set(0);
    t->x1 = t->x;
    if (t->plain || any(making)) {
        if (t->uses & USES_MISS) {
            const vm asked = vu_has(t->flags, vu_set(HAD_ASK));
            making = vm_without(making, vm_without(vf_lt(t->draws->u_miss, vf_set(c->miss)), asked));
        }
        const vf target = bargaining_target(t, c, clock, demand1, demand3);
        t->x1 = vf_select(making, vf_max(t->x, vf_min(target, t->cap_offer)), t->x);
        t->made_option = making;
    }
    if (t->uses & USES_SURRENDER)
        t->x1 = vf_select(has(t, IS_SURRENDER), vf_max(t->x, vf_min(t->D, t->cap_offer)), t->x1);
    if (t->uses & USES_EXTRAS) {
        const vm interim = vm_without(has(t, IS_INTERIM), vu_has(t->flags, vu_set(ON_INTERIM)));
        t->x1 = vf_select(interim, vf_max(t->x, vf_min(t->x + c->interim, t->cap_offer)), t->x1);
    }
    t->dx = t->x1 - t->x;
    t->still = vf_le(t->dx, vf_set(0.005f));
    t->stall = vm_and(vm_and(has(t, IS_STALLING), t->still), vf_lt(t->x1, t->D));
    t->irritation =
        vf_select(vm_and(t->stall, has(t, IS_OFFERING)), vf_max(t->irritation, vf_set(0.5f)), t->irritation);
}

/** What the moves of the turn add beside the offer: options, promise, substitute, terms and other flags. */
LANE_INLINE void bargaining_extras(turn_values *t, const detente_cell *c, vf *option_value)
{
    t->terms = vf_select(has(t, IS_TERMS), vf_set(1), t->terms);
    t->flags = raise(t->flags, has(t, IS_ASK), HAD_ASK);
    if (!(t->uses & USES_EXTRAS))
        return;
    const vm options = vm_without(vm_and(has(t, IS_OPTIONS), t->made_option), vu_has(t->flags, vu_set(ON_OPTIONS)));
    if (any(options)) {
        const vf best = vf_exp(vf_log(t->draws->u_options) * c->option_power);
        *option_value =
            vf_select(options, vf_positive((best * 2.0f - 1.0f) * c->option_spread - c->option_cost), *option_value);
        t->flags = raise(t->flags, options, ON_OPTIONS);
    }
    t->flags = raise(t->flags, has(t, IS_INTERIM), ON_INTERIM);
    t->flags = raise(t->flags, has(t, IS_PROMISE), ON_PROMISE);
    const vm substitute = vm_without(has(t, IS_SUBSTITUTE), vu_has(t->flags, vu_set(HAD_SUBSTITUTE)));
    t->flags = raise(t->flags, substitute, HAD_SUBSTITUTE | ON_SUBSTITUTE);
}

/** y + promise + substitute: what the terms are worth beyond the offer. */
LANE_INLINE vf bargaining_bonus(const turn_values *t, const detente_cell *c, vf option_value)
{
    if (!(t->uses & USES_EXTRAS))
        return vf_set(0);
    const vf promise = vf_where(vu_has(t->flags, vu_set(ON_PROMISE)), vf_set(c->promise));
    const vf substitute = vf_where(vu_has(t->flags, vu_set(ON_SUBSTITUTE)), vf_set(c->substitute_value));
    return option_value + promise + substitute;
}

/** (11a) the inferred limit; infer is lambda_t^t'. */
LANE_INLINE void bargaining_limit(turn_values *t, const detente_cell *c, vf infer)
{
    const vf jump = t->x1 + t->dx * infer * c->inference;
    const vf fade = t->x1 + (t->L - t->x1) * c->limit_keep;
    t->L1 = vf_clip(vf_max(jump, fade), 0, 1.5f);
}

/** (11) the demand; entitled_ask is 1 + k_e eps_e. */
LANE_INLINE void bargaining_demand(turn_values *t, const detente_cell *c, vf reciprocity, vf alternative,
                                   vf entitled_ask)
{
    vf demand = t->D;
    if (t->uses & USES_TRADE)
        demand = vf_select(has(t, IS_TRADE), demand * 0.9f, demand);
    const vf reservation =
        vf_max(t->E * c->reservation * entitled_ask * (1.0f - t->J1 * c->fairness_give), alternative);
    const vf floor = vf_max(reservation, vf_min(t->L1, t->E));
    const vf rate = t->d * c->demand_decay * (1.0f - t->A1 * c->anger_stiffness) * (1.0f + t->J1);
    const vf after = demand - rate * vf_positive(demand - floor) - reciprocity * t->dx * (1.0f - t->A1);
    t->D1 = vf_clip(after, 0, 1.5f);
}

#endif
