/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry's rows, in the order of documentation, and where their values lie.
 *
 * The lists of params.h give names, defaults and ranges. What only some rows have (a citation, a default that depends on
 * something, a whole number) stands in the tables of defines below. EITHER(special, usual) takes the define of that row where
 * there is one: it puts a second argument in before the usual one.
 */
#include "param/registry.h"

#include <string.h>

#define SECOND(a, b, ...) b
#define EITHER(...) SECOND(__VA_ARGS__, 0)

#define SOURCE_SEEN "read in a source"
#define SOURCE_SECOND "quoted by a secondary source"
#define SOURCE_DERIVED "derived"
#define SOURCE_FITTED "fitted to the targets and contrasts"
#define SOURCE_JUDGED "judged"

/* Citations, and the moment that identifies what is fitted. */
#define SOURCE_affect_customer_inertia ~, "fitted to mistreated against lost_temper: Wang et al. 2011"
#define SOURCE_affect_customer_influence ~, "fitted to answering in kind, above the reverse: Dallimore et al. 2007"
#define SOURCE_affect_tone_gain ~, "fitted to lost_temper: American Express 2012"
#define SOURCE_affect_tone_offset ~, "fitted to mistreated: Wang et al. 2011"
#define SOURCE_affect_customer_noise ~, "fitted to mistreated against lost_temper"
#define SOURCE_affect_heard_relief ~, "fitted to acknowledging, satisfaction: Weger et al. 2014"
#define SOURCE_affect_apology_relief ~, "fitted to the apology contrast: Roschk & Kaiser 2013"
#define SOURCE_affect_concession_relief ~, "fitted to later against at once: Galinsky et al. 2002"
#define SOURCE_affect_apology_heard_exponent ~, "fitted to the order of apology, sign: Min et al. 2020"
#define SOURCE_affect_refusal_frustration ~, "fitted to the explained no: Shaw et al. 2003"
#define SOURCE_affect_hostility_frustration ~, "fitted to answering in kind: Friedman et al. 2004"
#define SOURCE_affect_fairness_shield ~, "fitted to the explained no: Shaw et al. 2003"
#define SOURCE_affect_rapport_hostility ~, "fitted to answering in kind: Friedman et al. 2004"
#define SOURCE_agent_mirroring ~, "fitted to answering in kind: Friedman et al. 2004"
#define SOURCE_agent_warmth ~, "fitted to mistreated: Wang et al. 2011"
#define SOURCE_agent_lapse ~, "fitted to agent_lapsed: Wang et al. 2011"
#define SOURCE_bargaining_demand_decay ~, "fitted to first_contact and minutes"
#define SOURCE_bargaining_reservation ~, "fitted to first_contact and escalated"
#define SOURCE_bargaining_option_spread ~, "fitted to the choice of remedies: Van Vaerenbergh et al. 2018"
#define SOURCE_decision_accept_rapport ~, "fitted to acknowledging, satisfaction: Weger et al. 2014"
#define SOURCE_decision_accept_anger ~, "fitted to answering in kind: Friedman et al. 2004"
#define SOURCE_decision_accept_base ~, "fitted to first_contact"
#define SOURCE_decision_manager_base ~, "fitted to asked_manager"
#define SOURCE_decision_manager_hostility ~, "fitted to asked_manager, temper lost: American Express 2012"
#define SOURCE_decision_manager_stall ~, "fitted to asked_manager"
#define SOURCE_decision_hangup_base ~, "fitted to hung_up, temper lost: American Express 2012"
#define SOURCE_decision_hangup_anger ~, "fitted to hung_up, temper lost: American Express 2012"
#define SOURCE_outcome_regret ~, "fitted to later against at once: Galinsky et al. 2002"
#define SOURCE_outcome_surprise ~, "fitted to the unexpected extra"
#define SOURCE_outcome_reference_unresolved ~, "fitted to the return rates: TARP"
#define SOURCE_outcome_reference_resolved ~, "fitted to the return rates: TARP"
#define SOURCE_outcome_reference_quick ~, "fitted to the return rates: TARP"
#define SOURCE_affect_positive_ratio ~, "judged; form: bilinear influence, Gottman and Murray"
#define SOURCE_affect_anger_half_life ~, "Verduyn & Lavrijsen 2015"
#define SOURCE_affect_apology_repeat ~, "Halperin et al. 2022"
#define SOURCE_affect_apology_backfire ~, "judged; sign: Halperin et al. 2022"
#define SOURCE_affect_rumination ~, "about zero: Kjærvik & Bushman 2024"
#define SOURCE_affect_rapport_warmth ~, "judged; weak, if sincere: Hennig-Thurau et al. 2006"
#define SOURCE_agent_voice_filter ~, "0 is no filter"
#define SOURCE_bargaining_inference ~, "judged; form: Kwon & Weingart 2004"
#define SOURCE_bargaining_entitlement_reference ~, "mean of customer.entitlement"
#define SOURCE_outcome_distributive ~, "order: Orsingher et al. 2010"
#define SOURCE_outcome_procedural ~, "order: Orsingher et al. 2010"
#define SOURCE_outcome_interactional ~, "order: Orsingher et al. 2010"
#define SOURCE_outcome_return_base ~, "from TARP's return rates"
#define SOURCE_outcome_return_resolved ~, "from TARP's return rates"
#define SOURCE_outcome_return_quick ~, "from TARP's return rates"
#define SOURCE_outcome_overpay ~, "judged; form: Haesevoets et al. 2017"
#define SOURCE_outcome_tells_good ~, "American Express 2011"
#define SOURCE_outcome_tells_bad ~, "American Express 2011"
#define SOURCE_concession_start ~, "judged; form: Faratin, Sierra & Jennings 1998"
#define SOURCE_concession_horizon ~, "judged; form: Faratin, Sierra & Jennings 1998"
#define SOURCE_concession_beta ~, "judged; form: Faratin, Sierra & Jennings 1998"
#define SOURCE_concession_kappa0 ~, "judged; form: Faratin, Sierra & Jennings 1998"
#define SOURCE_concession_appeasement ~, "judged; form: Adam & Brett 2018"
#define SOURCE_tier_cost_per_minute ~, "judged: 3 and 15 times the front line"
#define SOURCE_move_acknowledge_validation ~, "fitted to acknowledging, heard: Weger et al. 2014"
#define SOURCE_move_explain_explanation ~, "fitted to the explained no: Shaw et al. 2003"
#define SOURCE_move_offer_explanation ~, "fitted to the explained no: Shaw et al. 2003"
#define SOURCE_customer_anger ~, "fitted to mistreated: Wang et al. 2011"
#define SOURCE_customer_entitlement ~, "judged; scale mean 3.4 of 7, recalled"
#define SOURCE_customer_patience ~, "judged: 0.5 to 3 handling times"

