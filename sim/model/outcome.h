/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file outcome.h
 * Outcomes of finished encounters: equations (16)-(19) and the fixed metrics.
 */
#ifndef DETENTE_MODEL_OUTCOME_H
#define DETENTE_MODEL_OUTCOME_H

#include "model/turn.h"

/** c(r): what was got, as a share of the expectation, peaks at 150 %. */
LANE_INLINE vf outcome_worth(vf r, float overpay)
{
    const vf below = r * (1.0f / 1.5f) - 1.0f, above = r - 1.5f;
    return 1.0f - vf_select(vf_lt(r, vf_set(1.5f)), below * below, above * above * overpay);
}

LANE_INLINE vf outcome_satisfaction(detente_play *play, uint32_t slot)
{
    const detente_cell *c = play->cell;
#define FINAL(column) vf_load(slot_at(play, SLOT_##column, slot))
    const vf got = FINAL(UTILITY), claim = vf_max(FINAL(CLAIM), vf_set(0.05f));
    const vf share = outcome_worth(got / claim, c->overpay);
    const vf rankle = vf_positive(FINAL(LIMIT_SETTLED) - got) * c->regret;
    const vf delight = (got - FINAL(UTILITY_ACCEPTED)) * c->surprise;
    const vf distributive = share + (delight - rankle) / claim;
    const vf interactional = (FINAL(HEARD) + FINAL(RAPPORT)) * 0.5f;
    const vf justice = distributive * c->weight_distributive + FINAL(FAIRNESS) * c->weight_procedural +
                       interactional * c->weight_interactional;
    return vf_clip(justice * (1.0f - FINAL(ANGER) * 0.5f), 0, 1);
}

/** All metrics of DETENTE_LANES finished encounters. */
LANE_INLINE void outcome_write(detente_play *play, vu encounter, uint32_t slot)
{
    const detente_cell *c = play->cell;
    detente_block *block = play->block;
    const vu flags = vu_load((const uint32_t *)(const void *)slot_at(play, SLOT_FLAGS, slot));
#define METRIC(name, value) vf_store(&block->metric[DETENTE_METRIC_##name][slot], value)
#define FLAG(bit) vu_has(flags, vu_set(bit))
    const vm resolved = FLAG(END_RESOLVED), broken = FLAG(BROKEN_PROMISE);
    const vm first_contact = vm_without(vm_without(resolved, FLAG(WAS_ESCALATED)), FLAG(CALLED_BACK));
    METRIC(resolved, vf_indicator(resolved));
    METRIC(hung_up, vf_indicator(FLAG(END_HUNG_UP)));
    METRIC(impasse, vf_indicator(FLAG(END_IMPASSE)));
    METRIC(terminated, vf_indicator(FLAG(END_TERMINATED)));
    METRIC(first_contact, vf_indicator(first_contact));
    METRIC(asked_manager, vf_indicator(FLAG(ASKED_MANAGER)));
    METRIC(escalated, vf_indicator(FLAG(WAS_ESCALATED)));
    METRIC(executive, vf_indicator(FLAG(WAS_EXECUTIVE)));
    METRIC(called_back, vf_indicator(FLAG(CALLED_BACK)));
    METRIC(mistreated, vf_indicator(FLAG(WAS_MISTREATED)));
    METRIC(lost_temper, vf_indicator(FLAG(LOST_TEMPER)));
    METRIC(agent_lapsed, vf_indicator(FLAG(HAD_LAPSE)));

    const vf minutes = FINAL(MINUTES), concession = FINAL(CONCESSION), labour = FINAL(LABOUR),
             cost = concession + labour;
    METRIC(turns, FINAL(TURN));
    METRIC(minutes, minutes);
    METRIC(conceded, FINAL(UTILITY));
    METRIC(concession_cost, concession);
    METRIC(labour_cost, labour);
    METRIC(total_cost, cost);
    METRIC(peak_anger, FINAL(PEAK));
    METRIC(final_anger, FINAL(ANGER));
    METRIC(heard, FINAL(HEARD));
    METRIC(rapport, FINAL(RAPPORT));
    METRIC(strain, FINAL(STRAIN));
    METRIC(exceptions, FINAL(EXCEPTIONS));
    METRIC(breaches, FINAL(BREACHES));
    METRIC(broken_promises, FINAL(BROKEN));

    const vf satisfaction = outcome_satisfaction(play, slot);
    vu word[4];
    vf noise_heard, noise_satisfaction;
    draw(&play->key, encounter, vu_set(0), DRAW_SURVEY, word);
    draw_normals(word[0], word[1], &noise_heard, &noise_satisfaction);
    METRIC(satisfaction, satisfaction);
    METRIC(reported_heard, vf_clip(FINAL(HEARD) + noise_heard * c->survey_noise, 0, 1));
    METRIC(reported_satisfaction, vf_clip(satisfaction + noise_satisfaction * c->survey_noise, 0, 1));

    /* (17): a broken promise counts as unresolved. */
    const vm kept = vm_without(resolved, broken);
    const vm quick = vm_and(vm_without(first_contact, broken), vf_le(minutes, vf_set(c->quick_minutes)));
    const vf reference = vf_select(quick, vf_set(c->reference_quick),
                                   vf_select(kept, vf_set(c->reference_resolved), vf_set(c->reference_unresolved)));
    const vf logit = vf_where(kept, vf_set(c->return_resolved)) + vf_where(quick, vf_set(c->return_quick)) +
                     (satisfaction - reference) * c->return_satisfaction + c->return_base;
    const vf returns = 1.0f / (1.0f + vf_exp(-logit));
    /* (18), (19) */
    const vf balance = satisfaction * 2.0f - 1.0f;
    const vf good = vf_positive(balance) * c->tells_good, bad = vf_positive(-balance) * c->tells_bad;
    METRIC(return_probability, returns);
    METRIC(tells_good, good);
    METRIC(tells_bad, bad);
    METRIC(net_value, returns * c->value - cost + good * c->word_gain - bad * c->word_cost);
#undef METRIC
#undef FLAG
#undef FINAL
}

#endif
