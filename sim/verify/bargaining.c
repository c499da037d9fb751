/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limits of bargaining: offers against a silent customer lie on the concession curve (L3), and two curves meet where they must
 * (L4; the tactics' own test in Faratin, Sierra & Jennings 1998).
 *
 * The customer wants more than the cap all along and never speaks up.
 */
#include <math.h>

#include "verify/limits.h"

static const char CURVE[] =
    "detente: 1\n"
    "name: curve\n"
    "max_turns: 40\n"
    "encounters: 1\n"
    "customer: {expectation: 1.5, entitlement: 0.4, reciprocity: 0}\n"
    "tiers: [{name: front line, authority: 0.8}]\n"
    "bargaining: {demand_decay: 0}\n"
    "decision: {accept_base: -1000, manager_base: -1000, hangup_base: -1000}\n"
    "strategies:\n"
    "  - name: linear\n"
    "    concession: {tactic: polynomial, start: 3, horizon: 20, beta: 1, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: Boulware\n"
    "    concession: {tactic: polynomial, start: 0, horizon: 30, beta: 0.3, kappa0: 0.1, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: Conceder\n"
    "    concession: {tactic: polynomial, opening: 0.1, start: 2.5, horizon: 25, beta: 4, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: exponential Boulware\n"
    "    concession: {tactic: exponential, start: 1, horizon: 30, beta: 0.4, kappa0: 0.02, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: exponential Conceder\n"
    "    concession: {tactic: exponential, opening: 0.05, start: 0, horizon: 30, beta: 3, kappa0: 0.2, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n";

static const char CROSSING[] =
    "detente: 1\n"
    "name: crossing\n"
    "max_turns: 60\n"
    "encounters: 1\n"
    "customer: {expectation: 1.5, entitlement: 0.4, reciprocity: 0}\n"
    "tiers: [{name: front line, authority: 1}]\n"
    "bargaining: {demand_decay: 0}\n"
    "decision: {accept_base: -1000, manager_base: -1000, hangup_base: -1000}\n"
    "strategies:\n"
    "  - name: beta-0.2\n"
    "    concession: {tactic: polynomial, start: 0, horizon: 50, beta: 0.2, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: beta-0.5\n"
    "    concession: {tactic: polynomial, start: 0, horizon: 20, beta: 0.5, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: beta-1\n"
    "    concession: {tactic: polynomial, start: 0, horizon: 41, beta: 1, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n"
    "  - name: beta-3\n"
    "    concession: {tactic: polynomial, start: 0, horizon: 50, beta: 3, appeasement: 0}\n"
    "    playbook: [{do: offer}]\n";

/* Equation (9) by libm, t' counted from 0. */
static double curve(const detente_concession *c, double clock)
{
    const double s = fmin(fmax((clock - c->start) / c->horizon, 0), 1);
    const double kappa0 = isnan(c->kappa0) ? 0 : c->kappa0;
    if ((int)c->tactic == DETENTE_EXPONENTIAL)
        return exp(pow(1 - s, c->beta) * log(kappa0));
    return kappa0 + (1 - kappa0) * pow(s, 1 / c->beta);
}

/* L3: what is reported is the turn that is farthest off. */
static int measure_curve(limit_run *run)
{
    const double cap = run->told.tier[0].authority;
    int code = 0;
    for (int s = 0; s < run->told.n_strategies && !code; s++) {
        const detente_concession *c = &run->told.strategy[s].concession;
        double expected = NAN, measured = NAN, worst = -1;
        limit_trace(run, s, 0, 0);
        for (size_t t = 0; t < run->n_rows; t++) {
            const double offer = c->opening + (cap - c->opening) * curve(c, (double)t),
                         off = fabs(run->turns[t].offer - offer);
            if (!(off <= worst)) {
                worst = off;
                expected = offer;
                measured = run->turns[t].offer;
            }
        }
        /* Three float32 roundings of numbers below 1, of 6e-8 at most each */
        code = limit_add_exact(run, expected, measured, 2e-7, "offers along the curve, %s", run->told.strategy[s].name);
    }
    return code;
}

/* L4: one side's offers rise along the curve, the other's claims fall along the same from the other end. */
static int measure_crossing(limit_run *run)
{
    int code = 0;
    for (int s = 0; s < run->told.n_strategies && !code; s++) {
        const detente_concession *c = &run->told.strategy[s].concession;
        uint32_t t = 0;
        limit_trace(run, s, 0, 0);
        while (t < run->n_turns && run->turns[t].offer < 1 - run->turns[t].offer)
            t++;
        code = limit_add_exact(run, ceil(c->horizon * pow(0.5, c->beta)), t, 0,
                               "turn at which two curves meet, beta %g", c->beta);
    }
    return code;
}

const limit_case LIMIT_CURVE = {"L3", CURVE, measure_curve};
const limit_case LIMIT_CROSSING = {"L4", CROSSING, measure_crossing};
