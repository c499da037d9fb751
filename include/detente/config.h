/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file config.h
 * A resolved configuration: every value that a run depends on, bound to typed fields.
 *
 * Read with detente_config_load() (YAML, `extends`, `--set`), written back by detente_config_write(): reading what was
 * written gives the same bits. All scalars are doubles; whole numbers and flags too (the registry checks them).
 */
#ifndef DETENTE_CONFIG_H
#define DETENTE_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include <detente/error.h>
#include <detente/params.h>

enum { DETENTE_MAX_FACTORS = 256, DETENTE_SOBOL_DIMENSIONS = 40, DETENTE_MAX_ISSUES = 8, DETENTE_MAX_TIERS = 3, DETENTE_MAX_PERSONAS = 64, DETENTE_MAX_STRATEGIES = 4096,
       DETENTE_MAX_HYPOTHESES = 1000, DETENTE_MAX_RULES = 64, DETENTE_MAX_GUARDS = 8, DETENTE_MAX_TABLE = 256, DETENTE_NAME_SIZE = 64 };

/** The agent's moves, in the order of DETENTE_MOVES. */
enum detente_move {
#define X(name, ...) DETENTE_MOVE_##name,
    DETENTE_MOVES(X)
#undef X
    DETENTE_N_MOVES
};

/** Observables: first the named ones, then the count of each move, in the order of DETENTE_MOVES. */
enum detente_observable {
#define X(name, ...) DETENTE_OBS_##name,
    DETENTE_OBSERVABLES(X)
#undef X
#define X(name, count, ...) DETENTE_OBS_##count,
    DETENTE_MOVES(X)
#undef X
    DETENTE_N_OBSERVABLES
};

/** A customer's traits, in the order of DETENTE_TRAITS. */
enum detente_trait {
#define X(name, ...) DETENTE_TRAIT_##name,
    DETENTE_TRAITS(X)
#undef X
    DETENTE_N_TRAITS
};

/** Outcome metrics, in the order of DETENTE_METRICS. */
enum detente_metric {
#define X(name, ...) DETENTE_METRIC_##name,
    DETENTE_METRICS(X)
#undef X
    DETENTE_N_METRICS
};

/** Families of distributions (config: dist). */
enum detente_family { DETENTE_CONSTANT, DETENTE_UNIFORM, DETENTE_NORMAL, DETENTE_LOGNORMAL, DETENTE_BETA, DETENTE_GAMMA, DETENTE_TABLE };
/** What may be conceded of an issue: all, up to the tier's authority, nothing without an exception, nothing lawfully. */
enum detente_standing { DETENTE_ENTITLED, DETENTE_DISCRETIONARY, DETENTE_OUTSIDE, DETENTE_UNLAWFUL };
/** Issues settled as one, or one by one from the easiest or the hardest. */
enum detente_agenda { DETENTE_PACKAGE, DETENTE_EASY_FIRST, DETENTE_HARD_FIRST };
/** What an offer follows: a curve in time, equations (9) and (10), or the customer's concessions. */
enum detente_tactic { DETENTE_POLYNOMIAL, DETENTE_EXPONENTIAL, DETENTE_RELATIVE, DETENTE_RANDOM_ABSOLUTE, DETENTE_AVERAGED };
/** What the customer stands to lose; which rates of return apply. */
enum detente_loss { DETENTE_LOSS_SMALL, DETENTE_LOSS_LARGE };
/** Comparisons of a guard: <, <=, >, >=, ==, !=. */
enum detente_comparison { DETENTE_LT, DETENTE_LE, DETENTE_GT, DETENTE_GE, DETENTE_EQ, DETENTE_NE };

