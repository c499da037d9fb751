/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <gsl/gsl_randist.h>

#include "reference/reference_state.h"

static double above_zero(double x)
{
    return x > 0 ? x : 0;
}

/* phi: friendliness influences less than hostility does. */
static double influence(const detente_affect *affect, double z)
{
    return z >= 0 ? z : affect->positive_ratio * z;
}

static double half_life(double minutes, double half)
{
    return exp2(-minutes / half);
}

double reference_observe(const reference *r, const reference_encounter *e, const reference_turn *t, int observable)
{
    switch (observable) {
    case DETENTE_OBS_turn:
        return e->turn;
    case DETENTE_OBS_minutes:
        return e->minutes;
    case DETENTE_OBS_hostility:
        return t->perceived;
    case DETENTE_OBS_demand:
        return e->demand;
    case DETENTE_OBS_offer:
        return e->offer;
    case DETENTE_OBS_gap:
        return e->demand - e->offer;
    case DETENTE_OBS_stalled:
        return e->stalled;
    case DETENTE_OBS_issue:
        return e->closed;
    case DETENTE_OBS_tier:
        return e->tier;
    case DETENTE_OBS_cap:
        return reference_cap(r, e);
    case DETENTE_OBS_headroom:
        return reference_cap(r, e) - e->offer;
    case DETENTE_OBS_strain:
        return e->strain;
    case DETENTE_OBS_asked_manager:
        return e->deflections;
    case DETENTE_OBS_terms:
        return e->terms;
    default:
        return e->count[observable - DETENTE_OBS_listens];
    }
}

static int holds(double value, int op, double bound)
{
    switch ((enum detente_comparison)op) {
    case DETENTE_LT:
        return value < bound;
    case DETENTE_LE:
        return value <= bound;
    case DETENTE_GT:
        return value > bound;
    case DETENTE_GE:
        return value >= bound;
    case DETENTE_EQ:
        return value == bound;
    case DETENTE_NE:
        return value != bound;
    }
    return 0;
}

/* Steps 1 to 3: what the agent perceives, which rule fires, whether composure is kept. */
void reference_choose(const reference *r, const reference_encounter *e, reference_turn *t)
{
    const detente_agent *agent = t->agent;
    const detente_affect *affect = &r->config.affect;
    const double blur = agent->misread + affect->filter_blur * agent->voice_filter;
    const double noise = blur > 0 ? gsl_ran_gaussian_ziggurat(r->rng, blur) : 0;
    t->perceived = reference_clip((1 - agent->voice_filter) * e->tone + noise, -1, 1);
    t->abusive = t->perceived > r->config.decision.abuse;
    for (t->rule = 0; t->rule < r->strategy.n_rules - 1; t->rule++) {
        const detente_rule *rule = &r->strategy.rule[t->rule];
        int i = 0;
        while (i < rule->n_guards &&
               holds(reference_observe(r, e, t, rule->guard[i].observable), rule->guard[i].op, rule->guard[i].value))
            i++;
        if (i == rule->n_guards)
            break;
    }
    t->name = r->strategy.rule[t->rule].move;
    t->move = &r->move[t->name];
    const double hostility = above_zero(t->perceived);
    t->lapsed = gsl_rng_uniform(r->rng) < agent->lapse * e->strain * hostility;
    t->composure = t->lapsed ? 0 : agent->composure * (1 - e->strain);
    t->sincerity = 1 - e->trait[DETENTE_TRAIT_detect] * (1 - agent->deep_acting) * t->composure * hostility;
}

/* (1) the agent's tone */
static void update_agent_tone(reference *r, reference_encounter *e, const reference_turn *t)
{
    const detente_affect *affect = &r->config.affect;
    const detente_agent *agent = t->agent;
    const double inertia = t->move->agent_inertia;
    const double mirroring = t->name == DETENTE_MOVE_mirror ? 1
                                                            : agent->mirroring * (1 - t->composure) *
                                                                  (1 - affect->task_shield * agent->task_focus);
    const double tone = inertia * e->agent_tone - (1 - inertia) * agent->warmth * t->sincerity +
                        mirroring * influence(affect, t->perceived) - t->move->effects.warmth * t->sincerity / 2 +
                        gsl_ran_gaussian_ziggurat(r->rng, affect->agent_noise);
    e->agent_tone = reference_clip(tone, -1, 1);
}

