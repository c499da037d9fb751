/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file trace.h
 * One encounter, turn by turn, as text for a person, as csv or as json.
 */
#ifndef DETENTE_REPORT_TRACE_H
#define DETENTE_REPORT_TRACE_H

#include <stdint.h>

#include <detente/model.h>

#include "report/phrases.h"

/** An encounter that was played. The trace owns nothing of it. */
typedef struct trace {
    const detente_config *config;
    int strategy; /**< number in config */
    uint32_t cell, replication, encounter;
    const detente_turn *turns;
    uint32_t n_turns;           /**< at least 1 */
    const detente_block *block; /**< its outcome at index 0 */
} trace;

/** Numbers of a turn by column; the first N_STORED_COLUMNS are the columns of group `turns`, under their names there. */
enum { N_STORED_COLUMNS = 12, N_TRACE_COLUMNS = 21 };
/** NULL out of range. */
const char *trace_column_name(int column);
/** Exact: floats are widened, whole numbers are whole. */
double trace_column_value(const detente_turn *turn, int column);

/**
 * The encounter as a person would read it, at most 100 columns wide where no single word is longer.
 * @param colour  1: with escape sequences for a terminal
 * @param[out] text  free() it
 * @return 0 or DETENTE_E_MEMORY
 */
int trace_text(const trace *t, const phrases *sentences, int colour, char **text, detente_error *error);
/**
 * A header and a line a turn: cell, replication, encounter, all columns, event and move in words. A number prints as the shortest
 * decimal that reads back, as a double, to the same value.
 */
int trace_csv(const trace *t, char **text, detente_error *error);
/** One object: where it comes from, traits, turns with the guards that held, metrics. What is not finite is null. */
int trace_json(const trace *t, char **text, detente_error *error);

#endif
