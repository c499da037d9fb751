/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each rule's conditions are a box, one range an observable, within what observables may be. Rules above cut off what they take.
 * Counts of moves are bounded by the rules that make the move: found from 0 upwards until nothing rises any more.
 */
#include "param/reach.h"

#include <math.h>

/* Ranges in single precision, as the kernel compares. */
typedef struct box {
    float low[DETENTE_N_OBSERVABLES], high[DETENTE_N_OBSERVABLES];
} box;

enum { FIRST_COUNT = DETENTE_OBS_listens };

static int is_whole(int observable)
{
    return observable >= FIRST_COUNT || observable == DETENTE_OBS_turn || observable == DETENTE_OBS_stalled ||
           observable == DETENTE_OBS_issue || observable == DETENTE_OBS_tier ||
           observable == DETENTE_OBS_asked_manager || observable == DETENTE_OBS_terms;
}

static float above(float value, int whole)
{
    return whole ? floorf(value) + 1 : nextafterf(value, INFINITY);
}

static float below(float value, int whole)
{
    return whole ? ceilf(value) - 1 : nextafterf(value, -INFINITY);
}

/* A comparison other than != as a closed range. */
static void guard_range(const detente_guard *guard, float *low, float *high)
{
    const float value = (float)guard->value;
    const int whole = is_whole(guard->observable);
    *low = guard->op == DETENTE_GT ? above(value, whole) : value;
    *high = guard->op == DETENTE_LT ? below(value, whole) : value;
    if (guard->op == DETENTE_LT || guard->op == DETENTE_LE)
        *low = -INFINITY;
    if (guard->op == DETENTE_GT || guard->op == DETENTE_GE)
        *high = INFINITY;
    if (whole) {
        *low = ceilf(*low);
        *high = floorf(*high);
    }
}

/* Bounds of what a guard may see; where arithmetic may round past an end there is room for it. */
static void domain_of(const detente_config *config, const detente_strategy *strategy, const int reach[DETENTE_N_MOVES],
                      box *b)
{
    const float last_turn = (float)config->max_turns, slack = 1e-3f;
    const int one_issue = (int)strategy->agenda == DETENTE_PACKAGE;
    const struct {
        int observable;
        float low, high;
    } BOUNDS[] = {
        {DETENTE_OBS_turn, 1, last_turn},
        {DETENTE_OBS_minutes, 0, INFINITY},
        {DETENTE_OBS_hostility, -1, 1},
        {DETENTE_OBS_demand, 0, 1.5f + slack},
        {DETENTE_OBS_offer, 0, 1 + slack},
        {DETENTE_OBS_gap, -1 - slack, 1.5f + slack},
        {DETENTE_OBS_stalled, 0, last_turn - 1},
        {DETENTE_OBS_issue, 0, one_issue ? 0 : (float)(config->n_issues - 1)},
        {DETENTE_OBS_tier, 0, (float)(config->n_tiers - 1)},
        {DETENTE_OBS_cap, 0, 1 + slack},
        {DETENTE_OBS_headroom, -1 - slack, 1 + slack},
        {DETENTE_OBS_strain, 0, 1},
        {DETENTE_OBS_asked_manager, 0, (float)strategy->persistence},
        {DETENTE_OBS_terms, 0, 1},
    };
    for (size_t i = 0; i < sizeof BOUNDS / sizeof BOUNDS[0]; i++) {
        b->low[BOUNDS[i].observable] = BOUNDS[i].low;
        b->high[BOUNDS[i].observable] = BOUNDS[i].high;
    }
    for (int m = 0; m < DETENTE_N_MOVES; m++) {
        b->low[FIRST_COUNT + m] = 0;
        b->high[FIRST_COUNT + m] = (float)reach[m];
    }
}

/* Keep what a guard lets through. @return 0 when nothing is left */
static int cut(box *b, const detente_guard *guard)
{
    const int o = guard->observable, whole = is_whole(o);
    float low, high;
    if (guard->op == DETENTE_NE) {
        const float value = (float)guard->value;
        if (b->low[o] == value && b->high[o] == value)
            return 0;
        if (b->low[o] == value)
            b->low[o] = above(value, whole);
        if (b->high[o] == value)
            b->high[o] = below(value, whole);
        return b->low[o] <= b->high[o];
    }
    guard_range(guard, &low, &high);
    b->low[o] = fmaxf(b->low[o], low);
    b->high[o] = fminf(b->high[o], high);
    return b->low[o] <= b->high[o];
}

