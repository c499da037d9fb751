/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <gsl/gsl_randist.h>

#include "reference/reference_state.h"

/* c(r) of (16): enough is enough at half as much again as was expected. */
static double worth(const detente_outcome *o, double ratio)
{
    if (ratio > 1.5)
        return 1 - o->overpay * (ratio - 1.5) * (ratio - 1.5);
    return 1 - (ratio / 1.5 - 1) * (ratio / 1.5 - 1);
}

/* E of the claim: of each issue by its weight, as clarified where it was negotiated. */
static double expected_of_claim(const reference *r, const reference_encounter *e)
{
    double sum = e->reference_closed;
    if (e->closed < r->n_items)
        sum += reference_item_weight(r, e) * e->reference;
    if (r->n_items > 1)
        for (int i = e->closed + 1; i < r->n_items; i++) {
            const detente_issue *issue = &r->config.issue[r->order[i]];
            sum += issue->weight * reference_clip(e->expectation * issue->importance, 0, 1.5);
        }
    return sum;
}

/* (16) */
static double satisfaction(const reference *r, const reference_encounter *e, double utility)
{
    const detente_outcome *o = &r->config.outcome;
    double limit = e->limit_closed;
    if (e->closed < r->n_items)
        limit += reference_item_weight(r, e) * e->limit;
    const double expected = expected_of_claim(r, e);
    const double justice = worth(o, utility / expected) - o->regret * fmax(limit - utility, 0) / expected +
                           o->surprise * (utility - e->utility_accepted) / expected;
    const double weights = o->distributive + o->procedural + o->interactional;
    const double felt =
        (o->distributive * justice + o->procedural * e->fairness + o->interactional * (e->heard + e->rapport) / 2) /
        weights;
    return reference_clip(felt * (1 - e->anger / 2), 0, 1);
}

/* (17) */
static double return_probability(const reference *r, const reference_encounter *e, int resolved, int quick, double felt)
{
    const detente_outcome *o = &r->config.outcome;
    double logit = o->return_base, expected = o->reference_unresolved;
    if (resolved && e->broken_promises == 0) {
        logit += o->return_resolved + (quick ? o->return_quick : 0);
        expected = quick ? o->reference_quick : o->reference_resolved;
    }
    return 1 / (1 + exp(-logit - o->return_satisfaction * (felt - expected)));
}

static double survey(const reference *r, double felt)
{
    return reference_clip(felt + gsl_ran_gaussian_ziggurat(r->rng, r->config.outcome.survey_noise), 0, 1);
}

static void flags(const reference *r, const reference_encounter *e, reference_ending ending, double *m)
{
    m[DETENTE_METRIC_resolved] = ending == RESOLVED;
    m[DETENTE_METRIC_hung_up] = ending == HUNG_UP;
    m[DETENTE_METRIC_impasse] = ending == IMPASSE;
    m[DETENTE_METRIC_terminated] = ending == TERMINATED;
    m[DETENTE_METRIC_first_contact] = ending == RESOLVED && !e->escalated && !e->called_back;
    m[DETENTE_METRIC_asked_manager] = e->requested;
    m[DETENTE_METRIC_escalated] = e->escalated;
    m[DETENTE_METRIC_executive] = e->executive;
    m[DETENTE_METRIC_called_back] = e->called_back;
    m[DETENTE_METRIC_mistreated] = e->peak_tone > r->config.decision.mistreatment;
    m[DETENTE_METRIC_lost_temper] = e->peak_tone > r->config.decision.temper;
    m[DETENTE_METRIC_agent_lapsed] = e->lapsed;
}

void reference_outcomes(reference *r, const reference_encounter *e, reference_ending ending,
                        double m[DETENTE_N_METRICS])
{
    const detente_outcome *o = &r->config.outcome;
    flags(r, e, ending, m);
    const double utility = reference_clip(e->utility, 0, 1.5), felt = satisfaction(r, e, utility);
    const double total = e->cost + e->labour_cost, balance = 2 * felt - 1;
    const int quick = m[DETENTE_METRIC_first_contact] > 0 && e->minutes <= o->quick_minutes;
    m[DETENTE_METRIC_turns] = e->turn;
    m[DETENTE_METRIC_minutes] = e->minutes;
    m[DETENTE_METRIC_conceded] = utility;
    m[DETENTE_METRIC_concession_cost] = e->cost;
    m[DETENTE_METRIC_labour_cost] = e->labour_cost;
    m[DETENTE_METRIC_total_cost] = total;
    m[DETENTE_METRIC_peak_anger] = e->peak_anger;
    m[DETENTE_METRIC_final_anger] = e->anger;
    m[DETENTE_METRIC_heard] = e->heard;
    m[DETENTE_METRIC_rapport] = e->rapport;
    m[DETENTE_METRIC_strain] = e->strain;
    m[DETENTE_METRIC_satisfaction] = felt;
    m[DETENTE_METRIC_reported_heard] = survey(r, e->heard);
    m[DETENTE_METRIC_reported_satisfaction] = survey(r, felt);
    m[DETENTE_METRIC_return_probability] = return_probability(r, e, ending == RESOLVED, quick, felt);
    m[DETENTE_METRIC_tells_good] = o->tells_good * fmax(balance, 0);
    m[DETENTE_METRIC_tells_bad] = o->tells_bad * fmax(-balance, 0);
    m[DETENTE_METRIC_exceptions] = e->exceptions;
    m[DETENTE_METRIC_breaches] = e->breaches;
    m[DETENTE_METRIC_broken_promises] = e->broken_promises;
    m[DETENTE_METRIC_net_value] = r->config.value * m[DETENTE_METRIC_return_probability] - total +
                                  o->word_gain * m[DETENTE_METRIC_tells_good] -
                                  o->word_cost * m[DETENTE_METRIC_tells_bad];
}
