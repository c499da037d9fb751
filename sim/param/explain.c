/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A playbook in plain words. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/reach.h"
#include "param/registry.h"

/* What a move is called when it is counted: one, several. */
static const char *const NOUN[DETENTE_N_MOVES][2] = {
    [DETENTE_MOVE_listen] = {"turn of listening", "turns of listening"},
    [DETENTE_MOVE_acknowledge] = {"acknowledgement", "acknowledgements"},
    [DETENTE_MOVE_ask] = {"question", "questions"},
    [DETENTE_MOVE_apologise] = {"apology", "apologies"},
    [DETENTE_MOVE_explain] = {"explanation", "explanations"},
    [DETENTE_MOVE_clarify] = {"clarification", "clarifications"},
    [DETENTE_MOVE_assure] = {"assurance", "assurances"},
    [DETENTE_MOVE_options] = {"list of alternatives", "lists of alternatives"},
    [DETENTE_MOVE_offer] = {"offer", "offers"},
    [DETENTE_MOVE_substitute] = {"offer of something else", "offers of something else"},
    [DETENTE_MOVE_refuse] = {"refusal", "refusals"},
    [DETENTE_MOVE_reiterate] = {"repetition of the terms", "repetitions of the terms"},
    [DETENTE_MOVE_interim] = {"offer of a small help", "offers of a small help"},
    [DETENTE_MOVE_exception] = {"exception", "exceptions"},
    [DETENTE_MOVE_promise] = {"promise", "promises"},
    [DETENTE_MOVE_trade] = {"request for something in return", "requests for something in return"},
    [DETENTE_MOVE_excuse] = {"excuse", "excuses"},
    [DETENTE_MOVE_justify] = {"justification", "justifications"},
    [DETENTE_MOVE_blame] = {"reproach", "reproaches"},
    [DETENTE_MOVE_mirror] = {"answer in kind", "answers in kind"},
    [DETENTE_MOVE_pause] = {"pause", "pauses"},
    [DETENTE_MOVE_warn] = {"warning", "warnings"},
    [DETENTE_MOVE_close] = {"attempt to end the call", "attempts to end the call"},
    [DETENTE_MOVE_transfer] = {"attempt to hand up", "attempts to hand up"},
    [DETENTE_MOVE_surrender] = {"surrender", "surrenders"}};

static const char *const SUBJECT[] = {[DETENTE_OBS_turn] = "the number of the turn is",
                                      [DETENTE_OBS_minutes] = "the minutes since the call began are",
                                      [DETENTE_OBS_hostility] = "the customer's hostility is",
                                      [DETENTE_OBS_demand] = "the demand is",
                                      [DETENTE_OBS_offer] = "the standing offer is",
                                      [DETENTE_OBS_gap] = "the gap between demand and offer is",
                                      [DETENTE_OBS_stalled] = "the number of turns without movement is",
                                      [DETENTE_OBS_issue] = "the number of issues closed is",
                                      [DETENTE_OBS_tier] = "the tier is",
                                      [DETENTE_OBS_cap] = "the most that may be conceded here is",
                                      [DETENTE_OBS_headroom] = "what may still be conceded here is",
                                      [DETENTE_OBS_strain] = "the agent's own strain is",
                                      [DETENTE_OBS_asked_manager] = "the number of requests for a manager is",
                                      [DETENTE_OBS_terms] = "the number of terms on the table is"};

static const char *const COMPARED[] = {"below ", "at most ", "above ", "at least ", "", "not "};

/* Is `op value` the same, over the whole numbers from 0, as "none" (-1), "one or more" (1), or neither (0)? */
static int some_or_none(const detente_guard *guard)
{
    const double v = guard->value;
    switch (guard->op) {
    case DETENTE_LT:
        return v > 0 && v <= 1 ? -1 : 0;
    case DETENTE_LE:
        return v >= 0 && v < 1 ? -1 : 0;
    case DETENTE_EQ:
        return v == 0 ? -1 : 0;
    case DETENTE_GT:
        return v >= 0 && v < 1 ? 1 : 0;
    case DETENTE_GE:
        return v > 0 && v <= 1 ? 1 : 0;
    default:
        return v == 0 ? 1 : 0;
    }
}

