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

/** Effects by move, ready for the kernel. */
void detente_moves_compile(detente_cell *cell, const detente_config *config);

#endif
