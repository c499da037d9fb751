/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file registry.h
 * The registry: a table with one row for every path a config may hold, made from the lists of params.h.
 *
 * It drives the YAML reader, ranges, `--set`, `detente params`, the JSON schema, docs/parameters.md and a results file's attributes.
 */
#ifndef DETENTE_REGISTRY_H
#define DETENTE_REGISTRY_H

#include <stddef.h>

#include <detente/config.h>

/** What a value is. */
enum detente_kind { DETENTE_REAL, DETENTE_INTEGER, DETENTE_CHOICE, DETENTE_TEXT, DETENTE_FLAG, DETENTE_DISTRIBUTION };
/** Which ends belong to a range: closed or open, low then high. */
enum detente_bounds { DETENTE_BOUNDS_CC, DETENTE_BOUNDS_CO, DETENTE_BOUNDS_OC, DETENTE_BOUNDS_OO };
/** Where a default comes from (params.h); SETTING: it is for the user to choose, and there is nothing to argue for. */
enum detente_status {
    DETENTE_STATUS_SEEN,
    DETENTE_STATUS_SECOND,
    DETENTE_STATUS_DERIVED,
    DETENTE_STATUS_FITTED,
    DETENTE_STATUS_JUDGED,
    DETENTE_STATUS_SETTING
};

/** One parameter. List elements are written `[]`: `tiers[].authority`, `strategy.persistence` stands for every strategy. */
typedef struct detente_param {
    const char *path;                   /**< as a user writes it, lists as `[]` */
    const char *unit;                   /**< "1" when it has none */
    const char *description;            /**< in words */
    const char *source;                 /**< where the default was found */
    int kind;                           /**< enum detente_kind */
    int bounds;                         /**< enum detente_bounds */
    int status;                         /**< enum detente_status */
    double fallback;                    /**< default; choices: its index */
    double low;                         /**< least value */
    double high;                        /**< greatest value */
    const char *const *choices;         /**< CHOICE: names, NULL-terminated */
    const char *default_text;           /**< as documentation shows it */
} detente_param;

/** All rows, in the order of documentation. @param[out] n number of rows. Static storage. */
const detente_param *detente_registry(size_t *n);
/**
 * The row of a path as a user writes it; NULL if unknown. Indices and names in brackets are ignored (`tiers[0].wait` finds
 * `tiers[].wait`), `strategies[x].persistence` finds `strategy.persistence`, `strategy.agent.warmth` finds `agent.warmth`, and
 * `customer.anger.mean` or `customer.personas[x].anger` find `customer.anger`. Below a map of free keys, its row:
 * `customer.correlation.anger-belief`, `strategies[x].playbook[0].when.hostility`.
 */
const detente_param *detente_registry_find(const char *path);
/** The known name nearest to @p name among @p n names (edit distance), else the shortest that holds
 * it (of four letters or more); NULL when there is none. */
const char *detente_nearest(const char *name, const char *const *names, size_t n);

/** "seen", "second-hand", "derived", "fitted", "judged" or "setting". */
const char *detente_status_name(int status);

/** Name of an enum detente_move as configs and results write it; NULL out of range. Static storage. */
const char *detente_move_name(int move);
/** Name of an enum detente_observable; NULL out of range. Static storage. */
const char *detente_observable_name(int observable);
/** Name of an enum detente_trait; NULL out of range. Static storage. */
const char *detente_trait_name(int trait);
/** Name of an enum detente_metric; NULL out of range. Static storage. */
const char *detente_metric_name(int metric);
/** The enum detente_metric of a name; -1 when there is none. */
int detente_metric_find(const char *name);
/** The enum detente_metric of those that are shown where none is asked for, @p n of them. Static storage. */
const int *detente_metric_defaults(int *n);
/** Unit of a metric, "1" when it has none; NULL out of range. Static storage. */
const char *detente_metric_unit(int metric);
/** A metric in words ("served above the front line"); NULL out of range. Static storage. */
const char *detente_metric_words(int metric);
/** 1 when a metric is 0 or 1 in every encounter, so that its mean is the share of encounters that it is true of; else 0. */
int detente_metric_is_flag(int metric);
/**
 * Which way a metric is better for the one who answers for the calls: 1 up, -1 down; 0 where neither can be said (turns: longer
 * is neither; conceded: what one side gains the other pays), and out of range.
 */
int detente_metric_better(int metric);

/**
 * The registry as a table for a terminal, as `detente params` prints it.
 * @param path       only the rows that it names: a path as detente_registry_find() takes it, or the beginning of some; NULL: all
 * @param[out] text  the caller's, free() it; so it is with the three below
 * @return 0, DETENTE_E_MEMORY, or DETENTE_E_USAGE when no path is @p path or begins so: the error names what is near.
 * Thread safety: reentrant, as are the three below
 */
int detente_registry_table(const char *path, char **text, detente_error *error);
/** The registry as Markdown: docs/parameters.md. @p path, @return as above */
int detente_registry_markdown(const char *path, char **text, detente_error *error);
/** The registry as a JSON list, an object a parameter. @p path, @return as above */
int detente_registry_json(const char *path, char **text, detente_error *error);
/** JSON schema (draft-07) of the whole config language, for an editor's YAML language server. @return 0 or DETENTE_E_MEMORY */
int detente_registry_json_schema(char **text, detente_error *error);

#endif
