/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Config to cell: every constant that the kernel reads, computed once.
 */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "design/cell.h"
#include "strategy/strategy.h"

static const double LN2 = 0.69314718055994530942;

/* The agent of a strategy: the config's, where the strategy does not override it. */
static detente_agent merge_agent(const detente_config *config, const detente_strategy *strategy)
{
    detente_agent agent;
#define X(name, ...) agent.name = isnan(strategy->agent.name) ? config->agent.name : strategy->agent.name;
    DETENTE_AGENT_PARAMS(X)
#undef X
    return agent;
}

static void compile_affect(detente_cell *c, const detente_config *config, const detente_agent *agent)
{
    const detente_affect *a = &config->affect;
    const double peak = a->personal_peak, personal = agent->personal;
    c->filter = (float)(1 - agent->voice_filter);
    c->blur = (float)(agent->misread + a->filter_blur * agent->voice_filter);
    c->lapse = (float)agent->lapse;
    c->not_deep = (float)(1 - agent->deep_acting);
    c->warm = (float)agent->warmth;
    c->mirroring = (float)agent->mirroring;
    c->task = (float)(1 - a->task_shield * agent->task_focus);
    c->listening = (float)(1 - a->task_cost * agent->task_focus);
    c->positive_ratio = (float)a->positive_ratio;
    c->agent_noise = (float)a->agent_noise;
    c->customer_noise = (float)a->customer_noise;
    c->customer_influence = (float)a->customer_influence;
    c->heard_exponent = (float)a->apology_heard_exponent;
    c->apology_relief = (float)a->apology_relief;
    c->apology_repeat = (float)a->apology_repeat;
    c->apology_backfire = (float)a->apology_backfire;
    c->apology_decay = (float)(-LN2 / a->apology_half_life);
    c->anger_decay = (float)(-LN2 / a->anger_half_life);
    c->heard_relief = (float)a->heard_relief;
    c->concession_relief = (float)a->concession_relief;
    c->fairness_shield = (float)a->fairness_shield;
    c->refusal = (float)a->refusal_frustration;
    c->hostility = (float)a->hostility_frustration;
    c->rumination = (float)a->rumination;
    if (a->rumination != 0)
        c->features |= USES_RUMINATION;
    c->slowdown = (float)a->slowdown;
    c->tone_gain = (float)a->tone_gain;
    c->tone_offset = (float)a->tone_offset;
    c->rapport_heard = (float)a->rapport_heard;
    c->rapport_warmth = (float)a->rapport_warmth;
    c->rapport_hostility = (float)a->rapport_hostility;
    c->style = (float)(a->personal_gain * personal * (2 * peak - personal) / (peak * peak));
    c->strain_gain = (float)a->strain_gain;
    c->strain_surface = (float)a->strain_surface;
    c->strain_abuse = (float)a->strain_abuse;
    c->strain_recovery = (float)a->strain_recovery;
    c->pause_recovery = (float)a->pause_recovery;
    c->start_strain = (float)agent->strain;
    c->deflection = (float)a->deflection_frustration;
    c->transfer_relief = (float)a->transfer_relief;
    c->broken_promise = (float)a->broken_promise;
    c->wait_frustration = (float)a->wait_frustration;
    c->wait_tolerance = (float)a->wait_tolerance;
    c->documents = (float)agent->documents;
    c->keeps_promise = (float)agent->keeps_promise;
}

