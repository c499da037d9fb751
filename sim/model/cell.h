/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file cell.h
 * A compiled cell: what the kernel reads, as float constants and tables; and the columns of an encounter's state.
 */
#ifndef DETENTE_MODEL_CELL_H
#define DETENTE_MODEL_CELL_H

#include <detente/model.h>

#include "rng/philox.h"

/* Model features that most cells do not use: their code is skipped by one branch a turn. */
enum cell_feature {
    USES_HISTORY = 1 << 0,    /* demands of earlier turns: reciprocity or a behaviour-dependent tactic */
    USES_TACTIC = 1 << 1,     /* the offer target is not the time-dependent curve */
    USES_OFFER_DRAW = 1 << 2, /* a miss, a random step or options need draws */
    USES_MISS = 1 << 3,       /* several issues and a move `ask` to diagnose them */
    USES_MIRROR = 1 << 4,
    USES_CLARIFY = 1 << 5,
    USES_EXCEPTION = 1 << 6,
    USES_EXTRAS = 1 << 7, /* options, promise, substitute, interim */
    USES_TRADE = 1 << 8,
    USES_RUMINATION = 1 << 9,
    USES_PAUSE = 1 << 10,
    USES_ENDINGS = 1 << 11, /* close, transfer, or abuse after a warning */
    USES_AGENDA = 1 << 12,  /* several issues, one by one */
    USES_SURRENDER = 1 << 13,
    USES_APOLOGY = 1 << 14
};

/* What a move is, one bit each; table move_bits. */
enum move_bit {
    IS_CURVE_OFFER = 1 << 0, /* offer, options: the target is (10) */
    IS_SURRENDER = 1 << 1,
    IS_STALLING = 1 << 2, /* can count as a stall */
    IS_OFFERING = 1 << 3, /* its stall irritates by one half at least */
    IS_TERMS = 1 << 4,
    IS_APOLOGY = 1 << 5,
    IS_ASK = 1 << 6,
    IS_MIRROR = 1 << 7,
    IS_CLARIFY = 1 << 8,
    IS_EXCEPTION = 1 << 9,
    IS_OPTIONS = 1 << 10,
    IS_PROMISE = 1 << 11,
    IS_SUBSTITUTE = 1 << 12,
    IS_INTERIM = 1 << 13,
    IS_TRADE = 1 << 14,
    IS_PAUSE = 1 << 15,
    IS_WARN = 1 << 16,
    IS_CLOSE = 1 << 17,
    IS_TRANSFER = 1 << 18
};

/* History of an encounter, one bit each; column FLAGS. */
enum encounter_flag {
    HAD_ASK = 1 << 0,
    HAD_WARNING = 1 << 1,
    HAD_SUBSTITUTE = 1 << 2,
    ON_SUBSTITUTE = 1 << 3, /* on the table for the active issue */
    ON_PROMISE = 1 << 4,
    ON_OPTIONS = 1 << 5,
    ON_INTERIM = 1 << 6,
    ON_EXCEPTION = 1 << 7,
    WAS_MISTREATED = 1 << 8,
    LOST_TEMPER = 1 << 9,
    HAD_LAPSE = 1 << 10,
    ASKED_MANAGER = 1 << 11,
    WAS_ESCALATED = 1 << 12,
    WAS_EXECUTIVE = 1 << 13,
    CALLED_BACK = 1 << 14,
    BROKEN_PROMISE = 1 << 15,
    ANY_ACCEPTED = 1 << 16,
    END_RESOLVED = 1 << 17,
    END_HUNG_UP = 1 << 18,
    END_IMPASSE = 1 << 19,
    END_TERMINATED = 1 << 20,
    LEFT_START = 1 << 21 /* a rare event moved columns that a new encounter finds at their start otherwise */
};
/** Flags that belong to the active issue and go when it closes. */
#define ISSUE_FLAGS (ON_SUBSTITUTE | ON_PROMISE | ON_OPTIONS | ON_INTERIM | ON_EXCEPTION)

