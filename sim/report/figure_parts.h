/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file figure_parts.h What the figures share: text for gnuplot, styles, panels. */
#ifndef DETENTE_REPORT_FIGURE_PARTS_H
#define DETENTE_REPORT_FIGURE_PARTS_H

#include "report/answers_parts.h"
#include "report/figure.h"

enum { FIGURE_MOST_PANELS = 24 };

/** A figure that is being made. */
typedef struct figure {
    const figure_request *request;
    report_answers *a;
    text_buffer b;
    report_lines *notes;
    int *strategy; /**< owned: numbers of those shown, n_strategies of them */
    int n_strategies;
    int factor[DETENTE_MAX_FACTORS]; /**< numbers of the varied paths shown, n_factors of them */
    int n_factors;
    double width, height; /**< cm */
    /* panels: */
    int n_panels, columns;
    double first, left, right, bottom, top, gap; /**< cm: left of the first column, of others, … below all */
} figure;

/** Add text as a string of gnuplot's, longer ones cut. */
void figure_text(text_buffer *b, const char *text);
/** Add a number, or NaN, and a blank. */
void figure_number(text_buffer *b, double value);
/** Add the string that names a metric and its unit. */
void figure_metric(text_buffer *b, int metric);
/** Add the string that names a varied path and its unit. */
void figure_factor(text_buffer *b, const detente_factor *factor);
/** The value of a path's place as a short text. */
void figure_place(const detente_factor *factor, double value, char *out, size_t size);

/** Name of the i-th strategy that is shown. */
const char *figure_strategy(const figure *f, int i);
/** Colour, width and dashes of the i-th strategy's line, after "with lines" and the like; without dashes where @p solid. */
void figure_line(text_buffer *b, int i, int solid);
/** Its point, after that of its line, or its colour. */
void figure_point(text_buffer *b, int i);
/** Range and about @p tics tics of an axis, "x" or "y", with room beside; no less than 0 where @p low is not. */
void figure_range(text_buffer *b, const char *axis, double low, double high, int tics);
/** Range and tics at 1, 2 and 5 times powers of ten of a logarithmic axis. */
void figure_log_range(text_buffer *b, const char *axis, double low, double high);
/** Colour of the i-th strategy as a string. */
const char *figure_colour(int i);

/** Begin: @p height in cm stands where none was asked for. */
void figure_begin(figure *f, double height);
/**
 * Begin a figure of @p panels, each @p panel_height cm high, above a strip of @p strip cm; figure_panel() begins each. @p first and
 * @p left are what the labels take at the left of a panel of the first column, and of others, cm.
 */
void figure_begin_panels(figure *f, int panels, double panel_height, double first, double left, double strip);
void figure_panel(figure *f, int i);
void figure_end_panels(figure *f);
/** 1 when panel @p i is in the first column. */
int figure_is_first(const figure *f, int i);
/** Put the metric's name at the left of all panels; before the first, after which figure_side_off() is needed. */
void figure_side(figure *f, int metric);
/** The same below all of them; "share of the variance" for -1. */
void figure_below(figure *f, int metric);
void figure_side_off(figure *f);
/** What stands for an entry of the key: a strategy's line and point, its point; a box, a point, an upright line of a colour. */
enum figure_look { FIGURE_KEY_LINE, FIGURE_KEY_POINT, FIGURE_KEY_BOX, FIGURE_KEY_MARK, FIGURE_KEY_TICK };
typedef struct figure_entry {
    const char *text;
    int look;
    int number;         /**< of the strategy, or of the point */
    const char *colour; /**< where it is no strategy's */
} figure_entry;
/** Height of a key below the panels, cm. */
double figure_key_height(const figure *f, const figure_entry *entry, int n);
/** Draw it there, after the panels. */
void figure_key(figure *f, const figure_entry *entry, int n);
/** The key of the strategies that are shown, owned by the caller; none for one. @return its length, or DETENTE_E_MEMORY */
int figure_strategies_key(const figure *f, int look, figure_entry **entry, detente_error *error);
/** Width that texts take at the side of a panel, cm. */
double figure_width_of(size_t characters);

int figure_effects(figure *f, detente_error *error);
int figure_curves(figure *f, detente_error *error);
int figure_map(figure *f, detente_error *error);
int figure_pareto(figure *f, detente_error *error);
int figure_sensitivity(figure *f, detente_error *error);
int figure_endings(figure *f, detente_error *error);
int figure_trajectories(figure *f, detente_error *error);

#endif