/* Defaults that depend on something. */
#define DEFAULT_outcome_return_base ~, "-0.16 (loss small), -1.45 (large)"
#define DEFAULT_outcome_return_resolved ~, "1.01 (loss small), 1.61 (large)"
#define DEFAULT_outcome_return_quick ~, "2.1 (loss small), 1.36 (large)"
#define DEFAULT_concession_kappa0 ~, "0 (exponential: 0.05)"
#define DEFAULT_issue_weight ~, "1 / number of issues"
#define DEFAULT_tier_authority ~, "0.5, 0.8, 1 by position"
#define DEFAULT_tier_cost_per_minute ~, "0.8, 2.4, 12 by position"
#define DEFAULT_tier_wait ~, "0, 4, 10 by position"
#define DEFAULT_tier_composure ~, "agent.composure, then 0.7, 0.8"
#define DEFAULT_tier_empathy ~, "agent.empathy, then 0.7, 0.7"

/* Other exceptions. */
#define KIND_strategy_persistence ~, DETENTE_INTEGER
#define KIND_strategy_options ~, DETENTE_INTEGER
#define KIND_strategy_set_aside ~, DETENTE_INTEGER
#define PATH_strategy_after_terms ~, "strategy.exception.after_terms"
#define STATUS_customer_anger ~, DETENTE_STATUS_FITTED
#define STATUS_move_acknowledge_validation ~, DETENTE_STATUS_FITTED
#define STATUS_move_explain_explanation ~, DETENTE_STATUS_FITTED
#define STATUS_move_offer_explanation ~, DETENTE_STATUS_FITTED
#define BOUNDS_minutes ~, DETENTE_BOUNDS_OC
#define FAMILY_CONSTANT(mean, sd) mean
#define FAMILY_NORMAL(mean, sd) "normal, mean " mean ", sd " sd
#define FAMILY_LOGNORMAL(mean, sd) "lognormal, mean " mean ", sd " sd
#define FAMILY_BETA(mean, sd) "beta, mean " mean ", sd " sd

