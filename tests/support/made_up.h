/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file made_up.h
 * A made-up run: outcomes that are a plain function of (cell, replication, encounter, metric), handed to a sink as the engine
 * hands them on, so that what a store keeps can be told without it. Thread safety: none.
 */
#ifndef DETENTE_TESTS_MADE_UP_H
#define DETENTE_TESTS_MADE_UP_H

#include <detente/detente.h>

enum { MADE_UP_CELLS = 3, MADE_UP_PERSONAS = 2, MADE_UP_MOST_TURNS = 9 };

/** Names of the cells' strategies: with a blank, beyond ASCII. */
extern const char *const made_up_strategy[MADE_UP_CELLS];

/** A config of so many replications and encounters, three strategies, two personas, with quantiles. @return as the reader */
int made_up_config(detente_config *config, uint64_t replications, uint64_t encounters, detente_error *error);

/** An outcome: 0 or 1 for flags, exact in float32. */
float made_up_outcome(uint32_t cell, uint32_t replication, uint32_t encounter, int metric);
int made_up_persona(uint32_t cell, uint32_t replication, uint32_t encounter);
/** Turns of an encounter, 1 to MADE_UP_MOST_TURNS; also its metric `turns`. */
uint32_t made_up_turns(uint32_t cell, uint32_t replication, uint32_t encounter);
/** Turn number @p t, from 0, of an encounter. */
void made_up_turn(uint32_t cell, uint32_t replication, uint32_t encounter, uint32_t t, detente_turn *turn);
/** 1 if a metric is a flag. */
int made_up_is_flag(int metric);

/** Hand units [first, last) to a sink, in order. @return 0, or what the sink returned */
int made_up_feed(const detente_config *config, const detente_sink *sink, uint64_t first, uint64_t last,
                 detente_error *error);
/** Write a whole run to @p path. @return 0, or what the store returned */
int made_up_store(const detente_config *config, const char *path, const detente_store_options *options,
                  const detente_provenance *provenance, detente_error *error);

#endif