static void compile_bargaining(detente_cell *c, const detente_config *config, const detente_strategy *strategy)
{
    const detente_bargaining *b = &config->bargaining;
    const detente_concession *concession = &strategy->concession;
    c->tactic = (int)concession->tactic;
    c->opening = (float)concession->opening;
    c->reciprocity = (float)concession->reciprocity;
    c->appeasement = (float)concession->appeasement;
    c->after_terms = (float)strategy->after_terms;
    c->persistence = (float)strategy->persistence;
    c->set_aside = (float)strategy->set_aside;
    c->option_power = (float)(1 / strategy->options);
    c->option_cost = (float)(b->option_cost * (strategy->options - 1));
    c->option_spread = (float)b->option_spread;
    c->inference = (float)b->inference;
    c->inference_decay = (float)b->inference_decay;
    c->limit_keep = (float)(1 - b->inference_forget);
    c->demand_decay = (float)b->demand_decay;
    c->anger_stiffness = (float)b->anger_stiffness;
    c->fairness_give = (float)b->fairness_give;
    c->reservation = (float)b->reservation;
    c->opening_ask = (float)b->opening_ask;
    c->entitlement_ask = (float)b->entitlement_ask;
    c->entitlement_reference = (float)b->entitlement_reference;
    c->clarify = (float)b->clarify;
    c->interim = (float)b->interim;
    c->miss = (float)b->miss;
    c->promise = (float)b->promise;
    c->handover = (float)b->handover;
    c->momentum = (float)b->momentum;
    c->discovery = (float)b->discovery;
    c->substitute_value = (float)config->substitute_value;
    c->substitute_cost = (float)config->substitute_cost;
    if (concession->reciprocity != 0)
        c->features |= USES_HISTORY;
    if (c->tactic == DETENTE_RELATIVE || c->tactic == DETENTE_RANDOM_ABSOLUTE || c->tactic == DETENTE_AVERAGED)
        c->features |= USES_HISTORY | USES_TACTIC;
    if (c->tactic == DETENTE_RANDOM_ABSOLUTE)
        c->features |= USES_OFFER_DRAW;
    if (config->n_issues > 1)
        c->features |= USES_OFFER_DRAW | USES_MISS;
}

static void compile_decision(detente_cell *c, const detente_config *config)
{
    const detente_decision *d = &config->decision;
    c->accept_utility = (float)d->accept_utility;
    c->accept_rapport = (float)d->accept_rapport;
    c->accept_anger = (float)d->accept_anger;
    c->accept_base = (float)d->accept_base;
    c->manager_base = (float)d->manager_base;
    c->manager_hostility = (float)d->manager_hostility;
    c->manager_stall = (float)d->manager_stall;
    c->manager_entitlement = (float)d->manager_entitlement;
    c->manager_belief = (float)d->manager_belief;
    c->manager_heard = (float)d->manager_heard;
    c->hangup_base = (float)d->hangup_base;
    c->hangup_anger = (float)d->hangup_anger;
    c->hangup_alternative = (float)d->hangup_alternative;
    c->mistreatment = (float)d->mistreatment;
    c->temper = (float)d->temper;
    c->abuse = (float)d->abuse;
}

static void compile_outcome(detente_cell *c, const detente_config *config)
{
    const detente_outcome *o = &config->outcome;
    const double weights = o->distributive + o->procedural + o->interactional;
    c->weight_distributive = (float)(o->distributive / weights);
    c->weight_procedural = (float)(o->procedural / weights);
    c->weight_interactional = (float)(o->interactional / weights);
    c->regret = (float)o->regret;
    c->surprise = (float)o->surprise;
    c->overpay = (float)o->overpay;
    c->return_base = (float)o->return_base;
    c->return_resolved = (float)o->return_resolved;
    c->return_quick = (float)o->return_quick;
    c->return_satisfaction = (float)o->return_satisfaction;
    c->reference_unresolved = (float)o->reference_unresolved;
    c->reference_resolved = (float)o->reference_resolved;
    c->reference_quick = (float)o->reference_quick;
    c->quick_minutes = (float)o->quick_minutes;
    c->survey_noise = (float)o->survey_noise;
    c->tells_good = (float)o->tells_good;
    c->tells_bad = (float)o->tells_bad;
    c->word_cost = (float)o->word_cost;
    c->word_gain = (float)o->word_gain;
    c->value = (float)config->value;
}

static void compile_tiers(detente_cell *c, const detente_config *config, const detente_strategy *strategy,
                          const detente_agent *agent)
{
    c->top_tier = config->n_tiers - 1;
    for (int i = 0; i < config->n_tiers; i++) {
        const detente_tier *tier = &config->tier[i];
        const int own_composure = i == 0 || !isnan(strategy->agent.composure);
        const int own_empathy = i == 0 || !isnan(strategy->agent.empathy);
        c->tier[i] = (cell_tier){(float)(own_composure ? agent->composure : tier->composure),
                                 (float)(own_empathy ? agent->empathy : tier->empathy), (float)tier->cost_per_minute,
                                 (float)(i == 0 ? 0 : tier->wait), (float)tier->authority};
    }
}

