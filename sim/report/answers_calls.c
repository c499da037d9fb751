/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls played again: how anger and offers go, and a few calls in full. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"
#include "report/answers_parts.h"
#include "report/trace.h"

enum { CALLS = 400, ALL_CALLS = 40000, LEAST_CALLS = 50, MOST_POINTS = 8, LEAST_GOING = 20, MOST_TURNS = 60 };

const char *report_ending_name(int ending)
{
    static const char *const name[REPORT_N_ENDINGS] = {"settled at first contact", "settled later or higher up",
                                                       "customer hung up", "no agreement", "ended by the agent"};
    return ending >= 0 && ending < REPORT_N_ENDINGS ? name[ending] : NULL;
}

static int ending_of(const detente_block *block)
{
#define IS(name) (block->metric[DETENTE_METRIC_##name][0] > 0.5F)
    return IS(first_contact) ? 0 : IS(resolved) ? 1 : IS(hung_up) ? 2 : IS(impasse) ? 3 : 4;
#undef IS
}

/* The calls of a strategy at a point are those of its first replications, in order. */
static void locate(const detente_config *config, uint64_t call, uint32_t *replication, uint32_t *encounter)
{
    *replication = (uint32_t)(call / config->encounters);
    *encounter = (uint32_t)(call % config->encounters);
}

/* ---- means by turn ----------------------------------------------------------------------------------------------- */

/* Sums over the calls of one strategy, by turn. */
typedef struct sums {
    double anger[MOST_TURNS], offer[MOST_TURNS];
    uint32_t going[MOST_TURNS], calls;
} sums;

static void add_call(sums *s, const detente_turn *turns, uint32_t n)
{
    s->calls++;
    for (uint32_t t = 0; t < n && t < MOST_TURNS; t++) {
        s->anger[t] += (double)turns[t].anger;
        s->offer[t] += (double)turns[t].offer;
        s->going[t]++;
    }
}

/* A cell that does not go together, or gives what is no number, adds nothing. */
static int play_cell(sums *s, const detente_config *config, int strategy, uint32_t cell, uint64_t calls,
                     detente_error *error)
{
    detente_cell *compiled = NULL;
    detente_turn *turns = detente_calloc(config->max_turns, sizeof *turns);
    detente_block *block = detente_aligned_calloc(_Alignof(detente_block), sizeof *block);
    int code = turns && block ? 0 : detente_no_memory(error);
    if (!code && detente_cell_create(&compiled, config, strategy, cell, NULL) == DETENTE_E_MEMORY)
        code = detente_no_memory(error);
    for (uint64_t call = 0; call < calls && compiled; call++) {
        uint32_t replication, encounter;
        locate(config, call, &replication, &encounter);
        const uint32_t n = detente_cell_trace(compiled, replication, encounter, turns, block);
        if (isfinite((double)turns[n - 1].anger) && isfinite((double)turns[n - 1].offer))
            add_call(s, turns, n);
    }
    detente_cell_free(compiled);
    detente_free(block);
    detente_free(turns);
    return code;
}

/* The means by turn, as far as enough calls go. */
static void put_means(report_calls *calls, int strategies, const sums *all)
{
    for (int s = 0; s < strategies; s++)
        for (uint32_t t = 0; t < calls->n_turns; t++) {
            const size_t at = (size_t)s * calls->n_turns + t;
            const uint32_t going = all[s].going[t];
            calls->anger[at] = going >= LEAST_GOING ? all[s].anger[t] / going : (double)NAN;
            calls->offer[at] = going >= LEAST_GOING ? all[s].offer[t] / going : (double)NAN;
            calls->going[at] = all[s].calls ? (double)going / all[s].calls : (double)NAN;
        }
}