#define X(name, ...) double name;
/** Parameters below `affect`. */
typedef struct detente_affect { DETENTE_AFFECT_PARAMS(X) } detente_affect;
/** Parameters below `agent`. */
typedef struct detente_agent { DETENTE_AGENT_PARAMS(X) } detente_agent;
/** Parameters below `bargaining`. */
typedef struct detente_bargaining { DETENTE_BARGAINING_PARAMS(X) } detente_bargaining;
/** Parameters below `decision`. */
typedef struct detente_decision { DETENTE_DECISION_PARAMS(X) } detente_decision;
/** Parameters below `outcome`. */
typedef struct detente_outcome { DETENTE_OUTCOME_PARAMS(X) } detente_outcome;
/** Effects of one move, below its name in `moves`. */
typedef struct detente_effects { DETENTE_EFFECTS(X) } detente_effects;
#undef X

/**
 * A trait's distribution, by mean and standard deviation. UNIFORM is mean ± sqrt(3) sd (config: also low, high).
 * TABLE is n values with probabilities (config: values, weights; weights default to equal and are normalised).
 */
typedef struct detente_distribution {
    double family;  /**< enum detente_family */
    double mean;                                            /**< CONSTANT: the value */
    double sd;                                              /**< standard deviation of the distribution itself */
    int n;                                                  /**< TABLE: number of values */
    double values[DETENTE_MAX_TABLE];                       /**< TABLE: the values */
    double weights[DETENTE_MAX_TABLE];                      /**< TABLE: their probabilities */
} detente_distribution;

/** A kind of customer. */
typedef struct detente_persona {
    char name[DETENTE_NAME_SIZE];                           /**< as in the config */
    double share;                                           /**< share of the customers; sums to 1 over personas */
    detente_distribution trait[DETENTE_N_TRAITS];           /**< the base customer's where not overridden */
} detente_persona;

/** One issue of the claim. */
typedef struct detente_issue {
    char name[DETENTE_NAME_SIZE];                           /**< as in the config */
    double standing;                                        /**< enum detente_standing */
#define X(name, ...) double name;
    DETENTE_ISSUE_PARAMS(X)
} detente_issue;

/** Who answers: front line, supervisor, executive. */
typedef struct detente_tier {
    char name[DETENTE_NAME_SIZE];                           /**< as in the config */
    DETENTE_TIER_PARAMS(X)                                  /**< tier 0: composure, empathy and wait are not used */
} detente_tier;

/** How a strategy's offers rise. */
typedef struct detente_concession {
    double tactic;                                          /**< enum detente_tactic */
    DETENTE_CONCESSION_PARAMS(X)
} detente_concession;

/** One guard: observable `op` value. Shown in the config as `observable: "op value"`. */
typedef struct detente_guard {
    int observable;                                         /**< enum detente_observable */
    int op;                                                 /**< enum detente_comparison */
    double value;                                           /**< what the observable is compared with */
} detente_guard;

/** One rule of a playbook: made when all guards hold; the last rule has none. */
typedef struct detente_rule {
    int move;                                               /**< enum detente_move */
    int n_guards;                                           /**< 0 for the last rule */
    detente_guard guard[DETENTE_MAX_GUARDS];                /**< n_guards of them */
} detente_rule;

/** How an agent treats customers: a playbook, and how offers rise. */
typedef struct detente_strategy {
    char name[DETENTE_NAME_SIZE];                           /**< as in the config */
    detente_concession concession;                          /**< concession curve and tactic */
    double agenda;                                          /**< enum detente_agenda */
    DETENTE_STRATEGY_PARAMS(X)
    detente_agent agent;                                    /**< overrides, at every tier; NAN where there is none */
    int n_rules;                                            /**< at least 1 */
    detente_rule rule[DETENTE_MAX_RULES];                   /**< n_rules of them; the first that holds is made */
} detente_strategy;
#undef X

/** How many encounters of each replication are stored row by row, or turn by turn; UINT64_MAX is all. */
typedef struct detente_keep {
    uint64_t encounters;                                    /**< stored row by row */
    uint64_t turns;                                         /**< stored turn by turn */
    uint64_t columns;   /**< bit per metric: columns of group encounters; all set by default */
} detente_keep;

