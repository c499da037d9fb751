/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn kernel: one source, compiled for 1, 4, 8 and 16 lanes.
 *
 * A block is played in three passes over its slots: customers are drawn and their initial states laid out, column by column;
 * encounters are played, each lane taking the next one as soon as its own has ended; outcomes are computed from the final
 * states. A slot is an encounter's number in the block, so nothing depends on which lane played it, or when.
 */
#include "model/affect.h"
#include "model/bargaining.h"
#include "model/decision.h"
#include "model/outcome.h"
#include "population/draw.h"

/*
 * Three groups of lanes take turns: one has its turn while the next one's draws are made, piece by piece in between (both are long
 * chains of dependent operations: together they keep the processor busy), and then the events of the one before are carried out
 * (scalar, and impossible to predict: by then their decisions are known, and what they store has arrived when it is loaded again).
 */
enum { GROUPS = 3 };

typedef struct lane_group {
    _Alignas(64) float column[N_COLUMNS][LANE_STRIDE];
    turn_draws draws; /* of the turn to come */
    uint32_t alive;
    uint32_t terminate, transfer, accept, manager, hang_up,
        other; /* lanes that an event of the turn befalls, a bit each */
} lane_group;

#define LOAD(name) vf_load(g->column[COLUMN_##name])
#define STORE(name, value) vf_store(g->column[COLUMN_##name], value)

/* The place of the move that the playbook makes. Last rule first, so that the first whose guards hold stays; @p rule is wanted by the trace alone. */
LANE_INLINE vu choose_move(const detente_cell *c, lane_group *g, vu *rule)
{
    vu place = vu_set(c->rule[c->n_rules - 1].place);
    *rule = vu_set((uint32_t)c->n_rules - 1);
    for (int r = c->n_rules - 2; r >= 0; r--) {
        const cell_guard *guard = &c->guard[c->rule[r].first_guard];
        vm holds = vm_set(1);
        for (int i = 0; i < c->rule[r].n_guards; i++, guard++) {
            const vf value = vf_load(g->column[guard->column]);
            vm inside = vm_and(vf_le(vf_set(guard->low), value), vf_le(value, vf_set(guard->high)));
            if (guard->negated)
                inside = vm_without(vm_set(1), inside);
            holds = vm_and(holds, inside);
        }
        place = vu_select(holds, vu_set(c->rule[r].place), place);
        if (DETENTE_LANES == 1)
            *rule = vu_select(holds, vu_set((uint32_t)r), *rule);
    }
    return place;
}

LANE_INLINE void turn_load(turn_values *t, const lane_group *g)
{
    t->A = LOAD(ANGER);
    t->h = LOAD(TONE);
    t->g = LOAD(AGENT_TONE);
    t->V = LOAD(HEARD);
    t->R = LOAD(RAPPORT);
    t->J = LOAD(FAIRNESS);
    t->S = LOAD(STRAIN);
    t->D = LOAD(DEMAND);
    t->L = LOAD(LIMIT);
    t->x = LOAD(OFFER);
    t->minutes = LOAD(MINUTES);
    t->stalled = LOAD(STALLED);
    t->terms = LOAD(TERMS);
    t->apologies = LOAD(APOLOGIES);
    t->composure = LOAD(COMPOSURE);
    t->empathy = LOAD(EMPATHY);
    t->flags = vu_load((const uint32_t *)(const void *)g->column[COLUMN_FLAGS]);
    t->draws = &g->draws;
}

/* Few cells use these; apart, so that the compiler does not try to share work with the draws that all do. */
static __attribute__((noinline)) void offer_draw(turn_draws *t, const draw_key *key, const lane_group *g)
{
    vu word[4];
    draw(key, vu_load((const uint32_t *)(const void *)g->column[COLUMN_ENCOUNTER]), vu_from_vf(LOAD(TURN)), DRAW_OFFER,
         word);
    t->u_miss = draw_uniform(word[0]);
    t->u_step = draw_uniform(word[1]);
    t->u_options = draw_uniform(word[2]);
}