static int keep_means(report_calls *calls, int strategies, const sums *all, detente_error *error)
{
    for (uint32_t t = 0; t < MOST_TURNS; t++)
        for (int s = 0; s < strategies; s++)
            if (all[s].going[t] >= LEAST_GOING)
                calls->n_turns = t + 1;
    const size_t n = (size_t)strategies * calls->n_turns + 1;
    calls->anger = detente_calloc(n, 3 * sizeof *calls->anger);
    if (!calls->anger)
        return detente_no_memory(error);
    calls->offer = calls->anger + n;
    calls->going = calls->offer + n;
    put_means(calls, strategies, all);
    return 0;
}

/* Points of the design that are played again: the base of a design that has one, else some spread over all. */
static uint64_t played_points(const report_answers *a)
{
    const detente_design *design = a->config->design;
    const uint64_t points = detente_sweep_points(a->sweep);
    if (!design || design->type == DETENTE_ONE_AT_A_TIME)
        return 1;
    return points < MOST_POINTS ? points : MOST_POINTS;
}

static int say_which(report_answers *a, uint64_t points, uint64_t each, detente_error *error)
{
    text_buffer b = {0};
    const uint64_t all = detente_sweep_points(a->sweep);
    text_add(&b, "Means over the first %llu calls of each playbook", (unsigned long long)each);
    if (points == 1 && all > 1)
        text_add(&b, " at the base values");
    else if (all > points)
        text_add(&b, " at each of %llu of the %llu combinations of values", (unsigned long long)points,
                 (unsigned long long)all);
    else if (all > 1)
        text_add(&b, " at each of the %llu combinations of values", (unsigned long long)all);
    text_add(&b,
             ", played again; at each turn over the calls that still go on, so later turns tell of the longer calls.");
    return text_finish(&b, &a->calls.words, error);
}

int answers_calls(report_answers *a, detente_error *error)
{
    const int strategies = a->config->n_strategies;
    const uint64_t points = played_points(a), all = detente_sweep_points(a->sweep);
    const uint64_t most = a->config->encounters * a->config->replications;
    uint64_t wanted = ALL_CALLS / (uint64_t)strategies;
    wanted = wanted > CALLS ? CALLS : wanted < LEAST_CALLS ? LEAST_CALLS : wanted;
    uint64_t each = (wanted + points - 1) / points;
    each = each < most ? each : most;
    sums *sum = detente_calloc((size_t)strategies, sizeof *sum);
    int code = sum ? 0 : detente_no_memory(error);
    for (uint64_t p = 0; p < points && !code; p++) {
        const uint64_t point = p * all / points;
        const detente_config *config;
        code = detente_sweep_config(a->sweep, point, &config, error);
        if (code == DETENTE_E_CONFIG) { /* a point that fails: its cells say so */
            detente_error_clear(error);
            code = 0;
            continue;
        }
        for (int s = 0; s < strategies && !code; s++)
            code = play_cell(&sum[s], config, s, (uint32_t)(point * (uint64_t)strategies) + (uint32_t)s, each, error);
    }
    for (int s = 0; s < strategies && !code; s++)
        a->calls.encounters = sum[s].calls > a->calls.encounters ? sum[s].calls : a->calls.encounters;
    if (!code)
        code = keep_means(&a->calls, strategies, sum, error);
    if (!code)
        code = say_which(a, points, each, error);
    detente_free(sum);
    return code;
}

/* ---- calls in full ----------------------------------------------------------------------------------------------- */

/* One customer with two playbooks. */
typedef struct pair {
    const detente_config *config; /* of the first point */
    detente_cell *cell[2];
    int strategy[2], n; /* n: strategies there are, 1 or 2 */
    detente_turn *turns;
    detente_block *block;
    const phrases *sentences;
} pair;