/* The largest share of an issue that may be conceded. */
static double cap_of(const detente_issue *issue, int excepted, double authority)
{
    switch ((int)issue->standing) {
    case DETENTE_ENTITLED:
        return 1;
    case DETENTE_DISCRETIONARY:
        return authority;
    default:
        return excepted ? authority : 0;
    }
}

/* Issues put together on the table: all of a package, or one. */
static cell_issue compile_issue(const detente_config *config, const int *members, int n)
{
    cell_issue out = {0};
    double weight = 0, importance = 0;
    for (int i = 0; i < n; i++) {
        const detente_issue *issue = &config->issue[members[i]];
        const int standing = (int)issue->standing;
        weight += issue->weight;
        importance += issue->weight * issue->importance;
        out.opens |= standing == DETENTE_OUTSIDE || standing == DETENTE_UNLAWFUL;
        out.unlawful += standing == DETENTE_UNLAWFUL;
        out.entitled |= standing == DETENTE_ENTITLED;
    }
    out.weight = (float)(n == config->n_issues ? 1 : weight);
    out.importance = (float)(importance / weight);
    for (int excepted = 0; excepted < 2; excepted++)
        for (int tier = 0; tier < config->n_tiers; tier++) {
            double cap = 0, cost = 0;
            for (int i = 0; i < n; i++) {
                const detente_issue *issue = &config->issue[members[i]];
                const double share = cap_of(issue, excepted, config->tier[tier].authority);
                cap += issue->weight / weight * share;
                cost += issue->cost * share;
            }
            out.cap[excepted][tier] = (float)cap;
            out.unit_cost[excepted][tier] = (float)(cap > 0 ? cost / cap : 0);
        }
    return out;
}

/* Easy first: larger cap at the front line, then smaller cost, then the config's order. */
static int easier(const detente_config *config, int a, int b)
{
    const double authority = config->tier[0].authority;
    const double cap_a = cap_of(&config->issue[a], 0, authority), cap_b = cap_of(&config->issue[b], 0, authority);
    if (cap_a != cap_b)
        return cap_a > cap_b;
    if (config->issue[a].cost != config->issue[b].cost)
        return config->issue[a].cost < config->issue[b].cost;
    return a < b;
}