/*
 * Columns of a lane's state. The first DETENTE_N_OBSERVABLES are the observables in their order (S is `strain`, x is `offer` …),
 * so that a guard's column is its observable. Then state, then what a customer keeps for the whole encounter.
 */
/* clang-format off */
#define STATE_COLUMNS(X) \
    X(ANGER) X(TONE) X(AGENT_TONE) X(HEARD) X(RAPPORT) X(FAIRNESS) X(EXPECTATION) X(LIMIT) X(CALL_MINUTES) X(CLOCK) \
    X(INFER) X(APOLOGY_WORTH) X(APOLOGIES) X(COMPOSURE) X(EMPATHY) X(CAP_OFFER) X(COST_PER_MINUTE) X(WEIGHT) \
    X(DEMAND1) X(DEMAND2) X(DEMAND3) X(OPTION_VALUE) X(FREE) X(PEAK) X(LABOUR) X(UTILITY) X(UTILITY_ACCEPTED) \
    X(CONCESSION) X(LIMIT_SETTLED) X(CLAIM) X(EXCEPTIONS) X(BREACHES) X(BROKEN) X(ENTITLED)
#define CUSTOMER_COLUMNS(X) \
    X(RECIPROCITY) X(INFLUENCE) X(REACTIVITY) X(CONTINUING) X(MANAGER_LOGIT) X(HANGUP_LOGIT) X(PER_PATIENCE) \
    X(ALTERNATIVE) X(ENTITLED_ASK) X(DETECT)
/* clang-format on */

enum state_column {
    COLUMN_AFTER_OBSERVABLES = DETENTE_N_OBSERVABLES - 1,
#define X(name) COLUMN_##name,
    STATE_COLUMNS(X) CUSTOMER_COLUMNS(X)
#undef X
        COLUMN_FLAGS, /* 32-bit words from here on */
    COLUMN_ENCOUNTER,
    COLUMN_SLOT,
    N_COLUMNS,
    COLUMN_MINUTES = DETENTE_OBS_minutes,
    COLUMN_TURN = DETENTE_OBS_turn,
    COLUMN_DEMAND = DETENTE_OBS_demand,
    COLUMN_OFFER = DETENTE_OBS_offer,
    COLUMN_STALLED = DETENTE_OBS_stalled,
    COLUMN_ISSUE = DETENTE_OBS_issue,
    COLUMN_TIER = DETENTE_OBS_tier,
    COLUMN_CAP = DETENTE_OBS_cap,
    COLUMN_STRAIN = DETENTE_OBS_strain,
    COLUMN_REQUESTS = DETENTE_OBS_asked_manager,
    COLUMN_TERMS = DETENTE_OBS_terms,
    COLUMN_COUNTS = DETENTE_OBS_listens
};

enum { MOVE_TABLE = 32, FEW_MOVES = 8, N_PHILOX_TRAITS = (DETENTE_N_TRAITS + 3) / 4, QUANTILES = 1025 };

/** A guard as a closed float range on a column. */
typedef struct cell_guard {
    uint32_t column;
    float low, high;
    int negated;
} cell_guard;

typedef struct cell_rule {
    uint32_t move, place; /* place of the move among those that the playbook makes */
    int first_guard, n_guards;
} cell_rule;

/** A trait of a persona: quantiles over z = -6 … 6 by steps of 12/1024, or the thresholds in z of a table's values. */
typedef struct cell_trait {
    int family;            /* enum detente_family */
    float constant, scale; /* CONSTANT: the value; NORMAL, LOGNORMAL: mean and sd (of the logarithm) */
    float low, high;
    const float *quantile; /* QUANTILES values, or NULL */
    int n;                 /* TABLE: number of values */
    const float *value, *threshold;
} cell_trait;

/** What a trait was compiled from. */
typedef struct customer_law {
    int family, n; /* TABLE: number of values */
    double mean, sd;
    const double *values, *weights; /* TABLE */
} customer_law;

