/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "reference/reference_state.h"

/* A base of -1000 stands for never. */
static const double NEVER = -1000;

/* Minutes that a deflected request takes. */
static const double DEFLECTION_MINUTES = 0.5;

/* A demand is met when no more than a float32's rounding is missing; see README.md. */
static const double MET = 6e-8;

/* What a settled issue may uncover on the next. */
static const double DISCOVERED = 0.1;

void reference_set_anger(reference_encounter *e, double anger)
{
    e->anger = anger;
    e->peak_anger = fmax(e->peak_anger, anger);
}

void reference_open_item(reference *r, reference_encounter *e, int after_agreement)
{
    const detente_bargaining *b = &r->config.bargaining;
    const double importance = reference_item_importance(r, e);
    const double excess = e->trait[DETENTE_TRAIT_entitlement] - b->entitlement_reference;
    e->reference = reference_clip(e->expectation * importance, 0, 1.5);
    e->demand = reference_clip(e->reference * (1 + b->opening_ask + b->entitlement_ask * excess), 0, 1.5);
    e->limit = e->reference;
    e->offer = e->found = e->option_gain = e->promise = e->substitute = 0;
    e->terms = e->clock = e->stalled = 0;
    e->gave_interim = e->gave_options = 0;
    if (after_agreement) {
        e->demand *= 1 - b->momentum;
        if (gsl_rng_uniform(r->rng) < b->discovery)
            e->offer = e->found = fmin(DISCOVERED, reference_cap(r, e));
    }
    for (int i = 0; i < 3; i++)
        e->earlier[i] = e->demand;
}

/* Close the active item; u, b and L count as the item's share. */
static reference_ending close_item(reference *r, reference_encounter *e, reference_turn *t, int agreed)
{
    e->limit_closed += reference_item_weight(r, e) * e->limit;
    e->reference_closed += reference_item_weight(r, e) * e->reference;
    e->closed++;
    e->accepted += agreed;
    if (e->closed == r->n_items) {
        t->event = agreed ? DETENTE_EVENT_ACCEPT : DETENTE_EVENT_SET_ASIDE;
        return e->accepted > 0 ? RESOLVED : IMPASSE;
    }
    t->event = agreed ? DETENTE_EVENT_ISSUE_SETTLED : DETENTE_EVENT_SET_ASIDE;
    reference_open_item(r, e, agreed);
    return GOES_ON;
}

/* Conceding what is unlawful is a breach, for each issue that was opened to it. */
static void count_breaches(const reference *r, reference_encounter *e, double conceded)
{
    int first, last;
    if (conceded <= 0)
        return;
    reference_item_span(r, e, &first, &last);
    for (int i = first; i < last; i++) {
        const int issue = r->order[i];
        if (r->config.issue[issue].standing == DETENTE_UNLAWFUL && (e->opened[issue] || reference_cap(r, e) <= 0))
            e->breaches++;
    }
}

static reference_ending accept(reference *r, reference_encounter *e, reference_turn *t)
{
    const double weight = reference_item_weight(r, e);
    const double accepted = e->offer + e->option_gain + e->promise + e->substitute;
    double conceded = e->offer, surprise = 0;
    int broken = 0;
    if (e->promise > 0) {
        const int able = e->offer + e->promise <= reference_cap(r, e);
        broken = gsl_rng_uniform(r->rng) >= t->agent->keeps_promise || !able;
        if (broken) {
            e->broken_promises++;
            reference_set_anger(e, e->anger + r->config.affect.broken_promise * (1 - e->anger));
        } else {
            conceded += e->promise;
        }
    }
    const double room = reference_cap(r, e) - e->offer;
    if (r->strategy.after_terms > 0 && room > 0) { /* (12) */
        surprise = fmin(r->strategy.after_terms, room);
        e->exceptions++;
        reference_set_anger(e, e->anger * (1 - fmin(r->config.affect.concession_relief * surprise, 1)));
    }
    conceded += surprise;
    count_breaches(r, e, conceded);
    e->utility += weight * (conceded + e->option_gain + e->substitute);
    e->utility_accepted += weight * accepted;
    e->cost += reference_item_cost(r, e) * (conceded - fmin(e->found, e->offer)) +
               (e->substitute > 0 ? r->config.substitute_cost : 0);
    e->rapport = reference_clip(e->rapport + r->config.bargaining.momentum, 0, 1);
    return close_item(r, e, t, 1);
}

/* Hand up to a tier; the wait is nobody's work. */
static void transfer(reference *r, reference_encounter *e, int tier)
{
    const detente_affect *affect = &r->config.affect;
    const double mean = tier > 0 ? r->config.tier[tier].wait : 0;
    const double wait = mean > 0 ? gsl_ran_exponential(r->rng, mean) : 0;
    const double beyond = fmax(wait - affect->wait_tolerance, 0);
    e->minutes += wait;
    e->call_minutes += wait;
    e->anger *= exp2(-wait / affect->anger_half_life);
    reference_set_anger(e, e->anger + fmin(affect->wait_frustration * beyond, 1) * (1 - e->anger));
    reference_set_anger(e, e->anger * (1 - affect->transfer_relief));

    const detente_agent *agent = &r->agent[tier];
    e->tier = tier;
    e->escalated |= tier > 0;
    e->executive |= tier == 2;
    e->agent_tone = -agent->warmth;
    e->strain = agent->strain;
    e->rapport = 0.5;
    e->stalled = e->deflections = e->clock = 0;
    memset(e->count, 0, sizeof e->count);
    if (gsl_rng_uniform(r->rng) < 1 - agent->documents) {
        e->heard *= 1 - r->config.bargaining.handover;
        e->offer *= 1 - r->config.bargaining.handover;
        e->found *= 1 - r->config.bargaining.handover;
    }
}

