/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file params.h
 * The scalar parameters of the model: one line a parameter, and the only place that knows it.
 *
 * Each list is an X-macro. A row is
 *
 *     X(name, default, low, high, bounds, unit, status, description)
 *
 * `bounds` says which ends belong to the range: CC [low,high], CO [low,high), OC (low,high], OO (low,high).
 * `status` is where the default comes from: SEEN (read in a source), SECOND (quoted by a secondary source),
 * DERIVED, FITTED (moved by the calibration) or JUDGED (a plausible value, no number was found).
 * The lists make the structs of config.h and the registry's table (registry.h), hence the YAML reader, ranges,
 * `--set`, `detente params`, the JSON schema, docs/parameters.md and the attributes of a results file.
 */
#ifndef DETENTE_PARAMS_H
#define DETENTE_PARAMS_H

#include <math.h>

/** Affect: mirroring, listening, emotional payment; equations (1)-(8). Path prefix `affect.` */
#define DETENTE_AFFECT_PARAMS(X) \
    X(turn_minutes, 0.4, 0, 60, OC, "min", JUDGED, "nominal minutes that the inertias and odds refer to (Delta_0)") \
    X(customer_inertia, 0.633, 0, 1, CO, "1", FITTED, "share of the customer's tone carried to the next turn (r_c)") \
    X(agent_inertia, 0.5, 0, 1, CO, "1", JUDGED, "share of the agent's tone carried to the next turn (r_a)") \
    X(customer_influence, 0.136, 0, 1, CC, "1", FITTED, "influence of the agent's tone on the customer's (s_c)") \
    X(positive_ratio, 0.6, 0, 1, CC, "1", JUDGED, "slope of friendly influence over that of hostile influence (phi)") \
    X(tone_gain, 1.58, 0, 5, CC, "1", FITTED, "hostility that one unit of anger wants to show (k_1)") \
    X(tone_offset, 0.191, -2, 2, CC, "1", FITTED, "anger below which the tone is friendly, times tone_gain (k_0)") \
    X(customer_noise, 0.0331, 0, 1, CC, "1", FITTED, "sd of the customer's tone from turn to turn (sigma_c)") \
    X(agent_noise, 0.05, 0, 1, CC, "1", JUDGED, "sd of the agent's tone from turn to turn (sigma_a)") \
    X(anger_half_life, 36, 0, INFINITY, OC, "min", DERIVED, "half-life of anger left alone; .inf is no decay (tau_A)") \
    X(heard_relief, 0.586, 0, 5, CC, "1", FITTED, "share of anger relieved by feeling wholly heard (a_v)") \
    X(apology_relief, 2.4, 0, 5, CC, "1", FITTED, "relief of a first sincere apology (a_p)") \
    X(concession_relief, 0.1, 0, 5, CC, "1", FITTED, "relief by a whole concession (a_x)") \
    X(apology_heard_exponent, 0.87, -1, 1, CC, "1", FITTED, "how much an apology waits for being heard (eta)") \
    X(apology_repeat, 0.3, 0, 1, CC, "1", SEEN, "worth of each further apology over the one before (psi)") \
    X(apology_backfire, 0.05, 0, 1, CC, "1", JUDGED, "loss that each earlier apology adds (xi)") \
    X(apology_half_life, 60, 0, INFINITY, OC, "min", JUDGED, "minutes after which an apology is worth half (tau_p)") \
    X(refusal_frustration, 0.046, 0, 5, CC, "1", FITTED, "anger raised by a move's irritation (a_f)") \
    X(hostility_frustration, 0.0559, 0, 5, CC, "1", FITTED, "anger raised by the agent's hostile tone (a_h)") \
    X(fairness_shield, 0.731, 0, 1, CC, "1", FITTED, "share of irritation that perceived fairness takes away (a_J)") \
    X(rumination, 0, -0.1, 0.1, CC, "1", DERIVED, "anger fed by unacknowledged talk: > 0 rumination, < 0 catharsis (a_r)") \
    X(acknowledge_scale, 0.1, 0, 1, OC, "1", JUDGED, "validation at which talk counts as acknowledged") \
    X(wait_frustration, 0.02, 0, 1, CC, "1/min", JUDGED, "anger by each minute waited beyond the tolerance (a_w)") \
    X(wait_tolerance, 2, 0, INFINITY, CC, "min", JUDGED, "minutes of waiting that nobody minds") \
    X(deflection_frustration, 0.03, 0, 1, CC, "1", JUDGED, "anger by a deflected request for a manager (a_d)") \
    X(transfer_relief, 0.05, 0, 1, CC, "1", JUDGED, "share of anger that a granted transfer relieves (a_t)") \
    X(broken_promise, 0.2, 0, 1, CC, "1", JUDGED, "anger by a broken promise (a_b)") \
    X(rapport_heard, 0.1, 0, 1, CC, "1", JUDGED, "rapport gained by feeling heard") \
    X(rapport_warmth, 0.05, 0, 1, CC, "1", JUDGED, "rapport gained by a warm move, as far as it is sincere") \
    X(rapport_hostility, 0.126, 0, 1, CC, "1", FITTED, "rapport lost to a hostile tone") \
    X(personal_peak, 0.6, 0, 1, OC, "1", JUDGED, "dose of names and personal words at which they help most (p*)") \
    X(personal_gain, 0.01, 0, 1, CC, "1", JUDGED, "rapport a turn by names and personal words at the peak (k_n)") \
    X(strain_gain, 0.02, 0, 1, CC, "1", JUDGED, "strain by perceived hostility without composure (s_+)") \
    X(strain_surface, 0.01, 0, 1, CC, "1", JUDGED, "strain by surface acting (s_e)") \
    X(strain_abuse, 0.05, 0, 1, CC, "1", JUDGED, "strain by an abusive turn (s_a)") \
    X(strain_recovery, 0.005, 0, 1, CC, "1/min", JUDGED, "strain that a minute takes away (s_-)") \
    X(pause_recovery, 0.05, 0, 1, CC, "1", JUDGED, "strain that a pause takes away") \
    X(slowdown, 0.3, 0, 5, CC, "1", JUDGED, "extra time that a hostile caller's turn takes") \
    X(task_shield, 0.5, 0, 1, CC, "1", JUDGED, "mirroring that full task focus keeps away") \
    X(task_cost, 0.2, 0, 1, CC, "1", JUDGED, "validation that full task focus costs") \
    X(filter_blur, 0.3, 0, 1, CC, "1", JUDGED, "misreading that a full voice filter adds")

