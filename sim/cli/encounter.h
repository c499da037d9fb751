/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file encounter.h What trace and replay share: playing one encounter and printing it. */
#ifndef DETENTE_CLI_ENCOUNTER_H
#define DETENTE_CLI_ENCOUNTER_H

#include "cli/cli.h"
#include "report/trace.h"

/** Largest number of a replication or encounter: counts go to 2^32 - 1. */
#define ENCOUNTER_LAST (UINT32_MAX - 1)

/** Which encounter, and how to print it. */
typedef struct encounter_request {
    uint32_t replication, encounter;
    int format;          /**< enum encounter_format */
    const char *phrases; /**< file of example sentences; NULL: those compiled in */
} encounter_request;

enum encounter_format { ENCOUNTER_TEXT, ENCOUNTER_CSV, ENCOUNTER_JSON };

/** Options of both commands, for their argp_option lists. */
enum { KEY_PHRASES = 0x300, KEY_FORMAT };
#define ENCOUNTER_OPTIONS \
    {"replication", 'r', "R", 0, "Replication that the encounter belongs to, from 0", 0}, \
        {"encounter", 'e', "E", 0, "Number of the encounter in its replication, from 0", 0}, \
        {"format", KEY_FORMAT, "FORMAT", 0, "text, csv or json (default: text)", 0}, \
    { \
        "phrases", KEY_PHRASES, "FILE", 0, "Example sentences of your own, written like configs/phrases.yaml", 0 \
    }

/** Take one of ENCOUNTER_OPTIONS. @return as an argp parser */
error_t encounter_option(encounter_request *request, int key, char *argument, struct argp_state *state);
/** A whole number for an option, or an argp_error(). @return 0 or EINVAL */
error_t encounter_number(struct argp_state *state, const char *what, const char *argument, uint32_t *number);

/** Refuse number @p number of something of which @p path has @p count. @return 0 or DETENTE_E_USAGE */
int encounter_in_range(const char *path, const char *option, uint64_t number, uint64_t count, detente_error *error);
/** Refuse an encounter, or a replication, beyond the last: it is none of the run's. @return 0 or DETENTE_E_USAGE */
int encounter_is_there(const encounter_request *request, const char *path, uint64_t replications, uint64_t encounters,
                       detente_error *error);

/** An encounter that was played; release with encounter_clear(). */
typedef struct encounter {
    trace trace;
    detente_turn *turns;
    detente_block *block;
} encounter;

/** Play it: @p config must live as long. @return 0 or a DETENTE_E_ code */
int encounter_play(encounter *e, const detente_config *config, int strategy, uint32_t cell,
                   const encounter_request *request, detente_error *error);
void encounter_clear(encounter *e);
/** Print it as asked. @return an exit status */
int encounter_print(const encounter *e, const encounter_request *request);

#endif
