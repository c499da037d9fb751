/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file answers.h
 * What a results file answers, as numbers and sentences: what the page of a report shows, and figures too.
 *
 * docs/report.md says how each is made. Nothing here is rounded; NAN is what cannot be said.
 */
#ifndef DETENTE_REPORT_ANSWERS_H
#define DETENTE_REPORT_ANSWERS_H

#include <stdint.h>

#include <detente/compare.h>
#include <detente/design.h>
#include <detente/hypotheses.h>
#include <detente/sensitivity.h>
#include <detente/store.h>

enum { REPORT_N_ENDINGS = 5, REPORT_MOST_STORIES = 4, REPORT_MOST_LINES = 24 };

/** Sentences, each a line of its own; owned. */
typedef struct report_lines {
    char *line[REPORT_MOST_LINES];
    int n;
} report_lines;

/** A metric along one varied parameter, for one strategy: the other parameters averaged within each replication. */
typedef struct report_curve {
    int factor, metric, strategy;
    int n;                     /**< places along the parameter that have points */
    double *x;                 /**< owned, n: level, number of a name, or mean of a bin's points */
    double *mean, *low, *high; /**< owned with x: mean and t interval over replications */
} report_curve;

/** Calls played again, turn by turn. */
typedef struct report_calls {
    uint32_t encounters; /**< of each strategy; 0: nothing was played */
    uint32_t n_turns;    /**< turns told of */
    double *anger, *offer,
        *going;  /**< owned, by strategy and turn: means of the calls that reach it, and their share */
    char *words; /**< owned: which calls these are */
} report_calls;

/** One call in full. */
typedef struct report_story {
    int strategy, ending; /**< numbers of a strategy, of an ending */
    uint32_t cell, replication, encounter;
    char *why;           /**< owned: why this one is told */
    char *text;          /**< owned: as `detente trace` prints it */
    detente_turn *turns; /**< owned, n_turns */
    uint32_t n_turns;
} report_story;

/** What was asked for. */
typedef struct report_request {
    double confidence;    /**< of every interval, within (0,1) */
    const char *baseline; /**< strategy that the others are compared with; NULL: the first */
} report_request;

/** All of it. Start from `{0}`; release with report_answers_clear(). */
typedef struct report_answers {
    detente_results *results;     /**< the caller's */
    const detente_config *config; /**< of the results */
    detente_sweep *sweep;         /**< owned */
    double confidence;
    int baseline;                       /**< number of a strategy */
    int best;                           /**< strategy that the headline names; the baseline when there is none better */
    uint32_t failed, unfinished, empty; /**< cells that failed, lack replications, have none */
    uint32_t least, most;               /**< replications of the cells that did not fail */

    int n_metrics, metric[DETENTE_N_METRICS];
    uint64_t n_points;   /**< of those below: all, or as many as a page holds */
    uint64_t *point;     /**< owned: their numbers in the design */
    double *values;      /**< owned, by point and factor */
    double *mean, *half; /**< owned, by metric, point and strategy: the cell's mean, how far its interval reaches */

    detente_compare
        effects; /**< owned: strategies on the metrics, points pooled; its groups are the strategies in order */
    size_t n_curves;
    report_curve *curve;              /**< owned: by factor, metric, strategy */
    detente_tested *verdict;          /**< owned, of each of the config's hypotheses; NULL without any */
    size_t n_sensitivity;             /**< 0 where the design does not tell, or the file lacks what it takes */
    detente_sensitivity *sensitivity; /**< owned: metrics, by strategy */
    double *ending;                   /**< owned, by strategy and ending: shares */
    report_calls calls;
    int n_stories;
    report_story story[REPORT_MOST_STORIES];
    report_lines headline, limits, notes, reproduce;
} report_answers;

/**
 * Read a results file and answer.
 * @return 0, DETENTE_E_INPUT (damaged, or nothing finished in it), DETENTE_E_USAGE (no such baseline), DETENTE_E_MEMORY
 */
int report_answers_gather(report_answers *a, detente_results *results, const report_request *request,
                          detente_error *error);
void report_answers_clear(report_answers *a);

/** A metric in plain words: "reached a supervisor"; NULL out of range. */
const char *report_metric_title(int metric);
/** An ending in plain words; NULL out of range. */
const char *report_ending_name(int ending);
/** A varied parameter in plain words; never NULL. */
const char *report_factor_title(const detente_factor *factor);
/** The value of a factor at a point as text: a name, or a number. @p out has room for @p size bytes. */
void report_factor_value(const detente_factor *factor, double value, char *out, size_t size);

/** All of it as JSON, the data of the page (docs/report.md). */
int report_answers_json(const report_answers *a, char **text, detente_error *error);

#endif
