/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file affect.h
 * Perception, tones, feeling heard, payment, fairness, anger, rapport and strain: equations (1)-(8).
 */
#ifndef DETENTE_MODEL_AFFECT_H
#define DETENTE_MODEL_AFFECT_H

#include "model/turn.h"

/** phi: friendly influence counts less than hostile influence. */
LANE_INLINE vf influence(vf z, float positive_ratio)
{
    return vf_select(vf_lt(z, vf_set(0)), z * positive_ratio, z);
}

/** p: what of the customer's hostility reaches the agent. */
LANE_INLINE void affect_perceive(turn_values *t, const detente_cell *c)
{
    t->p = vf_clip(t->h * c->filter + t->draws->noise_perceived * c->blur, -1, 1);
    t->hostile = vf_positive(t->p);
}

/** kappa and sigma: composure held, and how sincere it looks. */
LANE_INLINE void affect_compose(turn_values *t, const detente_cell *c, vf detect)
{
    t->lapsed = vf_lt(t->draws->u_lapse, t->S * t->hostile * c->lapse);
    t->kappa = vf_where(vm_without(vm_set(1), t->lapsed), t->composure * (1.0f - t->S));
    t->sigma = 1.0f - detect * c->not_deep * t->kappa * t->hostile;
}

/** (1) the agent's tone. */
LANE_INLINE void affect_agent_tone(turn_values *t, const detente_cell *c)
{
    vf coupling = (1.0f - t->kappa) * (c->mirroring * c->task);
    if (t->uses & USES_MIRROR)
        coupling = vf_select(has(t, IS_MIRROR), vf_set(1), coupling);
    const vf pull = t->inertia_a * t->g - (1.0f - t->inertia_a) * (t->sigma * c->warm);
    t->g1 = vf_clip(pull + coupling * influence(t->p, c->positive_ratio) - 0.5f * t->w * t->sigma +
                        t->draws->noise_agent * c->agent_noise,
                    -1, 1);
}

/** (2) feeling heard. */
LANE_INLINE void affect_heard(turn_values *t, const detente_cell *c)
{
    const vf gain = vf_positive(t->v) * t->empathy * t->sigma * c->listening;
    t->V1 = t->V + gain * (1.0f - t->V) - vf_positive(-t->v) * t->V;
}

/** (3) emotional payment; worth is psi^n. */
LANE_INLINE void affect_payment(turn_values *t, const detente_cell *c, vf worth, vf continuing)
{
    t->payment = vf_set(0);
    if (!(t->uses & USES_APOLOGY))
        return;
    const vm apology = has(t, IS_APOLOGY);
    if (!any(apology))
        return;
    const vf eta = continuing * c->heard_exponent;
    const vf relief =
        t->empathy * t->sigma * (1.0f - eta + eta * t->V1) * worth * vf_exp(t->minutes * c->apology_decay);
    t->payment = vf_where(apology, (relief - t->apologies * c->apology_backfire) * c->apology_relief);
}

/** (4) procedural fairness. */
LANE_INLINE void affect_fairness(turn_values *t)
{
    t->J1 = t->J + (1.0f - t->J) * t->fairness;
}

/** (5) latent anger; after the offer. */
LANE_INLINE void affect_anger(turn_values *t, const detente_cell *c, vf reactivity)
{
    vf relief = vf_positive(t->V1 - t->V) * c->heard_relief + vf_positive(t->payment) + t->dx * c->concession_relief;
    vf rise =
        vf_positive(-t->payment) + reactivity * (t->irritation * c->refusal * (1.0f - t->J1 * c->fairness_shield) +
                                                 vf_positive(t->g1) * c->hostility);
    if (t->uses & USES_RUMINATION) {
        const vf talk = vf_positive(t->h) * (1.0f - t->V) * t->unheard * c->rumination;
        relief = relief + vf_positive(-talk);
        rise = rise + vf_positive(talk);
    }
    const vf decay = vf_exp(t->m * c->anger_decay);
    t->A1 = decay * t->A * (1.0f - vf_min(relief, vf_set(1))) + (1.0f - t->A) * vf_min(rise * t->d, vf_set(1));
}

/** (6) the customer's tone. */
LANE_INLINE void affect_customer_tone(turn_values *t, const detente_cell *c, vf influence_of_agent)
{
    const vf drive = (1.0f - t->inertia_c) * (t->A1 * c->tone_gain - c->tone_offset);
    t->h1 = vf_clip(t->inertia_c * t->h + drive + influence_of_agent * influence(t->g1, c->positive_ratio) +
                        t->draws->noise_customer * c->customer_noise,
                    -1, 1);
    t->flags = raise(t->flags, vf_lt(vf_set(c->mistreatment), t->h1), WAS_MISTREATED);
    t->flags = raise(t->flags, vf_lt(vf_set(c->temper), t->h1), LOST_TEMPER);
}

/** (7) rapport. */
LANE_INLINE void affect_rapport(turn_values *t, const detente_cell *c)
{
    vf change = (t->V1 - t->V) * c->rapport_heard + t->w * t->sigma * c->rapport_warmth + c->style -
                vf_positive(t->g1) * c->rapport_hostility;
    if (t->uses & USES_TRADE)
        change = change - vf_where(has(t, IS_TRADE), vf_set(0.1f));
    t->R1 = vf_clip(t->R + change, 0, 1);
}

/** (8) the agent's strain. */
LANE_INLINE void affect_strain(turn_values *t, const detente_cell *c)
{
    vf change = t->hostile * ((1.0f - t->kappa) * c->strain_gain + t->kappa * (c->strain_surface * c->not_deep)) +
                vf_where(vf_lt(vf_set(c->abuse), t->p), vf_set(c->strain_abuse)) - t->m * c->strain_recovery;
    if (t->uses & USES_PAUSE)
        change = change - vf_where(has(t, IS_PAUSE), vf_set(c->pause_recovery));
    t->S1 = vf_clip(t->S + change, 0, 1);
}

#endif
