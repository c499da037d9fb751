/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading configs: defaults, overrides of every kind, extends, --set, and writing what reads back to the same bits. */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/suite.h"

#define TYPICAL "detente: 1\nstrategies: [typical]\n"

static detente_config config;
static detente_error error, warnings;

static void read_set(const char *text, const detente_setting *settings, size_t n)
{
    detente_config_clear(&config);
    detente_error_clear(&error);
    detente_error_clear(&warnings);
    const int code = detente_config_parse(&config, text, strlen(text), "test.yaml", settings, n, &error, &warnings);
    ck_assert_msg(!code, "%s", error.text);
}

static void read_text(const char *text)
{
    read_set(text, NULL, 0);
}

/* What a text with a mistake says. */
static const char *mistake(const char *text, const char *path, const char *value)
{
    const detente_setting setting = {path, value};
    detente_config_clear(&config);
    detente_error_clear(&error);
    ck_assert_int_eq(
        detente_config_parse(&config, text, strlen(text), "test.yaml", &setting, path != NULL, &error, NULL),
        DETENTE_E_CONFIG);
    return error.text;
}

static void set_one(const char *path, const char *value)
{
    const detente_setting setting = {path, value};
    read_set(TYPICAL, &setting, 1);
}

static void finish(void)
{
    detente_config_clear(&config);
    detente_error_clear(&error);
    detente_error_clear(&warnings);
}