/** The agent at the front line; a strategy may override any of it at every tier. Path prefix `agent.` */
#define DETENTE_AGENT_PARAMS(X) \
    X(mirroring, 0.698, 0, 2, CC, "1", FITTED, "how far hostility is answered in kind when composure fails (mu)") \
    X(composure, 0.6, 0, 1, CC, "1", JUDGED, "skill: tone kept under hostility (kappa = composure (1 - strain))") \
    X(empathy, 0.7, 0, 1, CC, "1", JUDGED, "skill: how well validation and apology reach the customer") \
    X(warmth, 0.231, 0, 1, CC, "1", FITTED, "resting friendliness of the agent's tone") \
    X(deep_acting, 0.3, 0, 1, CC, "1", JUDGED, "share of composure that is felt and not put on") \
    X(task_focus, 0.3, 0, 1, CC, "1", JUDGED, "task-focused language: shields from mirroring, costs validation") \
    X(personal, 0.2, 0, 1, CC, "1", JUDGED, "dose of names and personal words") \
    X(voice_filter, 0, 0, 1, CC, "1", DERIVED, "softening of the customer's voice before it reaches the agent (f)") \
    X(misread, 0.1, 0, 1, CC, "1", JUDGED, "sd of the error in reading the customer's tone") \
    X(lapse, 0.0266, 0, 1, CC, "1", FITTED, "probability of losing composure per unit strain and hostility, a turn") \
    X(strain, 0.2, 0, 1, CC, "1", JUDGED, "strain at the start of the encounter") \
    X(keeps_promise, 0.9, 0, 1, CC, "1", JUDGED, "skill: probability that a promise within the cap is kept") \
    X(documents, 1, 0, 1, CC, "1", JUDGED, "probability that a hand-over loses nothing")