static reference_ending ask_for_manager(reference *r, reference_encounter *e, reference_turn *t)
{
    e->requested = 1;
    if (e->deflections < r->strategy.persistence) {
        e->deflections++;
        e->minutes += DEFLECTION_MINUTES;
        e->call_minutes += DEFLECTION_MINUTES;
        e->labour_cost += DEFLECTION_MINUTES * r->config.tier[e->tier].cost_per_minute;
        reference_set_anger(e, e->anger + r->config.affect.deflection_frustration * (1 - e->anger));
        t->event = DETENTE_EVENT_DEFLECTED;
        return GOES_ON;
    }
    if (e->tier == r->config.n_tiers - 1) {
        t->event = DETENTE_EVENT_IMPASSE;
        return IMPASSE;
    }
    transfer(r, e, e->tier + 1);
    t->event = DETENTE_EVENT_TRANSFER;
    return GOES_ON;
}

static reference_ending hang_up(reference *r, reference_encounter *e, reference_turn *t)
{
    if (!e->called_back && gsl_rng_uniform(r->rng) < e->trait[DETENTE_TRAIT_calls_back]) {
        e->called_back = 1;
        transfer(r, e, r->config.n_tiers - 1);
        e->call_minutes = 0;
        t->event = DETENTE_EVENT_CALL_BACK;
        return GOES_ON;
    }
    t->event = DETENTE_EVENT_HANG_UP;
    return HUNG_UP;
}

/* (13)-(15): the odds of the three against going on */
static void odds(const reference *r, const reference_encounter *e, reference_turn *t)
{
    const detente_decision *d = &r->config.decision;
    const double *trait = e->trait;
    const double excess = trait[DETENTE_TRAIT_entitlement] - r->config.bargaining.entitlement_reference;
    const double worth = e->offer + e->option_gain + e->promise + e->substitute;
    double z[3];
    z[0] = d->accept_utility * (worth - e->demand) + d->accept_rapport * e->rapport - d->accept_anger * e->anger +
           d->accept_base;
    z[1] = d->manager_base + d->manager_hostility * fmax(e->tone, 0) + d->manager_stall * fmin(t->stalled_before, 10) +
           d->manager_entitlement * excess + d->manager_belief * trait[DETENTE_TRAIT_belief] -
           d->manager_heard * e->heard + t->move->log_rate;
    z[2] = d->hangup_base + d->hangup_anger * e->anger + e->call_minutes / trait[DETENTE_TRAIT_patience] +
           d->hangup_alternative * trait[DETENTE_TRAIT_alternative] + t->move->log_rate;
    if (!e->terms || d->accept_base <= NEVER)
        z[0] = -INFINITY;
    if (d->manager_base <= NEVER)
        z[1] = -INFINITY;
    if (d->hangup_base <= NEVER)
        z[2] = -INFINITY;
    if (e->terms && worth >= e->demand - MET) {
        t->odds[0] = 1;
        t->odds[1] = t->odds[2] = 0;
        return;
    }
    const double largest = fmax(fmax(z[0], z[1]), fmax(z[2], 0));
    double total = exp(-largest);
    for (int i = 0; i < 3; i++)
        total += t->odds[i] = exp(z[i] - largest);
    for (int i = 0; i < 3; i++)
        t->odds[i] /= total;
}

static reference_ending customer_decides(reference *r, reference_encounter *e, reference_turn *t)
{
    odds(r, e, t);
    const double u = gsl_rng_uniform(r->rng);
    if (u < t->odds[0])
        return accept(r, e, t);
    if (u < t->odds[0] + t->odds[1])
        return ask_for_manager(r, e, t);
    if (u < t->odds[0] + t->odds[1] + t->odds[2])
        return hang_up(r, e, t);
    return GOES_ON;
}

reference_ending reference_decide(reference *r, reference_encounter *e, reference_turn *t)
{
    if (t->name == DETENTE_MOVE_close || (t->abusive && t->warned)) {
        t->event = DETENTE_EVENT_TERMINATED;
        return TERMINATED;
    }
    if (t->name == DETENTE_MOVE_transfer && e->tier < r->config.n_tiers - 1) {
        transfer(r, e, e->tier + 1);
        t->event = DETENTE_EVENT_TRANSFER;
        return GOES_ON;
    }
    const int closed = e->closed;
    const reference_ending ending = customer_decides(r, e, t);
    if (ending == GOES_ON && r->n_items > 1 && e->closed == closed && reference_cap(r, e) <= 0 &&
        r->strategy.set_aside > 0 && e->stalled >= r->strategy.set_aside)
        return close_item(r, e, t, 0);
    return ending;
}
