/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scalar events: what comes of a decision. Compiled once; works on one lane of any kernel's state.
 */
#define DETENTE_LANES 1
#include <string.h>

#include "model/cell.h"

#define AT(name) (*lane_at(s, COLUMN_##name))

static float clip(float a, float low, float high)
{
    return a < low ? low : a > high ? high : a;
}

/* Caps of the active issue at the serving tier. */
static void set_caps(const detente_cell *c, const lane_state *s)
{
    const int excepted = (*lane_word(s, COLUMN_FLAGS) & ON_EXCEPTION) != 0;
    const cell_issue *issue = &c->issue[(int)AT(ISSUE)];
    const float cap = issue->cap[excepted][(int)AT(TIER)];
    AT(CAP) = cap;
    AT(CAP_OFFER) = cap > c->after_terms ? cap - c->after_terms : 0;
}

void detente_lane_restore(const detente_cell *c, const lane_state *s)
{
    *lane_word(s, COLUMN_FLAGS) = 0;
    AT(TIER) = AT(REQUESTS) = AT(ISSUE) = AT(FREE) = AT(OPTION_VALUE) = 0;
    AT(EXCEPTIONS) = AT(BREACHES) = AT(BROKEN) = 0;
    AT(COMPOSURE) = c->tier[0].composure;
    AT(EMPATHY) = c->tier[0].empathy;
    AT(COST_PER_MINUTE) = c->tier[0].cost_per_minute;
    AT(WEIGHT) = c->issue[0].weight;
    AT(ENTITLED) = (float)c->issue[0].entitled;
    set_caps(c, s);
}

/* Counts of moves begin again with each encounter and each tier. */
static void clear_counts(const detente_cell *c, const lane_state *s)
{
    for (int i = 0; i < c->n_counted; i++)
        *lane_at(s, COLUMN_COUNTS + (int)c->made[c->counted[i]]) = 0;
}

void detente_lane_fill(detente_play *play, const lane_state *s)
{
    const detente_cell *c = play->cell;
    const uint32_t slot = play->next++;
#define X(name) AT(name) = *slot_at(play, SLOT_##name, slot);
    START_COLUMNS(X)
#undef X
    memcpy(lane_word(s, COLUMN_FLAGS), slot_at(play, SLOT_FLAGS, slot), sizeof(uint32_t));
    *lane_word(s, COLUMN_ENCOUNTER) = play->first + slot;
    *lane_word(s, COLUMN_SLOT) = slot;
    /* clang-format off */
    AT(MINUTES) = AT(CALL_MINUTES) = AT(LABOUR) = AT(CLOCK) = AT(OFFER) = AT(STALLED) = AT(TERMS) = AT(FAIRNESS) =
        AT(APOLOGIES) = AT(OPTION_VALUE) = 0;
    /* clang-format on */
    AT(TURN) = AT(INFER) = AT(APOLOGY_WORTH) = 1;
    AT(RAPPORT) = 0.5f;
    AT(AGENT_TONE) = -c->warm;
    AT(STRAIN) = c->start_strain;
    AT(LIMIT) = AT(EXPECTATION);
    AT(PEAK) = AT(ANGER);
    AT(DEMAND1) = AT(DEMAND2) = AT(DEMAND3) = AT(DEMAND);
    clear_counts(c, s);
}

static int finish(detente_play *play, const lane_state *s, uint32_t ending)
{
    const uint32_t slot = *lane_word(s, COLUMN_SLOT);
    AT(TURN) -= 1.0f;
    if (AT(ISSUE) < (float)play->cell->n_issues)
        AT(LIMIT_SETTLED) += AT(WEIGHT) * AT(LIMIT);
    const uint32_t flags = *lane_word(s, COLUMN_FLAGS) | ending;
    /* clang-format off */
#define X(name) *slot_at(play, SLOT_##name, slot) = AT(name);
    X(ANGER) X(HEARD) X(CLAIM) FINAL_COLUMNS(X)
#undef X
    memcpy(slot_at(play, SLOT_FLAGS, slot), &flags, sizeof flags);
    /* clang-format on */
    AT(UTILITY) = AT(UTILITY_ACCEPTED) = AT(CONCESSION) = AT(LIMIT_SETTLED) = AT(ISSUE) = 0;
    if (flags & LEFT_START || play->cell->features & USES_TRADE)
        detente_lane_restore(play->cell, s);
    return 1;
}

static void anger_event(const lane_state *s, float amount)
{
    const float anger = AT(ANGER) + amount * (1.0f - AT(ANGER));
    AT(ANGER) = anger;
    AT(PEAK) = vf_max(anger, AT(PEAK));
}

static void event_draw(const detente_play *play, const lane_state *s, unsigned purpose, float turn, vu word[4])
{
    draw(&play->key, *lane_word(s, COLUMN_ENCOUNTER), (uint32_t)turn, purpose, word);
}