static void compile_issues(detente_cell *c, const detente_config *config, const detente_strategy *strategy)
{
    int order[DETENTE_MAX_ISSUES];
    const int n = config->n_issues;
    for (int i = 0; i < n; i++) {
        int k = i;
        for (; k > 0 && easier(config, i, order[k - 1]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    if ((int)strategy->agenda == DETENTE_PACKAGE || n == 1) {
        c->n_issues = 1;
        c->issue[0] = compile_issue(config, order, n);
        return;
    }
    c->n_issues = n;
    c->features |= USES_AGENDA;
    for (int i = 0; i < n; i++)
        c->issue[i] = compile_issue(config, &order[(int)strategy->agenda == DETENTE_HARD_FIRST ? n - 1 - i : i], 1);
}

/* Before it starts and after its horizon a curve is level: there it is not worked out turn by turn. */
static void compile_curve(detente_cell *c, const detente_concession *concession)
{
    const double end = concession->start + concession->horizon;
    for (uint32_t t = 0; t <= c->max_turns; t++) {
        const int level = t > 0 && ((double)t <= concession->start || (double)t - 1 > end);
        c->curve[t] = level ? c->curve[t - 1] : (float)detente_concession_curve(concession, (double)t);
    }
}

static size_t count_guards(const detente_strategy *strategy)
{
    size_t n = 0;
    for (int i = 0; i < strategy->n_rules; i++)
        n += (size_t)strategy->rule[i].n_guards;
    return n;
}

size_t detente_cell_bytes(const detente_config *config, int strategy)
{
    const detente_strategy *s = &config->strategy[strategy];
    return sizeof(detente_cell) + (size_t)s->n_rules * sizeof(cell_rule) + count_guards(s) * sizeof(cell_guard) +
           (size_t)(config->max_turns + 1) * sizeof(float);
}

/* What is as long as a playbook or an encounter may be lies beside the cell, so that a sweep can keep many. */
static int reserve(detente_cell *c, const detente_config *config, int strategy)
{
    c->rule = detente_calloc(1, detente_cell_bytes(config, strategy) - sizeof *c);
    if (!c->rule)
        return DETENTE_E_MEMORY;
    c->guard = (cell_guard *)(void *)(c->rule + config->strategy[strategy].n_rules);
    c->curve = (float *)(void *)(c->guard + count_guards(&config->strategy[strategy]));
    return 0;
}

static int cell_compile(detente_cell *c, const detente_config *config, int strategy_index, uint32_t key,
                        const move_terms *moves, detente_error *error)
{
    const detente_strategy *strategy = &config->strategy[strategy_index];
    const detente_agent agent = merge_agent(config, strategy);
    c->seed = config->seed;
    c->key = config->common_random_numbers ? 0 : key + 1;
    c->max_turns = (uint32_t)config->max_turns;
    compile_affect(c, config, &agent);
    compile_bargaining(c, config, strategy);
    compile_decision(c, config);
    compile_outcome(c, config);
    compile_tiers(c, config, strategy, &agent);
    compile_issues(c, config, strategy);
    if (reserve(c, config, strategy_index))
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a cell");
    detente_playbook_compile(c, strategy);
    detente_moves_compile(c, moves);
    compile_curve(c, &strategy->concession);
    return 0;
}

int detente_cell_create_for(detente_cell **cell, const detente_config *config, int strategy, uint32_t key,
                            detente_customers *customers, const move_terms *moves, detente_error *error)
{
    *cell = NULL;
    if (strategy < 0 || strategy >= config->n_strategies)
        return detente_error_set(error, DETENTE_E_RANGE, "strategy %d is not one of the config's %d", strategy,
                                 config->n_strategies);
    if (config->outcome.distributive + config->outcome.procedural + config->outcome.interactional <= 0)
        return detente_error_set(error, DETENTE_E_CONFIG,
                                 "outcome.distributive, outcome.procedural and outcome.interactional are all 0");
    detente_cell *c = detente_aligned_calloc(64, sizeof *c);
    if (!c)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a cell");
    const int code = cell_compile(c, config, strategy, key, moves, error);
    if (code) {
        detente_cell_free(c);
        return code;
    }
    detente_customers_hold(customers);
    c->customers = customers;
    *cell = c;
    return 0;
}

int detente_cell_create_like(detente_cell **cell, const detente_config *config, int strategy, uint32_t key,
                             const detente_cell *like, detente_error *error)
{
    detente_customers *customers = NULL;
    *cell = NULL;
    if (like && detente_customers_match(like->customers, config)) {
        customers = like->customers;
        detente_customers_hold(customers);
    } else {
        const int code = detente_customers_create(&customers, config, NULL, error);
        if (code)
            return code;
    }
    move_terms moves[DETENTE_N_MOVES];
    detente_moves_terms(moves, config);
    const int code = detente_cell_create_for(cell, config, strategy, key, customers, moves, error);
    detente_customers_release(customers);
    return code;
}

int detente_cell_create(detente_cell **cell, const detente_config *config, int strategy, uint32_t key,
                        detente_error *error)
{
    return detente_cell_create_like(cell, config, strategy, key, NULL, error);
}

void detente_cell_free(detente_cell *cell)
{
    if (!cell)
        return;
    detente_customers_release(cell->customers);
    detente_free(cell->rule);
    detente_free(cell);
}

static int take_of_array(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    detente_cell *const *cells = data;
    (void)error;
    *taken = cells[cell];
    return 0;
}

static void keep_in_array(void *data, const detente_cell *taken)
{
    (void)data, (void)taken;
}

detente_cell_source detente_cell_array(detente_cell *const *cells, uint32_t n_cells)
{
    return (detente_cell_source){n_cells, (void *)(uintptr_t)cells, take_of_array, keep_in_array};
}