static void add_count(text_buffer *b, const detente_guard *guard, const char *const noun[2])
{
    static const char *const WORDS[] = {"fewer than ", "at most ", "more than ",
                                        "at least ",   "exactly ", "not exactly "};
    const int some = some_or_none(guard);
    char number[40];
    text_number(guard->value, number);
    const int one = guard->value == 1;
    if (some)
        text_add(b, "%s %s was made%s", some < 0 ? "no" : "at least one", noun[0], some < 0 ? " yet" : "");
    else
        text_add(b, "%s%s %s %s made", WORDS[guard->op], number, noun[one ? 0 : 1], one ? "was" : "were");
}

static void add_guard(text_buffer *b, const detente_config *config, const detente_guard *guard)
{
    const int o = guard->observable, some = some_or_none(guard);
    char number[40];
    text_number(guard->value, number);
    if (o >= DETENTE_OBS_listens) {
        add_count(b, guard, NOUN[o - DETENTE_OBS_listens]);
    } else if (o == DETENTE_OBS_terms && (some > 0 || (guard->value == 1 && guard->op == DETENTE_EQ))) {
        text_add(b, "terms are on the table");
    } else if (o == DETENTE_OBS_terms && (some < 0 || (guard->value == 1 && guard->op == DETENTE_NE))) {
        text_add(b, "no terms are on the table");
    } else if (o == DETENTE_OBS_asked_manager && some) {
        text_add(b, "the customer has %s for a manager here", some < 0 ? "not asked" : "asked");
    } else {
        text_add(b, "%s %s%s", SUBJECT[o], COMPARED[guard->op], number);
        const int tier = guard->value >= 0 && guard->value < config->n_tiers ? (int)guard->value : -1;
        if (o == DETENTE_OBS_tier && tier >= 0 && tier == guard->value)
            text_add(b, " (%s)", config->tier[tier].name);
    }
}

static void add_rule(text_buffer *b, const detente_config *config, const detente_rule *rule, int first)
{
    for (int i = 0; i < rule->n_guards; i++) {
        text_add(b, i ? " and " : "If ");
        add_guard(b, config, &rule->guard[i]);
    }
    if (!rule->n_guards)
        text_add(b, first ? "Always" : "Otherwise");
    text_add(b, ": %s.", MOVE_WORDS[rule->move]);
}

static void add_reason(text_buffer *b, const rule_verdict *verdict)
{
    const int o = verdict->observable;
    char low[40], high[40];
    switch (verdict->reason) {
    case RULE_CONTRADICTS:
        text_add(b, "its conditions on %s cannot hold together", OBSERVABLE_NAME[o]);
        return;
    case RULE_OUTSIDE:
        /* The room left for rounding is not for readers. */
        text_number(round(verdict->low * 100) / 100, low);
        text_number(round(verdict->high * 100) / 100, high);
        if (o >= DETENTE_OBS_listens && verdict->high == 0)
            text_add(b, "%s stays 0, no rule that can apply makes this move", OBSERVABLE_NAME[o]);
        else if (verdict->low == verdict->high)
            text_add(b, "%s is always %s here", OBSERVABLE_NAME[o], low);
        else if (isinf(verdict->high))
            text_add(b, "%s is never below %s", OBSERVABLE_NAME[o], low);
        else
            text_add(b, "%s stays from %s to %s here", OBSERVABLE_NAME[o], low, high);
        return;
    default:
        if (verdict->by >= 0)
            text_add(b, "rule %d applies first whenever its conditions hold", verdict->by + 1);
        else
            text_add(b, "the rules above take every case that it would");
    }
}

