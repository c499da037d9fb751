/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limits of the decision: constant logits (L2), and with persistence at three tiers (L9).
 *
 * A refusal puts terms on the table at turn 1 and gives nothing, so the demand is never met; d = 1; no logit depends on the state.
 */
#include <math.h>

#include "verify/limits.h"

static const char LOGITS[] =
    "detente: 1\n"
    "name: constant-logits\n"
    "max_turns: 12\n"
    "replications: 100\n"
    "encounters: 1024\n"
    "customer: {patience: 1.0e+6}\n"
    "tiers: [{name: front line}]\n"
    "affect: {turn_minutes: 0.25}\n"
    "moves: {refuse: {minutes: 0.25}}\n"
    "bargaining: {demand_decay: 0}\n"
    "decision: {accept_utility: 0, accept_rapport: 0, accept_anger: 0, accept_base: -1.5,\n"
    "  manager_hostility: 0, manager_stall: 0, manager_entitlement: 0, manager_belief: 0, manager_heard: 0,\n"
    "  manager_base: -2, hangup_anger: 0, hangup_alternative: 0, hangup_base: -2.5}\n"
    "strategies: [{name: refusing, persistence: 0, playbook: [{do: refuse}]}]\n";

static const char TIERS[] =
    "detente: 1\n"
    "name: persistence\n"
    "max_turns: 1000\n"
    "replications: 50\n"
    "encounters: 1024\n"
    "customer: {patience: 1.0e+6}\n"
    "tiers: [{name: front line}, {name: supervisor}, {name: executive}]\n"
    "affect: {turn_minutes: 0.25}\n"
    "moves: {refuse: {minutes: 0.25}}\n"
    "bargaining: {demand_decay: 0}\n"
    "decision: {accept_utility: 0, accept_rapport: 0, accept_anger: 0, accept_base: -1.5,\n"
    "  manager_hostility: 0, manager_stall: 0, manager_entitlement: 0, manager_belief: 0, manager_heard: 0,\n"
    "  manager_base: 0, hangup_anger: 0, hangup_alternative: 0, hangup_base: -2}\n"
    "strategies:\n"
    "  - {name: patient-0, persistence: 0, playbook: [{do: refuse}]}\n"
    "  - {name: patient-1, persistence: 1, playbook: [{do: refuse}]}\n"
    "  - {name: patient-2, persistence: 2, playbook: [{do: refuse}]}\n";

enum { MOST_TURNS = 64 };

/* How many encounters of a strategy there were, and how many with each metric at 1; with so many turns. */
typedef struct counts {
    double n, metric[DETENTE_N_METRICS], turns[MOST_TURNS + 1];
} counts;

static void count(limit_run *run, int strategy, counts *out)
{
    *out = (counts){0};
    for (uint32_t r = 0; r < run->played.replications; r++) {
        detente_cell_play(run->cell[strategy], run->isa, r, 0, (uint32_t)run->played.encounters, run->block);
        out->n += run->block->n;
        for (uint32_t i = 0; i < run->block->n; i++) {
            const float turns = run->block->metric[DETENTE_METRIC_turns][i];
            out->turns[turns < MOST_TURNS ? (int)turns : MOST_TURNS] += 1;
            for (int k = 0; k < DETENTE_N_METRICS; k++)
                out->metric[k] += (double)run->block->metric[k][i];
        }
    }
}

static int measure_logits(limit_run *run)
{
    const detente_decision *d = &run->told.decision;
    const int T = (int)run->told.max_turns;
    const double accept = exp(d->accept_base), manager = exp(d->manager_base), hang_up = exp(d->hangup_base);
    const double sum = accept + manager + hang_up, end = sum / (1 + sum), cut = pow(1 - end, T);
    counts n;
    count(run, 0, &n);
    int code = limit_add_share(run, accept / sum * (1 - cut), n.metric[DETENTE_METRIC_resolved], n.n, "resolved");
    if (!code)
        code = limit_add_share(run, hang_up / sum * (1 - cut), n.metric[DETENTE_METRIC_hung_up], n.n, "hung up");
    if (!code)
        code = limit_add_share(run, manager / sum * (1 - cut) + cut, n.metric[DETENTE_METRIC_impasse], n.n, "impasse");
    if (!code)
        code = limit_add_share(run, manager / sum * (1 - cut), n.metric[DETENTE_METRIC_asked_manager], n.n,
                               "asked for a manager");
    double expected[MOST_TURNS + 1];
    for (int t = 1; t <= T; t++)
        expected[t] = n.n * pow(1 - end, t - 1) * (t < T ? end : 1);
    /* Whatever lasted longer than it may is in no cell, and leaves the last one short. */
    if (!code)
        code = limit_add_share(run, pow(1 - end, T - 1), n.turns[T], n.n, "lasted max_turns");
    if (!code)
        code = limit_add_counts(run, &expected[1], &n.turns[1], T, "chi-square of turns, geometric up to max_turns");
    return code;
}

static int measure_tiers(limit_run *run)
{
    const detente_decision *d = &run->told.decision;
    const double accept = exp(d->accept_base), manager = exp(d->manager_base), hang_up = exp(d->hangup_base);
    const double r = manager / (accept + manager + hang_up);
    int code = 0;
    for (int s = 0; s < run->told.n_strategies && !code; s++) {
        const double n = run->told.strategy[s].persistence;
        const double expected[] = {r, pow(r, n + 1), pow(r, 2 * n + 2), pow(r, 3 * n + 3)};
        static const int METRIC[] = {DETENTE_METRIC_asked_manager, DETENTE_METRIC_escalated, DETENTE_METRIC_executive,
                                     DETENTE_METRIC_impasse};
        static const char *const WHAT[] = {"asked for a manager", "escalated", "executive", "impasse"};
        counts c;
        count(run, s, &c);
        for (int k = 0; k < 4 && !code; k++)
            code = limit_add_share(run, expected[k], c.metric[METRIC[k]], c.n, "%s, persistence %g", WHAT[k], n);
    }
    return code;
}

const limit_case LIMIT_LOGITS = {"L2", LOGITS, measure_logits};
const limit_case LIMIT_TIERS = {"L9", TIERS, measure_tiers};
