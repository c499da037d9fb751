/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file figure.h
 * Figures of a results file for a paper: the numbers of a report (report/answers.h) as a script for gnuplot 5, which draws them.
 */
#ifndef DETENTE_REPORT_FIGURE_H
#define DETENTE_REPORT_FIGURE_H

#include "core/text.h"
#include "report/answers.h"

/** What is shown. */
enum figure_kind {
    FIGURE_EFFECTS,      /**< strategies with intervals, the greatest mean first */
    FIGURE_CURVES,       /**< the metric along each varied parameter, with bands */
    FIGURE_MAP,          /**< the metric over two varied parameters, a panel for each strategy */
    FIGURE_PARETO,       /**< two metrics against each other, and the strategies that none beats in both */
    FIGURE_SENSITIVITY,  /**< Sobol indices or elementary effects, a panel for each strategy */
    FIGURE_ENDINGS,      /**< how calls end, as stacked bars */
    FIGURE_TRAJECTORIES, /**< anger and offer by turn, of calls played again */
    FIGURE_N_KINDS,
    FIGURE_AUTO = FIGURE_N_KINDS /**< what fits the design */
};
/** "effects", … , NULL: for an option, in the order of the enum. */
extern const char *const figure_kinds[FIGURE_N_KINDS + 1];

/** GNUPLOT: the script itself, as it makes a PDF. */
enum figure_format { FIGURE_SVG, FIGURE_PDF, FIGURE_PNG, FIGURE_GNUPLOT, FIGURE_N_FORMATS };

/** What was asked for. */
typedef struct figure_request {
    int kind;                    /**< enum figure_kind */
    int format;                  /**< enum figure_format */
    int metric[2];               /**< enum detente_metric; the second is for FIGURE_PARETO */
    int n_metrics;               /**< 1 or 2 */
    const char *const *strategy; /**< names of those to show, n_strategies of them; 0: all */
    int n_strategies;
    const char *const *by; /**< varied paths to show, n_by of them; 0: those there are */
    int n_by;
    double width, height; /**< cm; 0: 16, and what the contents take */
    double confidence;    /**< of the intervals, within (0,1) */
} figure_request;

/** A figure, ready for gnuplot. Start from `{0}`; release with figure_script_clear(). */
typedef struct figure_script {
    char *text;         /**< owned: for gnuplot's standard input; the figure comes out at its standard output */
    int kind;           /**< enum figure_kind: what was chosen */
    report_lines notes; /**< what the reader should know */
} figure_script;

/**
 * Make the script.
 * @return 0; DETENTE_E_USAGE for a strategy or a path that is not there; DETENTE_E_INPUT when the file does not have what the
 *         figure needs; DETENTE_E_MEMORY
 */
int figure_make(figure_script *script, detente_results *results, const figure_request *request, detente_error *error);
void figure_script_clear(figure_script *script);

#endif
