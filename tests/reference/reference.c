/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference/reference.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "core/memory.h"
#include "reference/reference_state.h"

/* The agent of a tier: agent.*, the tier's composure and empathy above the front line, then the strategy's overrides. */
static detente_agent agent_of_tier(const reference *r, int tier)
{
    detente_agent agent = r->config.agent;
    if (tier > 0) {
        agent.composure = r->config.tier[tier].composure;
        agent.empathy = r->config.tier[tier].empathy;
    }
#define X(name, ...) \
    if (!isnan(r->strategy.agent.name)) \
        agent.name = r->strategy.agent.name;
    DETENTE_AGENT_PARAMS(X)
#undef X
    return agent;
}

/* Section 2, step 7: how a move's length changes inertias, rates and odds. */
static reference_move prepare_move(const detente_config *config, int move)
{
    reference_move m = {.effects = config->move[move]};
    const double d = m.effects.minutes / config->affect.turn_minutes;
    m.minutes = m.effects.minutes * config->minutes_scale;
    m.rate = move == DETENTE_MOVE_pause ? 1 : d;
    m.log_rate = log(m.rate);
    m.agent_inertia = pow(config->affect.agent_inertia, d);
    m.customer_inertia = pow(config->affect.customer_inertia, d);
    return m;
}

static int prepare_copula(reference *r, detente_error *error)
{
    gsl_matrix *matrix = gsl_matrix_alloc(DETENTE_N_TRAITS, DETENTE_N_TRAITS);
    if (!matrix)
        return detente_error_set(error, DETENTE_E_MEMORY, "%s", detente_error_string(DETENTE_E_MEMORY));
    for (size_t i = 0; i < DETENTE_N_TRAITS; i++)
        for (size_t j = 0; j < DETENTE_N_TRAITS; j++) {
            gsl_matrix_set(matrix, i, j, r->config.correlation[i][j]);
            if (i != j && r->config.correlation[i][j] != 0)
                r->correlated[i] = r->any_correlated = 1;
        }
    const int failed = gsl_linalg_cholesky_decomp1(matrix);
    for (size_t i = 0; i < DETENTE_N_TRAITS; i++)
        for (size_t j = 0; j <= i; j++)
            r->cholesky[i][j] = gsl_matrix_get(matrix, i, j);
    gsl_matrix_free(matrix);
    return failed ? detente_error_set(error, DETENTE_E_RANGE, "customer.correlation: not positive definite") : 0;
}

/* easy_first: larger cap at the front line first, then smaller cost; hard_first is its reverse. */
static void prepare_agenda(reference *r)
{
    const int n = r->config.n_issues;
    const reference_encounter start = {0};
    for (int i = 0; i < n; i++) {
        const double cap = reference_issue_cap(r, &start, i);
        int place = i;
        for (; place > 0; place--) {
            const int other = r->order[place - 1];
            const double other_cap = reference_issue_cap(r, &start, other);
            if (cap < other_cap || (cap == other_cap && r->config.issue[i].cost >= r->config.issue[other].cost))
                break;
            r->order[place] = other;
        }
        r->order[place] = i;
        r->total_cost += r->config.issue[i].cost;
        r->importance += r->config.issue[i].weight * r->config.issue[i].importance;
    }
    r->n_items = r->strategy.agenda == DETENTE_PACKAGE ? 1 : n;
    if (r->strategy.agenda == DETENTE_HARD_FIRST)
        for (int i = 0; i < n / 2; i++) {
            const int swapped = r->order[i];
            r->order[i] = r->order[n - 1 - i];
            r->order[n - 1 - i] = swapped;
        }
}

static void fill_defaults(reference *r)
{
    detente_outcome *o = &r->config.outcome;
    const int large = r->config.loss == DETENTE_LOSS_LARGE;
    if (isnan(o->return_base))
        o->return_base = large ? -1.45 : -0.16;
    if (isnan(o->return_resolved))
        o->return_resolved = large ? 1.61 : 1.01;
    if (isnan(o->return_quick))
        o->return_quick = large ? 1.36 : 2.10;
    if (isnan(r->strategy.concession.kappa0))
        r->strategy.concession.kappa0 = r->strategy.concession.tactic == DETENTE_EXPONENTIAL ? 0.05 : 0;
}