/** The customers of a config; shared by the cells whose customers are the same. */
typedef struct detente_customers {
    int references; /* how many cells hold it */
    int n_personas, correlated;
    float share_below[DETENTE_MAX_PERSONAS]; /* share of the personas before each one */
    float cholesky[DETENTE_N_TRAITS][DETENTE_N_TRAITS];
    uint32_t drawn;                /* bit a trait: some persona draws it */
    cell_trait *trait;             /* n_personas x DETENTE_N_TRAITS */
    struct quantile_table **table; /* n_tables, each held once */
    size_t n_tables;
    size_t bytes;      /* of the storage of all the arrays, which is one piece */
    double *share;     /* of each persona */
    customer_law *law; /* as trait: what they were compiled from, to be compared with */
    double correlation[DETENTE_N_TRAITS][DETENTE_N_TRAITS];
} detente_customers;

typedef struct cell_tier {
    float composure, empathy, cost_per_minute, wait, authority;
} cell_tier;

/** An issue in the order of the agenda; a package is one issue. cap and unit cost by tier, without and with an exception. */
typedef struct cell_issue {
    float weight, importance;
    float cap[2][DETENTE_MAX_TIERS], unit_cost[2][DETENTE_MAX_TIERS];
    int opens;    /* an exception opens something here */
    int unlawful; /* how many such issues it contains */
    int entitled; /* contains such an issue */
} cell_issue;

struct detente_cell {
    uint64_t seed;
    uint32_t key, features, max_turns;
    int n_rules, n_guards, n_counted, n_issues, top_tier;
    int n_places;
    uint32_t made[DETENTE_N_MOVES];    /* the moves that the playbook makes, by place */
    uint32_t counted[DETENTE_N_MOVES]; /* places of those whose count some guard looks at */
    cell_issue issue[DETENTE_MAX_ISSUES];
    cell_tier tier[DETENTE_MAX_TIERS];
    detente_customers *customers;
    cell_rule *rule;   /* n_rules; the storage of all three */
    cell_guard *guard; /* n_guards */
    float *curve;      /* alpha by turn of the issue or tier, max_turns + 1 */

    /* Effects of moves by place, ready for use: see moves.c. */
    _Alignas(64) float validation[MOVE_TABLE], warmth[MOVE_TABLE], irritation[MOVE_TABLE], fairness[MOVE_TABLE];
    _Alignas(64) float minutes[MOVE_TABLE], scale[MOVE_TABLE], log_scale[MOVE_TABLE], unheard[MOVE_TABLE];
    _Alignas(64) float customer_inertia[MOVE_TABLE], agent_inertia[MOVE_TABLE];
    _Alignas(64) uint32_t move_bits[MOVE_TABLE];

    /* Constants of the turn, named as in model equations or combined where that saves work. */
    float filter, blur; /* p = filter h + blur eps */
    float lapse, not_deep, warm, mirroring, task, listening;
    float positive_ratio, agent_noise, customer_noise;
    float heard_exponent, apology_relief, apology_repeat, apology_backfire, apology_decay;
    float anger_decay, heard_relief, concession_relief, fairness_shield, refusal, hostility, rumination, slowdown;
    float tone_gain, tone_offset;
    float rapport_heard, rapport_warmth, rapport_hostility, style;
    float strain_gain, strain_surface, strain_abuse, strain_recovery, pause_recovery, start_strain;
    float opening, reciprocity, appeasement, after_terms;
    float inference, inference_decay, limit_keep;
    float demand_decay, anger_stiffness, fairness_give, reservation;
    float clarify, interim, miss, promise, handover, momentum, discovery, option_spread, option_cost, option_power;
    float substitute_value, substitute_cost;
    float accept_utility, accept_rapport, accept_anger, accept_base;
    float manager_hostility, manager_stall, manager_heard, hangup_anger, abuse, mistreatment, temper;
    float opening_ask, entitlement_ask, entitlement_reference, manager_base, manager_entitlement, manager_belief;
    float hangup_base, hangup_alternative, customer_influence, deflection, transfer_relief, broken_promise;
    float wait_frustration, wait_tolerance, documents, keeps_promise, persistence, set_aside;
    int tactic; /* enum detente_tactic */

