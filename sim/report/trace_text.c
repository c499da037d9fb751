/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace for people. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/registry.h"
#include "report/page.h"
#include "report/trace.h"
#include "report/trace_words.h"

enum { BAR = 20 };
static const double MISREAD = 0.2; /* a difference in tone that is worth a word */

/* A page with what it is made of. */
typedef struct writer {
    page page;
    const trace *t;
    const phrases *sentences;
    uint32_t start; /* where this encounter begins in each list of sentences */
} writer;

#define METRIC(name) ((double)t->block->metric[DETENTE_METRIC_##name][0])

/* Neighbouring encounters begin far from each other; nothing of the model's randomness goes in. */
static uint32_t scatter(uint32_t replication, uint32_t encounter)
{
    uint32_t x = encounter * 0x9e3779b1U + replication * 0x85ebca77U;
    x ^= x >> 15;
    x *= 0x2c1b3c6dU;
    return x >> 12;
}

static void field(writer *w, const char *label, text_buffer *text)
{
    page_field(&w->page, label, PAGE_PLAIN, text);
}

/* An example sentence, said in some way (or ""), with what stands in braces filled in. */
static void quote(writer *w, const char *delivery, const char *sentence, double offer, double demand)
{
    text_buffer b = {0};
    if (!sentence)
        return;
    const int spoken = *sentence != '(' || sentence[strlen(sentence) - 1] != ')';
    text_add(&b, "%s%s%s", spoken ? delivery : "", spoken && *delivery ? " " : "", spoken ? "\"" : "");
    for (const char *p = sentence; *p;) {
        const size_t plain = strcspn(p, "{");
        text_add_bytes(&b, p, plain);
        p += plain;
        if (*p) {
            text_add(&b, "%.0f percent", 100 * (p[1] == 'o' ? offer : demand));
            p += strcspn(p, "}");
            p += *p == '}';
        }
    }
    text_add(&b, spoken ? "\"" : "");
    page_field(&w->page, "", PAGE_DIM, &b);
}

static void add_bar(writer *w, text_buffer *b, double anger)
{
    const page_style style = anger < 1.0 / 3 ? PAGE_GREEN : anger < 2.0 / 3 ? PAGE_YELLOW : PAGE_RED;
    const int full = (int)(anger * BAR + 0.5);
    text_add(b, "[%s%.*s%s%.*s] %.2f", page_style_on(&w->page, style), full, "####################",
             page_style_off(&w->page, style), BAR - full, "....................", anger);
}

/* ---- before the first turn --------------------------------------------------------------------------------------- */

static int write_playbook(writer *w, detente_error *error)
{
    char *text = NULL, *never = NULL;
    text_buffer b = {0};
    const int code = detente_strategy_explain(w->t->config, w->t->strategy, &text, &never, error);
    if (code)
        return code;
    int rule = 1;
    for (const char *line = text; *line; rule++) {
        const size_t size = strcspn(line, "\n");
        text_add(&b, "%d. ", rule);
        text_add_bytes(&b, line, size);
        field(w, rule == 1 ? "Playbook" : "", &b);
        line += size + (line[size] != 0);
    }
    detente_free(text);
    detente_free(never);
    return 0;
}

static int write_header(writer *w, detente_error *error)
{
    const trace *t = w->t;
    const detente_config *config = t->config;
    text_buffer b = {0};
    text_add(&b, "%s, strategy %s", config->name, config->strategy[t->strategy].name);
    page_heading(&w->page, &b);
    text_add(&b, "number %u of replication %u, seed %llu", t->encounter, t->replication,
             (unsigned long long)config->seed);
    field(w, "Encounter", &b);
    add_claim(&b, config);
    field(w, "Claim", &b);
    text_add(&b, "persona: %s\n", config->persona[t->block->persona[0]].name);
    add_traits(&b, t);
    field(w, "Customer", &b);
    const int code = write_playbook(w, error);
    if (code)
        return code;
    text_add(
        &b, "Sentences in quotation marks or brackets are illustrations, not part of the model (configs/phrases.yaml). "
            "Tones go from -1 (friendly) to 1 (hostile); anger, feeling heard, rapport and strain from 0 to 1. "
            "Rules see the customer's tone as the agent hears it, which may differ a little.");
    field(w, "Reading it", &b);
    return 0;
}

/* h = clip[k_1 A - k_0], as every encounter begins. */
static double opening_tone(const trace *t)
{
    const detente_affect *affect = &t->config->affect;
    const double tone = affect->tone_gain * (double)t->block->trait[DETENTE_TRAIT_anger][0] - affect->tone_offset;
    return tone < -1 ? -1 : tone > 1 ? 1 : tone;
}

static void add_customer(text_buffer *b, enum phrase_tone tone, double hostility)
{
    text_add(b, "%s (tone ", phrase_tone_name(tone));
    add_tone(b, hostility);
    text_add(b, "), asks for ");
}