/* (2)-(4): feeling heard, payment, fairness */
static void update_listening(const reference *r, reference_encounter *e, reference_turn *t)
{
    const detente_affect *affect = &r->config.affect;
    const detente_agent *agent = t->agent;
    const detente_effects *move = &t->move->effects;
    t->heard_gain = above_zero(move->validation) * agent->empathy * t->sincerity *
                        (1 - affect->task_cost * agent->task_focus) * (1 - e->heard) -
                    above_zero(-move->validation) * e->heard;
    e->heard += t->heard_gain;
    if (t->name == DETENTE_MOVE_apologise) {
        const double waits = affect->apology_heard_exponent * e->trait[DETENTE_TRAIT_continuing];
        const double worth = agent->empathy * t->sincerity * (1 - waits + waits * e->heard) *
                             pow(affect->apology_repeat, e->apologies) *
                             half_life(e->minutes, affect->apology_half_life);
        t->payment = affect->apology_relief * (worth - affect->apology_backfire * e->apologies);
        e->apologies++;
    }
    e->fairness += (1 - e->fairness) * (move->explanation + move->choice) / 2;
}

/* (5) latent anger */
static void update_anger(const reference *r, reference_encounter *e, const reference_turn *t)
{
    const detente_affect *affect = &r->config.affect;
    const detente_effects *move = &t->move->effects;
    /* (2) has already changed V: unacknowledged talk is about V before it. */
    const double unheard = 1 - (e->heard - t->heard_gain);
    const double rumination = affect->rumination * above_zero(e->tone) * unheard *
                              above_zero(1 - move->validation / affect->acknowledge_scale);
    /* Options and surrender are offers too (section 5, "offered (options, ... included)"). */
    const int offers =
        t->name == DETENTE_MOVE_offer || t->name == DETENTE_MOVE_options || t->name == DETENTE_MOVE_surrender;
    const double irritation = offers && t->stalls ? fmax(move->irritation, 0.5) : move->irritation;
    const double relief = affect->heard_relief * above_zero(t->heard_gain) + above_zero(t->payment) +
                          affect->concession_relief * t->conceded + above_zero(-rumination);
    const double frustration =
        above_zero(-t->payment) +
        e->trait[DETENTE_TRAIT_reactivity] *
            (affect->refusal_frustration * irritation * (1 - affect->fairness_shield * e->fairness) +
             affect->hostility_frustration * above_zero(e->agent_tone)) +
        above_zero(rumination);
    const double kept = half_life(t->minutes, affect->anger_half_life) * e->anger * (1 - fmin(relief, 1));
    reference_set_anger(e, kept + (1 - e->anger) * fmin(frustration * t->move->rate, 1));
}

/* (6) the customer's tone */
static void update_tone(reference *r, reference_encounter *e, const reference_turn *t)
{
    const detente_affect *affect = &r->config.affect;
    const double inertia = t->move->customer_inertia;
    const double tone =
        inertia * e->tone + (1 - inertia) * (affect->tone_gain * e->anger - affect->tone_offset) +
        affect->customer_influence * e->trait[DETENTE_TRAIT_susceptibility] * influence(affect, e->agent_tone) +
        gsl_ran_gaussian_ziggurat(r->rng, affect->customer_noise);
    e->tone = reference_clip(tone, -1, 1);
    e->peak_tone = fmax(e->peak_tone, e->tone);
}

