/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/trace_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param/registry.h"

/* A scale in words: the first word whose end lies above the value; the last has none. */
typedef struct step {
    double below;
    const char *word;
} step;

static const char *on_scale(const step *scale, double value)
{
    while (value >= scale->below)
        scale++;
    return scale->word;
}

enum phrase_tone customer_tone(const detente_config *config, double hostility)
{
    if (hostility > config->decision.temper)
        return TONE_FURIOUS;
    if (hostility > config->decision.mistreatment)
        return TONE_HOSTILE;
    return hostility > 0.15 ? TONE_TENSE : hostility > -0.1 ? TONE_CALM : TONE_FRIENDLY;
}

enum agent_tone agent_tone(double hostility)
{
    return hostility < -0.1   ? AGENT_WARM
           : hostility < 0.1  ? AGENT_NEUTRAL
           : hostility < 0.35 ? AGENT_COOL
                              : AGENT_HOSTILE;
}

const char *agent_tone_name(enum agent_tone tone)
{
    static const char *const name[] = {"warm", "neutral", "cool", "hostile"};
    return name[tone];
}

const char *anger_words(double anger)
{
    static const step scale[] = {
        {0.05, "not angry"}, {0.2, "a little annoyed"}, {0.35, "annoyed"},    {0.5, "rather angry"},
        {0.7, "angry"},      {0.85, "very angry"},      {INFINITY, "furious"}};
    return on_scale(scale, anger);
}

const char *heard_words(double heard)
{
    static const step scale[] = {{0.1, "not heard"},
                                 {0.35, "barely heard"},
                                 {0.65, "partly heard"},
                                 {0.85, "largely heard"},
                                 {INFINITY, "fully heard"}};
    return on_scale(scale, heard);
}

const char *tier_name(const detente_config *config, int tier)
{
    return tier >= 0 && tier < config->n_tiers ? config->tier[tier].name : "nobody";
}

void add_share(text_buffer *b, double share)
{
    const double percent = 100 * share;
    if (percent != 0 && fabs(percent) < 0.05)
        text_add(b, "under 0.1%%");
    else
        text_add(b, "%.*f%%", fabs(percent) < 9.95 && percent != round(percent), percent);
}

void add_shares_apart(text_buffer *b, double one, const char *between, double other)
{
    text_buffer first = {0}, second = {0};
    add_share(&first, one);
    add_share(&second, other);
    if (first.text && second.text && strcmp(first.text, second.text) == 0 && fabs(one - other) > 1e-4) {
        const int decimals = fabs(one - other) >= 1e-3 ? 1 : 2;
        text_add(b, "%.*f%%%s%.*f%%", decimals, 100 * one, between, decimals, 100 * other);
    } else {
        text_add(b, "%s%s%s", first.text ? first.text : "", between, second.text ? second.text : "");
    }
    b->failed |= first.failed | second.failed;
    text_clear(&first);
    text_clear(&second);
}

void add_count(text_buffer *b, double n, int decimals, const char *unit)
{
    text_add(b, "%.*f %s%s", decimals, n, unit, n == 1 ? "" : "s");
}

void add_tone(text_buffer *b, double tone)
{
    text_add(b, "%.2f", fabs(tone) < 0.005 ? 0 : tone);
}

/* ---- the customer ------------------------------------------------------------------------------------------------ */

static void add_rarer_traits(text_buffer *b, const trace *t)
{
#define TRAIT(name) ((double)t->block->trait[DETENTE_TRAIT_##name][0])
    if (TRAIT(belief) > 0)
        text_add(b, "\n%s that asking for a manager pays (%.2f)", TRAIT(belief) < 0.5 ? "suspects" : "is convinced",
                 TRAIT(belief));
    if (TRAIT(alternative) > 0) {
        text_add(b, "\ncould have ");
        add_share(b, TRAIT(alternative));
        text_add(b, " of the claim's worth elsewhere");
    }
    if (TRAIT(calls_back) > 0) {
        text_add(b, "\nafter hanging up, would call the top directly with a probability of ");
        add_share(b, TRAIT(calls_back));
    }
    if (TRAIT(continuing) < 0)
        text_add(b, "\nwants an apology at once, and no long talk");
}