int detente_strategy_explain(const detente_config *config, int strategy, char **text, char **never,
                             detente_error *error)
{
    text_buffer words = {0}, dead = {0};
    rule_verdict verdict[DETENTE_MAX_RULES];
    *text = *never = NULL;
    if (strategy < 0 || strategy >= config->n_strategies)
        return detente_error_set(error, DETENTE_E_RANGE, "strategy %d is not one of the config's %d", strategy,
                                 config->n_strategies);
    const detente_strategy *s = &config->strategy[strategy];
    playbook_reach(config, s, verdict);
    for (int i = 0; i < s->n_rules; i++) {
        text_add(&words, i ? "\n" : "");
        add_rule(&words, config, &s->rule[i], i == 0);
        if (verdict[i].reason == RULE_LIVE)
            continue;
        text_add(&dead, "%srule %d (%s) can never apply: ", dead.size ? "\n" : "", i + 1, MOVE_NAME[s->rule[i].move]);
        add_reason(&dead, &verdict[i]);
    }
    const int any = dead.size > 0 || dead.failed;
    int code = text_finish(&words, text, error);
    if (!code && any)
        code = text_finish(&dead, never, error);
    text_clear(&dead);
    if (code) {
        detente_free(*text);
        *text = NULL;
    }
    return code;
}

/* How offers grow over time, or with the demand. */
static void add_concession(text_buffer *b, const detente_concession *c)
{
    const int tactic = (int)c->tactic;
    char number[3][40];
    text_number(c->start, number[0]);
    text_number(c->horizon, number[1]);
    text_number(c->beta, number[2]);
    if (tactic == DETENTE_POLYNOMIAL || tactic == DETENTE_EXPONENTIAL)
        text_add(b, "Offers rise from turn %s on, for %s turns, %s (%s, beta %s)", number[0], number[1],
                 c->beta < 1   ? "late rather than early"
                 : c->beta > 1 ? "early rather than late"
                               : "evenly",
                 TACTIC_NAME[tactic], number[2]);
    else
        text_add(b, "Offers follow what the customer gives up (%s)", TACTIC_NAME[tactic]);
    if (c->opening > 0) {
        text_number(c->opening, number[0]);
        text_add(b, ", from an opening of %s", number[0]);
    }
    text_add(b, ".");
}

static void add_own_agent(text_buffer *b, const detente_agent *agent)
{
    const section rows = registry_section(SECTION_AGENT);
    const char *before = "\nIts agent has";
    for (size_t i = 0; i < rows.n; i++) {
        const double value = *(const double *)(const void *)((const char *)agent + rows.offset[i]);
        char number[40];
        if (isnan(value))
            continue;
        text_number(value, number);
        text_add(b, "%s %s %s", before, rows.param[i].path + strlen(rows.prefix), number);
        before = ",";
    }
    text_add(b, *before == ',' ? "." : "");
}

int detente_strategy_numbers(const detente_config *config, int strategy, char **text, detente_error *error)
{
    text_buffer words = {0};
    char number[40];
    *text = NULL;
    if (strategy < 0 || strategy >= config->n_strategies)
        return detente_error_set(error, DETENTE_E_RANGE, "strategy %d is not one of the config's %d", strategy,
                                 config->n_strategies);
    const detente_strategy *s = &config->strategy[strategy];
    add_concession(&words, &s->concession);
    text_number(s->persistence, number);
    if (s->persistence >= 1)
        text_add(&words, "\nThe first %s%srequest%s for a manager at each tier %s deflected.",
                 s->persistence > 1 ? number : "", s->persistence > 1 ? " " : "", s->persistence > 1 ? "s" : "",
                 s->persistence > 1 ? "are" : "is");
    else
        text_add(&words, "\nA request for a manager is granted at once.");
    text_number(s->after_terms, number);
    if (s->after_terms > 0)
        text_add(&words, "\nOnce the customer has agreed, %s of the claim is added.", number);
    add_own_agent(&words, &s->agent);
    return text_finish(&words, text, error);
}
