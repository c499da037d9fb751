/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "stat/oracle.h"

#define BOUNDED(name, fallback, low, high, ...) {#name, fallback, low, high},

typedef struct bounded {
    const char *name;
    double fallback, low, high;
} bounded;

static const bounded affect[] = {DETENTE_AFFECT_PARAMS(BOUNDED)}, agent[] = {DETENTE_AGENT_PARAMS(BOUNDED)},
                     bargaining[] = {DETENTE_BARGAINING_PARAMS(BOUNDED)},
                     decision[] = {DETENTE_DECISION_PARAMS(BOUNDED)}, outcome[] = {DETENTE_OUTCOME_PARAMS(BOUNDED)};

enum {
    LENGTH_affect = sizeof affect / sizeof *affect,
    LENGTH_agent = sizeof agent / sizeof *agent,
    LENGTH_bargaining = sizeof bargaining / sizeof *bargaining,
    LENGTH_decision = sizeof decision / sizeof *decision,
    LENGTH_outcome = sizeof outcome / sizeof *outcome
};

static void fill(double *values, const bounded *table, int n)
{
    for (int i = 0; i < n; i++)
        values[i] = table[i].fallback;
}

static void default_traits(detente_persona *persona)
{
    static const detente_distribution traits[] = {
#define X(name, dist, average, spread, ...) {.family = DETENTE_##dist, .mean = average, .sd = spread},
        DETENTE_TRAITS(X)
#undef X
    };
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        persona->trait[i] = traits[i];
}

static void default_moves(detente_config *config)
{
    static const detente_effects effects[] = {
#define X(name, count, v, w, i, e, c, m, ...) {v, w, i, e, c, m},
        DETENTE_MOVES(X)
#undef X
    };
    memcpy(config->move, effects, sizeof effects);
}

int oracle_defaults(detente_config *config)
{
    static const detente_tier tiers[] = {{"front line", 0.5, 0.8, 0, 0.6, 0.7},
                                         {"supervisor", 0.8, 2.4, 4, 0.7, 0.7},
                                         {"executive", 1, 12, 10, 0.8, 0.7}};
    *config = (detente_config){.name = "oracle",
                               .seed = 1,
                               .replications = 1,
                               .encounters = 1,
                               .max_turns = 60,
                               .common_random_numbers = 1,
                               .minutes_scale = 1.5,
                               .value = 400,
                               .substitute_value = 0.25,
                               .substitute_cost = 12,
                               .n_issues = 1,
                               .n_tiers = 3,
                               .n_personas = 1};
    fill(&config->affect.turn_minutes, affect, LENGTH_affect);
    fill(&config->agent.mirroring, agent, LENGTH_agent);
    fill(&config->bargaining.demand_decay, bargaining, LENGTH_bargaining);
    fill(&config->decision.accept_utility, decision, LENGTH_decision);
    fill(&config->outcome.distributive, outcome, LENGTH_outcome);
    config->outcome.return_base = -0.16;
    config->outcome.return_resolved = 1.01;
    config->outcome.return_quick = 2.10;
    memcpy(config->tier, tiers, sizeof tiers);
    config->issue[0] = (detente_issue){"refund", DETENTE_DISCRETIONARY, 1, 80, 1};
    default_moves(config);
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        config->correlation[i][i] = 1;
    config->persona = detente_calloc(1, sizeof *config->persona);
    if (!config->persona)
        return DETENTE_E_MEMORY;
    snprintf(config->persona[0].name, DETENTE_NAME_SIZE, "everyone");
    config->persona[0].share = 1;
    default_traits(&config->persona[0]);
    return 0;
}

detente_strategy *oracle_add_strategy(detente_config *config, const char *name)
{
    const size_t n = (size_t)config->n_strategies;
    detente_strategy *all = detente_realloc(config->strategy, (n + 1) * sizeof *all);
    if (!all)
        return NULL;
    config->strategy = all;
    config->n_strategies++;
    detente_strategy *s = &all[n];
    memset(s, 0, sizeof *s);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->concession = (detente_concession){DETENTE_POLYNOMIAL, 0, 2, 12, 1, 0, 0, 0.05};
    s->agenda = DETENTE_PACKAGE;
    s->persistence = 1;
    s->options = 3;
    s->set_aside = 2;
    double *overrides = &s->agent.mirroring;
    for (int i = 0; i < LENGTH_agent; i++)
        overrides[i] = NAN;
    return s;
}

detente_rule *oracle_add_rule(detente_strategy *strategy, int move)
{
    detente_rule *rule = &strategy->rule[strategy->n_rules++];
    *rule = (detente_rule){.move = move};
    return rule;
}

void oracle_add_guard(detente_rule *rule, int observable, int op, double value)
{
    rule->guard[rule->n_guards++] = (detente_guard){observable, op, value};
}

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static int one_of(gsl_rng *rng, int n)
{
    return (int)gsl_rng_uniform_int(rng, (unsigned long)n);
}

