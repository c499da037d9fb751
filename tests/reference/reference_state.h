/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reference_state.h What the files of the second implementation share. */
#ifndef DETENTE_TEST_REFERENCE_STATE_H
#define DETENTE_TEST_REFERENCE_STATE_H

#include <gsl/gsl_rng.h>

#include "reference/reference.h"

/* What a move does, with all that depends on nothing but the move worked out beforehand. */
typedef struct reference_move {
    detente_effects effects;
    double minutes;                         /* nominal, scaled */
    double rate, log_rate;                  /* d of gamma, U and the odds */
    double agent_inertia, customer_inertia; /* r^d */
} reference_move;

struct reference {
    detente_config config; /* its personas and strategies are not used: see below */
    detente_strategy strategy;
    detente_persona *persona; /* n_personas */
    detente_agent agent[DETENTE_MAX_TIERS];
    reference_move move[DETENTE_N_MOVES];
    double cholesky[DETENTE_N_TRAITS][DETENTE_N_TRAITS];
    int correlated[DETENTE_N_TRAITS], any_correlated;
    int order[DETENTE_MAX_ISSUES]; /* the agenda */
    int n_items;                   /* issues to be settled one by one: 1 for a package */
    double total_cost, importance; /* of the claim: conceded wholly; weighted mean */
    gsl_rng *rng;
    reference_watcher *watcher;
    void *watcher_data;
};

/* An encounter under way; comments give the symbols of the model. */
typedef struct reference_encounter {
    double trait[DETENTE_N_TRAITS];
    double anger, tone, agent_tone;          /* A, h, g */
    double heard, rapport, fairness, strain; /* V, R, J, S */
    double expectation, reference;           /* E of the claim; of the active issue */
    double demand, earlier[3];               /* D_t; D_{t-1}, D_{t-2}, D_{t-3} */
    double limit, offer;                     /* L, x */
    double found;                            /* what of x was discovered and costs nothing */
    double option_gain, promise, substitute; /* what else stands offered on the active issue */
    double minutes, call_minutes;            /* M; M of (15) */
    int turn, clock, tier, terms, stalled, deflections;
    int count[DETENTE_N_MOVES]; /* at this tier, for the playbook */
    int apologies, asked, warned, gave_options, gave_substitute, gave_interim;
    int opened[DETENTE_MAX_ISSUES];         /* an exception was made for the issue */
    int closed, accepted;                   /* issues */
    double utility, utility_accepted, cost; /* u, u_accepted, b */
    double limit_closed, reference_closed;  /* sums of w L and w E over closed issues */
    double labour_cost, peak_anger, peak_tone;
    int requested, escalated, executive, called_back, lapsed;
    int exceptions, breaches, broken_promises;
} reference_encounter;

/* How a turn leaves the encounter. */
typedef enum reference_ending { GOES_ON, RESOLVED, HUNG_UP, IMPASSE, TERMINATED } reference_ending;

/* The turn that is being played. */
typedef struct reference_turn {
    int rule, name, lapsed, warned, abusive, stalled_before;
    const reference_move *move;
    const detente_agent *agent;
    double perceived, composure, sincerity;             /* p, kappa, sigma */
    double minutes, cap, heard_gain, payment, conceded; /* m, cap, V' - V, P, Delta x */
    int stalls;
    double odds[3]; /* probabilities of accepting, asking for a manager, hanging up */
    detente_event event;
} reference_turn;

static inline double reference_clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* Shares, weights and costs of what is being negotiated: an issue, or the package of all. */
double reference_cap(const reference *r, const reference_encounter *e);
double reference_issue_cap(const reference *r, const reference_encounter *e, int issue);
double reference_item_weight(const reference *r, const reference_encounter *e);
double reference_item_cost(const reference *r, const reference_encounter *e);
double reference_item_importance(const reference *r, const reference_encounter *e);
/* First and one past the last issue (places in the agenda) of the active item. */
void reference_item_span(const reference *r, const reference_encounter *e, int *first, int *last);

/* Put the next item on the table. */
void reference_open_item(reference *r, reference_encounter *e, int after_agreement);
/* Anger after an event, its peak kept. */
void reference_set_anger(reference_encounter *e, double anger);

double reference_observe(const reference *r, const reference_encounter *e, const reference_turn *t, int observable);
void reference_choose(const reference *r, const reference_encounter *e, reference_turn *t);
/* (9)-(10) and the moves that concede or say something about terms: the new x. */
double reference_concede(reference *r, reference_encounter *e, reference_turn *t);
/* Equations (1)-(11) and the clock. */
void reference_take_turn(reference *r, reference_encounter *e, reference_turn *t);
/* Equations (12)-(15), requests, transfers, endings. */
reference_ending reference_decide(reference *r, reference_encounter *e, reference_turn *t);
/* Equations (16)-(19). */
void reference_outcomes(reference *r, const reference_encounter *e, reference_ending ending,
                        double metric[DETENTE_N_METRICS]);

#endif