/* The words of the turn to come. */
LANE_INLINE void turn_words(lane_group *g, const detente_play *play, uint32_t uses, vu word[4])
{
    if (uses & USES_OFFER_DRAW)
        offer_draw(&g->draws, &play->key, g);
    draw(&play->key, vu_load((const uint32_t *)(const void *)g->column[COLUMN_ENCOUNTER]), vu_from_vf(LOAD(TURN)),
         DRAW_TURN, word);
}

/* The numbers that they make. */
LANE_INLINE void turn_noise(turn_draws *t, const vu word[4])
{
    vf unused;
    draw_normals(word[0], word[1], &t->noise_agent, &t->noise_customer);
    draw_normals(word[2], word[3], &t->noise_perceived, &unused);
    /* The bits that the normals leave over, 20 for the lapse and 20 for the decision: odd multiples of 2^-21. */
    const vu lapse = (word[0] & 0xffu) << 12 | (word[1] & 0xfffu),
             decision = (word[2] & 0xffu) << 12 | (word[3] & 0xfffu);
    t->u_lapse = vf_from_vu(lapse) * 0x1p-20f + 0x1p-21f;
    t->u_decision = vf_from_vu(decision) * 0x1p-20f + 0x1p-21f;
}

/* What the moves made do, from tables of few entries or many. */
LANE_INLINE void turn_effects(turn_values *t, const detente_cell *c, int few)
{
#define EFFECT(table) (few ? vf_lookup_few(c->table, t->place) : vf_lookup(c->table, t->place))
    t->bits = few ? vu_lookup_few(c->move_bits, t->place) : vu_lookup(c->move_bits, t->place);
    t->v = EFFECT(validation);
    t->w = EFFECT(warmth);
    t->irritation = EFFECT(irritation);
    t->fairness = EFFECT(fairness);
    t->d = EFFECT(scale);
    t->log_d = EFFECT(log_scale);
    t->inertia_c = EFFECT(customer_inertia);
    t->inertia_a = EFFECT(agent_inertia);
    t->unheard = t->uses & USES_RUMINATION ? EFFECT(unheard) : vf_set(0);
    t->m = EFFECT(minutes) * (vf_positive(t->h) * c->slowdown + 1.0f);
#undef EFFECT
}

/* Moves that change what the rest of the turn sees: an exception raises the cap, a clarification lowers the expectation. */
LANE_INLINE void turn_reframe(turn_values *t, const detente_cell *c, lane_group *g)
{
    if (t->uses & USES_EXCEPTION) {
        unsigned bits = vm_bits(has(t, IS_EXCEPTION)) & g->alive;
        if (bits) {
            for (; bits; bits &= bits - 1) {
                const lane_state lane = {g->column[0], __builtin_ctz(bits)};
                detente_lane_exception(c, &lane);
            }
            t->flags = vu_load((const uint32_t *)(const void *)g->column[COLUMN_FLAGS]);
        }
    }
    t->E = LOAD(EXPECTATION);
    t->cap = LOAD(CAP);
    t->cap_offer = LOAD(CAP_OFFER);
    if (t->uses & USES_CLARIFY) {
        const vf change = vf_where(has(t, IS_CLARIFY), (t->cap - t->E) * c->clarify);
        t->E = t->E + change;
        STORE(EXPECTATION, t->E);
        STORE(CLAIM, LOAD(CLAIM) + change * LOAD(WEIGHT));
    }
}

