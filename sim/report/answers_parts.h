/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file answers_parts.h The parts of report_answers_gather(), in their order. Each returns 0 or a DETENTE_E_ code. */
#ifndef DETENTE_REPORT_ANSWERS_PARTS_H
#define DETENTE_REPORT_ANSWERS_PARTS_H

#include "report/answers.h"

/** Values of a varied parameter put into places: its levels, or bins. */
typedef struct answers_places {
    int n;          /**< 0: none are made of this factor */
    double *x;      /**< owned, n */
    uint8_t *place; /**< owned, by point: its place, or ANSWERS_NOWHERE */
} answers_places;

enum { ANSWERS_NOWHERE = 255, ANSWERS_MOST_PLACES = 24, ANSWERS_MOST_CURVES = 32, ANSWERS_MOST_LINES = 64 };

/** Places of each of the design's factors, ANSWERS_MOST_CURVES of them at most; @p places has room for so many. @return how many, or a code */
int answers_places_make(const report_answers *a, answers_places *places, int *n, detente_error *error);
void answers_places_clear(answers_places *places, int n);
/** Groups of cells for pool_read(): place * strategies + strategy. @param group by cell */
void answers_places_group(const report_answers *a, const answers_places *places, uint32_t *group);

/** Which metrics and points are shown, and the cells' means. */
int answers_cells(report_answers *a, const answers_places *places, int n_places, detente_error *error);
int answers_curves(report_answers *a, const answers_places *places, int n_places, detente_error *error);
int answers_endings(report_answers *a, detente_error *error);
/** Of the metrics that are shown; finds the baseline. */
int answers_effects(report_answers *a, const char *baseline, detente_error *error);
int answers_verdicts(report_answers *a, detente_error *error);
int answers_sensitivity(report_answers *a, detente_error *error);
void answers_sensitivity_clear(report_answers *a);
/** Who is best, over all and by the values of what was varied; sentences. */
int answers_headline(report_answers *a, detente_error *error);
int answers_limits(report_answers *a, detente_error *error);
/** What is missing. */
int answers_notes(report_answers *a, detente_error *error);
/** How to get it again: after the stories. */
int answers_reproduce(report_answers *a, detente_error *error);
int answers_calls(report_answers *a, detente_error *error);
int answers_stories(report_answers *a, detente_error *error);

/** Add a sentence; one that does not fit is dropped. @return 0 or DETENTE_E_MEMORY */
int answers_say(report_lines *lines, detente_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