START_TEST(defaults_are_those_of_params_h)
{
    read_text("detente: 1\n");
#define X(name, value, ...) \
    if (!isnan((double)(value))) \
        ck_assert_double_eq(config.affect.name, value);
    DETENTE_AFFECT_PARAMS(X)
#undef X
#define X(name, value, ...) ck_assert_double_eq(config.agent.name, value);
    DETENTE_AGENT_PARAMS(X)
#undef X
#define X(name, value, ...) ck_assert_double_eq(config.bargaining.name, value);
    DETENTE_BARGAINING_PARAMS(X)
#undef X
#define X(name, value, ...) ck_assert_double_eq(config.decision.name, value);
    DETENTE_DECISION_PARAMS(X)
#undef X
#define X(name, value, ...) \
    if (!isnan((double)(value))) \
        ck_assert_double_eq(config.outcome.name, value);
    DETENTE_OUTCOME_PARAMS(X)
#undef X
#define X(name, value, ...) ck_assert_double_eq(config.issue[0].name, value);
    DETENTE_ISSUE_PARAMS(X)
#undef X
#define X(name, count, v, w, i, e, c, m, words) \
    ck_assert_double_eq(config.move[DETENTE_MOVE_##name].validation, v); \
    ck_assert_double_eq(config.move[DETENTE_MOVE_##name].warmth, w); \
    ck_assert_double_eq(config.move[DETENTE_MOVE_##name].irritation, i); \
    ck_assert_double_eq(config.move[DETENTE_MOVE_##name].explanation, e); \
    ck_assert_double_eq(config.move[DETENTE_MOVE_##name].choice, c); \
    ck_assert_double_eq(config.move[DETENTE_MOVE_##name].minutes, m);
    DETENTE_MOVES(X)
#undef X
#define X(trait_name, f, m, s, ...) \
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_##trait_name].family, DETENTE_##f); \
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_##trait_name].mean, m); \
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_##trait_name].sd, s);
    DETENTE_TRAITS(X)
#undef X
}
END_TEST

/* What the registry says of a default in words holds these numbers. */
static void documented(const char *path, const char *format, ...)
{
    char expected[128];
    va_list numbers;
    va_start(numbers, format);
    vsnprintf(expected, sizeof expected, format, numbers);
    va_end(numbers);
    ck_assert_str_eq(detente_registry_find(path)->default_text, expected);
}

START_TEST(defaults_that_depend_are_documented)
{
    detente_outcome small;
    read_text("detente: 1\n");
    const detente_tier *t = config.tier;
    documented("tiers[].name", "%s, %s, %s", t[0].name, t[1].name, t[2].name);
    documented("tiers[].authority", "%g, %g, %g by position", t[0].authority, t[1].authority, t[2].authority);
    documented("tiers[].cost_per_minute", "%g, %g, %g by position", t[0].cost_per_minute, t[1].cost_per_minute,
               t[2].cost_per_minute);
    documented("tiers[].wait", "%g, %g, %g by position", t[0].wait, t[1].wait, t[2].wait);
    documented("tiers[].composure", "agent.composure, then %g, %g", t[1].composure, t[2].composure);
    documented("tiers[].empathy", "agent.empathy, then %g, %g", t[1].empathy, t[2].empathy);
    small = config.outcome;
    const double polynomial = config.strategy[0].concession.kappa0;
    static const detente_setting other[] = {{"scenario.loss", "large"}, {"strategy.concession.tactic", "exponential"}};
    read_set("detente: 1\n", other, 2);
    documented("outcome.return_base", "%g (loss small), %g (large)", small.return_base, config.outcome.return_base);
    documented("outcome.return_resolved", "%g (loss small), %g (large)", small.return_resolved,
               config.outcome.return_resolved);
    documented("outcome.return_quick", "%g (loss small), %g (large)", small.return_quick, config.outcome.return_quick);
    documented("strategy.concession.kappa0", "%g (exponential: %g)", polynomial, config.strategy[0].concession.kappa0);
}
END_TEST

START_TEST(defaults_that_depend)
{
    /* Values of the model's table of symbols: tiers by position, rates of return by the size of the loss. */
    static const double TIER[3][5] = {{.5, .8, 0, .6, .7}, {.8, 2.4, 4, .7, .7}, {1, 12, 10, .8, .7}};
    read_text("detente: 1\n");
    ck_assert_int_eq(config.n_tiers, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_double_eq(config.tier[i].authority, TIER[i][0]);
        ck_assert_double_eq(config.tier[i].cost_per_minute, TIER[i][1]);
        ck_assert_double_eq(config.tier[i].wait, TIER[i][2]);
        ck_assert_double_eq(config.tier[i].composure, TIER[i][3]);
        ck_assert_double_eq(config.tier[i].empathy, TIER[i][4]);
    }
    ck_assert_str_eq(config.name, "test");
    ck_assert_str_eq(config.scenario_name, "test");
    ck_assert_str_eq(config.persona[0].name, "everyone");
    ck_assert_double_eq(config.persona[0].share, 1);
    ck_assert_int_eq(config.n_strategies, 1);
    ck_assert_str_eq(config.strategy[0].name, "typical");
    ck_assert(config.quantiles && config.common_random_numbers && config.max_turns == 60);
    ck_assert(config.keep.encounters == 0 && config.keep.turns == 0);
    ck_assert_uint_eq(config.keep.columns, (UINT64_C(1) << DETENTE_N_METRICS) - 1);
    ck_assert_double_eq(config.outcome.return_base, -.16);
    ck_assert_double_eq(config.outcome.return_resolved, 1.01);
    ck_assert_double_eq(config.outcome.return_quick, 2.1);
    set_one("scenario.loss", "large");
    ck_assert_double_eq(config.outcome.return_base, -1.45);
    ck_assert_double_eq(config.outcome.return_resolved, 1.61);
    ck_assert_double_eq(config.outcome.return_quick, 1.36);
    read_text("detente: 1\nscenario: {loss: large}\noutcome: {return_quick: 3}\n");
    ck_assert_double_eq(config.outcome.return_quick, 3);
    ck_assert_double_eq(config.strategy[0].concession.kappa0, 0);
    set_one("strategy.concession.tactic", "exponential");
    ck_assert_double_eq(config.strategy[0].concession.kappa0, .05);
    ck_assert(isnan(config.strategy[0].agent.warmth));
}
END_TEST

START_TEST(keep_in_all_its_forms)
{
    const uint64_t all = UINT64_MAX;
    static const struct {
        const char *value;
        uint64_t encounters, turns;
    } FORM[] = {{"none", 0, 0},
                {"encounters", UINT64_MAX, 0},
                {"turns", UINT64_MAX, UINT64_MAX},
                {"{encounters: 1000}", 1000, 0},
                {"{turns: 100}", 100, 100},
                {"{turns: 100, encounters: 1e3}", 1000, 100},
                {"{turns: 100, encounters: all}", UINT64_MAX, 100},
                {"{columns: [minutes]}", UINT64_MAX, 0}};
    for (size_t i = 0; i < sizeof FORM / sizeof FORM[0]; i++) {
        set_one("keep", FORM[i].value);
        ck_assert_uint_eq(config.keep.encounters, FORM[i].encounters);
        ck_assert_uint_eq(config.keep.turns, FORM[i].turns);
    }
    set_one("keep", "{encounters: all, columns: [minutes, escalated]}");
    ck_assert_uint_eq(config.keep.encounters, all);
    ck_assert_uint_eq(config.keep.columns, UINT64_C(1) << DETENTE_METRIC_minutes | UINT64_C(1)
                                                                                       << DETENTE_METRIC_escalated);
}
END_TEST

START_TEST(distributions)
{
    const detente_distribution *anger;
    read_text(TYPICAL "customer: {anger: 0.4, openness: {dist: uniform, low: 0.2, high: 0.8}, reciprocity: {sd: 0.1},\n"
                      "  patience: {dist: gamma}, detect: {values: [0.1, 0.9]},\n"
                      "  entitlement: {dist: empirical, values: [0.2, 0.4], weights: [3, 1]}}\n");
    anger = &config.persona[0].trait[DETENTE_TRAIT_anger];
    ck_assert(anger->family == DETENTE_CONSTANT && anger->mean == .4 && anger->sd == 0);
    const detente_distribution *openness = &config.persona[0].trait[DETENTE_TRAIT_openness];
    ck_assert(openness->family == DETENTE_UNIFORM && openness->mean == .5);
    ck_assert_double_eq_tol(openness->sd, .6 / sqrt(12), 1e-15);
    const detente_distribution *reciprocity = &config.persona[0].trait[DETENTE_TRAIT_reciprocity];
    ck_assert(reciprocity->family == DETENTE_NORMAL && reciprocity->mean == .3 && reciprocity->sd == .1);
    const detente_distribution *patience = &config.persona[0].trait[DETENTE_TRAIT_patience];
    ck_assert(patience->family == DETENTE_GAMMA && patience->mean == 12 && patience->sd == 6);
    const detente_distribution *detect = &config.persona[0].trait[DETENTE_TRAIT_detect];
    ck_assert(detect->family == DETENTE_TABLE && detect->n == 2 && detect->weights[0] == .5);
    const detente_distribution *entitlement = &config.persona[0].trait[DETENTE_TRAIT_entitlement];
    ck_assert(entitlement->family == DETENTE_TABLE && entitlement->weights[0] == .75 && entitlement->values[1] == .4);
}
END_TEST

START_TEST(personas)
{
    read_text(TYPICAL "customer:\n  anger: {mean: 0.5}\n  expectation: {dist: uniform, mean: 1, sd: 0.1}\n"
                      "  personas:\n    - {name: a, share: 0.25, anger: {sd: 0.2}, expectation: {mean: 0.9}}\n"
                      "    - {extends: entitled, share: 0.75}\n  correlation: {anger-entitlement: 0.3}\n");
    ck_assert_int_eq(config.n_personas, 2);
    const detente_distribution *anger = &config.persona[0].trait[DETENTE_TRAIT_anger];
    ck_assert(anger->family == DETENTE_BETA && anger->mean == .5 && anger->sd == .2);
    const detente_distribution *expectation = &config.persona[0].trait[DETENTE_TRAIT_expectation];
    ck_assert(expectation->family == DETENTE_UNIFORM && expectation->mean == .9 && expectation->sd == .1);
    ck_assert_str_eq(config.persona[1].name, "entitled");
    ck_assert_double_eq(config.persona[1].share, .75);
    ck_assert_double_eq(config.correlation[DETENTE_TRAIT_anger][DETENTE_TRAIT_entitlement], .3);
    ck_assert_double_eq(config.correlation[DETENTE_TRAIT_entitlement][DETENTE_TRAIT_anger], .3);
    ck_assert_double_eq(config.correlation[5][5], 1);
    /* Shares that nobody gives are equal. */
    read_text(TYPICAL "customer: {personas: [{name: a}, {name: b}]}\n");
    ck_assert_double_eq(config.persona[1].share, .5);
    /* Everyone is one of them, by the list or by the library. */
    read_text(TYPICAL "customer: {persona: b, personas: [{name: a, share: 0.9}, {name: b, share: 0.1, belief: 1}]}\n");
    ck_assert(config.n_personas == 1 && config.persona[0].share == 1);
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_belief].mean, 1);
    set_one("customer.persona", "opportunist");
    ck_assert_str_eq(config.persona[0].name, "opportunist");
    ck_assert_double_eq(config.persona[0].share, 1);
}
END_TEST

START_TEST(strategies)
{
    read_text("detente: 1\nstrategies:\n  - listen-then-pay\n  - extends: typical\n    name: mine\n    persistence: 4\n"
              "    agenda: hard_first\n    agent: {warmth: 0.9}\n    exception: {after_terms: 0.2}\n"
              "  - name: inline\n    concession: {tactic: relative, opening: 0.1}\n    playbook:\n"
              "      - {when: {turn: [\">= 2\", \"!= 5\"], gap: \"<-0.5\", terms: \"= 1\"}, do: apologise}\n"
              "      - do: offer\nstrategy: {options: 5}\n");
    ck_assert_int_eq(config.n_strategies, 3);
    const detente_strategy *mine = &config.strategy[1], *own = &config.strategy[2];
    ck_assert(mine->persistence == 4 && mine->agenda == DETENTE_HARD_FIRST && mine->after_terms == .2);
    ck_assert(mine->agent.warmth == .9 && isnan(mine->agent.composure));
    ck_assert_double_eq(mine->concession.start, 0.408);
    ck_assert(own->n_rules == 2 && own->rule[0].n_guards == 4 && own->rule[1].n_guards == 0);
    ck_assert(own->rule[0].move == DETENTE_MOVE_apologise && own->rule[1].move == DETENTE_MOVE_offer);
    const detente_guard *guard = own->rule[0].guard;
    ck_assert(guard[0].observable == DETENTE_OBS_turn && guard[0].op == DETENTE_GE && guard[0].value == 2);
    ck_assert(guard[1].observable == DETENTE_OBS_turn && guard[1].op == DETENTE_NE && guard[1].value == 5);
    ck_assert(guard[2].observable == DETENTE_OBS_gap && guard[2].op == DETENTE_LT && guard[2].value == -.5);
    ck_assert(guard[3].observable == DETENTE_OBS_terms && guard[3].op == DETENTE_EQ && guard[3].value == 1);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(config.strategy[i].options, 5);
}
END_TEST

START_TEST(extends)
{
    ck_assert_int_eq(
        detente_config_load(&config, "configs/billing-dispute-large-loss.yaml", NULL, 0, &error, &warnings), 0);
    /* A map merges, a list and a scalar replace. */
    ck_assert(config.loss == DETENTE_LOSS_LARGE && config.value == 400 && config.issue[0].cost == 240);
    ck_assert_str_eq(config.name, "billing-dispute-large-loss");
    ck_assert_str_eq(config.tier[1].name, "supervisor");
    ck_assert_uint_eq(config.seed, 20241005);
    /* By name from the library; as a scenario alone. */
    read_text("detente: 1\nextends: three-part-complaint\nseed: 18446744073709551615\n");
    ck_assert_int_eq(config.n_issues, 3);
    ck_assert_uint_eq(config.seed, UINT64_MAX);
    read_text("detente: 1\nscenario: {extends: three-part-complaint, value: 9}\n");
    ck_assert_int_eq(config.n_issues, 3);
    ck_assert_double_eq(config.value, 9);
    ck_assert_str_eq(config.scenario_name, "three-part-complaint");
}
END_TEST

START_TEST(files_of_other_systems)
{
    read_text("\xef\xbb\xbf"
              "detente: 1\r\nseed: 7\r\nagent:\r\n  warmth: 0.5\r\n");
    ck_assert_uint_eq(config.seed, 7);
    ck_assert_double_eq(config.agent.warmth, .5);
}
END_TEST

START_TEST(values_set_by_path)
{
    set_one("agent.mirroring", "0.8");
    ck_assert_double_eq(config.agent.mirroring, .8);
    set_one("tiers[1].authority", "0.9");
    ck_assert_double_eq(config.tier[1].authority, .9);
    set_one("tiers[executive].wait", "0");
    ck_assert_double_eq(config.tier[2].wait, 0);
    set_one("strategies[typical].persistence", "3");
    ck_assert_double_eq(config.strategy[0].persistence, 3);
    set_one("strategies[0]", "surrender");
    ck_assert_str_eq(config.strategy[0].name, "surrender");
    set_one("strategy.concession.beta", "2");
    ck_assert_double_eq(config.strategy[0].concession.beta, 2);
    set_one("strategy.agent.warmth", "1");
    ck_assert_double_eq(config.strategy[0].agent.warmth, 1);
    set_one("customer.anger.mean", "0.6");
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_anger].mean, .6);
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_anger].sd, .15);
    set_one("customer.anger", "0.6");
    ck_assert_double_eq(config.persona[0].trait[DETENTE_TRAIT_anger].sd, 0);
    set_one("scenario.issues[0].cost", "7");
    ck_assert_double_eq(config.issue[0].cost, 7);
    set_one("scenario", "unlawful-request");
    ck_assert_str_eq(config.scenario_name, "unlawful-request");
    set_one("scenario.substitute.value", "0.5");
    ck_assert_double_eq(config.substitute_value, .5);
    set_one("moves.offer.minutes", "2");
    ck_assert_double_eq(config.move[DETENTE_MOVE_offer].minutes, 2);
    set_one("moves.minutes_scale", "1");
    ck_assert_double_eq(config.minutes_scale, 1);
    set_one("common_random_numbers", "Off");
    ck_assert_int_eq(config.common_random_numbers, 0);
    set_one("affect.anger_half_life", ".inf");
    ck_assert(isinf(config.affect.anger_half_life));
    set_one("name", "'a: \"b\"'");
    ck_assert_str_eq(config.name, "a: \"b\"");
    set_one("strategies", "[bare-refusal, {name: x, playbook: [{do: close}]}]");
    ck_assert_int_eq(config.n_strategies, 2);
    /* In order; a strategy put in later takes what was set for all. */
    const detente_setting several[] = {{"strategy.persistence", "7"},
                                       {"strategies", "[surrender, typical]"},
                                       {"agent.warmth", "0.1"},
                                       {"agent.warmth", "0.2"},
                                       {"strategies[typical].persistence", "2"}};
    read_set(TYPICAL, several, sizeof several / sizeof several[0]);
    ck_assert_double_eq(config.strategy[0].persistence, 7);
    ck_assert_double_eq(config.strategy[1].persistence, 2);
    ck_assert_double_eq(config.agent.warmth, .2);
}
END_TEST

START_TEST(settings_that_are_mistaken)
{
    ck_assert_str_eq(mistake(TYPICAL, "agent.mirroring", "3"),
                     "--set: agent.mirroring: found 3, allowed a number from 0 to 2");
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "agent.mirorring", "1"), "did you mean mirroring?"));
    /* What a setting makes of what a file says is the setting's mistake. */
    ck_assert_str_eq(mistake("detente: 1\nextends: billing-dispute\n", "customer.anger.mean", "1.5"),
                     "--set: customer.anger: found mean 1.5, allowed a mean from 0 to 1");
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "tiers[boss].wait", "1"), "--set: tiers[boss].wait: found [boss]"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "tiers[7].wait", "1"), "an index from 0 to 2"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "agent..warmth", "1"), "not a path"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "seed", ""), "found nothing"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "strategies[0].name.x", "1"), "there is no map here"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "seed", "[1"), "bracket"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "extends", "minimal"), "--set: extends: cannot be set"));
    ck_assert_ptr_nonnull(strstr(mistake(TYPICAL, "design.type", "factorial"), "design.vary: found nothing"));
}
END_TEST