/** Bargaining; equations (9)-(12). Path prefix `bargaining.` */
#define DETENTE_BARGAINING_PARAMS(X) \
    X(demand_decay, 0.128, 0, 5, CC, "1", FITTED, "share of the way to the reservation that a turn gives up (gamma)") \
    X(anger_stiffness, 0.6, 0, 5, CC, "1", JUDGED, "how far anger stiffens the demand (k_A)") \
    X(fairness_give, 0.1, 0, 5, CC, "1", JUDGED, "how far fairness lowers the reservation (k_J)") \
    X(entitlement_ask, 0.5, 0, 5, CC, "1", JUDGED, "extra demand by entitlement (k_e)") \
    X(reservation, 0.476, 0, 5, CC, "1", FITTED, "reservation as a share of the expectation (rho_0)") \
    X(inference, 0.5, 0, 5, CC, "1", JUDGED, "how much more a concession lets the customer infer (iota)") \
    X(inference_decay, 0.8, 0, 1, CC, "1", JUDGED, "decay of that inference with the turn (lambda_t)") \
    X(inference_forget, 0.1, 0, 1, CC, "1", JUDGED, "share of the inferred excess forgotten a turn (lambda_L)") \
    X(opening_ask, 0, 0, 1, CC, "1", JUDGED, "opening demand above the expectation") \
    X(entitlement_reference, 0.4, 0, 1, CC, "1", DERIVED, "entitlement of the average customer") \
    X(momentum, 0.1, 0, 1, CC, "1", JUDGED, "rapport gained, and demand given up, by settling an issue") \
    X(discovery, 0.1, 0, 1, CC, "1", JUDGED, "probability that a settled issue uncovers a free .1 on the next") \
    X(clarify, 0.1, 0, 1, CC, "1", JUDGED, "share of the way from expectation to cap that a clarification moves") \
    X(interim, 0.1, 0, 1, CC, "1", JUDGED, "size of an interim help") \
    X(miss, 0.2, 0, 1, CC, "1", JUDGED, "probability that an undiagnosed offer on several issues misses") \
    X(promise, 0.15, 0, 1, CC, "1", JUDGED, "how much more than is on the table a promise says") \
    X(handover, 0.5, 0, 1, CC, "1", JUDGED, "share of being heard and of the offer lost in an undocumented hand-over") \
    X(option_spread, 0.045, 0, 1, CC, "1", FITTED, "spread of a customer's values over equal-cost alternatives") \
    X(option_cost, 0.005, 0, 1, CC, "1", JUDGED, "value lost by each further alternative to think about")

/** The customer's decision; equations (13)-(15). -1000 is never. Path prefix `decision.` */
#define DETENTE_DECISION_PARAMS(X) \
    X(accept_utility, 8, 0, 100, CC, "1", JUDGED, "log-odds by utility above the demand (beta_u)") \
    X(accept_rapport, 0.189, 0, 100, CC, "1", FITTED, "log-odds by rapport (beta_R)") \
    X(accept_anger, 0.998, 0, 100, CC, "1", FITTED, "log-odds taken by anger (beta_A)") \
    X(accept_base, -1.57, -1000, 1000, CC, "1", FITTED, "log-odds of accepting, base (beta_0)") \
    X(manager_base, -7.17, -1000, 1000, CC, "1", FITTED, "log-odds of asking for a manager, base (m_0)") \
    X(manager_hostility, 6.21, 0, 100, CC, "1", FITTED, "log-odds of asking for a manager by hostility (m_h)") \
    X(manager_stall, 0.046, 0, 100, CC, "1", FITTED, "log-odds of asking by each stalled turn, up to ten (m_s)") \
    X(manager_entitlement, 1, 0, 100, CC, "1", JUDGED, "log-odds of asking by entitlement above the reference (m_e)") \
    X(manager_belief, 1, 0, 100, CC, "1", JUDGED, "log-odds of asking by the belief that escalating pays (m_q)") \
    X(manager_heard, 1, 0, 100, CC, "1", JUDGED, "log-odds of asking taken by feeling heard (m_V)") \
    X(hangup_base, -5.61, -1000, 1000, CC, "1", FITTED, "log-odds of hanging up, base (q_0)") \
    X(hangup_anger, 3.17, 0, 100, CC, "1", FITTED, "log-odds of hanging up by anger (q_A)") \
    X(hangup_alternative, 1, 0, 100, CC, "1", JUDGED, "log-odds of hanging up by the outside option (q_b)") \
    X(mistreatment, 0.4, 0, 1, CC, "1", JUDGED, "hostility above which the agent is mistreated") \
    X(temper, 0.75, 0, 1, CC, "1", JUDGED, "hostility above which the customer has lost the temper") \
    X(abuse, 0.9, 0, 1, CC, "1", JUDGED, "perceived hostility above which a turn is abusive")