void detente_lane_exception(const detente_cell *c, const lane_state *s)
{
    uint32_t *flags = lane_word(s, COLUMN_FLAGS);
    if (*flags & ON_EXCEPTION || !c->issue[(int)AT(ISSUE)].opens)
        return;
    *flags |= ON_EXCEPTION | LEFT_START;
    AT(EXCEPTIONS) += 1.0f;
    set_caps(c, s);
}

/*
 * Section 5: hand the customer to a tier, after a request, a move or (to the top) a call back. Without branches on what is drawn,
 * which no processor could predict.
 */
static void transfer(const detente_play *play, const lane_state *s, int tier, float turn)
{
    const detente_cell *c = play->cell;
    vu word[4];
    event_draw(play, s, DRAW_TRANSFER, turn, word);
    const float wait = -c->tier[tier].wait * vf_log(draw_uniform(word[0]));
    AT(MINUTES) += wait;
    AT(CALL_MINUTES) += wait;
    AT(ANGER) *= vf_exp(wait * c->anger_decay);
    anger_event(s, vf_min(c->wait_frustration * vf_positive(wait - c->wait_tolerance), 1.0f));
    AT(ANGER) *= 1.0f - c->transfer_relief;
    AT(TIER) = (float)tier;
    *lane_word(s, COLUMN_FLAGS) |= LEFT_START | (tier > 0 ? WAS_ESCALATED : 0) | (tier == 2 ? WAS_EXECUTIVE : 0);
    AT(COMPOSURE) = c->tier[tier].composure;
    AT(EMPATHY) = c->tier[tier].empathy;
    AT(COST_PER_MINUTE) = c->tier[tier].cost_per_minute;
    AT(AGENT_TONE) = -c->warm;
    AT(STRAIN) = c->start_strain;
    AT(RAPPORT) = 0.5f;
    AT(STALLED) = AT(REQUESTS) = AT(CLOCK) = 0;
    AT(INFER) = 1.0f;
    clear_counts(c, s);
    const float kept[2] = {1.0f, 1.0f - c->handover};
    const float documented = kept[draw_uniform(word[1]) > c->documents];
    AT(HEARD) *= documented;
    AT(OFFER) *= documented;
    AT(FREE) *= documented;
    set_caps(c, s);
}

/* Close the active issue and put the next one on the table; 0 when there is none. */
static int next_issue(const detente_play *play, const lane_state *s, int accepted, float head_start)
{
    const detente_cell *c = play->cell;
    AT(LIMIT_SETTLED) += AT(WEIGHT) * AT(LIMIT);
    AT(ISSUE) += 1.0f;
    const int k = (int)AT(ISSUE);
    if (k >= c->n_issues)
        return 0;
    *lane_word(s, COLUMN_FLAGS) |= LEFT_START;
    const float expectation = play->block->trait[DETENTE_TRAIT_expectation][*lane_word(s, COLUMN_SLOT)];
    const float E = clip(expectation * c->issue[k].importance, 0, 1.5f);
    const float D = clip(E * (AT(ENTITLED_ASK) + c->opening_ask), 0, 1.5f);
    *lane_word(s, COLUMN_FLAGS) &= ~(uint32_t)ISSUE_FLAGS;
    AT(EXPECTATION) = AT(LIMIT) = E;
    AT(DEMAND) = accepted ? D * (1.0f - c->momentum) : D;
    AT(DEMAND1) = AT(DEMAND2) = AT(DEMAND3) = AT(DEMAND);
    AT(WEIGHT) = c->issue[k].weight;
    AT(ENTITLED) = (float)c->issue[k].entitled;
    AT(TERMS) = AT(OPTION_VALUE) = AT(STALLED) = AT(CLOCK) = 0;
    AT(INFER) = 1.0f;
    set_caps(c, s);
    AT(OFFER) = AT(FREE) = head_start < AT(CAP) ? head_start : AT(CAP);
    return 1;
}