START_TEST(keys_without_effect)
{
    read_text(TYPICAL "tiers: [{name: desk, composure: 0.9, wait: 3}]\ncustomer: {correlation: {anger-belief: 0.2}}\n");
    ck_assert_int_eq(warnings.count, 3);
    ck_assert_str_eq(warnings.text,
                     "test.yaml:3:22: warning: tiers[0].composure: has no effect: the front line's composure is "
                     "agent.composure\ntest.yaml:3:38: warning: tiers[0].wait: has no effect: the front line answers "
                     "first\ntest.yaml:4:26: warning: customer.correlation.anger-belief: has no effect: belief is "
                     "constant");
    ck_assert_double_eq(config.tier[0].composure, .6);
}
END_TEST

/* The same bits, and the same text again. */
static void check_round_trip(const detente_config *first)
{
    detente_config again;
    detente_error said = {0};
    char *text, *twice, hex[65], hex_again[65];
    ck_assert_int_eq(detente_config_write(first, &text, &said), 0);
    ck_assert_msg(!detente_config_parse(&again, text, strlen(text), "other/name.yaml", NULL, 0, &said, NULL), "%s\n%s",
                  said.text, text);
    ck_assert_int_eq(detente_config_write(&again, &twice, &said), 0);
    ck_assert_str_eq(text, twice);
    ck_assert_int_eq(detente_config_sha256(first, hex, &said) | detente_config_sha256(&again, hex_again, &said), 0);
    ck_assert_str_eq(hex, hex_again);
    ck_assert_int_eq(first->n_personas, again.n_personas);
    ck_assert_int_eq(first->n_strategies, again.n_strategies);
    ck_assert_mem_eq(first->persona, again.persona, (size_t)again.n_personas * sizeof *again.persona);
    ck_assert_mem_eq(first->strategy, again.strategy, (size_t)again.n_strategies * sizeof *again.strategy);
    if (first->question)
        ck_assert_str_eq(first->question, again.question);
    detente_config flat = *first, flat_again = again;
    flat.question = flat_again.question = NULL;
    flat.persona = flat_again.persona = NULL;
    flat.strategy = flat_again.strategy = NULL;
    ck_assert_mem_eq(flat.name, flat_again.name, sizeof flat - offsetof(detente_config, name));
    detente_config_clear(&again);
    free(text);
    free(twice);
}