int reference_create(reference **out, const detente_config *config, int strategy, detente_error *error)
{
    int code;
    *out = NULL;
    if (strategy < 0 || strategy >= config->n_strategies)
        return detente_error_set(error, DETENTE_E_RANGE, "no strategy has number %d", strategy);
    gsl_set_error_handler_off();
    reference *r = detente_calloc(1, sizeof *r);
    if (!r)
        return detente_error_set(error, DETENTE_E_MEMORY, "%s", detente_error_string(DETENTE_E_MEMORY));
    const size_t personas = (size_t)config->n_personas * sizeof *r->persona;
    r->config = *config;
    r->strategy = config->strategy[strategy];
    r->persona = detente_alloc(personas);
    r->rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!r->persona || !r->rng) {
        code = detente_error_set(error, DETENTE_E_MEMORY, "%s", detente_error_string(DETENTE_E_MEMORY));
        goto out;
    }
    memcpy(r->persona, config->persona, personas);
    fill_defaults(r);
    for (int i = 0; i < config->n_tiers; i++)
        r->agent[i] = agent_of_tier(r, i);
    for (int i = 0; i < DETENTE_N_MOVES; i++)
        r->move[i] = prepare_move(config, i);
    prepare_agenda(r);
    code = prepare_copula(r, error);
out:
    if (code)
        reference_free(r);
    else
        *out = r;
    return code;
}

void reference_free(reference *r)
{
    if (!r)
        return;
    if (r->rng)
        gsl_rng_free(r->rng);
    detente_free(r->persona);
    detente_free(r);
}

void reference_seed(reference *r, unsigned long seed)
{
    gsl_rng_set(r->rng, seed);
}

void reference_watch(reference *r, reference_watcher *watcher, void *data)
{
    r->watcher = watcher;
    r->watcher_data = data;
}

/* Section 1: the state before the first turn. */
static void begin(reference *r, reference_encounter *e)
{
    const detente_affect *affect = &r->config.affect;
    *e = (reference_encounter){.rapport = 0.5, .strain = r->agent[0].strain, .agent_tone = -r->agent[0].warmth};
    reference_draw(r, e->trait);
    e->heard = e->trait[DETENTE_TRAIT_openness];
    e->expectation = e->trait[DETENTE_TRAIT_expectation];
    reference_set_anger(e, e->trait[DETENTE_TRAIT_anger]);
    e->tone = reference_clip(affect->tone_gain * e->anger - affect->tone_offset, -1, 1);
    e->peak_tone = e->tone;
    reference_open_item(r, e, 0);
}

/* The state after the turn and before what comes of it: a transfer changes much of it at once. */
static detente_turn describe(const reference_encounter *e, const reference_turn *t)
{
    return (detente_turn){
        .turn = (uint32_t)e->turn,
        .rule = t->rule,
        .move = t->name,
        .tier = e->tier,
        .anger = (float)e->anger,
        .hostility = (float)e->tone,
        .agent_hostility = (float)e->agent_tone,
        .heard = (float)e->heard,
        .rapport = (float)e->rapport,
        .demand = (float)e->demand,
        .offer = (float)e->offer,
        .minutes = (float)e->minutes,
        .perceived = (float)t->perceived,
        .procedural = (float)e->fairness,
        .strain = (float)e->strain,
        .limit = (float)e->limit,
        .cap = (float)t->cap,
        .lapsed = t->lapsed,
    };
}

static reference_ending play_watched(reference *r, reference_encounter *e, reference_turn *t)
{
    float observed[DETENTE_N_OBSERVABLES];
    for (int i = 0; i < DETENTE_N_OBSERVABLES; i++)
        observed[i] = (float)reference_observe(r, e, t, i);
    reference_take_turn(r, e, t);
    detente_turn row = describe(e, t);
    const reference_ending ending = reference_decide(r, e, t);
    memcpy(row.observed, observed, sizeof row.observed);
    row.p_accept = (float)t->odds[0];
    row.p_manager = (float)t->odds[1];
    row.p_hangup = (float)t->odds[2];
    const int out_of_turns = ending == GOES_ON && (uint64_t)e->turn == r->config.max_turns;
    row.event = out_of_turns ? (int)DETENTE_EVENT_IMPASSE : (int)t->event;
    r->watcher(r->watcher_data, &row);
    return ending;
}

static reference_ending play_turn(reference *r, reference_encounter *e)
{
    reference_turn t = {.agent = &r->agent[e->tier], .event = DETENTE_EVENT_CONTINUE};
    e->turn++;
    reference_choose(r, e, &t);
    if (r->watcher)
        return play_watched(r, e, &t);
    reference_take_turn(r, e, &t);
    return reference_decide(r, e, &t);
}

void reference_play(reference *r, double metric[DETENTE_N_METRICS])
{
    reference_encounter e;
    reference_ending ending = GOES_ON;
    begin(r, &e);
    while (ending == GOES_ON)
        ending = (uint64_t)e.turn < r->config.max_turns ? play_turn(r, &e) : IMPASSE;
    reference_outcomes(r, &e, ending, metric);
}