/** Outcomes; equations (16)-(19). A NAN default is taken from scenario.loss. Path prefix `outcome.` */
#define DETENTE_OUTCOME_PARAMS(X) \
    X(distributive, 0.45, 0, 1, CC, "1", SECOND, "weight of what was got (omega_D); the three weights are normalised") \
    X(procedural, 0.1, 0, 1, CC, "1", SECOND, "weight of perceived fairness (omega_P)") \
    X(interactional, 0.3, 0, 1, CC, "1", SECOND, "weight of being heard and rapport (omega_I)") \
    X(regret, 0.342, 0, 1, CC, "1", FITTED, "how much what was left on the table rankles (a_c)") \
    X(surprise, 0.1, -1, 1, CC, "1", FITTED, "how much an unexpected extra delights (a_s)") \
    X(return_base, NAN, -1000, 1000, CC, "1", DERIVED, "log-odds of returning, unresolved (r_0)") \
    X(return_resolved, NAN, -1000, 1000, CC, "1", DERIVED, "log-odds of returning added when resolved (r_1)") \
    X(return_quick, NAN, -1000, 1000, CC, "1", DERIVED, "log-odds of returning added when resolved quickly (r_2)") \
    X(return_satisfaction, 1, -1000, 1000, CC, "1", JUDGED, "log-odds of returning by satisfaction above that state's reference (r_s)") \
    X(reference_unresolved, 0.0855, 0, 1, CC, "1", FITTED, "mean satisfaction of the unresolved in the base scenario") \
    X(reference_resolved, 0.508, 0, 1, CC, "1", FITTED, "mean satisfaction of the resolved, not quickly, there") \
    X(reference_quick, 0.516, 0, 1, CC, "1", FITTED, "mean satisfaction of the quickly resolved there") \
    X(quick_minutes, 5, 0, INFINITY, CC, "min", JUDGED, "minutes within which a first-contact resolution is quick") \
    X(overpay, 1, 0, 100, CC, "1", JUDGED, "curvature of the dislike of more than 150 % of the claim") \
    X(survey_noise, 0.05, 0, 1, CC, "1", JUDGED, "sd of what a survey reads around what is felt") \
    X(tells_good, 9, 0, INFINITY, CO, "people", SEEN, "people told by a wholly satisfied customer") \
    X(tells_bad, 16, 0, INFINITY, CO, "people", SEEN, "people told by a wholly dissatisfied customer") \
    X(word_cost, 2, 0, INFINITY, CO, "money", JUDGED, "cost of each person told bad news (k_-)") \
    X(word_gain, 2, 0, INFINITY, CO, "money", JUDGED, "worth of each person told good news (k_+)")

/** Concession curve of a strategy; equations (9)-(10). Path prefix `strategy.concession.` */
#define DETENTE_CONCESSION_PARAMS(X) \
    X(opening, 0, 0, 1.5, CC, "1", JUDGED, "offer at which the curve starts") \
    X(start, 2, 0, 1000, CC, "turns", JUDGED, "turns before the curve starts to rise") \
    X(horizon, 12, 0, 1000, OC, "turns", JUDGED, "turns over which the curve rises to the cap") \
    X(beta, 1, 0, 100, OC, "1", JUDGED, "< 1 Boulware (late), > 1 Conceder (early)") \
    X(kappa0, NAN, 0, 1, CC, "1", JUDGED, "share of the range offered at the start (exponential: .05, and above 0)") \
    X(reciprocity, 0, -5, 5, CC, "1", JUDGED, "answer to the customer's last concession (omega)") \
    X(appeasement, 0.05, 0, 1, CC, "1", JUDGED, "giving in to anger, an inverted U in its intensity (chi)")

