/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file model.h
 * Playing encounters: a config and a strategy are compiled into a cell, and a cell plays blocks of encounters.
 *
 * An encounter is a function of (cell, replication, encounter) alone, whatever the instruction set, thread or order: the
 * numbers are the same bits from 1 to 16 lanes.
 */
#ifndef DETENTE_MODEL_H
#define DETENTE_MODEL_H

#include <detente/config.h>

/** Most encounters a block holds, and the distance of its columns (a stride of 4 KiB would make them share cache sets). */
enum { DETENTE_BLOCK = 1024, DETENTE_BLOCK_STRIDE = DETENTE_BLOCK + 16 };

/** A kernel: the same source compiled for an instruction set. AUTO is the widest that this machine runs. */
typedef enum detente_isa { DETENTE_ISA_AUTO, DETENTE_ISA_SCALAR, DETENTE_ISA_V2, DETENTE_ISA_V3, DETENTE_ISA_V4 } detente_isa;

/** "scalar", "v2", "v3" or "v4". AUTO is resolved to what this machine would use. */
const char *detente_isa_name(detente_isa isa);
/** @return 1 if this machine runs it (scalar and AUTO always), else 0. */
int detente_isa_available(detente_isa isa);
/** Read a name (as DETENTE_ISA gives it). @return 0, or DETENTE_E_USAGE for an unknown one or one this machine has not. */
int detente_isa_parse(const char *name, detente_isa *isa, detente_error *error);

/** One row of a turn trace: the state after the turn. Field names are the columns of group `turns`. */
typedef struct detente_turn {
    uint32_t turn;              /**< from 1 */
    int rule;                   /**< line of the playbook that fired, from 0 */
    int move;                   /**< enum detente_move */
    int tier;                   /**< tier that served the turn */
    float anger;                /**< A, [0,1] */
    float hostility;            /**< the customer's tone, h, -1 friendly to 1 hostile */
    float agent_hostility;      /**< the agent's tone, g, -1 to 1 */
    float heard;                /**< how far the customer feels heard, V, [0,1] */
    float rapport;              /**< R, [0,1] */
    float demand;               /**< D, share of the active issue */
    float offer;                /**< x, share of the active issue */
    float minutes;              /**< since the encounter began, waits included */
    /* for the reader of a trace, not stored */
    float perceived;            /**< p: what the playbook saw */
    float procedural;           /**< perceived fairness, J */
    float strain;               /**< the agent's, S */
    float limit;                /**< what the customer takes the agent's limit to be, L */
    float cap;                  /**< what could be conceded while the turn was played */
    float p_accept;             /**< probability of accepting; 0 where it was not the customer's turn to decide */
    float p_manager;            /**< … of asking for a manager */
    float p_hangup;             /**< … of hanging up */
    int event;                  /**< enum detente_event: what came of the turn */
    int lapsed;                 /**< 1: the agent lost composure this turn */
    float observed[DETENTE_N_OBSERVABLES];  /**< what the guards looked at, in enum order */
} detente_turn;

/** What came of a turn. */
typedef enum detente_event {
    DETENTE_EVENT_CONTINUE, DETENTE_EVENT_ACCEPT, DETENTE_EVENT_ISSUE_SETTLED, DETENTE_EVENT_DEFLECTED, DETENTE_EVENT_TRANSFER,
    DETENTE_EVENT_HANG_UP, DETENTE_EVENT_CALL_BACK, DETENTE_EVENT_IMPASSE, DETENTE_EVENT_TERMINATED, DETENTE_EVENT_SET_ASIDE,
    DETENTE_N_EVENTS
} detente_event;

/** Outcomes of up to DETENTE_BLOCK encounters, by metric and encounter. */
typedef struct detente_block {
    uint32_t n;                                                             /**< encounters, 1 to DETENTE_BLOCK */
    _Alignas(64) float metric[DETENTE_N_METRICS][DETENTE_BLOCK_STRIDE];     /**< outcomes, by enum detente_metric */
    _Alignas(64) int32_t persona[DETENTE_BLOCK_STRIDE];                     /**< number of the customer's persona */
    _Alignas(64) float trait[DETENTE_N_TRAITS][DETENTE_BLOCK_STRIDE];       /**< as drawn, by enum detente_trait */
} detente_block;

/** A strategy in a config, compiled: constants, curve, playbook, quantile tables. Immutable: any number of threads may use it. */
typedef struct detente_cell detente_cell;

/**
 * Compile strategy number @p strategy of @p config. @p key is the cell's number, used as a random key only when
 * config->common_random_numbers is 0. The cell copies what it needs. @return 0, DETENTE_E_MEMORY, DETENTE_E_RANGE,
 * DETENTE_E_CONFIG (parameters that break only together; the message names them).
 */
int detente_cell_create(detente_cell **cell, const detente_config *config, int strategy, uint32_t key, detente_error *error);
/** As detente_cell_create(), taking the customers' quantile tables from @p like where the customers are the same. */
int detente_cell_create_like(detente_cell **cell, const detente_config *config, int strategy, uint32_t key,
                             const detente_cell *like, detente_error *error);
/** Release. NULL is allowed. */
void detente_cell_free(detente_cell *cell);

/**
 * Where a run takes its cells from. A sweep has more of them than memory, so they are made when they are asked for and may be
 * let go when they are given back. Both functions may be called from several threads at once.
 */
typedef struct detente_cell_source {
    uint32_t n_cells;   /**< cells 0 … n_cells - 1 */
    void *data;         /**< handed to both functions */
    /** Take cell number @p cell. @return 0, DETENTE_E_MEMORY, or DETENTE_E_CONFIG (parameters that break only together) */
    int (*take)(void *data, uint32_t cell, const detente_cell **taken, detente_error *error);
    /** Give back what take() gave, once for each time. */
    void (*give_back)(void *data, const detente_cell *taken);
} detente_cell_source;
/** The @p n_cells cells of an array, which stays the caller's. */
detente_cell_source detente_cell_array(detente_cell *const *cells, uint32_t n_cells);

/**
 * Play encounters first … first + n - 1 of a replication. n is 1 to DETENTE_BLOCK.
 * @param isa  kernel; must be available (see detente_isa_available())
 */
void detente_cell_play(const detente_cell *cell, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                       detente_block *block);

/**
 * Play one encounter with the scalar kernel and record its turns.
 * @param[out] turns  room for config->max_turns rows
 * @param[out] block  its outcomes, at index 0
 * @return number of turns
 */
uint32_t detente_cell_trace(const detente_cell *cell, uint32_t replication, uint32_t encounter, detente_turn *turns,
                            detente_block *block);

#endif