/** Kinds of design: which points of the varied parameters' space are played. docs/designs.md says what each is for. */
enum detente_design_type { DETENTE_FACTORIAL, DETENTE_LIST, DETENTE_ONE_AT_A_TIME, DETENTE_RANDOM, DETENTE_LATIN_HYPERCUBE,
                           DETENTE_SOBOL, DETENTE_SALTELLI, DETENTE_MORRIS, DETENTE_N_DESIGNS };

/**
 * One varied path. Its values are `levels` of them (a list, or equal steps from `from` to `to`), or any number from `from` to
 * `to` where `levels` is 0. A name's value is its number among the levels.
 */
typedef struct detente_factor {
    char *path;                                             /**< owned; as in the config */
    int named;                                              /**< 1: levels are names */
    int whole;                                              /**< 1: whole numbers only */
    int log;                                                /**< 1: equal steps, or densities, of the logarithm */
    double from;                                            /**< least value */
    double to;                                              /**< greatest value */
    double base;                                            /**< ONE_AT_A_TIME: the value while others vary */
    uint64_t levels;                                        /**< how many values there are; 0: any between the ends */
    double *value;                                          /**< owned, levels of them; NULL for steps and names */
    char **name;                                            /**< owned, levels of them when named; else NULL */
    char **text;                                            /**< owned, levels of them when named: the value as YAML */
} detente_factor;

/** Parts of a config whose text as it was read, and not what it comes to, is what a point changes. */
enum detente_design_part { DETENTE_PART_SCENARIO, DETENTE_PART_CUSTOMER, DETENTE_PART_STRATEGIES, DETENTE_N_PARTS };

/** The `design` of a config. detente/design.h makes points of it. */
typedef struct detente_design {
    int type;                                               /**< enum detente_design_type */
    int n_factors;                                          /**< at least 1 */
    detente_factor *factor;                                 /**< owned, n_factors of them, in the config's order */
    uint64_t points;                                        /**< as asked for: samples, rows or trajectories; 0 where the type counts them */
    uint64_t n_points;                                      /**< points of the whole design, at least 1 */
    int grid;                                               /**< MORRIS: levels of the grid */
    double *row;                                            /**< LIST, owned: points x factors; NULL for a file, unless results were read that hold them */
    char *file;                                             /**< LIST, owned: file of the points as the config names it, or NULL */
    char *found;                                            /**< LIST, owned: where it is from here */
    char sha256[65];                                        /**< LIST: of the file */
    char *part[DETENTE_N_PARTS];                            /**< owned: YAML of the parts that some path points into, else NULL */
} detente_design;
/** When a cell has enough replications: `replications: {min, max, until: {metric, halfwidth, confidence}}`. */
typedef struct detente_until {
    int metric;                                             /**< enum detente_metric; -1: every cell has all replications */
    uint64_t least;                                         /**< replications before the first look, at least 2 */
    double halfwidth;                                       /**< of the interval, above 0: an amount, or per cent of the mean */
    int relative;                                           /**< 1: per cent of the mean */
    double confidence;                                      /**< of the interval, within (0,1) */
} detente_until;

/** What a side of a hypothesis is restricted to: cells whose point has this value of a factor (a name's number). */
typedef struct detente_restriction {
    int factor;                                             /**< of the design */
    double value;                                           /**< one of the factor's levels */
} detente_restriction;

/** Cells of a hypothesis: all, but for these restrictions. */
typedef struct detente_side {
    int strategy;                                           /**< number of the strategy; -1: all of them */
    int n;                                                  /**< restrictions, 0 or more */
    detente_restriction *at;                                /**< owned, n of them, each of another factor */
} detente_side;

/**
 * One of `hypotheses`: what is expected of a metric's mean. `where` are the cells it is about. `versus`, if there is one, says what
 * is different on the other side, which is `where` for the rest; then the difference between the sides, else the mean itself, is
 * expected above, or below, the threshold. What neither restricts is averaged over.
 */