static int tell(report_answers *a, const pair *p, int which, uint64_t call, const char *why, detente_error *error)
{
    report_story *story = &a->story[a->n_stories];
    trace t = {.config = p->config, .strategy = p->strategy[which], .cell = (uint32_t)p->strategy[which]};
    locate(p->config, call, &t.replication, &t.encounter);
    t.n_turns = detente_cell_trace(p->cell[which], t.replication, t.encounter, p->turns, p->block);
    t.turns = p->turns;
    t.block = p->block;
    *story = (report_story){.strategy = t.strategy,
                            .ending = ending_of(p->block),
                            .cell = t.cell,
                            .replication = t.replication,
                            .encounter = t.encounter,
                            .n_turns = t.n_turns,
                            .why = detente_strdup(why),
                            .turns = detente_calloc(t.n_turns, sizeof *story->turns)};
    a->n_stories++;
    if (!story->why || !story->turns)
        return detente_no_memory(error);
    memcpy(story->turns, p->turns, t.n_turns * sizeof *story->turns);
    return trace_text(&t, p->sentences, 0, &story->text, error);
}

/* How a call ended well, so-so or badly: 2 at first contact, 1 settled, 0 not. */
static int worth(const pair *p, int which, uint64_t call)
{
    uint32_t replication, encounter;
    locate(p->config, call, &replication, &encounter);
    detente_cell_trace(p->cell[which], replication, encounter, p->turns, p->block);
    const int ending = ending_of(p->block);
    return ending < 2 ? 2 - ending : 0;
}

/* The first call in which one playbook settles at first contact what the other does not; of a single one, that it settles or not. */
static int find_call(const pair *p, int good, uint64_t calls, uint64_t *found)
{
    for (uint64_t call = 0; call < calls; call++) {
        const int here = worth(p, good < p->n ? good : 0, call), there = p->n > 1 ? worth(p, !good, call) : 0;
        *found = call;
        if (p->n > 1 ? here == 2 && there < 2 : (here == 2) == (good == 0))
            return 1;
    }
    return 0;
}

static int tell_pair(report_answers *a, const pair *p, int good, uint64_t calls, detente_error *error)
{
    text_buffer b = {0};
    char *why;
    uint64_t call;
    if (!find_call(p, good, calls, &call))
        return 0;
    const detente_strategy *strategy = p->config->strategy;
    if (p->n > 1)
        text_add(&b, "The first %s in which %s settles at first contact and %s does not.",
                 p->config->common_random_numbers ? "customer" : "call", strategy[p->strategy[good]].name,
                 strategy[p->strategy[!good]].name);
    else
        text_add(&b, "The first call that is %ssettled at first contact.", good ? "not " : "");
    int code = text_finish(&b, &why, error);
    for (int which = 0; which < p->n && !code; which++)
        code = tell(a, p, which, call, why, error);
    detente_free(why);
    return code;
}

static int open_pair(pair *p, detente_error *error)
{
    p->turns = detente_calloc(p->config->max_turns, sizeof *p->turns);
    p->block = detente_aligned_calloc(_Alignof(detente_block), sizeof *p->block);
    if (!p->turns || !p->block)
        return detente_no_memory(error);
    int code = 0;
    for (int i = 0; i < p->n && !code; i++)
        code = detente_cell_create(&p->cell[i], p->config, p->strategy[i], (uint32_t)p->strategy[i], error);
    return code;
}

int answers_stories(report_answers *a, detente_error *error)
{
    pair p = {.strategy = {a->baseline, a->best}, .n = a->best == a->baseline ? 1 : 2};
    phrases *sentences = NULL;
    int code = detente_sweep_config(a->sweep, 0, &p.config, error);
    if (!code)
        code = open_pair(&p, error);
    if (code == DETENTE_E_CONFIG) { /* these cells failed, and the notes say so */
        detente_error_clear(error);
        code = 0;
    } else if (!code) {
        const uint64_t all = p.config->encounters * p.config->replications;
        code = phrases_load(&sentences, NULL, error);
        p.sentences = sentences;
        /* The one that helps, then the one that hurts: there is such a customer too. */
        for (int good = 1; good >= 0 && !code; good--)
            code = tell_pair(a, &p, good, all < CALLS ? all : CALLS, error);
    }
    phrases_free(sentences);
    detente_cell_free(p.cell[0]);
    detente_cell_free(p.cell[1]);
    detente_free(p.block);
    detente_free(p.turns);
    return code;
}