static void write_opening(writer *w)
{
    const trace *t = w->t;
    const detente_turn *first = t->turns;
    const double anger = t->block->trait[DETENTE_TRAIT_anger][0], hostility = opening_tone(t);
    const enum phrase_tone tone = customer_tone(t->config, hostility);
    text_buffer b = {0};
    text_add(&b, "The call begins");
    page_heading(&w->page, &b);
    add_customer(&b, tone, hostility);
    add_share(&b, first->observed[DETENTE_OBS_demand]);
    field(w, "Customer", &b);
    quote(w, "", phrases_customer(w->sentences, PHRASE_OPENING, tone, w->start), 0,
          first->observed[DETENTE_OBS_demand]);
    add_bar(w, &b, anger);
    text_add(&b, "  feels heard %.2f", (double)t->block->trait[DETENTE_TRAIT_openness][0]);
    field(w, "Anger", &b);
}

/* ---- a turn ------------------------------------------------------------------------------------------------------ */

static void write_turn_heading(writer *w, const detente_turn *turn)
{
    const detente_config *config = w->t->config;
    text_buffer b = {0};
    text_add(&b, "Turn %u, %s, minute %.1f to %.1f", turn->turn, tier_name(config, turn->tier),
             (double)turn->observed[DETENTE_OBS_minutes], (double)turn->minutes);
    if (config->n_issues > 1 && config->strategy[w->t->strategy].agenda != DETENTE_PACKAGE)
        text_add(&b, ", issue %.0f of %d", (double)turn->observed[DETENTE_OBS_issue] + 1, config->n_issues);
    page_heading(&w->page, &b);
}

/* The mood of the agent's sentence: what is said depends on what there is to say. */
static const char *agent_sentence(const writer *w, const detente_turn *turn, uint32_t number)
{
    const float before = turn->observed[DETENTE_OBS_offer];
    const enum phrase_mood mood = turn->perceived > 0.3F ? PHRASE_HOSTILE : PHRASE_CALM;
    const enum phrase_mood special = turn->offer < 0.005F             ? PHRASE_NOTHING
                                     : turn->offer - before <= 0.005F ? PHRASE_SAME
                                                                      : mood;
    const char *sentence = phrases_agent(w->sentences, turn->move, special, number);
    return sentence ? sentence : phrases_agent(w->sentences, turn->move, mood, number);
}

static const char *delivery(const writer *w, const detente_turn *turn, uint32_t number)
{
    const enum agent_tone tone = agent_tone(turn->agent_hostility);
    return tone < AGENT_COOL ? "" : phrases_delivery(w->sentences, tone == AGENT_HOSTILE, number);
}

static void write_agent(writer *w, const detente_turn *turn, double hostility_before)
{
    const detente_config *config = w->t->config;
    const enum phrase_tone heard = customer_tone(config, turn->perceived);
    const uint32_t number = w->start + turn->turn;
    text_buffer b = {0};
    text_add(&b, "%s, in a %s tone (", MOVE_WORDS[turn->move], agent_tone_name(agent_tone(turn->agent_hostility)));
    add_tone(&b, turn->agent_hostility);
    text_add(&b, "), strain %.2f", (double)turn->strain);
    if (turn->lapsed)
        text_add(&b, "; loses composure");
    field(w, "Agent", &b);
    quote(w, delivery(w, turn, number), agent_sentence(w, turn, number), turn->offer, turn->demand);
    add_reason(&b, w->t, turn);
    if (heard != customer_tone(config, hostility_before) && fabs(turn->perceived - hostility_before) > MISREAD) {
        text_add(&b, "; the agent takes the customer for %s (", phrase_tone_name(heard));
        add_tone(&b, turn->perceived);
        text_add(&b, ")");
    }
    field(w, "Why", &b);
}

static const char *customer_sentence(const writer *w, const detente_turn *turn, enum phrase_tone tone)
{
    const uint32_t number = w->start + turn->turn;
    const int terms = turn->observed[DETENTE_OBS_terms] > 0 || turn->offer > 0.005F ||
                      turn->move == DETENTE_MOVE_refuse || turn->move == DETENTE_MOVE_reiterate;
    const int event =
        turn->event == DETENTE_EVENT_TRANSFER && turn->move == DETENTE_MOVE_transfer ? PHRASE_HANDED_UP : turn->event;
    if (event == DETENTE_EVENT_CONTINUE)
        return phrases_customer(w->sentences, terms ? PHRASE_BARGAINING : PHRASE_TALKING, tone, number);
    return phrases_event(w->sentences, event, tone >= TONE_HOSTILE ? PHRASE_HOSTILE : PHRASE_CALM, number);
}