START_TEST(written_configs_read_back)
{
    static const char *const FILES[] = {"billing-dispute", "three-part-complaint", "unlawful-request", "minimal",
                                        "service-not-offered"};
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "configs/%s.yaml", FILES[i]);
        ck_assert_msg(!detente_config_load(&config, path, NULL, 0, &error, NULL), "%s", error.text);
        check_round_trip(&config);
        detente_config_clear(&config);
    }
}
END_TEST

START_TEST(awkward_values_read_back)
{
    read_text(
        "detente: 1\nquestion: \"Two lines,\\n \\\"quoted\\\" \\\\ and caf\u00e9 \\u2028\\N\\e \\ufeff \\U0001f600 \"\n"
        "name: 'true'\nseed: 18446744073709551615\nkeep: {turns: 3, encounters: all, columns: [heard]}\n"
        "affect: {anger_half_life: .inf, turn_minutes: 0.1000000000000000055, tone_offset: -1e-7}\n"
        "scenario: {value: 1e15, name: '~', issues: [{name: \"[a], {b}: #c\"}, {name: '- x'}]}\n"
        "customer:\n  anger: {values: [0.1, 0.7, 0.3], weights: [1, 1, 1]}\n"
        "  openness: {dist: uniform, low: 0.1, high: 0.7}\n"
        "  personas: [{name: a, share: 0.3333333}, {name: \"b'\", share: 0.6666667, anger: 0.123456789}]\n"
        "  correlation: {calls_back-anger: -0.25, anger-openness: 0.5}\n"
        "strategies:\n  - name: 'null'\n    agent: {warmth: 0, misread: 1}\n    playbook:\n"
        "      - {when: {turn: ['> 1', '<= 7', '!= 3'], hostility: '< -.25'}, do: blame}\n"
        "      - {do: close}\n");
    check_round_trip(&config);
}
END_TEST