const char *const MOVE_NAME[] = {
#define X(name, ...) #name,
    DETENTE_MOVES(X) NULL};
const char *const TRAIT_NAME[] = {DETENTE_TRAITS(X) NULL};
const char *const METRIC_NAME[] = {DETENTE_METRICS(X) NULL};
#undef X
const char *const MOVE_WORDS[] = {
#define X(name, count, v, w, i, e, c, m, words) words,
    DETENTE_MOVES(X) NULL};
#undef X
const char *const OBSERVABLE_NAME[] = {
#define X(name, ...) #name,
    DETENTE_OBSERVABLES(X)
#undef X
#define X(name, count, ...) #count,
        DETENTE_MOVES(X) NULL};
#undef X

const char *const FAMILY_NAME[] = {"constant", "uniform", "normal", "lognormal", "beta", "gamma", "table", NULL};
const char *const STANDING_NAME[] = {"entitled", "discretionary", "outside", "unlawful", NULL};
const char *const AGENDA_NAME[] = {"package", "easy_first", "hard_first", NULL};
const char *const TACTIC_NAME[] = {"polynomial", "exponential", "relative", "random_absolute", "averaged", NULL};
const char *const DESIGN_NAME[] = {"factorial", "list",     "one-at-a-time", "random", "latin-hypercube",
                                   "sobol",     "saltelli", "morris",        NULL};
const char *const LOSS_NAME[] = {"small", "large", NULL};
const char *const COMPARISON_NAME[] = {"<", "<=", ">", ">=", "==", "!=", NULL};
static const char *const KEEP_NAME[] = {"none", "encounters", "turns", NULL};

/* clang-format off: the rows are a table. */
#define TEXT_ROW(path, shown, description) \
    { \
        path, "1", description, "setting", DETENTE_TEXT, 0, DETENTE_STATUS_SETTING, 0, 0, 0, NULL, shown \
    }
#define FLAG_ROW(path, value, shown, description) \
    { \
        path, "1", description, "setting", DETENTE_FLAG, 0, DETENTE_STATUS_SETTING, value, 0, 1, NULL, shown \
    }
#define CHOICE_ROW(path, index, names, n, shown, status, source, description) \
    { \
        path, "1", description, source, DETENTE_CHOICE, 0, DETENTE_STATUS_##status, index, 0, (n)-1, names, shown \
    }
#define WHOLE_ROW(path, value, low, high, bounds, unit, description) \
    { \
        path, unit, description, "setting", DETENTE_INTEGER, DETENTE_BOUNDS_##bounds, DETENTE_STATUS_SETTING, value, \
            low, high, NULL, #value \
    }
#define REAL_ROW(path, value, low, high, bounds, unit, status, source, description) \
    { \
        path, unit, description, source, DETENTE_REAL, DETENTE_BOUNDS_##bounds, DETENTE_STATUS_##status, value, low, \
            high, NULL, #value \
    }
