/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "reference/reference_state.h"

double reference_issue_cap(const reference *r, const reference_encounter *e, int issue)
{
    const double authority = r->config.tier[e->tier].authority;
    switch ((enum detente_standing)r->config.issue[issue].standing) {
    case DETENTE_ENTITLED:
        return 1;
    case DETENTE_DISCRETIONARY:
        return authority;
    case DETENTE_OUTSIDE:
    case DETENTE_UNLAWFUL:
        break;
    }
    return e->opened[issue] ? authority : 0;
}

void reference_item_span(const reference *r, const reference_encounter *e, int *first, int *last)
{
    *first = r->n_items == 1 ? 0 : e->closed;
    *last = r->n_items == 1 ? r->config.n_issues : e->closed + 1;
}

double reference_cap(const reference *r, const reference_encounter *e)
{
    int first, last;
    reference_item_span(r, e, &first, &last);
    if (last - first == 1)
        return reference_issue_cap(r, e, r->order[first]);
    double cap = 0;
    for (int i = first; i < last; i++)
        cap += r->config.issue[r->order[i]].weight * reference_issue_cap(r, e, r->order[i]);
    return cap;
}

double reference_item_weight(const reference *r, const reference_encounter *e)
{
    return r->n_items == 1 ? 1 : r->config.issue[r->order[e->closed]].weight;
}

double reference_item_cost(const reference *r, const reference_encounter *e)
{
    if (r->n_items > 1)
        return r->config.issue[r->order[e->closed]].cost;
    /* A package concedes of each issue in proportion to what may be conceded of it: no issue goes beyond its cap. */
    double cost = 0;
    for (int i = 0; i < r->config.n_issues; i++)
        cost += r->config.issue[i].cost * reference_issue_cap(r, e, i);
    const double cap = reference_cap(r, e);
    return cap > 0 ? cost / cap : r->total_cost;
}

double reference_item_importance(const reference *r, const reference_encounter *e)
{
    return r->n_items > 1 ? r->config.issue[r->order[e->closed]].importance : r->importance;
}

/* What offers may reach: the cap, less what is held back for the surprise of (12). */
static double offer_limit(const reference *r, const reference_encounter *e)
{
    return fmax(reference_cap(r, e) - r->strategy.after_terms, 0);
}

/* (9) */
static double curve(const detente_concession *c, int clock)
{
    const double s = reference_clip((clock - c->start) / c->horizon, 0, 1);
    if (c->tactic == DETENTE_EXPONENTIAL)
        return exp(pow(1 - s, c->beta) * log(c->kappa0));
    return c->kappa0 + (1 - c->kappa0) * pow(s, 1 / c->beta);
}

/* (10) and the behaviour-dependent tactics */
static double offer_target(const reference *r, const reference_encounter *e, const reference_turn *t)
{
    const detente_concession *c = &r->strategy.concession;
    const double standing = fmax(e->offer, c->opening), moved = e->earlier[0] - e->demand;
    const double hostility = fmax(t->perceived, 0);
    switch ((enum detente_tactic)c->tactic) {
    case DETENTE_RELATIVE:
        return e->demand > 0 ? standing * e->earlier[0] / e->demand : standing;
    case DETENTE_RANDOM_ABSOLUTE:
        return standing + moved + 0.05 * (2 * gsl_rng_uniform(r->rng) - 1);
    case DETENTE_AVERAGED:
        return e->demand > 0 ? standing * e->earlier[2] / e->demand : standing;
    case DETENTE_POLYNOMIAL:
    case DETENTE_EXPONENTIAL:
        break;
    }
    return c->opening + (reference_cap(r, e) - c->opening) * curve(c, e->clock) + c->reciprocity * fmax(moved, 0) +
           c->appeasement * 4 * hostility * (1 - hostility);
}