/** A strategy's own numbers. Path prefix `strategy.` */
#define DETENTE_STRATEGY_PARAMS(X) \
    X(persistence, 1, 0, 1000, CC, "requests", JUDGED, "requests for a manager that are deflected first, at each tier (whole number)") \
    X(options, 3, 1, 100, CC, "1", JUDGED, "alternatives that the move `options` lays out (whole number)") \
    X(set_aside, 2, 0, 1000, CC, "turns", JUDGED, "stalls after which an issue without authority is set aside; 0 is never (whole number)") \
    X(after_terms, 0, 0, 1, CC, "1", JUDGED, "share held back and given once the customer has agreed (s)")

/** A tier; composure and empathy of tier 0 are agent.composure and agent.empathy. Path prefix `tiers[].` */
#define DETENTE_TIER_PARAMS(X) \
    X(authority, NAN, 0, 1, CC, "1", JUDGED, "largest share of a discretionary issue that may be conceded") \
    X(cost_per_minute, NAN, 0, INFINITY, CO, "money/min", JUDGED, "labour cost") \
    X(wait, NAN, 0, INFINITY, CO, "min", JUDGED, "mean wait before this tier answers a transfer (exponential)") \
    X(composure, NAN, 0, 1, CC, "1", JUDGED, "skill: composure of whoever answers at this tier") \
    X(empathy, NAN, 0, 1, CC, "1", JUDGED, "skill: empathy of whoever answers at this tier")

/** An issue of the claim. Path prefix `scenario.issues[].` */
#define DETENTE_ISSUE_PARAMS(X) \
    X(weight, 1, 0, 1, OC, "1", JUDGED, "share of the claim's utility; the weights sum to 1") \
    X(cost, 80, 0, INFINITY, CO, "money", JUDGED, "cost to the firm of conceding it wholly") \
    X(importance, 1, 0, 10, CC, "1", JUDGED, "scales the customer's expectation for this issue")

/**
 * A customer's traits, each a distribution. A row is X(name, family, mean, sd, low, high, unit, description); values
 * drawn beyond [low, high] are set to the end. Path prefix `customer.`
 */
#define DETENTE_TRAITS(X) \
    X(anger, BETA, 0.25, 0.15, 0, 1, "1", "anger at the start (A)") \
    X(entitlement, BETA, 0.4, 0.15, 0, 1, "1", "sense of entitlement") \
    X(expectation, NORMAL, 0.75, 0.15, 0.2, 1.5, "1", "what the customer expects of this claim (E)") \
    X(patience, LOGNORMAL, 12, 6, 0.01, 1e6, "min", "minutes that raise the odds of hanging up e-fold") \
    X(reciprocity, NORMAL, 0.3, 0.2, -1, 1, "1", "demand given up for a concession; < 0 takes a mile for an inch") \
    X(susceptibility, NORMAL, 1, 0.3, 0, 10, "1", "how far the agent's tone is caught") \
    X(reactivity, NORMAL, 1, 0.2, 0, 10, "1", "how far frustration turns into anger") \
    X(openness, BETA, 0.3, 0.23, 0, 1, "1", "how far the customer feels heard at the start") \
    X(continuing, CONSTANT, 1, 0, -1, 1, "1", "1 expects more talk, -1 expects none (heard first or apology at once)") \
    X(belief, CONSTANT, 0, 0, 0, 1, "1", "belief that escalating pays (q)") \
    X(alternative, CONSTANT, 0, 0, 0, 1.5, "1", "outside option, in units of the claim") \
    X(detect, CONSTANT, 0.5, 0, 0, 1, "1", "how readily put-on composure is noticed") \
    X(calls_back, CONSTANT, 0, 0, 0, 1, "1", "probability of calling straight to the top after hanging up, once")

/**
 * The moves of an agent and their effects: X(name, count, validation, warmth, irritation, explanation, choice, minutes,
 * in words). `count` is the observable that counts the move. Judged, but for those that the registry's table says are
 * fitted. Path prefix `moves.<name>.`
 */