typedef struct detente_hypothesis {
    char name[DETENTE_NAME_SIZE];                           /**< as in the config, each once */
    int metric;                                             /**< enum detente_metric */
    detente_side where;                                     /**< `where` and `strategy` */
    detente_side versus;                                    /**< `versus`: its restrictions are of factors that `where` has too */
    int compared;                                           /**< 1: there is a `versus` */
    int above;                                              /**< 1: "> threshold", 0: "< threshold" */
    double threshold;                                       /**< in the metric's unit */
} detente_hypothesis;

/**
 * Everything a run depends on. Shapes: correlation is DETENTE_N_TRAITS square, symmetric, 1 on the diagonal and positive
 * definite. There is at least one persona (named "everyone" when the config names none) and at least one strategy.
 */
typedef struct detente_config {
    char name[DETENTE_NAME_SIZE];                           /**< of the experiment; the file's when it gives none */
    char *question;                                         /**< owned; may be NULL */
    uint64_t seed;                                          /**< where randomness starts */
    uint64_t replications;                                  /**< of each cell, at most, 1 to 2^32 - 1 */
    detente_until until;                                    /**< when a cell needs no more of them */
    uint64_t encounters;                                    /**< of each replication, 1 to 2^32 - 1 */
    uint64_t max_turns;                                     /**< 1 to 1000 */
    int common_random_numbers;                              /**< 1: the same customers and luck for every strategy */
    int quantiles;                                          /**< 1: summary holds quantiles */
    detente_keep keep;                                      /**< rows stored */
    detente_affect affect;                                  /**< below `affect` */
    detente_agent agent;                                    /**< below `agent`, at the front line */
    detente_bargaining bargaining;                          /**< below `bargaining` */
    detente_decision decision;                              /**< below `decision` */
    detente_outcome outcome;                                /**< below `outcome` */
    double minutes_scale;                                   /**< moves.minutes_scale, (0,100], default 1.19 */
    detente_effects move[DETENTE_N_MOVES];                  /**< below `moves`, by enum detente_move */
    char scenario_name[DETENTE_NAME_SIZE];                  /**< scenario.name */
    double loss;                                            /**< scenario.loss: enum detente_loss */
    double value;                                           /**< scenario.value: worth of a kept customer, money, default 400 */
    double substitute_value;                                /**< scenario.substitute.value: share of the claim, default .25 */
    double substitute_cost;                                 /**< scenario.substitute.cost: money, default 12 */
    int n_issues;                                           /**< 1 to DETENTE_MAX_ISSUES */
    int n_tiers;                                            /**< 1 to DETENTE_MAX_TIERS */
    int n_personas;                                         /**< 1 to DETENTE_MAX_PERSONAS */
    int n_strategies;                                       /**< 1 to DETENTE_MAX_STRATEGIES */
    detente_issue issue[DETENTE_MAX_ISSUES];                /**< n_issues of them */
    detente_tier tier[DETENTE_MAX_TIERS];                   /**< n_tiers of them, the front line first */
    double correlation[DETENTE_N_TRAITS][DETENTE_N_TRAITS]; /**< of the Gaussian copula */
    detente_persona *persona;                               /**< owned, n_personas */
    detente_strategy *strategy;                             /**< owned, n_strategies */
    detente_design *design;                                 /**< owned; NULL: a single point, the config itself */
    int n_hypotheses;                                       /**< 0 to DETENTE_MAX_HYPOTHESES */
    detente_hypothesis *hypothesis;                         /**< owned, n_hypotheses of them, in the config's order */
} detente_config;

/** One `--set PATH=VALUE`. */
typedef struct detente_setting {
    const char *path;                                       /**< as in the config: agent.mirroring, tiers[0].wait */
    const char *value;                                      /**< YAML */
} detente_setting;

/**
 * Read a config file: YAML, `extends`, strategies and personas by name or file, then @p settings in order.
 *
 * @param[out] config    filled on success; release with detente_config_clear(). Empty after a failure.
 * @param      path      file to read, or "-" for standard input
 * @param      settings  n_settings overrides, applied last; may be NULL when n_settings is 0
 * @param[out] error     every mistake of the file, one a line: file:line:column: path: found, allowed, nearest name
 * @param[out] warnings  keys that have no effect, in the same form; may be NULL
 * @return 0; DETENTE_E_CONFIG for a bad file; DETENTE_E_INPUT when it cannot be read; DETENTE_E_MEMORY
 *
 * Thread safety: reentrant; no global state.
 */
