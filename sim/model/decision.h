/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file decision.h
 * The customer's decision, a multinomial logit on one uniform: equations (13)-(15).
 */
#ifndef DETENTE_MODEL_DECISION_H
#define DETENTE_MODEL_DECISION_H

#include "model/turn.h"

LANE_INLINE void decide(turn_values *t, const detente_cell *c, vf manager_logit, vf hangup_logit, vf per_patience)
{
    const vm terms = vf_lt(vf_set(0), t->terms);
    t->u_hat = t->x1 + t->bonus;
    t->full = vm_and(terms, vf_le(t->D1, t->u_hat));
    t->z_accept =
        (t->u_hat - t->D1) * c->accept_utility + t->R1 * c->accept_rapport - t->A1 * c->accept_anger + c->accept_base;
    t->z_manager = vf_positive(t->h1) * c->manager_hostility + vf_min(t->stalled, vf_set(10)) * c->manager_stall +
                   manager_logit - t->V1 * c->manager_heard + t->log_d;
    t->z_hang_up = t->A1 * c->hangup_anger + t->call_minutes * per_patience + hangup_logit + t->log_d;
    /*
     * Large logits are lowered together so that no exponential overflows; "go on" (1 before) is then below any u's resolution.
     */
    const vf acceptable = vf_select(terms, t->z_accept, vf_set(-1000));
    const vf excess = vf_positive(vf_max(acceptable, vf_max(t->z_manager, t->z_hang_up)) - 40.0f);
    t->e_accept = vf_where(terms, vf_exp(t->z_accept - excess));
    t->e_manager = vf_exp(t->z_manager - excess);
    t->e_hang_up = vf_exp(t->z_hang_up - excess);
    const vf stay = vf_indicator(vf_le(excess, vf_set(0)));
    t->e_sum = stay + t->e_accept + t->e_manager + t->e_hang_up;
    const vf level = t->draws->u_decision * t->e_sum;
    t->accept = vm_or(t->full, vf_lt(level, t->e_accept));
    t->manager = vm_without(vf_lt(level, t->e_accept + t->e_manager), t->accept);
    t->hang_up = vm_without(vm_without(vf_lt(level, t->e_accept + t->e_manager + t->e_hang_up), t->accept), t->manager);
}

#endif