/* What happens between perceiving and deciding, in the order of section 2 of the model. */
LANE_INLINE void turn_effect(turn_values *t, const detente_cell *c, lane_group *g)
{
    vf demand1 = t->D, demand3 = t->D, option_value = vf_set(0);
    const vf clock = LOAD(CLOCK);
    if (t->uses & USES_HISTORY) {
        demand1 = LOAD(DEMAND1);
        demand3 = LOAD(DEMAND3);
        STORE(DEMAND3, LOAD(DEMAND2));
        STORE(DEMAND2, demand1);
        STORE(DEMAND1, t->D);
    }
    affect_agent_tone(t, c);
    affect_heard(t, c);
    const vf worth = LOAD(APOLOGY_WORTH);
    affect_payment(t, c, worth, LOAD(CONTINUING));
    affect_fairness(t);
    bargaining_offer(t, c, clock, demand1, demand3);
    affect_anger(t, c, LOAD(REACTIVITY));
    affect_customer_tone(t, c, LOAD(INFLUENCE));
    affect_rapport(t, c);
    affect_strain(t, c);
    const vf infer = LOAD(INFER);
    bargaining_limit(t, c, infer);
    bargaining_demand(t, c, LOAD(RECIPROCITY), LOAD(ALTERNATIVE), LOAD(ENTITLED_ASK));
    if (t->uses & USES_EXTRAS)
        option_value = LOAD(OPTION_VALUE);
    bargaining_extras(t, c, &option_value);
    if (t->uses & USES_EXTRAS)
        STORE(OPTION_VALUE, option_value);
    t->bonus = bargaining_bonus(t, c, option_value);
    if (t->uses & USES_TRADE) {
        const vm breach = vm_and(has(t, IS_TRADE), vf_lt(vf_set(0), LOAD(ENTITLED)));
        STORE(BREACHES, LOAD(BREACHES) + vf_indicator(breach));
    }
    if (t->uses & USES_APOLOGY) {
        const vm apology = has(t, IS_APOLOGY);
        STORE(APOLOGIES, t->apologies + vf_indicator(apology));
        STORE(APOLOGY_WORTH, vf_select(apology, worth * c->apology_repeat, worth));
    }
    /* A lane whose encounter is over goes on with its group, and stays within the curve. */
    STORE(CLOCK, vf_min(clock + 1.0f, vf_set((float)c->max_turns)));
    STORE(INFER, infer * c->inference_decay);
}

LANE_INLINE void turn_store(turn_values *t, lane_group *g)
{
    STORE(ANGER, t->A1);
    STORE(TONE, t->h1);
    STORE(AGENT_TONE, t->g1);
    STORE(HEARD, t->V1);
    STORE(RAPPORT, t->R1);
    STORE(FAIRNESS, t->J1);
    STORE(STRAIN, t->S1);
    STORE(DEMAND, t->D1);
    STORE(LIMIT, t->L1);
    STORE(OFFER, t->x1);
    STORE(TERMS, t->terms);
    STORE(STALLED, vf_where(t->still, t->stalled + vf_indicator(t->stall)));
    STORE(MINUTES, t->minutes + t->m);
    t->call_minutes = LOAD(CALL_MINUTES) + t->m;
    STORE(CALL_MINUTES, t->call_minutes);
    STORE(LABOUR, LOAD(LABOUR) + t->m * LOAD(COST_PER_MINUTE));
    STORE(PEAK, vf_max(LOAD(PEAK), t->A1));
    t->flags = raise(t->flags, t->lapsed, HAD_LAPSE);
}

#if DETENTE_LANES == 1
static void turn_record(detente_play *play, const turn_values *t, const lane_group *g, uint32_t rule,
                        const float *observed)
{
    detente_turn *row = &play->turns[play->n_turns++];
    *row = (detente_turn){.turn = (uint32_t)g->column[COLUMN_TURN][0],
                          .rule = (int)rule,
                          .move = (int)play->cell->rule[rule].move,
                          .tier = (int)g->column[COLUMN_TIER][0],
                          .anger = t->A1,
                          .hostility = t->h1,
                          .agent_hostility = t->g1,
                          .heard = t->V1,
                          .rapport = t->R1,
                          .demand = t->D1,
                          .offer = t->x1,
                          .minutes = t->minutes + t->m,
                          .perceived = t->p,
                          .procedural = t->J1,
                          .strain = t->S1,
                          .limit = t->L1,
                          .cap = t->cap,
                          .lapsed = t->lapsed};
    if (t->full)
        row->p_accept = 1;
    else {
        row->p_accept = t->e_accept / t->e_sum;
        row->p_manager = t->e_manager / t->e_sum;
        row->p_hangup = t->e_hang_up / t->e_sum;
    }
    memcpy(row->observed, observed, sizeof row->observed);
}
#endif

