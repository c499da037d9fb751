/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file grid.h
 * A table built cell by cell and written as text for a terminal, CSV, JSON or Markdown.
 *
 * Failures stick: when memory runs out the calls that follow do nothing, and grid_write() says so. What is for people (sections,
 * rounded numbers, notes) and what is for programs (every digit) can be one grid or two.
 */
#ifndef DETENTE_REPORT_GRID_H
#define DETENTE_REPORT_GRID_H

#include <stdint.h>

#include "core/text.h"

/** Characters that a line of a text table has at most. */
enum { GRID_WIDTH = 100 };

enum grid_format { GRID_TABLE, GRID_CSV, GRID_JSON, GRID_MARKDOWN, GRID_N_FORMATS };
/** "table", "csv", "json", "markdown", NULL: for an option --format, in the order of the enum. */
extern const char *const grid_formats[GRID_N_FORMATS + 1];

/** LEFT columns hold texts, and are cut with "…" where a line would be too long; RIGHT ones numbers; see grid_estimate(). */
enum grid_kind { GRID_LEFT, GRID_RIGHT, GRID_ESTIMATE };

/** Decimals that stand for "as many as read back as the same double". */
enum { GRID_EXACT = -1 };

typedef struct grid_item grid_item;

/** Start from `{0}`. */
typedef struct grid {
    struct grid_column {
        char *heading; /**< owned; for programs it is the name of the field */
        int kind;
    } * column;
    size_t n_columns, n_notes;
    char **note;     /**< owned, n_notes of them */
    grid_item *item; /**< owned: cells and sections in order */
    size_t n_items, column_room, note_room, item_room;
    int failed;
} grid;

/** Add a column; all of them before the first cell. */
void grid_column(grid *g, const char *heading, int kind);
/**
 * Add the next cell; n_columns of them make a row. NULL, and NAN, is one that does not apply: "-" for people, "" in CSV, null in
 * JSON, where texts are strings and numbers are numbers.
 */
void grid_text(grid *g, const char *text);
/** @p decimals after the point for people, or GRID_EXACT; programs get every digit. */
void grid_number(grid *g, double value, int decimals);
/** "0.512 ± 0.012", points below each other; without a half-width the mean alone. CSV and JSON have NAME and NAME_halfwidth. */
void grid_estimate(grid *g, double mean, double half, int decimals);
/** A line of its own above rows, which are then indented; CSV and JSON leave it out. Estimates line up within a section. */
void grid_section(grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** One below a section, itself indented. */
void grid_subsection(grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A line below the table, once however often it is added. CSV leaves it out: the caller has grid.note. */
void grid_note(grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * Write it. Text: columns two blanks apart, at most GRID_WIDTH characters as far as the numbers leave room, notes below, folded.
 * JSON: {"rows": [{name: value, …}, …], "notes": [text, …]}. @p b may hold something already.
 */
void grid_write(const grid *g, int format, text_buffer *b);
void grid_clear(grid *g);

#endif