/* Random settings over every number of the registry: whatever is accepted reads back. */
START_TEST(random_values_read_back)
{
    size_t n;
    const detente_param *row = detente_registry(&n);
    srand(20241005);
    for (int round = 0; round < 40; round++) {
        static char path[64][64], value[64][40];
        detente_setting settings[64];
        size_t k = 0;
        while (k < 64) {
            const detente_param *p = &row[(size_t)rand() % n];
            const double low = fmax(p->low, -1000), high = fmin(p->high, 1000);
            const double x = low + (high - low) * ((double)rand() + .5) / ((double)RAND_MAX + 1);
            if (p->kind != DETENTE_REAL || !strncmp(p->path, "customer", 8) || strstr(p->path, "weight") ||
                !strncmp(p->path, "replications.", 13))
                continue;
            const char *brackets = strstr(p->path, "[]");
            if (brackets)
                snprintf(path[k], sizeof path[k], "%.*s[0]%s", (int)(brackets - p->path), p->path, brackets + 2);
            else
                snprintf(path[k], sizeof path[k], "%s", p->path);
            snprintf(value[k], sizeof value[k], "%.17g", x);
            settings[k] = (detente_setting){path[k], value[k]};
            k++;
        }
        read_set(TYPICAL, settings, k);
        check_round_trip(&config);
    }
}
END_TEST