void add_traits(text_buffer *b, const trace *t)
{
    static const step entitled[] = {{0.2, "claims little for granted"},
                                    {0.55, "feels entitled to the usual"},
                                    {0.75, "feels entitled to a lot"},
                                    {INFINITY, "feels entitled to everything"}};
    static const step patient[] = {
        {6, "impatient"}, {10, "rather impatient"}, {16, "fairly patient"}, {INFINITY, "very patient"}};
    static const step reciprocal[] = {{0, "asks for more when something is given"},
                                      {0.15, "hardly answers concessions"},
                                      {0.45, "answers concessions with some of their own"},
                                      {INFINITY, "answers concessions readily"}};
    static const step susceptible[] = {{0.7, "hardly catches the agent's tone"},
                                       {1.3, "catches the agent's tone as most people do"},
                                       {INFINITY, "catches the agent's tone easily"}};
    static const step reactive[] = {{0.8, "is slow to lose patience with a bad answer"},
                                    {1.2, "takes a bad answer as most people do"},
                                    {INFINITY, "is quickly upset by a bad answer"}};
    text_add(b, "starts %s (anger %.2f), feels %s (%.2f)", anger_words(TRAIT(anger)), TRAIT(anger),
             heard_words(TRAIT(openness)), TRAIT(openness));
    text_add(b, "\nexpects ");
    add_share(b, TRAIT(expectation));
    text_add(b, " of the claim; %s (%.2f)", on_scale(entitled, TRAIT(entitlement)), TRAIT(entitlement));
    text_add(b, "\nis %s (%.0f minutes); %s (%.2f)", on_scale(patient, TRAIT(patience)), TRAIT(patience),
             on_scale(reactive, TRAIT(reactivity)), TRAIT(reactivity));
    text_add(b, "\n%s (%.2f); %s (%.2f)", on_scale(reciprocal, TRAIT(reciprocity)), TRAIT(reciprocity),
             on_scale(susceptible, TRAIT(susceptibility)), TRAIT(susceptibility));
    add_rarer_traits(b, t);
#undef TRAIT
}

/* ---- the claim --------------------------------------------------------------------------------------------------- */

void add_claim(text_buffer *b, const detente_config *config)
{
    static const char *const standing[] = {"owed to the customer", "at the desk's discretion",
                                           "outside the policy: nothing, unless an exception is made",
                                           "unlawful: nothing may be conceded"};
    int discretion = 0;
    for (int i = 0; i < config->n_issues; i++) {
        const detente_issue *issue = &config->issue[i];
        text_add(b, "%s%s", i ? "\n" : "", issue->name);
        if (config->n_issues > 1) {
            text_add(b, ", ");
            add_share(b, issue->weight);
            text_add(b, " of what matters to the customer");
        }
        text_add(b, ", costs %g, %s", issue->cost, standing[(int)issue->standing]);
        discretion |= issue->standing == DETENTE_DISCRETIONARY || issue->standing == DETENTE_OUTSIDE;
    }
    for (int i = 0; discretion && i < config->n_tiers; i++) {
        text_add(b, i ? ", %s " : "\nmay give: %s ", config->tier[i].name);
        add_share(b, config->tier[i].authority);
    }
}

/* ---- a turn ------------------------------------------------------------------------------------------------------ */

static int holds(double value, int op, double than)
{
    switch (op) {
    case DETENTE_LT:
        return value < than;
    case DETENTE_LE:
        return value <= than;
    case DETENTE_GT:
        return value > than;
    case DETENTE_GE:
        return value >= than;
    case DETENTE_EQ:
        return value == than;
    default:
        return value != than;
    }
}

/* As many digits as show that the guard held: 0.6853 > 0.685, not 0.69 and not 0.685. */
static void add_guard(text_buffer *b, const detente_guard *guard, double observed)
{
    char number[40], limit[40];
    for (int digits = observed == round(observed) ? 0 : 2; digits < 9; digits++) {
        snprintf(number, sizeof number, "%.*f", digits, observed);
        if (holds(strtod(number, NULL), guard->op, guard->value))
            break;
    }
    text_number(guard->value, limit);
    text_add(b, "%s %s %s %s", detente_observable_name(guard->observable), number, COMPARISON_NAME[guard->op], limit);
}

void add_reason(text_buffer *b, const trace *t, const detente_turn *turn)
{
    const detente_strategy *strategy = &t->config->strategy[t->strategy];
    const detente_rule *rule = &strategy->rule[turn->rule];
    text_add(b, "rule %d", turn->rule + 1);
    for (int i = 0; i < rule->n_guards; i++) {
        text_add(b, i ? " and " : " because ");
        add_guard(b, &rule->guard[i], turn->observed[rule->guard[i].observable]);
    }
    if (!rule->n_guards)
        text_add(b, turn->rule ? " because none above it applied" : ", which always applies");
}

static void add_wait(text_buffer *b, const detente_turn *turn, const detente_turn *next)
{
    if (!next)
        return;
    text_add(b, ", after a wait of ");
    add_count(b, (double)next->observed[DETENTE_OBS_minutes] - turn->minutes, 1, "minute");
}