/* Which lanes' encounters end, or move on to another tier or issue; a move that ends or transfers leaves no decision. */
LANE_INLINE void turn_sort(turn_values *t, const detente_cell *c, lane_group *g)
{
    uint32_t terminate = 0, transfer = 0;
    if (t->uses & USES_ENDINGS) {
        const vm abused = vm_and(vu_has(t->flags, vu_set(HAD_WARNING)), vf_lt(vf_set(c->abuse), t->p));
        const vm below_top = vf_lt(LOAD(TIER), vf_set((float)c->top_tier));
        terminate = vm_bits(vm_or(abused, has(t, IS_CLOSE)));
        transfer = vm_bits(vm_and(has(t, IS_TRANSFER), below_top)) & ~terminate;
        t->flags = raise(t->flags, has(t, IS_WARN), HAD_WARNING);
    }
    const vf turn = LOAD(TURN);
    uint32_t other = vm_bits(vf_le(vf_set((float)c->max_turns), turn));
    if (t->uses & USES_AGENDA)
        other |= vm_bits(vm_and(vf_le(LOAD(CAP), vf_set(0)), t->stall));
    const uint32_t decides = g->alive & ~(terminate | transfer);
    g->terminate = terminate & g->alive;
    g->transfer = transfer & g->alive;
    g->accept = vm_bits(t->accept) & decides;
    g->manager = vm_bits(t->manager) & decides;
    g->hang_up = vm_bits(t->hang_up) & decides;
    g->other = other & g->alive;
    memcpy(g->column[COLUMN_FLAGS], &t->flags, sizeof t->flags);
    STORE(TURN, turn + 1.0f);
    for (int i = 0; i < c->n_counted; i++) {
        float *count = g->column[COLUMN_COUNTS + c->made[c->counted[i]]];
        vf_store(count, vf_load(count) + vf_indicator(vu_eq(t->place, vu_set(c->counted[i]))));
    }
}

/* Carry out the events, and put new encounters where one has ended. */
static void turn_events(detente_play *play, lane_group *g)
{
    const uint32_t forced = g->terminate | g->transfer;
    for (uint32_t bits = forced | g->accept | g->manager | g->hang_up | g->other; bits; bits &= bits - 1) {
        const uint32_t bit = bits & -bits;
        const lane_state lane = {g->column[0], __builtin_ctz(bits)};
        const int decision = g->terminate & bit  ? DECIDED_TERMINATE
                             : g->transfer & bit ? DECIDED_TRANSFER
                             : g->accept & bit   ? DECIDED_ACCEPT
                             : g->manager & bit  ? DECIDED_MANAGER
                             : g->hang_up & bit  ? DECIDED_HANG_UP
                                                 : DECIDED_NOTHING;
        int event = DETENTE_EVENT_CONTINUE;
        const int ended = detente_lane_event(play, &lane, decision, &event);
        if (play->turns) {
            detente_turn *row = &play->turns[play->n_turns - 1];
            row->event = event;
            if (forced)
                row->p_accept = row->p_manager = row->p_hangup = 0;
        }
        if (!ended)
            continue;
        if (play->next < play->n)
            detente_lane_fill(play, &lane);
        else
            g->alive &= ~bit;
    }
}

/* Both at once, where nothing is at hand to fill the wait. */
static void turn_draw(const detente_play *play, lane_group *g)
{
    vu word[4];
    turn_words(g, play, play->cell->features, word);
    turn_noise(&g->draws, word);
}

/*
 * One turn of a group; between its stages, to fill their waits, the draws that @p next will need. A @p plain turn
 * looks for no feature but endings and has few moves, which is known when this is compiled.
 */