static int implied(const box *b, const detente_guard *guard)
{
    const int o = guard->observable;
    float low, high;
    if (guard->op == DETENTE_NE)
        return (float)guard->value < b->low[o] || (float)guard->value > b->high[o];
    guard_range(guard, &low, &high);
    return low <= b->low[o] && b->high[o] <= high;
}

/* Take off what an earlier rule takes, where that leaves a box. @return 0 when nothing is left; *changed is set when less is */
static int subtract(box *b, const detente_rule *rule, int *changed)
{
    const detente_guard *last = NULL;
    int o = -1, n = 0, n_unequal = 0;
    float low = -INFINITY, high = INFINITY, a, c;
    for (int i = 0; i < rule->n_guards; i++) {
        const detente_guard *guard = &rule->guard[i];
        if (implied(b, guard))
            continue;
        if (o >= 0 && o != guard->observable)
            return 1;
        o = guard->observable;
        last = guard;
        n++;
        n_unequal += guard->op == DETENTE_NE;
        guard_range(guard, &a, &c);
        low = fmaxf(low, a);
        high = fminf(high, c);
    }
    if (n == 0)
        return 0;
    const box before = *b;
    const int whole = is_whole(o);
    if (n_unequal) {
        /* All but one value is taken: that value is left. */
        if (n > 1)
            return 1;
        b->low[o] = b->high[o] = (float)last->value;
    } else if (low <= high && low <= b->low[o] && high >= b->low[o]) {
        b->low[o] = above(high, whole);
    } else if (low <= high && high >= b->high[o] && low <= b->high[o]) {
        b->high[o] = below(low, whole);
    }
    *changed |= before.low[o] != b->low[o] || before.high[o] != b->high[o];
    return b->low[o] <= b->high[o];
}

/* Conditions on one observable that leave nothing whatever is seen. */
static int contradicts(const detente_rule *rule, rule_verdict *verdict)
{
    box b;
    for (int i = 0; i < DETENTE_N_OBSERVABLES; i++) {
        b.low[i] = -INFINITY;
        b.high[i] = INFINITY;
    }
    for (int i = 0; i < 2 * rule->n_guards; i++) {
        const detente_guard *guard = &rule->guard[i % rule->n_guards];
        if (cut(&b, guard))
            continue;
        *verdict = (rule_verdict){.reason = RULE_CONTRADICTS, .observable = guard->observable, .by = -1};
        return 1;
    }
    return 0;
}

static void judge(const detente_strategy *strategy, int index, const box *domain, box *left, rule_verdict *verdict)
{
    const detente_rule *rule = &strategy->rule[index];
    int changed = 1;
    *verdict = (rule_verdict){.reason = RULE_LIVE, .by = -1};
    if (contradicts(rule, verdict))
        return;
    *left = *domain;
    /* Twice: an unequal value may come to stand at an end by a later condition. */
    for (int i = 0; i < 2 * rule->n_guards; i++) {
        const int o = rule->guard[i % rule->n_guards].observable;
        if (cut(left, &rule->guard[i % rule->n_guards]))
            continue;
        *verdict = (rule_verdict){RULE_OUTSIDE, o, -1, (double)domain->low[o], (double)domain->high[o]};
        return;
    }
    for (int i = 0; i < index; i++) {
        box own = *left;
        if (subtract(&own, &strategy->rule[i], &changed))
            continue;
        *verdict = (rule_verdict){.reason = RULE_SHADOWED, .by = i};
        return;
    }
    for (changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < index; i++)
            if (!subtract(left, &strategy->rule[i], &changed)) {
                *verdict = (rule_verdict){.reason = RULE_SHADOWED, .by = -1};
                return;
            }
    }
}

void playbook_reach(const detente_config *config, const detente_strategy *strategy,
                    rule_verdict verdict[DETENTE_MAX_RULES])
{
    int reach[DETENTE_N_MOVES] = {0}, rising = 1;
    const int most = (int)config->max_turns - 1;
    while (rising) {
        box domain, left;
        rising = 0;
        domain_of(config, strategy, reach, &domain);
        for (int i = 0; i < strategy->n_rules; i++) {
            const int move = strategy->rule[i].move;
            judge(strategy, i, &domain, &left, &verdict[i]);
            if (verdict[i].reason != RULE_LIVE)
                continue;
            const int count = (int)left.high[FIRST_COUNT + move] + 1;
            if (count > reach[move] && count <= most) {
                reach[move] = count;
                rising = 1;
            }
        }
    }
}