/* An offer on a claim with several issues may miss until the agent has asked. */
static int misses(const reference *r, const reference_encounter *e)
{
    return r->config.n_issues > 1 && !e->asked && gsl_rng_uniform(r->rng) < r->config.bargaining.miss;
}

static double offered(const reference *r, const reference_encounter *e, const reference_turn *t)
{
    if (misses(r, e))
        return e->offer;
    return fmax(e->offer, fmin(offer_target(r, e, t), offer_limit(r, e)));
}

static void lay_out_options(const reference *r, reference_encounter *e)
{
    const detente_bargaining *b = &r->config.bargaining;
    const double n = r->strategy.options;
    if (e->gave_options)
        return;
    e->gave_options = 1;
    /* Nobody need take an alternative that is worth less than the plain offer. */
    const double gain = b->option_spread * (2 * pow(gsl_rng_uniform_pos(r->rng), 1 / n) - 1) - b->option_cost * (n - 1);
    e->option_gain = fmax(gain, 0);
}

static void give_substitute(const reference *r, reference_encounter *e)
{
    if (e->gave_substitute)
        return;
    e->gave_substitute = 1;
    e->substitute = r->config.substitute_value;
}

static double give_interim(const reference *r, reference_encounter *e)
{
    if (e->gave_interim)
        return e->offer;
    e->gave_interim = 1;
    return fmax(e->offer, fmin(e->offer + r->config.bargaining.interim, offer_limit(r, e)));
}

/* Open what is outside or unlawful in the active item to the authority. */
static void make_exception(const reference *r, reference_encounter *e)
{
    int first, last, opened = 0;
    reference_item_span(r, e, &first, &last);
    for (int i = first; i < last; i++) {
        const int issue = r->order[i];
        if (r->config.issue[issue].standing < DETENTE_OUTSIDE || e->opened[issue])
            continue;
        e->opened[issue] = opened = 1;
    }
    e->exceptions += opened;
}

/* Ask for something in return; what the customer is entitled to is not the agent's to trade. */
static void ask_in_return(const reference *r, reference_encounter *e)
{
    int first, last, breach = 0;
    reference_item_span(r, e, &first, &last);
    for (int i = first; i < last; i++)
        if (r->config.issue[r->order[i]].standing == DETENTE_ENTITLED)
            breach = 1;
    e->breaches += breach;
    e->demand *= 0.9;
}

/* E of what is on the table moves towards its cap. */
static void clarify(const reference *r, reference_encounter *e)
{
    e->reference += r->config.bargaining.clarify * (reference_cap(r, e) - e->reference);
}

double reference_concede(reference *r, reference_encounter *e, reference_turn *t)
{
    double offer = e->offer;
    switch ((enum detente_move)t->name) {
    case DETENTE_MOVE_options:
        lay_out_options(r, e);
        offer = offered(r, e, t);
        e->terms = 1;
        break;
    case DETENTE_MOVE_offer:
        offer = offered(r, e, t);
        e->terms = 1;
        break;
    case DETENTE_MOVE_surrender:
        offer = fmax(offer, fmin(e->demand, offer_limit(r, e)));
        e->terms = 1;
        break;
    case DETENTE_MOVE_interim:
        offer = give_interim(r, e);
        e->terms = 1;
        break;
    case DETENTE_MOVE_substitute:
        give_substitute(r, e);
        e->terms = 1;
        break;
    case DETENTE_MOVE_exception:
        make_exception(r, e);
        e->terms = 1;
        break;
    case DETENTE_MOVE_trade:
        ask_in_return(r, e);
        e->terms = 1;
        break;
    case DETENTE_MOVE_refuse:
    case DETENTE_MOVE_reiterate:
        e->terms = 1;
        break;
    case DETENTE_MOVE_promise:
        e->promise = r->config.bargaining.promise;
        break;
    case DETENTE_MOVE_clarify:
        clarify(r, e);
        break;
    case DETENTE_MOVE_ask:
        e->asked = 1;
        break;
    default:
        break;
    }
    return offer;
}