static void scatter(double *values, const bounded *table, int n, gsl_rng *rng, double spread)
{
    for (int i = 0; i < n; i++) {
        if (isinf(values[i]) || isnan(values[i]))
            continue;
        const double value = values[i] * between(rng, 1 - spread, 1 + spread);
        values[i] = fmax(table[i].low, fmin(table[i].high, value));
    }
}

void oracle_perturb(detente_config *config, gsl_rng *rng, double spread)
{
    scatter(&config->affect.turn_minutes, affect, LENGTH_affect, rng, spread);
    scatter(&config->agent.mirroring, agent, LENGTH_agent, rng, spread);
    scatter(&config->bargaining.demand_decay, bargaining, LENGTH_bargaining, rng, spread);
    scatter(&config->decision.accept_utility, decision, LENGTH_decision, rng, spread);
    scatter(&config->outcome.distributive, outcome, LENGTH_outcome, rng, spread);
}

static void random_guard(detente_rule *rule, gsl_rng *rng)
{
    switch (one_of(rng, 8)) {
    case 0:
        oracle_add_guard(rule, DETENTE_OBS_hostility, DETENTE_GT, between(rng, -0.3, 0.5));
        break;
    case 1:
        oracle_add_guard(rule, DETENTE_OBS_turn, DETENTE_GE, 2 + one_of(rng, 6));
        break;
    case 2:
        oracle_add_guard(rule, DETENTE_OBS_stalled, DETENTE_GT, one_of(rng, 3));
        break;
    case 3:
        oracle_add_guard(rule, DETENTE_OBS_terms, DETENTE_EQ, one_of(rng, 2));
        break;
    case 4:
        oracle_add_guard(rule, DETENTE_OBS_gap, DETENTE_LT, between(rng, 0.1, 0.6));
        break;
    case 5:
        oracle_add_guard(rule, DETENTE_OBS_minutes, DETENTE_LE, between(rng, 1, 12));
        break;
    case 6:
        oracle_add_guard(rule, DETENTE_OBS_strain, DETENTE_NE, 2);
        break;
    default:
        oracle_add_guard(rule, DETENTE_OBS_tier, DETENTE_LT, 1 + one_of(rng, 2));
        break;
    }
}

/* Moves that may be made without end; the others are limited by their count. */
static int random_last_move(gsl_rng *rng)
{
    static const int moves[] = {DETENTE_MOVE_offer, DETENTE_MOVE_offer, DETENTE_MOVE_options, DETENTE_MOVE_reiterate,
                                DETENTE_MOVE_surrender};
    return moves[one_of(rng, sizeof moves / sizeof *moves)];
}

static void random_numbers(detente_strategy *s, gsl_rng *rng)
{
    static const double agendas[] = {DETENTE_PACKAGE, DETENTE_EASY_FIRST, DETENTE_HARD_FIRST};
    static const double tactics[] = {DETENTE_POLYNOMIAL, DETENTE_EXPONENTIAL, DETENTE_RELATIVE, DETENTE_AVERAGED};
    s->agenda = agendas[one_of(rng, 3)];
    s->concession.tactic = tactics[one_of(rng, 4)];
    s->concession.opening = between(rng, 0.05, 0.3);
    s->concession.start = between(rng, 0, 3);
    s->concession.horizon = between(rng, 2, 14);
    s->concession.beta = exp(between(rng, -1.5, 1.5));
    s->concession.kappa0 = between(rng, 0.01, 0.2);
    s->concession.reciprocity = between(rng, -1, 2);
    s->concession.appeasement = between(rng, 0, 0.2);
    s->persistence = one_of(rng, 4);
    s->options = 1 + one_of(rng, 4);
    s->set_aside = one_of(rng, 5);
    s->after_terms = one_of(rng, 3) ? 0 : between(rng, 0.02, 0.2);
    if (one_of(rng, 3) == 0)
        s->agent.warmth = between(rng, 0, 0.5);
    if (one_of(rng, 3) == 0)
        s->agent.composure = between(rng, 0, 1);
}

int oracle_random_strategy(detente_config *config, gsl_rng *rng)
{
    config->n_strategies = 0;
    detente_strategy *s = oracle_add_strategy(config, "random");
    if (!s)
        return DETENTE_E_MEMORY;
    random_numbers(s, rng);
    const int rules = one_of(rng, 8);
    for (int i = 0; i < rules; i++) {
        const int move = one_of(rng, DETENTE_N_MOVES);
        if (move == DETENTE_MOVE_close && one_of(rng, 4))
            continue;
        detente_rule *rule = oracle_add_rule(s, move);
        oracle_add_guard(rule, DETENTE_OBS_listens + move, DETENTE_LT, 1 + one_of(rng, 3));
        if (one_of(rng, 2))
            random_guard(rule, rng);
        if (move == DETENTE_MOVE_transfer || move == DETENTE_MOVE_close)
            oracle_add_guard(rule, DETENTE_OBS_turn, DETENTE_GT, 1 + one_of(rng, 6));
    }
    oracle_add_rule(s, random_last_move(rng));
    return 0;
}