LANE_INLINE void group_turn(detente_play *play, lane_group *g, lane_group *next, int plain)
{
    vu word[4];
    const detente_cell *c = play->cell;
    turn_values t;
    t.uses = plain ? USES_ENDINGS : c->features;
    t.plain = plain;
    vu rule;
    turn_load(&t, g);
    affect_perceive(&t, c);
    vf_store(g->column[DETENTE_OBS_hostility], t.p);
    vf_store(g->column[DETENTE_OBS_gap], t.D - t.x);
    vf_store(g->column[DETENTE_OBS_headroom], LOAD(CAP) - t.x);
    t.place = choose_move(c, g, &rule);
    if (plain || c->n_places <= FEW_MOVES)
        turn_effects(&t, c, 1);
    else
        turn_effects(&t, c, 0);
#if DETENTE_LANES == 1
    float observed[DETENTE_N_OBSERVABLES];
    for (int i = 0; i < DETENTE_N_OBSERVABLES; i++)
        observed[i] = g->column[i][0];
#endif
    affect_compose(&t, c, LOAD(DETECT));
    turn_words(next, play, t.uses, word);
    turn_reframe(&t, c, g);
    turn_effect(&t, c, g);
    turn_store(&t, g);
    turn_noise(&next->draws, word);
    decide(&t, c, LOAD(MANAGER_LOGIT), LOAD(HANGUP_LOGIT), LOAD(PER_PATIENCE));
#if DETENTE_LANES == 1
    if (play->turns)
        turn_record(play, &t, g, rule, observed);
#endif
    turn_sort(&t, c, g);
}

/*
 * Most playbooks use no feature but endings: for these the branches on the others are gone before the kernel is compiled, which
 * leaves long stretches without a branch, whose instructions the compiler can arrange to fill each other's waits. It may, because
 * the two groups are said not to overlap.
 */
static __attribute__((noinline)) void plain_turn(detente_play *restrict play, lane_group *restrict g,
                                                 lane_group *restrict next)
{
    group_turn(play, g, next, 1);
}

static __attribute__((noinline)) void any_turn(detente_play *play, lane_group *g, lane_group *next)
{
    group_turn(play, g, next, 0);
}

#if DETENTE_LANES == 16
#define KERNEL_NAME detente_kernel_v4
#elif DETENTE_LANES == 8
#define KERNEL_NAME detente_kernel_v3
#elif DETENTE_LANES == 4
#define KERNEL_NAME detente_kernel_v2
#else
#define KERNEL_NAME detente_kernel_scalar
#endif

static vu encounters_from(uint32_t first)
{
    uint32_t number[DETENTE_LANES];
    vu encounter;
    for (uint32_t i = 0; i < DETENTE_LANES; i++)
        number[i] = first + i;
    memcpy(&encounter, number, sizeof encounter);
    return encounter;
}

void KERNEL_NAME(detente_play *play)
{
    for (uint32_t slot = 0; slot < play->n; slot += DETENTE_LANES) {
        customers_draw(play, encounters_from(play->first + slot), slot);
        customers_start(play, slot);
    }
    lane_group group[GROUPS];
    memset(group, 0, sizeof group);
    for (int k = 0; k < GROUPS; k++) {
        for (int lane = 0; lane < DETENTE_LANES && play->next < play->n; lane++) {
            const lane_state s = {group[k].column[0], lane};
            detente_lane_restore(play->cell, &s);
            detente_lane_fill(play, &s);
            group[k].alive |= 1u << lane;
        }
    }
    const int plain = !(play->cell->features & ~(uint32_t)USES_ENDINGS) && play->cell->n_places <= FEW_MOVES;
    void (*const turn)(detente_play *, lane_group *, lane_group *) = plain ? plain_turn : any_turn;
    lane_group *now = &group[0], *next = &group[1], *last = &group[2];
    turn_draw(play, now);
    while (now->alive | next->alive | last->alive) {
        if (now->alive)
            turn(play, now, next);
        else if (next->alive)
            turn_draw(play, next);
        if (last->alive)
            turn_events(play, last);
        lane_group *const was = last;
        last = now;
        now = next;
        next = was;
    }
    for (uint32_t slot = 0; slot < play->n; slot += DETENTE_LANES)
        outcome_write(play, encounters_from(play->first + slot), slot);
}