static void add_transfer(text_buffer *b, const trace *t, const detente_turn *turn, const detente_turn *next)
{
    const int tier = next ? next->tier : turn->tier + 1;
    if (turn->event == DETENTE_EVENT_CALL_BACK)
        text_add(b, "the customer hangs up, calls again and gets through to the %s", tier_name(t->config, tier));
    else
        text_add(b, "the %s takes over, %s", tier_name(t->config, tier),
                 turn->move == DETENTE_MOVE_transfer ? "handed up by the agent" : "as the customer asks for a manager");
    add_wait(b, turn, next);
}

void add_event(text_buffer *b, const trace *t, const detente_turn *turn, const detente_turn *next)
{
    switch (turn->event) {
    case DETENTE_EVENT_ACCEPT:
        text_add(b, "the customer accepts");
        break;
    case DETENTE_EVENT_ISSUE_SETTLED:
        text_add(b, "the customer accepts this point, and comes to the next");
        break;
    case DETENTE_EVENT_SET_ASIDE:
        text_add(b, "nothing may be conceded on this point: it is set aside");
        break;
    case DETENTE_EVENT_DEFLECTED:
        text_add(b, "the customer asks for a manager, and the agent holds on to the call");
        break;
    case DETENTE_EVENT_TRANSFER:
    case DETENTE_EVENT_CALL_BACK:
        add_transfer(b, t, turn, next);
        break;
    case DETENTE_EVENT_HANG_UP:
        text_add(b, "the customer hangs up");
        break;
    case DETENTE_EVENT_IMPASSE:
        text_add(b, turn->turn >= t->config->max_turns
                        ? "the call has gone on for too long and ends without an agreement"
                        : "no agreement is reached, and nobody is left to decide");
        break;
    case DETENTE_EVENT_TERMINATED:
        text_add(b, turn->move == DETENTE_MOVE_close ? "the agent ends the call"
                                                     : "the agent ends the call: abuse after a warning");
        break;
    default:
        text_add(b, "the call goes on");
    }
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

#define METRIC(name) ((double)t->block->metric[DETENTE_METRIC_##name][0])

void add_ending(text_buffer *b, const trace *t)
{
    const char *tier = tier_name(t->config, t->turns[t->n_turns - 1].tier);
    if (METRIC(first_contact) > 0)
        text_add(b, "resolved by the %s, in one call", tier);
    else if (METRIC(resolved) > 0)
        text_add(b, "resolved by the %s", tier);
    else if (METRIC(hung_up) > 0)
        text_add(b, "the customer hung up");
    else if (METRIC(terminated) > 0)
        text_add(b, "the agent ended the call");
    else
        text_add(b, "no agreement");
}

void add_return_reason(text_buffer *b, const trace *t)
{
    const detente_outcome *o = &t->config->outcome;
    const int broken = METRIC(broken_promises) > 0, kept = METRIC(resolved) > 0 && !broken;
    const int quick = METRIC(first_contact) > 0 && !broken && METRIC(minutes) <= o->quick_minutes;
    const double usual = quick ? o->reference_quick : kept ? o->reference_resolved : o->reference_unresolved;
    const double above = METRIC(satisfaction) - usual;
    if (quick)
        text_add(b, " (resolved at the first contact within %g minutes", o->quick_minutes);
    else if (kept)
        text_add(b, " (resolved, but not at the first contact within %g minutes", o->quick_minutes);
    else
        text_add(b, broken ? " (a broken promise counts as unresolved" : " (unresolved");
    if (fabs(above) >= 0.05)
        text_add(b, ", and %s satisfied than is usual then", above > 0 ? "more" : "less");
    text_add(b, ")");
}

void add_incidents(text_buffer *b, const trace *t)
{
    const char *separator = "";
#define SAY(condition, ...) \
    if (condition) { \
        text_add(b, "%s", separator); \
        text_add(b, __VA_ARGS__); \
        separator = "\n"; \
    }
    SAY(METRIC(asked_manager) > 0, "the customer asked for a manager")
    SAY(METRIC(escalated) > 0, "the call went up to the %s", tier_name(t->config, METRIC(executive) > 0 ? 2 : 1))
    SAY(METRIC(called_back) > 0, "the customer hung up and called the top")
    SAY(METRIC(lost_temper) > 0, "the customer lost their temper")
    else SAY(METRIC(mistreated) > 0, "the customer was hostile enough for the agent to count as mistreated")
        SAY(METRIC(agent_lapsed) > 0, "the agent lost composure")
            SAY(METRIC(exceptions) > 0, "an exception to the policy was made (%g)", METRIC(exceptions))
                SAY(METRIC(broken_promises) > 0, "a promise was broken (%g)", METRIC(broken_promises))
                    SAY(METRIC(breaches) > 0, "law or policy was breached (%g)", METRIC(breaches))
#undef SAY
}