START_TEST(stopping_rules)
{
    read_text(
        "detente: 1\nreplications: {min: 7, max: 900, until: {metric: minutes, halfwidth: 7%, confidence: 0.9}}\n");
    const detente_until *until = &config.until;
    ck_assert(config.replications == 900 && until->least == 7 && until->metric == DETENTE_METRIC_minutes);
    ck_assert(until->relative && until->halfwidth == 7 && until->confidence == .9);
    check_round_trip(&config);
    read_text("detente: 1\nreplications: {until: {metric: escalated, halfwidth: 0.005}}\n");
    ck_assert(config.replications == 2000 && until->least == 20 && !until->relative && until->halfwidth == .005);
    ck_assert(until->confidence == .95);
    check_round_trip(&config);
    read_text("detente: 1\n");
    ck_assert(config.replications == 40 && until->metric == -1);
}
END_TEST

START_TEST(hash_is_stable)
{
    /* Equal configs have one hash, whatever they are read from; a change of one bit has another. */
    char one[65], two[65];
    read_text("detente: 1\nseed: 5\nagent: {warmth: 0.5}\n");
    ck_assert_int_eq(detente_config_sha256(&config, one, &error), 0);
    const detente_setting setting = {"agent.warmth", "5e-1"};
    read_set("# a comment\ndetente: 1\nseed: 5\nstrategies: [typical]\n", &setting, 1);
    ck_assert_int_eq(detente_config_sha256(&config, two, &error), 0);
    ck_assert_str_eq(one, two);
    config.agent.warmth = nextafter(.5, 1);
    ck_assert_int_eq(detente_config_sha256(&config, two, &error), 0);
    ck_assert_str_ne(one, two);
}
END_TEST