/* A row of a list: `prefix` is of the path, `tag` of the defines above. */
#define LISTED_ROW(prefix, tag, name, value, low, high, bounds, unit, status, description, shown) \
    { \
        EITHER(PATH_##tag##_##name, prefix #name), unit, description, EITHER(SOURCE_##tag##_##name, SOURCE_##status), \
            EITHER(KIND_##tag##_##name, DETENTE_REAL), DETENTE_BOUNDS_##bounds, DETENTE_STATUS_##status, value, low, \
            high, NULL, EITHER(DEFAULT_##tag##_##name, shown) \
    }

static const detente_param PARAM[] = {
    /* The run */
    WHOLE_ROW("detente", 1, 1, 1, CC, "1", "version of the config's format"),
    TEXT_ROW("name", "the file's name", "name of the experiment, as results show it"),
    TEXT_ROW("description", "none",
             "what the file is, in one line, as `detente list` shows it; results do not keep it"),
    TEXT_ROW("question", "none", "what the experiment asks, in one line"),
    TEXT_ROW("extends", "none", "file, or list of files, that this one changes: maps merge, lists and scalars replace"),
    WHOLE_ROW("seed", 1, 0, 0x1p64, CO, "1", "where randomness starts: equal seeds give equal bytes"),
    WHOLE_ROW("replications", 40, 1, 4294967295, CC, "1", "independent repetitions of each cell"),
    WHOLE_ROW("replications.min", 20, 2, 4294967295, CC, "1",
              "replications of a cell before its precision is looked at"),
    WHOLE_ROW("replications.max", 2000, 1, 4294967295, CC, "1", "replications of a cell at most"),
    TEXT_ROW("replications.until.metric", "none", "metric whose mean must be precise: the cell then stops"),
    {"replications.until.halfwidth", "metric's",
     "half-width of the interval on that mean: an amount, or a share of the mean such as 5%", "setting", DETENTE_REAL,
     DETENTE_BOUNDS_OO, DETENTE_STATUS_SETTING, NAN, 0, INFINITY, NULL, "none, needed"},
    REAL_ROW("replications.until.confidence", 0.95, 0, 1, OO, "1", SETTING, "setting", "confidence of that interval"),
    WHOLE_ROW("encounters", 256, 1, 4294967295, CC, "1", "encounters of each replication"),
    WHOLE_ROW("max_turns", 60, 1, 1000, CC, "turns", "turns after which an encounter is an impasse"),
    FLAG_ROW("common_random_numbers", 1, "true", "the same customers and the same luck for every strategy"),
    FLAG_ROW("quantiles", 1, "true", "the summary holds quantiles over encounters; with a design only when it is said"),
    CHOICE_ROW("keep", 0, KEEP_NAME, 3, "none", SETTING, "setting",
               "rows stored: none, of every encounter, or of every turn too"),
    WHOLE_ROW("keep.encounters", 0, 0, 4294967295, CC, "1",
              "store the first so many encounters of each replication, or all"),
    WHOLE_ROW("keep.turns", 0, 0, 4294967295, CC, "1", "store every turn of the first so many encounters, or of all"),
    TEXT_ROW("keep.columns", "all", "list of the metrics to store of each encounter"),

    /* The design */
    CHOICE_ROW("design.type", DETENTE_FACTORIAL, DESIGN_NAME, DETENTE_N_DESIGNS, "factorial", SETTING, "setting",
               "which points of the varied paths' ranges are played"),
    TEXT_ROW("design.vary", "none", "map of paths and their values: a list, or {from, to, steps, log, integer, base}"),
    WHOLE_ROW(
        "design.points", 256, 1, 4294967295, CC, "1",
        "samples; saltelli plays N (factors + 2) points, morris N (factors + 1); of a list, the points themselves"),
    WHOLE_ROW("design.levels", 4, 2, 1000, CC, "1", "morris: levels of the grid of ranges; an even number"),
    TEXT_ROW("design.file", "none", "list: a file of points, comma-separated, whose first line has the paths"),

    /* The hypotheses */
    TEXT_ROW("hypotheses", "none", "list of what is expected, each {name, expect}: `detente test` gives the verdicts"),
    TEXT_ROW("hypotheses[].name", "none, needed", "name of the hypothesis"),
    TEXT_ROW("hypotheses[].expect.metric", "none, needed", "metric whose mean the expectation is about"),
    TEXT_ROW("hypotheses[].expect.strategy", "all, averaged",
             "strategy that it is about, and on both sides of `versus`"),
    TEXT_ROW("hypotheses[].expect.where", "all, averaged",
             "map of varied paths and one of their values each: the cells that it is about"),
    TEXT_ROW("hypotheses[].expect.versus", "none",
             "what is different on the other side: {PATH: VALUE} of paths in `where`, {strategy: NAME}, or both"),
    TEXT_ROW("hypotheses[].expect.difference", "needed with `versus`",
             "a comparison in quotes, \"> 0.02\" or \"< -3\": of the mean less that of the other side"),
    TEXT_ROW("hypotheses[].expect.value", "needed without `versus`", "a comparison in quotes, \"> 0.5\": of the mean"),

    /* The scenario */
    TEXT_ROW("scenario.name", "the file's name", "name of the scenario"),
    CHOICE_ROW("scenario.loss", DETENTE_LOSS_SMALL, LOSS_NAME, 2, "small", SECOND, "TARP: large is above 100 dollars",
               "the customer's loss; which rates of return apply"),
    REAL_ROW("scenario.value", 400, 0, INFINITY, CO, "money", JUDGED, "judged", "worth of a kept customer"),
    REAL_ROW("scenario.substitute.value", 0.25, 0, 1.5, CC, "1", JUDGED, "judged",
             "worth of the move `substitute`, share of the claim"),
    REAL_ROW("scenario.substitute.cost", 12, 0, INFINITY, CO, "money", JUDGED, "judged",
             "cost of the move `substitute`"),
    TEXT_ROW("scenario.issues[].name", "refund", "name of the issue"),
    CHOICE_ROW("scenario.issues[].standing", DETENTE_DISCRETIONARY, STANDING_NAME, 4, "discretionary", JUDGED, "judged",
               "how much may be conceded: all (entitled), the tier's authority, or none without an exception"),
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("scenario.issues[].", issue, name, value, low, high, bounds, unit, status, description, #value),
    DETENTE_ISSUE_PARAMS(X)
#undef X

/* The customer */
#define X(name, family, mean, sd, low, high, unit, description) \
    {"customer." #name, \
     unit, \
     description, \
     EITHER(SOURCE_customer_##name, "judged"), \
     DETENTE_DISTRIBUTION, \
     DETENTE_BOUNDS_CC, \
     EITHER(STATUS_customer_##name, DETENTE_STATUS_JUDGED), \
     mean, \
     low, \
     high, \
     FAMILY_NAME, \
     FAMILY_##family(#mean, #sd)},
        DETENTE_TRAITS(X)
#undef X
            REAL_ROW("customer.correlation", 0, -1, 1, OO, "1", JUDGED, "judged",
                     "correlation of two traits (Gaussian copula): {anger-entitlement: 0.3}"),
    TEXT_ROW("customer.persona", "none", "everyone is this persona: one of the list, of the library, or a file"),
    TEXT_ROW("customer.personas[].name", "everyone", "name of a kind of customer; it may override any trait"),
    REAL_ROW("customer.personas[].share", 1, 0, 1, CC, "1", JUDGED, "judged",
             "share of the customers; the shares sum to 1"),

/* The organisation */
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("agent.", agent, name, value, low, high, bounds, unit, status, description, #value),
    DETENTE_AGENT_PARAMS(X)
#undef X
        TEXT_ROW("tiers[].name", "front line, supervisor, executive", "name of the tier"),
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("tiers[].", tier, name, value, low, high, bounds, unit, status, description, #value),
    DETENTE_TIER_PARAMS(X)
#undef X

    /* The strategies */
    TEXT_ROW("strategies", "[typical]", "list of strategies: names of the library, files, or maps"),
    TEXT_ROW("strategy.name", "the file's name", "name of the strategy; `strategy.` stands for every strategy"),
    CHOICE_ROW("strategy.agenda", DETENTE_PACKAGE, AGENDA_NAME, 3, "package", JUDGED, "judged",
               "all issues as one, or one by one from the easiest or the hardest"),
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("strategy.", strategy, name, value, low, high, bounds, unit, status, description, #value),
    DETENTE_STRATEGY_PARAMS(X)
#undef X
        CHOICE_ROW("strategy.concession.tactic", DETENTE_POLYNOMIAL, TACTIC_NAME, 5, "polynomial", JUDGED,
                   "judged; form: Faratin, Sierra & Jennings 1998",
                   "how offers grow: by a curve over time, or as the demand falls"),
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("strategy.concession.", concession, name, value, low, high, bounds, unit, status, description, #value),
    DETENTE_CONCESSION_PARAMS(X)
#undef X
        TEXT_ROW("strategy.playbook[].when", "always", "map of observables and conditions, all of which must hold"),
    CHOICE_ROW("strategy.playbook[].do", DETENTE_MOVE_offer, MOVE_NAME, DETENTE_N_MOVES, "offer", SETTING, "setting",
               "move that is made when the conditions hold and no earlier rule's do"),

/* The model */
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("affect.", affect, name, value, low, high, bounds, unit, status, description, #value),
    DETENTE_AFFECT_PARAMS(X)
#undef X
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("bargaining.", bargaining, name, value, low, high, bounds, unit, status, description, #value),
        DETENTE_BARGAINING_PARAMS(X)
#undef X
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("decision.", decision, name, value, low, high, bounds, unit, status, description, #value),
            DETENTE_DECISION_PARAMS(X)
#undef X
#define X(name, value, low, high, bounds, unit, status, description) \
    LISTED_ROW("outcome.", outcome, name, value, low, high, bounds, unit, status, description, #value),
                DETENTE_OUTCOME_PARAMS(X)
#undef X
                    REAL_ROW("moves.minutes_scale", 1.19, 0, 100, OC, "1", FITTED, "fitted to minutes",
                             "multiplies every move's minutes and affect.turn_minutes"),
#define EFFECT(name, low, high, unit, description, move, value) \
    {"moves." #move "." #name, \
     unit, \
     #move ": " description, \
     EITHER(SOURCE_move_##move##_##name, "judged"), \
     DETENTE_REAL, \
     EITHER(BOUNDS_##name, DETENTE_BOUNDS_CC), \
     EITHER(STATUS_move_##move##_##name, DETENTE_STATUS_JUDGED), \
     value, \
     low, \
     high, \
     NULL, \
     #value},
#define X(name, count, v, w, i, e, c, m, words) DETENTE_EFFECTS_OF(EFFECT, name, v, w, i, e, c, m)
    DETENTE_MOVES(X)
#undef X
};
/* clang-format on */

enum { N_PARAMS = sizeof PARAM / sizeof PARAM[0] };

/* Where the values of a section's rows lie, in the order of its rows. */
static const size_t SCENARIO_OFFSET[] = {offsetof(detente_config, loss), offsetof(detente_config, value)};
static const size_t SUBSTITUTE_OFFSET[] = {offsetof(detente_config, substitute_value),
                                           offsetof(detente_config, substitute_cost)};
static const size_t MOVES_OFFSET[] = {offsetof(detente_config, minutes_scale)};
#define X(name, ...) offsetof(detente_issue, name),
static const size_t ISSUE_OFFSET[] = {offsetof(detente_issue, standing), DETENTE_ISSUE_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_agent, name),
static const size_t AGENT_OFFSET[] = {DETENTE_AGENT_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_tier, name),
static const size_t TIER_OFFSET[] = {DETENTE_TIER_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_concession, name),
static const size_t CONCESSION_OFFSET[] = {offsetof(detente_concession, tactic), DETENTE_CONCESSION_PARAMS(X)};
#undef X
/* after_terms, the last, is a section of its own. */
#define X(name, ...) offsetof(detente_strategy, name),
static const size_t STRATEGY_OFFSET[] = {offsetof(detente_strategy, agenda), DETENTE_STRATEGY_PARAMS(X)};
#undef X
static const size_t EXCEPTION_OFFSET[] = {offsetof(detente_strategy, after_terms)};
#define X(name, ...) offsetof(detente_affect, name),
static const size_t AFFECT_OFFSET[] = {DETENTE_AFFECT_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_bargaining, name),
static const size_t BARGAINING_OFFSET[] = {DETENTE_BARGAINING_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_decision, name),
static const size_t DECISION_OFFSET[] = {DETENTE_DECISION_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_outcome, name),
static const size_t OUTCOME_OFFSET[] = {DETENTE_OUTCOME_PARAMS(X)};
#undef X
#define X(name, ...) offsetof(detente_effects, name),
static const size_t MOVE_OFFSET[] = {DETENTE_EFFECTS(X)};
#undef X

#define SECTION(prefix, first, offset, less) \
    { \
        prefix, prefix first, offset, sizeof(offset) / sizeof(offset)[0] - (less) \
    }
static const struct {
    const char *prefix, *first;
    const size_t *offset;
    size_t n;
} SECTIONS[N_SECTIONS] = {
    [SECTION_SCENARIO] = SECTION("scenario.", "loss", SCENARIO_OFFSET, 0),
    [SECTION_SUBSTITUTE] = SECTION("scenario.substitute.", "value", SUBSTITUTE_OFFSET, 0),
    [SECTION_ISSUE] = SECTION("scenario.issues[].", "standing", ISSUE_OFFSET, 0),
    [SECTION_AGENT] = SECTION("agent.", "mirroring", AGENT_OFFSET, 0),
    [SECTION_TIER] = SECTION("tiers[].", "authority", TIER_OFFSET, 0),
    [SECTION_CONCESSION] = SECTION("strategy.concession.", "tactic", CONCESSION_OFFSET, 0),
    [SECTION_STRATEGY] = SECTION("strategy.", "agenda", STRATEGY_OFFSET, 1),
    [SECTION_EXCEPTION] = SECTION("strategy.exception.", "after_terms", EXCEPTION_OFFSET, 0),
    [SECTION_AFFECT] = SECTION("affect.", "turn_minutes", AFFECT_OFFSET, 0),
    [SECTION_BARGAINING] = SECTION("bargaining.", "demand_decay", BARGAINING_OFFSET, 0),
    [SECTION_DECISION] = SECTION("decision.", "accept_utility", DECISION_OFFSET, 0),
    [SECTION_OUTCOME] = SECTION("outcome.", "distributive", OUTCOME_OFFSET, 0),
    [SECTION_MOVES] = SECTION("moves.", "minutes_scale", MOVES_OFFSET, 0),
    [SECTION_MOVE] = SECTION("moves.listen.", "validation", MOVE_OFFSET, 0),
};

const detente_param *detente_registry(size_t *n)
{
    *n = N_PARAMS;
    return PARAM;
}

const detente_param *registry_row(const char *path)
{
    for (size_t i = 0; i < N_PARAMS; i++)
        if (!strcmp(PARAM[i].path, path))
            return &PARAM[i];
    return NULL;
}

section registry_section(enum section_id id)
{
    return (section){SECTIONS[id].prefix, registry_row(SECTIONS[id].first), SECTIONS[id].offset, SECTIONS[id].n};
}

const detente_param *registry_trait(int trait)
{
    const detente_param *first = registry_row("customer.anger");
    return trait < 0 || trait >= DETENTE_N_TRAITS ? NULL : first + trait;
}

static const char *name_of(const char *const *names, int n, int index)
{
    return index < 0 || index >= n ? NULL : names[index];
}

const char *detente_move_name(int move)
{
    return name_of(MOVE_NAME, DETENTE_N_MOVES, move);
}

const char *detente_observable_name(int observable)
{
    return name_of(OBSERVABLE_NAME, DETENTE_N_OBSERVABLES, observable);
}

const char *detente_trait_name(int trait)
{
    return name_of(TRAIT_NAME, DETENTE_N_TRAITS, trait);
}

const char *detente_metric_name(int metric)
{
    return name_of(METRIC_NAME, DETENTE_N_METRICS, metric);
}

const char *detente_status_name(int status)
{
    static const char *const NAME[] = {"seen", "second-hand", "derived", "fitted", "judged", "setting"};
    return name_of(NAME, sizeof NAME / sizeof NAME[0], status);
}