/* (7) rapport and (8) strain */
static void update_rapport_and_strain(const reference *r, reference_encounter *e, const reference_turn *t)
{
    const detente_affect *affect = &r->config.affect;
    const detente_agent *agent = t->agent;
    const double peak = affect->personal_peak;
    const double style = affect->personal_gain * agent->personal * (2 * peak - agent->personal) / (peak * peak);
    const double rapport = e->rapport + affect->rapport_heard * t->heard_gain +
                           affect->rapport_warmth * t->move->effects.warmth * t->sincerity + style -
                           affect->rapport_hostility * above_zero(e->agent_tone) -
                           (t->name == DETENTE_MOVE_trade ? 0.1 : 0);
    e->rapport = reference_clip(rapport, 0, 1);
    const double strain =
        e->strain +
        above_zero(t->perceived) * (affect->strain_gain * (1 - t->composure) +
                                    affect->strain_surface * t->composure * (1 - agent->deep_acting)) +
        (t->abusive ? affect->strain_abuse : 0) - affect->strain_recovery * t->minutes -
        (t->name == DETENTE_MOVE_pause ? affect->pause_recovery : 0);
    e->strain = reference_clip(strain, 0, 1);
}

/* (11a) the inferred limit and (11) the demand */
static void update_demand(const reference *r, reference_encounter *e, const reference_turn *t)
{
    const detente_bargaining *b = &r->config.bargaining;
    const double more = b->inference * t->conceded * pow(b->inference_decay, e->clock);
    e->limit = fmax(e->offer + more, e->offer + (e->limit - e->offer) * (1 - b->inference_forget));
    e->limit = reference_clip(e->limit, 0, 1.5);

    const double excess = e->trait[DETENTE_TRAIT_entitlement] - b->entitlement_reference;
    const double reservation =
        fmax(b->reservation * e->reference * (1 + b->entitlement_ask * excess) * (1 - b->fairness_give * e->fairness),
             e->trait[DETENTE_TRAIT_alternative]);
    const double target = fmax(reservation, fmin(e->limit, e->reference));
    const double pace = b->demand_decay * t->move->rate * (1 - b->anger_stiffness * e->anger) * (1 + e->fairness);
    const double demand = e->demand - pace * above_zero(e->demand - target) -
                          e->trait[DETENTE_TRAIT_reciprocity] * t->conceded * (1 - e->anger);
    e->demand = reference_clip(demand, 0, 1.5);
}

/* A turn at the table that moves nothing while the customer asks for more. */
static void count_stalls(reference_encounter *e, reference_turn *t)
{
    const int at_the_table = t->name == DETENTE_MOVE_offer || t->name == DETENTE_MOVE_options ||
                             t->name == DETENTE_MOVE_refuse || t->name == DETENTE_MOVE_reiterate ||
                             t->name == DETENTE_MOVE_surrender;
    const int moved = t->conceded > 0.005;
    t->stalls = at_the_table && !moved && e->offer < e->demand;
    t->stalled_before = e->stalled;
    if (moved)
        e->stalled = 0;
    else if (t->stalls)
        e->stalled++;
}

void reference_take_turn(reference *r, reference_encounter *e, reference_turn *t)
{
    const double on_the_table = e->demand;
    t->minutes = t->move->minutes * (1 + r->config.affect.slowdown * above_zero(e->tone));
    t->warned = e->warned;
    update_agent_tone(r, e, t);
    update_listening(r, e, t);
    const double offer = reference_concede(r, e, t);
    t->cap = reference_cap(r, e);
    t->conceded = offer - e->offer;
    e->offer = offer;
    count_stalls(e, t);
    update_anger(r, e, t);
    update_tone(r, e, t);
    update_rapport_and_strain(r, e, t);
    update_demand(r, e, t);

    e->earlier[2] = e->earlier[1];
    e->earlier[1] = e->earlier[0];
    e->earlier[0] = on_the_table;
    e->minutes += t->minutes;
    e->call_minutes += t->minutes;
    e->labour_cost += t->minutes * r->config.tier[e->tier].cost_per_minute;
    e->clock++;
    e->count[t->name]++;
    e->lapsed |= t->lapsed;
    if (t->name == DETENTE_MOVE_warn)
        e->warned = 1;
}
