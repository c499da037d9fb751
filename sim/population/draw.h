/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file draw.h
 * Drawing customers over lanes: persona, correlated normals, quantile tables; and the state an encounter starts with.
 */
#ifndef DETENTE_POPULATION_DRAW_H
#define DETENTE_POPULATION_DRAW_H

#include "model/cell.h"

/** A trait from its standard normal: in closed form or by table, linear between points; set to the range's ends beyond it. */
LANE_INLINE vf customers_trait(const cell_trait *trait, vf z)
{
    if (trait->family == DETENTE_CONSTANT)
        return vf_set(trait->constant);
    if (trait->family == DETENTE_TABLE) {
        vf value = vf_set(trait->value[0]);
        for (int i = 1; i < trait->n; i++)
            value = vf_select(vf_lt(vf_set(trait->threshold[i]), z), vf_set(trait->value[i]), value);
        return value;
    }
    if (trait->family == DETENTE_NORMAL)
        return vf_clip(z * trait->scale + trait->constant, trait->low, trait->high);
    if (trait->family == DETENTE_LOGNORMAL)
        return vf_clip(vf_exp(z * trait->scale + trait->constant), trait->low, trait->high);
    const vf at = (vf_clip(z, -5.999f, 5.999f) + 6.0f) * ((float)(QUANTILES - 1) / 12.0f);
    const vu index = vu_from_vf(at);
    const vf low = vf_gather(trait->quantile, index), high = vf_gather(trait->quantile + 1, index);
    return vf_clip(low + (at - vf_from_vu(index)) * (high - low), trait->low, trait->high);
}

/** Draw the customers of DETENTE_LANES encounters into the block's slots @p slot and on. */
LANE_INLINE void customers_draw(detente_play *play, vu encounter, uint32_t slot)
{
    const detente_customers *customers = play->cell->customers;
    vf z[4 * N_PHILOX_TRAITS] = {0};
    for (unsigned i = 0; i < N_PHILOX_TRAITS; i++) {
        vu word[4];
        if (!(customers->drawn >> (4 * i) & 15u))
            continue;
        draw(&play->key, encounter, vu_set(0), DRAW_TRAITS + i, word);
        draw_normals(word[0], word[1], &z[4 * i], &z[4 * i + 1]);
        draw_normals(word[2], word[3], &z[4 * i + 2], &z[4 * i + 3]);
    }
    if (customers->correlated)
        for (int i = DETENTE_N_TRAITS - 1; i >= 0; i--) {
            vf sum = vf_set(0);
            for (int j = 0; j <= i; j++)
                if (customers->cholesky[i][j] != 0)
                    sum = sum + z[j] * customers->cholesky[i][j];
            z[i] = sum;
        }
    vf trait[DETENTE_N_TRAITS];
    vf persona = vf_set(0);
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        trait[i] = customers_trait(&customers->trait[i], z[i]);
    if (customers->n_personas > 1) {
        vu word[4];
        draw(&play->key, encounter, vu_set(0), DRAW_PERSONA, word);
        const vf u = draw_uniform(word[0]);
        for (int k = 1; k < customers->n_personas; k++) {
            const vm chosen = vf_lt(vf_set(customers->share_below[k]), u);
            if (!vm_bits(chosen))
                continue;
            persona = vf_select(chosen, vf_set((float)k), persona);
            for (int i = 0; i < DETENTE_N_TRAITS; i++)
                trait[i] =
                    vf_select(chosen, customers_trait(&customers->trait[k * DETENTE_N_TRAITS + i], z[i]), trait[i]);
        }
    }
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        vf_store(&play->block->trait[i][slot], trait[i]);
    const vu number = vu_from_vf(persona);
    memcpy(&play->block->persona[slot], &number, sizeof number);
}

/** What an encounter starts with, and what its customer keeps (section 1 of the model). */
LANE_INLINE void customers_start(detente_play *play, uint32_t slot)
{
    const detente_cell *c = play->cell;
#define TRAIT(name) vf_load(&play->block->trait[DETENTE_TRAIT_##name][slot])
#define START(column, value) vf_store(slot_at(play, SLOT_##column, slot), value)
    const vf anger = TRAIT(anger), excess = TRAIT(entitlement) - c->entitlement_reference;
    const vf tone = vf_clip(anger * c->tone_gain - c->tone_offset, -1, 1);
    const vf entitled_ask = excess * c->entitlement_ask + 1.0f;
    const vf expectation = vf_clip(TRAIT(expectation) * c->issue[0].importance, 0, 1.5f);
    vf claim = vf_set(0);
    for (int k = 0; k < c->n_issues; k++)
        claim = claim + vf_clip(TRAIT(expectation) * c->issue[k].importance, 0, 1.5f) * c->issue[k].weight;
    START(ANGER, anger);
    START(TONE, tone);
    START(HEARD, TRAIT(openness));
    START(EXPECTATION, expectation);
    START(CLAIM, claim);
    START(DEMAND, vf_clip(expectation * (entitled_ask + c->opening_ask), 0, 1.5f));
    START(RECIPROCITY, TRAIT(reciprocity));
    START(INFLUENCE, TRAIT(susceptibility) * c->customer_influence);
    START(REACTIVITY, TRAIT(reactivity));
    START(CONTINUING, TRAIT(continuing));
    START(MANAGER_LOGIT, excess * c->manager_entitlement + TRAIT(belief) * c->manager_belief + c->manager_base);
    START(HANGUP_LOGIT, TRAIT(alternative) * c->hangup_alternative + c->hangup_base);
    START(PER_PATIENCE, 1.0f / TRAIT(patience));
    START(ALTERNATIVE, TRAIT(alternative));
    START(ENTITLED_ASK, entitled_ask);
    START(DETECT, TRAIT(detect));
#undef TRAIT
#undef START
    vu flags = vu_set(0);
    flags = vu_select(vf_lt(vf_set(c->mistreatment), tone), flags | WAS_MISTREATED, flags);
    flags = vu_select(vf_lt(vf_set(c->temper), tone), flags | LOST_TEMPER, flags);
    memcpy(slot_at(play, SLOT_FLAGS, slot), &flags, sizeof flags);
}

#endif