    /* Constants of the outcome. */
    float weight_distributive, weight_procedural, weight_interactional, regret, surprise, overpay;
    float return_base, return_resolved, return_quick, return_satisfaction;
    float reference_unresolved, reference_resolved, reference_quick, quick_minutes, survey_noise;
    float tells_good, tells_bad, word_cost, word_gain, value;
};

/* Columns that pass between the lanes and a block's slots: what an encounter starts with, and what its outcome is made of. */
/* clang-format off */
#define START_COLUMNS(X) X(ANGER) X(TONE) X(HEARD) X(EXPECTATION) X(CLAIM) X(DEMAND) CUSTOMER_COLUMNS(X)
#define FINAL_COLUMNS(X) \
    X(RAPPORT) X(FAIRNESS) X(STRAIN) X(TURN) X(MINUTES) X(PEAK) X(LABOUR) X(UTILITY) X(UTILITY_ACCEPTED) \
    X(CONCESSION) X(LIMIT_SETTLED) X(EXCEPTIONS) X(BREACHES) X(BROKEN)
/* clang-format on */

enum slot_column {
#define X(name) SLOT_##name,
    START_COLUMNS(X) FINAL_COLUMNS(X)
#undef X
        SLOT_FLAGS, /* a 32-bit word */
    N_SLOT_COLUMNS,
    SLOT_GROUP =
        16 /* slots lie in groups, a column of a group beside the next, so that an encounter touches few pages */
};

/** Where a block is played: initial states in, final states out, by slot. */
typedef struct detente_play {
    const detente_cell *cell;
    draw_key key;
    uint32_t first, n, next;
    detente_turn *turns; /* trace of a single encounter, or NULL */
    uint32_t n_turns;
    detente_block *block;
    _Alignas(64) float state[DETENTE_BLOCK / SLOT_GROUP][N_SLOT_COLUMNS][SLOT_GROUP];
} detente_play;

static inline float *slot_at(detente_play *play, int column, uint32_t slot)
{
    return &play->state[slot / SLOT_GROUP][column][slot % SLOT_GROUP];
}

/** From a lane's column to its next; the same for every kernel, so that events find theirs without a multiplication. */
enum { LANE_STRIDE = 16 };

/** State of lanes, column by column; an accessor for events, which are scalar. */
typedef struct lane_state {
    float *column; /* N_COLUMNS x LANE_STRIDE */
    int lane;
} lane_state;

static inline float *lane_at(const lane_state *s, int column)
{
    return &s->column[column * LANE_STRIDE + s->lane];
}

static inline uint32_t *lane_word(const lane_state *s, int column)
{
    return (uint32_t *)(void *)lane_at(s, column);
}

/* What the decision stage hands to the events. */
enum lane_decision {
    DECIDED_ACCEPT,
    DECIDED_MANAGER,
    DECIDED_HANG_UP,
    DECIDED_TRANSFER,
    DECIDED_TERMINATE,
    DECIDED_NOTHING
};

/** Columns that only events move, as an encounter starts: tier, issue, sums. Only where an event has moved them. */
void detente_lane_restore(const detente_cell *cell, const lane_state *s);
/** Put encounter play->next into the lane. */
void detente_lane_fill(detente_play *play, const lane_state *s);
/** Carry out what came of a turn; 1 if the encounter ended (its outcome state is then stored in the slot). */
int detente_lane_event(detente_play *play, const lane_state *s, int decision, int *event);
/** An exception on the active issue: caps, counts. */
void detente_lane_exception(const detente_cell *cell, const lane_state *s);

typedef void detente_kernel(detente_play *play);
detente_kernel detente_kernel_scalar, detente_kernel_v2, detente_kernel_v3, detente_kernel_v4;

#endif
