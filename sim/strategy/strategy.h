/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file strategy.h
 * A strategy compiled into a cell: concession curve, playbook, moves.
 */
#ifndef DETENTE_STRATEGY_STRATEGY_H
#define DETENTE_STRATEGY_STRATEGY_H

#include "model/cell.h"

/** Equation (9): alpha at turn @p clock of the issue or tier. NAN kappa0: 0, or .05 for the exponential curve. */
double detente_concession_curve(const detente_concession *concession, double clock);

/** Rules and guards as float ranges; which counts and features they need. */
void detente_playbook_compile(detente_cell *cell, const detente_strategy *strategy);

/** Effects of a move, ready for the kernel. */
typedef struct move_terms {
    float validation, warmth, irritation, fairness, minutes, scale, log_scale, unheard, customer_inertia, agent_inertia;
} move_terms;

/** Those of all moves under a config, whatever a playbook makes of them. */
void detente_moves_terms(move_terms terms[DETENTE_N_MOVES], const detente_config *config);
/** 1 if two configs have the same ones. */
int detente_moves_match(const detente_config *a, const detente_config *b);
/** The moves that the cell's playbook makes. */
void detente_moves_compile(detente_cell *cell, const move_terms terms[DETENTE_N_MOVES]);

#endif
