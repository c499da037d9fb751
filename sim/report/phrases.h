/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file phrases.h
 * Example sentences for traces, from configs/phrases.yaml (compiled in) or a file of the user's. They illustrate; nothing depends
 * on them.
 */
#ifndef DETENTE_REPORT_PHRASES_H
#define DETENTE_REPORT_PHRASES_H

#include <stdint.h>

#include <detente/model.h>

/** What an agent's sentence is said to. NOTHING and SAME are optional in the file; CALM and HOSTILE are there for each move. */
enum phrase_mood { PHRASE_CALM, PHRASE_HOSTILE, PHRASE_NOTHING, PHRASE_SAME, N_PHRASE_MOODS };
/** Where the customer stands when speaking. */
enum phrase_stage { PHRASE_OPENING, PHRASE_TALKING, PHRASE_BARGAINING, N_PHRASE_STAGES };
/** The customer's tone in words, from friendly to furious. */
enum phrase_tone { TONE_FRIENDLY, TONE_CALM, TONE_TENSE, TONE_HOSTILE, TONE_FURIOUS, N_TONES };
/** What happens, beyond enum detente_event: handed up by the agent. */
enum { PHRASE_HANDED_UP = DETENTE_N_EVENTS, N_PHRASE_EVENTS };

typedef struct phrases phrases;

/**
 * Read the sentences of @p path; NULL is the file compiled in. @return 0, DETENTE_E_CONFIG (every mistake of the file),
 * DETENTE_E_INPUT, DETENTE_E_MEMORY
 */
int phrases_load(phrases **p, const char *path, detente_error *error);
/** As phrases_load(), from text; @p name stands for the file in messages. */
int phrases_parse(phrases **p, const char *text, size_t size, const char *name, detente_error *error);
void phrases_free(phrases *p);

/** The number-th sentence (modulo how many there are) for a move; NULL where the file has no list for that mood. */
const char *phrases_agent(const phrases *p, int move, enum phrase_mood mood, uint32_t number);
/** How a cool or hostile agent says it. */
const char *phrases_delivery(const phrases *p, int hostile, uint32_t number);
const char *phrases_customer(const phrases *p, enum phrase_stage stage, enum phrase_tone tone, uint32_t number);
/** What the customer says to an event; NULL for DETENTE_EVENT_CONTINUE. */
const char *phrases_event(const phrases *p, int event, enum phrase_mood mood, uint32_t number);

/** "friendly" … "furious" */
const char *phrase_tone_name(enum phrase_tone tone);
/** An event as phrases, csv and json name it: "continue", "accept", … NULL out of range. */
const char *trace_event_name(int event);

#endif
