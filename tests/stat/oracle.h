/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file oracle.h
 * Kernel against second implementation: configs made on the spot, and comparisons of what both play.
 */
#ifndef DETENTE_TEST_ORACLE_H
#define DETENTE_TEST_ORACLE_H

#include <gsl/gsl_rng.h>

#include <detente/detente.h>

#include "core/text.h"

/** Every parameter at its default, one discretionary issue, three tiers, no persona, no strategy. @return 0 or DETENTE_E_MEMORY */
int oracle_defaults(detente_config *config);
/** Add a strategy with default numbers and no rules. @return it, or NULL without memory */
detente_strategy *oracle_add_strategy(detente_config *config, const char *name);
/** Add a rule without guards. @return it */
detente_rule *oracle_add_rule(detente_strategy *strategy, int move);
void oracle_add_guard(detente_rule *rule, int observable, int op, double value);

/**
 * A config, with one strategy, in which nothing is left to chance: no noise, constant traits, probabilities 0 or 1. All else is
 * drawn from @p rng: parameters about their defaults, claim, tiers, agenda, tactic, playbook.
 */
int oracle_random_certain(detente_config *config, gsl_rng *rng);
/** Scale every parameter of affect, agent, bargaining, decision and outcome by its own factor in 1 ± @p spread. */
void oracle_perturb(detente_config *config, gsl_rng *rng, double spread);
/** Replace the strategies by one with a playbook drawn from @p rng. */
int oracle_random_strategy(detente_config *config, gsl_rng *rng);

/**
 * Play one encounter without chance, of @p config by the kernel and of @p other by the reference, and compare every turn's state
 * and every metric.
 * @param      other  the same config, or one that differs, to see that this is noticed
 * @param[out] words  what differs first, appended; nothing when both agree
 */
int oracle_compare_certain(const detente_config *config, const detente_config *other, int strategy, text_buffer *words);
/**
 * The same where chance decides and nothing else: every turn's state and the probabilities of the decision, until the two
 * decide differently. @param seed  of the reference's decisions
 */
int oracle_compare_decided(const detente_config *config, const detente_config *other, int strategy, unsigned long seed,
                           text_buffer *words);

/**
 * Play @p n encounters in both and compare the distributions of every metric: chi-square for flags and counts, two-sample
 * Kolmogorov-Smirnov for amounts.
 * @param      alpha  false-alarm probability of each comparison, at most
 * @param[out] words  a line for each metric that differs, appended
 * @return number of comparisons, or a negative code
 */
int oracle_compare(const detente_config *config, const detente_config *other, int strategy, uint32_t n,
                   unsigned long seed, double alpha, text_buffer *words);

#endif