START_TEST(locale_does_not_matter)
{
    char one[65], two[65], *schema, *same, *words, *again, *never;
    read_text("detente: 1\nagent: {warmth: 0.25}\n");
    ck_assert_int_eq(detente_config_sha256(&config, one, &error), 0);
    ck_assert_int_eq(detente_registry_json_schema(&schema, &error), 0);
    ck_assert_int_eq(detente_strategy_explain(&config, 0, &words, &never, &error), 0);
    ck_assert_ptr_nonnull(strchr(schema, '.'));
    free(never);
    /* One with a decimal comma, made on the spot. */
    setenv("LOCPATH", "build/locale", 1);
    ck_assert_int_eq(
        system("mkdir -p build/locale && localedef -i de_DE -f UTF-8 build/locale/de_DE.UTF-8 2>build/locale/log"), 0);
    ck_assert_ptr_nonnull(setlocale(LC_ALL, "de_DE.UTF-8"));
    ck_assert_str_eq(localeconv()->decimal_point, ",");
    read_text("detente: 1\nagent: {warmth: 0.25}\n");
    ck_assert_double_eq(config.agent.warmth, .25);
    ck_assert_int_eq(detente_config_sha256(&config, two, &error), 0);
    ck_assert_str_eq(one, two);
    ck_assert_int_eq(detente_registry_json_schema(&same, &error), 0);
    ck_assert_int_eq(detente_strategy_explain(&config, 0, &again, &never, &error), 0);
    ck_assert_str_eq(schema, same);
    ck_assert_str_eq(words, again);
    free(schema);
    free(same);
    free(words);
    free(again);
    free(never);
}
END_TEST

