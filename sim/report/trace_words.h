/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file trace_words.h Numbers of an encounter in words. */
#ifndef DETENTE_REPORT_TRACE_WORDS_H
#define DETENTE_REPORT_TRACE_WORDS_H

#include "core/text.h"
#include "report/trace.h"

/** The customer's tone; hostile and furious begin where the config counts mistreatment and a lost temper. */
enum phrase_tone customer_tone(const detente_config *config, double hostility);
/** The agent's tone. */
enum agent_tone { AGENT_WARM, AGENT_NEUTRAL, AGENT_COOL, AGENT_HOSTILE };
enum agent_tone agent_tone(double hostility);
/** "warm", "neutral", "cool" or "hostile" */
const char *agent_tone_name(enum agent_tone tone);
/** "not angry" … "furious" */
const char *anger_words(double anger);
/** "not heard" … "fully heard" */
const char *heard_words(double heard);
/** "front line", "supervisor" … as the config names it. */
const char *tier_name(const detente_config *config, int tier);

/** A share: "42%", "3.1%", "0%". */
void add_share(text_buffer *b, double share);
/** Two shares with words between them, with as many digits as tell them apart where they differ by more than .0001. */
void add_shares_apart(text_buffer *b, double one, const char *between, double other);
/** "12 minutes", "1 turn". */
void add_count(text_buffer *b, double n, int decimals, const char *unit);
/** Two decimals, and no minus before a zero. */
void add_tone(text_buffer *b, double tone);
/** The traits of the customer, a line each. */
void add_traits(text_buffer *b, const trace *t);
/** What is claimed, an issue a line, and how much each tier may give. */
void add_claim(text_buffer *b, const detente_config *config);
/** Why the rule fired: its guards with what was observed. */
void add_reason(text_buffer *b, const trace *t, const detente_turn *turn);
/** What came of a turn; @p next is the turn after it, or NULL. */
void add_event(text_buffer *b, const trace *t, const detente_turn *turn, const detente_turn *next);
/** How the encounter ended. */
void add_ending(text_buffer *b, const trace *t);
/** Why a return is as likely as it is, equation (17): how it ended, how fast, and satisfaction against the usual one then. */
void add_return_reason(text_buffer *b, const trace *t);
/** What happened on the way, a sentence each; nothing when there was nothing. */
void add_incidents(text_buffer *b, const trace *t);

#endif