/* (12) and section 4: the customer accepts what is on the table. */
static int accept(detente_play *play, const lane_state *s, float turn, int *event)
{
    const detente_cell *c = play->cell;
    uint32_t *flags = lane_word(s, COLUMN_FLAGS);
    const cell_issue *issue = &c->issue[(int)AT(ISSUE)];
    const int excepted = (*flags & ON_EXCEPTION) != 0;
    const float unit_cost = issue->unit_cost[excepted][(int)AT(TIER)], x = AT(OFFER), cap = AT(CAP);
    vu word[4] = {0};
    if (*flags & ON_PROMISE || (int)AT(ISSUE) + 1 < c->n_issues)
        event_draw(play, s, DRAW_SETTLE, turn, word);
    float got = x + AT(OPTION_VALUE), cost = unit_cost * (x - AT(FREE)), agreed = got, conceded = x;
    if (*flags & ON_SUBSTITUTE) {
        got += c->substitute_value;
        agreed += c->substitute_value;
        cost += c->substitute_cost;
    }
    if (*flags & ON_PROMISE) {
        agreed += c->promise;
        if (draw_uniform(word[0]) < c->keeps_promise && x + c->promise <= cap) {
            got += c->promise;
            conceded += c->promise;
            cost += unit_cost * c->promise;
        } else {
            AT(BROKEN) += 1.0f;
            *flags |= BROKEN_PROMISE | LEFT_START;
            anger_event(s, c->broken_promise);
        }
    }
    if (c->after_terms > 0 && cap > 0) {
        const float room = cap - x, extra = c->after_terms < room ? c->after_terms : room > 0 ? room : 0;
        const float calm = c->concession_relief * extra;
        got += extra;
        conceded += extra;
        cost += unit_cost * extra;
        AT(EXCEPTIONS) += 1.0f;
        AT(ANGER) *= 1.0f - (calm < 1.0f ? calm : 1.0f);
    }
    if (excepted && conceded > 0)
        AT(BREACHES) += (float)issue->unlawful;
    AT(UTILITY) += AT(WEIGHT) * got;
    AT(UTILITY_ACCEPTED) += AT(WEIGHT) * agreed;
    AT(CONCESSION) += cost;
    AT(RAPPORT) = clip(AT(RAPPORT) + c->momentum, 0, 1);
    *flags |= AT(EXCEPTIONS) + AT(BREACHES) > 0 ? ANY_ACCEPTED | LEFT_START : ANY_ACCEPTED;
    *event = DETENTE_EVENT_ISSUE_SETTLED;
    if (next_issue(play, s, 1, draw_uniform(word[1]) < c->discovery ? 0.1f : 0))
        return 0;
    *event = DETENTE_EVENT_ACCEPT;
    return finish(play, s, END_RESOLVED);
}

/* (14): deflected, transferred, or nobody above. */
static int ask_manager(detente_play *play, const lane_state *s, float turn, int *event)
{
    const detente_cell *c = play->cell;
    *lane_word(s, COLUMN_FLAGS) |= ASKED_MANAGER | LEFT_START;
    AT(REQUESTS) += 1.0f;
    if (AT(REQUESTS) <= c->persistence) {
        AT(MINUTES) += 0.5f;
        AT(CALL_MINUTES) += 0.5f;
        AT(LABOUR) += 0.5f * AT(COST_PER_MINUTE);
        anger_event(s, c->deflection);
        *event = DETENTE_EVENT_DEFLECTED;
        return 0;
    }
    if ((int)AT(TIER) >= c->top_tier) {
        *event = DETENTE_EVENT_IMPASSE;
        return finish(play, s, END_IMPASSE);
    }
    transfer(play, s, (int)AT(TIER) + 1, turn);
    *event = DETENTE_EVENT_TRANSFER;
    return 0;
}

static int hang_up(detente_play *play, const lane_state *s, float turn, int *event)
{
    uint32_t *flags = lane_word(s, COLUMN_FLAGS);
    const float calls_back = play->block->trait[DETENTE_TRAIT_calls_back][*lane_word(s, COLUMN_SLOT)];
    *event = DETENTE_EVENT_HANG_UP;
    if (*flags & CALLED_BACK || calls_back <= 0)
        return finish(play, s, END_HUNG_UP);
    vu word[4];
    event_draw(play, s, DRAW_CALLBACK, turn, word);
    if (draw_uniform(word[0]) > calls_back)
        return finish(play, s, END_HUNG_UP);
    *flags |= CALLED_BACK;
    transfer(play, s, play->cell->top_tier, turn);
    AT(CALL_MINUTES) = 0;
    *event = DETENTE_EVENT_CALL_BACK;
    return 0;
}

int detente_lane_event(detente_play *play, const lane_state *s, int decision, int *event)
{
    const detente_cell *c = play->cell;
    const float turn = AT(TURN) - 1.0f; /* the clock has moved on already */
    int ended = 0;
    switch (decision) {
    case DECIDED_TERMINATE:
        *event = DETENTE_EVENT_TERMINATED;
        return finish(play, s, END_TERMINATED);
    case DECIDED_TRANSFER:
        transfer(play, s, (int)AT(TIER) + 1, turn);
        *event = DETENTE_EVENT_TRANSFER;
        break;
    case DECIDED_ACCEPT:
        ended = accept(play, s, turn, event);
        break;
    case DECIDED_MANAGER:
        ended = ask_manager(play, s, turn, event);
        break;
    case DECIDED_HANG_UP:
        ended = hang_up(play, s, turn, event);
        break;
    default:
        break;
    }
    if (ended)
        return 1;
    if (c->features & USES_AGENDA && (*event == DETENTE_EVENT_CONTINUE || *event == DETENTE_EVENT_DEFLECTED) &&
        c->set_aside >= 1 && AT(CAP) <= 0 && AT(STALLED) >= c->set_aside) {
        *event = DETENTE_EVENT_SET_ASIDE;
        if (!next_issue(play, s, 0, 0))
            return finish(play, s, *lane_word(s, COLUMN_FLAGS) & ANY_ACCEPTED ? END_RESOLVED : END_IMPASSE);
    }
    if (turn >= (float)c->max_turns) {
        *event = DETENTE_EVENT_IMPASSE;
        return finish(play, s, END_IMPASSE);
    }
    return 0;
}