START_TEST(text_of_a_key)
{
    static const char TEXT[] = "name: x\ndescription: a few words\nlist: [1]\n";
    char *value;
    ck_assert_int_eq(detente_yaml_text(TEXT, strlen(TEXT), "description", &value, &error), 0);
    ck_assert_str_eq(value, "a few words");
    free(value);
    ck_assert_int_eq(detente_yaml_text(TEXT, strlen(TEXT), "list", &value, &error), 0);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(detente_yaml_text(TEXT, strlen(TEXT), "nothing", &value, &error), 0);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(detente_yaml_text("a: [", 4, "a", &value, &error), DETENTE_E_CONFIG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    tcase_add_checked_fixture(tests, NULL, finish);
    tcase_add_test(tests, defaults_are_those_of_params_h);
    tcase_add_test(tests, defaults_that_depend);
    tcase_add_test(tests, defaults_that_depend_are_documented);
    tcase_add_test(tests, keep_in_all_its_forms);
    tcase_add_test(tests, distributions);
    tcase_add_test(tests, personas);
    tcase_add_test(tests, strategies);
    tcase_add_test(tests, extends);
    tcase_add_test(tests, files_of_other_systems);
    tcase_add_test(tests, values_set_by_path);
    tcase_add_test(tests, settings_that_are_mistaken);
    tcase_add_test(tests, keys_without_effect);
    tcase_add_test(tests, written_configs_read_back);
    tcase_add_test(tests, awkward_values_read_back);
    tcase_add_test(tests, random_values_read_back);
    tcase_add_test(tests, stopping_rules);
    tcase_add_test(tests, hash_is_stable);
    tcase_add_test(tests, locale_does_not_matter);
    tcase_add_test(tests, text_of_a_key);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