#define DETENTE_MOVES(X) \
    X(listen, listens, 0.05, 0.1, 0, 0, 0, 0.45, "listens in silence") \
    X(acknowledge, acknowledges, 0.178, 0.3, 0, 0.09, 0, 0.4, "repeats back what was said and names the feeling") \
    X(ask, asks, 0.08, 0.1, 0, 0.09, 0, 0.35, "asks what happened") \
    X(apologise, apologises, 0.1, 0.2, 0, 0, 0, 0.25, "apologises") \
    X(explain, explains, 0.05, 0.05, 0, 0.881, 0, 0.4, "explains the reasons") \
    X(clarify, clarifies, 0.05, 0, 0.1, 0.5, 0, 0.4, "clarifies what can be expected") \
    X(assure, assures, 0.05, 0.15, 0, 0, 0, 0.2, "assures, without committing") \
    X(options, options, 0.05, 0.1, 0, 0.34, 0.4, 0.45, "lays out alternatives of equal cost") \
    X(offer, offers, 0, 0.05, 0, 0.156, 0, 0.3, "makes an offer") \
    X(substitute, substitutes, 0.05, 0.05, 0.4, 0.34, 0.2, 0.4, "says no, and offers something else instead") \
    X(refuse, refuses, 0, -0.05, 1, 0, 0, 0.25, "refuses") \
    X(reiterate, reiterates, 0.05, 0.05, 0.35, 0.34, 0, 0.4, "repeats the same terms kindly") \
    X(interim, interims, 0.05, 0.1, 0, 0.17, 0, 0.35, "gives a small help now") \
    X(exception, exceptions, 0.05, 0.1, 0, 0.17, 0, 0.3, "makes an exception to the policy") \
    X(promise, promises, 0, 0.1, 0, 0, 0, 0.2, "promises more than is on the table") \
    X(trade, trades, 0, -0.1, 0.3, 0, 0, 0.3, "asks for something in return") \
    X(excuse, excuses, -0.05, -0.1, 0.4, 0.34, 0, 0.3, "excuses the failure by circumstances") \
    X(justify, justifies, -0.1, -0.2, 0.5, 0.17, 0, 0.35, "justifies what was done") \
    X(blame, blames, -0.15, -0.4, 0.8, 0, 0, 0.3, "blames the customer") \
    X(mirror, mirrors, -0.1, 0, 0.3, 0, 0, 0.3, "answers in kind") \
    X(pause, pauses, 0, 0, 0.05, 0, 0, 0.8, "takes a pause") \
    X(warn, warns, 0, -0.2, 0.3, 0.17, 0, 0.25, "warns that abuse ends the call") \
    X(close, closes, 0, 0, 0, 0, 0, 0.2, "ends the call") \
    X(transfer, transfers, 0, 0.05, 0, 0.09, 0, 0.25, "hands the customer up") \
    X(surrender, surrenders, 0, 0.05, 0, 0, 0, 0.25, "gives the whole demand, within the authority")

/**
 * Columns of a move's effects: X(name, low, high, unit, description, move, value). The effects of one move take its name
 * and values; DETENTE_EFFECTS is the columns alone.
 */
#define DETENTE_EFFECTS_OF(X, move, v, w, i, e, c, m) \
    X(validation, -1, 1, "1", "how far the customer is heard (v)", move, v) \
    X(warmth, -1, 1, "1", "friendliness put into the tone (w)", move, w) \
    X(irritation, 0, 5, "1", "frustration caused (i)", move, i) \
    X(explanation, 0, 1, "1", "reasons given (e)", move, e) \
    X(choice, 0, 1, "1", "choice left to the customer (c)", move, c) \
    X(minutes, 0, 60, "min", "nominal duration, before moves.minutes_scale (Delta); above 0", move, m)
/** The same without a move: X(name, low, high, unit, description, …). */
#define DETENTE_EFFECTS(X) DETENTE_EFFECTS_OF(X, , 0, 0, 0, 0, 0, 0)