static void add_odds(text_buffer *b, const detente_turn *turn)
{
    const double go_on = 1 - (double)turn->p_accept - turn->p_manager - turn->p_hangup;
    text_add(b, "accept ");
    add_share(b, turn->p_accept);
    text_add(b, ", ask for a manager ");
    add_share(b, turn->p_manager);
    text_add(b, ", hang up ");
    add_share(b, turn->p_hangup);
    text_add(b, ", go on ");
    add_share(b, go_on > 1e-6 ? go_on : 0);
    text_add(b, turn->p_accept >= 1 ? ": the demand is met" : "");
}

static void write_customer(writer *w, const detente_turn *turn, const detente_turn *next, double anger_before)
{
    const enum phrase_tone tone = customer_tone(w->t->config, turn->hostility);
    const double change = (double)turn->anger - anger_before;
    text_buffer b = {0};
    add_customer(&b, tone, turn->hostility);
    add_shares_apart(&b, turn->demand, ", is offered ", turn->offer);
    text_add(&b, " (limit here ");
    add_share(&b, turn->cap);
    text_add(&b, ")");
    field(w, "Customer", &b);
    add_bar(w, &b, turn->anger);
    if (change >= 0.005 || change <= -0.005)
        text_add(&b, " (%+.2f)", change);
    text_add(&b, "  feels heard %.2f, rapport %.2f", (double)turn->heard, (double)turn->rapport);
    field(w, "Anger", &b);
    if (turn->p_accept > 0 || turn->p_manager > 0 || turn->p_hangup > 0) {
        add_odds(&b, turn);
        field(w, "Likely", &b);
    }
    add_event(&b, w->t, turn, next);
    field(w, "Then", &b);
    quote(w, "", customer_sentence(w, turn, tone), turn->offer, turn->demand);
}

static void write_turns(writer *w)
{
    const trace *t = w->t;
    double hostility = opening_tone(t), anger = t->block->trait[DETENTE_TRAIT_anger][0];
    for (uint32_t i = 0; i < t->n_turns; i++) {
        const detente_turn *turn = &t->turns[i];
        write_turn_heading(w, turn);
        write_agent(w, turn, hostility);
        write_customer(w, turn, i + 1 < t->n_turns ? turn + 1 : NULL, anger);
        hostility = turn->hostility;
        anger = turn->anger;
    }
}

/* ---- the outcome ------------------------------------------------------------------------------------------------- */

static void write_money(writer *w)
{
    const trace *t = w->t;
    text_buffer b = {0};
    text_add(&b, "the customer gets ");
    add_share(&b, METRIC(conceded));
    text_add(&b, " of the claim");
    field(w, "Conceded", &b);
    text_add(&b, "%.2f conceded + %.2f labour = %.2f", METRIC(concession_cost), METRIC(labour_cost),
             METRIC(total_cost));
    field(w, "Cost", &b);
    text_add(&b, "comes back with a probability of ");
    add_share(&b, METRIC(return_probability));
    add_return_reason(&b, t);
    if (METRIC(tells_bad) > 0)
        text_add(&b, "; tells %.1f people how bad it was", METRIC(tells_bad));
    else if (METRIC(tells_good) > 0)
        text_add(&b, "; tells %.1f people how good it was", METRIC(tells_good));
    field(w, "Afterwards", &b);
    text_add(&b, "%.2f net: what the customer's return is worth, with word of mouth, less the cost", METRIC(net_value));
    field(w, "Value", &b);
}

static void write_outcome(writer *w)
{
    const trace *t = w->t;
    text_buffer b = {0};
    text_add(&b, "The end: ");
    add_ending(&b, t);
    page_heading(&w->page, &b);
    add_count(&b, METRIC(turns), 0, "turn");
    text_add(&b, ", ");
    add_count(&b, METRIC(minutes), 1, "minute");
    field(w, "Took", &b);
    write_money(w);
    text_add(&b, "satisfaction %.2f (in a survey %.2f), feels %s (%.2f), rapport %.2f", METRIC(satisfaction),
             METRIC(reported_satisfaction), heard_words(METRIC(heard)), METRIC(heard), METRIC(rapport));
    field(w, "Customer", &b);
    add_bar(w, &b, METRIC(final_anger));
    text_add(&b, "  %s at the end, %.2f at the highest", anger_words(METRIC(final_anger)), METRIC(peak_anger));
    field(w, "Anger", &b);
    add_incidents(&b, t);
    if (b.size || b.failed)
        field(w, "On the way", &b);
}

int trace_text(const trace *t, const phrases *sentences, int colour, char **text, detente_error *error)
{
    writer w = {
        .page = {.colour = colour}, .t = t, .sentences = sentences, .start = scatter(t->replication, t->encounter)};
    *text = NULL;
    const int code = write_header(&w, error);
    if (code) {
        text_clear(&w.page.b);
        return code;
    }
    write_opening(&w);
    write_turns(&w);
    write_outcome(&w);
    return text_finish(&w.page.b, text, error);
}