static void random_claim(detente_config *config, gsl_rng *rng)
{
    double total = 0;
    config->n_issues = 1 + one_of(rng, 2) * one_of(rng, 4);
    for (int i = 0; i < config->n_issues; i++) {
        detente_issue *issue = &config->issue[i];
        snprintf(issue->name, sizeof issue->name, "issue %d", i);
        issue->standing = one_of(rng, 2) ? DETENTE_DISCRETIONARY : one_of(rng, 4);
        issue->weight = between(rng, 0.2, 1);
        issue->cost = between(rng, 10, 100);
        issue->importance = one_of(rng, 2) ? 1 : between(rng, 0.6, 1.2);
        total += issue->weight;
    }
    for (int i = 0; i < config->n_issues; i++)
        config->issue[i].weight /= total;
    config->n_tiers = 1 + one_of(rng, 3);
    for (int i = 0; i < config->n_tiers; i++)
        config->tier[i].wait = 0;
}

/* Traits are constants about the middle of what customers are like. */
static void certain_customer(detente_config *config, gsl_rng *rng)
{
    static const double span[DETENTE_N_TRAITS][2] = {
        [DETENTE_TRAIT_anger] = {0, 0.9},         [DETENTE_TRAIT_entitlement] = {0, 1},
        [DETENTE_TRAIT_expectation] = {0.3, 1.3}, [DETENTE_TRAIT_patience] = {3, 20},
        [DETENTE_TRAIT_reciprocity] = {-0.3, 1},  [DETENTE_TRAIT_susceptibility] = {0, 2},
        [DETENTE_TRAIT_reactivity] = {0, 2},      [DETENTE_TRAIT_openness] = {0, 1},
        [DETENTE_TRAIT_continuing] = {-1, 1},     [DETENTE_TRAIT_belief] = {0, 1},
        [DETENTE_TRAIT_alternative] = {0, 0.6},   [DETENTE_TRAIT_detect] = {0, 1},
    };
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        config->persona[0].trait[i] =
            (detente_distribution){.family = DETENTE_CONSTANT, .mean = between(rng, span[i][0], span[i][1])};
    config->persona[0].trait[DETENTE_TRAIT_calls_back].mean = one_of(rng, 2);
}

static void random_moves(detente_config *config, gsl_rng *rng)
{
    for (int i = 0; i < DETENTE_N_MOVES; i++) {
        detente_effects *m = &config->move[i];
        m->validation *= between(rng, 0.5, 1.5);
        m->warmth *= between(rng, 0.5, 1.5);
        m->irritation = m->irritation * between(rng, 0.5, 1.5) + (one_of(rng, 4) ? 0 : between(rng, 0, 0.3));
        m->explanation *= between(rng, 0.5, 1.1);
        m->choice *= between(rng, 0.5, 1.5);
        m->minutes *= between(rng, 0.5, 1.5);
    }
}

int oracle_random_certain(detente_config *config, gsl_rng *rng)
{
    int code = oracle_defaults(config);
    if (code)
        return code;
    oracle_perturb(config, rng, 0.5);
    random_moves(config, rng);
    config->affect.customer_noise = config->affect.agent_noise = config->affect.filter_blur = 0;
    config->affect.rumination = one_of(rng, 3) ? between(rng, -0.1, 0.1) : 0;
    config->agent.misread = config->agent.lapse = config->outcome.survey_noise = 0;
    config->agent.voice_filter = one_of(rng, 2) ? between(rng, 0, 0.8) : 0;
    config->agent.keeps_promise = one_of(rng, 2);
    config->bargaining.discovery = one_of(rng, 2);
    config->agent.documents = one_of(rng, 2);
    config->bargaining.miss = one_of(rng, 2);
    config->bargaining.option_spread = 0;
    config->bargaining.opening_ask = one_of(rng, 2) ? between(rng, 0, 0.5) : 0;
    config->decision.accept_base = config->decision.manager_base = config->decision.hangup_base = -1000;
    config->decision.abuse = between(rng, 0.3, 0.95);
    switch (one_of(rng, 4)) {
    case 0:
        config->decision.accept_base = 1000;
        break;
    case 1:
        config->decision.manager_base = 1000;
        break;
    case 2:
        config->decision.hangup_base = 1000;
        break;
    default:
        break;
    }
    random_claim(config, rng);
    certain_customer(config, rng);
    return oracle_random_strategy(config, rng);
}