/** What a playbook's guard may look at, besides the count of each move: X(name, unit, description). */
#define DETENTE_OBSERVABLES(X) \
    X(turn, "turns", "turn of the encounter, from 1") \
    X(minutes, "min", "minutes since the encounter began, waits included") \
    X(hostility, "1", "the customer's tone as it reaches the agent (p), -1 friendly to 1 hostile") \
    X(demand, "1", "what the customer asks for, share of the active issue") \
    X(offer, "1", "what stands offered, share of the active issue") \
    X(gap, "1", "demand minus offer") \
    X(stalled, "turns", "turns of offer or refusal since the offer last moved") \
    X(issue, "1", "number of issues closed so far") \
    X(tier, "1", "0 front line, 1 supervisor, 2 executive") \
    X(cap, "1", "largest share of the active issue that may be conceded here") \
    X(headroom, "1", "cap minus offer") \
    X(strain, "1", "the agent's own strain") \
    X(asked_manager, "requests", "requests for a manager at this tier") \
    X(terms, "1", "1 once terms are on the table, else 0")

/**
 * Outcome metrics of an encounter: X(name, unit, kind, better, long name). Kinds: FLAG 0 or 1, SHARE in [0,1], AMOUNT. Better is
 * which way the one who answers for the calls would move it, all else equal: UP, DOWN, or NEITHER where that is the question.
 */
#define DETENTE_METRICS(X) \
    X(resolved, "1", FLAG, UP, "ended in an agreement") \
    X(hung_up, "1", FLAG, DOWN, "the customer hung up (on the last call)") \
    X(impasse, "1", FLAG, DOWN, "ended without agreement") \
    X(terminated, "1", FLAG, DOWN, "the agent ended the call") \
    X(first_contact, "1", FLAG, UP, "resolved at the front line in one call") \
    X(asked_manager, "1", FLAG, DOWN, "the customer asked for a manager") \
    X(escalated, "1", FLAG, DOWN, "served above the front line") \
    X(executive, "1", FLAG, DOWN, "served by an executive") \
    X(called_back, "1", FLAG, DOWN, "called back after hanging up") \
    X(mistreated, "1", FLAG, DOWN, "hostility above decision.mistreatment at least once") \
    X(lost_temper, "1", FLAG, DOWN, "hostility above decision.temper at least once") \
    X(agent_lapsed, "1", FLAG, DOWN, "the agent lost composure at least once") \
    X(turns, "turns", AMOUNT, NEITHER, "turns taken") \
    X(minutes, "min", AMOUNT, DOWN, "minutes taken, waits included") \
    X(conceded, "1", AMOUNT, NEITHER, "utility delivered, share of the claim (final u)") \
    X(concession_cost, "money", AMOUNT, DOWN, "cost of what was conceded") \
    X(labour_cost, "money", AMOUNT, DOWN, "cost of the time of agent, supervisor and executive") \
    X(total_cost, "money", AMOUNT, DOWN, "concession cost plus labour cost") \
    X(peak_anger, "1", SHARE, DOWN, "highest anger") \
    X(final_anger, "1", SHARE, DOWN, "anger at the end") \
    X(heard, "1", SHARE, UP, "how far the customer feels heard at the end") \
    X(rapport, "1", SHARE, UP, "rapport and trust at the end") \
    X(strain, "1", SHARE, DOWN, "the agent's strain at the end") \
    X(satisfaction, "1", SHARE, UP, "satisfaction (16)") \
    X(reported_heard, "1", SHARE, UP, "feeling heard as a survey reads it") \
    X(reported_satisfaction, "1", SHARE, UP, "satisfaction as a survey reads it") \
    X(return_probability, "1", SHARE, UP, "probability of buying again (17)") \
    X(tells_good, "people", AMOUNT, UP, "people told good news (18)") \
    X(tells_bad, "people", AMOUNT, DOWN, "people told bad news (18)") \
    X(exceptions, "1", AMOUNT, NEITHER, "exceptions made") \
    X(breaches, "1", AMOUNT, DOWN, "breaches of law or policy") \
    X(broken_promises, "1", AMOUNT, DOWN, "promises broken") \
    X(net_value, "money", AMOUNT, UP, "value kept less cost and word of mouth (19)")

#endif