int detente_config_load(detente_config *config, const char *path, const detente_setting *settings, size_t n_settings,
                        detente_error *error, detente_error *warnings);

/** As detente_config_load(), from @p size bytes at @p text; @p name stands for the file in messages and `extends`. */
int detente_config_parse(detente_config *config, const char *text, size_t size, const char *name,
                         const detente_setting *settings, size_t n_settings, detente_error *error, detente_error *warnings);

/**
 * Value of a level of a factor, 0 … levels - 1, rising from `from` to `to` but in a list, which stays in its order; a name's is its
 * number. The ends are exact; between them a log scale has 12 digits, so that its middle is found.
 */
double detente_factor_level(const detente_factor *factor, uint64_t level);
/** Value at a share of the range, 0 to 1: between the ends, or the level that the share falls to when all are as likely. */
double detente_factor_share(const detente_factor *factor, double share);

/** Release what @p config owns. NULL is allowed. */
void detente_config_clear(detente_config *config);

/**
 * The resolved config as YAML text, self-contained (no `extends`, no file names), every parameter with its value.
 * Parsing it gives the same bits. @param[out] text owned by the caller, free() it. @return 0 or DETENTE_E_MEMORY.
 */
int detente_config_write(const detente_config *config, char **text, detente_error *error);

/** Hexadecimal SHA-256 (64 characters and a zero) of the text of detente_config_write(). @return 0 or DETENTE_E_MEMORY */
int detente_config_sha256(const detente_config *config, char hex[65], detente_error *error);

/**
 * Name what differs between two resolved configs, texts of detente_config_write(): of their designs first, then of the rest as it
 * is without a design. Of what --extend could be thought to add, it is said why it cannot.
 * @param[out] list  "  agent.mirroring: 0.3 there, 0.5 here", one line a path without a last newline; NULL when nothing does;
 *                   free() it
 * @return 0, DETENTE_E_CONFIG when one is no YAML, DETENTE_E_MEMORY
 */
int detente_config_differences(const char *there, const char *here, char **list, detente_error *error);

/**
 * Read a strategy's playbook back in plain words, one line a rule, for `detente check`.
 *
 * @param[out] text   the rules in words, lines without a last newline; free() it
 * @param[out] never  one line for each rule that can never apply, with the reason; NULL when there is none; free() it
 * @return 0, DETENTE_E_RANGE for an unknown strategy number, DETENTE_E_MEMORY
 */
int detente_strategy_explain(const detente_config *config, int strategy, char **text, char **never, detente_error *error);

/**
 * What a strategy is besides its playbook, in plain words: how it concedes, how long it keeps managers away, what of the agent
 * it sets itself. Strategies with the same playbook differ in these.
 *
 * @param[out] text lines without a last newline; free() it
 * @return 0, DETENTE_E_RANGE for an unknown strategy number, DETENTE_E_MEMORY
 */
int detente_strategy_numbers(const detente_config *config, int strategy, char **text, detente_error *error);

/**
 * What a hypothesis says, as a plain sentence: metric, sides, threshold, what is averaged over.
 *
 * @param[out] text one line without a last newline; free() it
 * @return 0, DETENTE_E_RANGE for an unknown hypothesis number, DETENTE_E_MEMORY
 */
int detente_hypothesis_explain(const detente_config *config, int hypothesis, char **text, detente_error *error);

/**
 * The text of a top-level key of a YAML file's map, such as the `description` of a library strategy.
 * @param[out] value  free() it; NULL when the key is not there or is not a scalar
 * @return 0, DETENTE_E_CONFIG when the text is not YAML, DETENTE_E_MEMORY
 */
int detente_yaml_text(const char *text, size_t size, const char *key, char **value, detente_error *error);

#endif
