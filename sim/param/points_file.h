/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file points_file.h
 * A file of points: comma-separated, the paths in its first line, a point in each other. Blank lines and those that begin with #
 * are none. Only where every so many lines begin is kept, so that memory does not grow with what a line holds.
 */
#ifndef DETENTE_PARAM_POINTS_FILE_H
#define DETENTE_PARAM_POINTS_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <detente/config.h>

typedef struct points_file points_file;

/** A line of it, cut into fields without quotes and blanks around them. */
typedef struct points_line {
    size_t number; /**< from 1 */
    char *text;    /**< the fields' bytes, each ends in a zero */
    int n;
    const char *field[DETENTE_MAX_FACTORS];
    size_t column[DETENTE_MAX_FACTORS]; /**< where they stand, from 1 */
    size_t room;
} points_line;

/** What to do with each line after the first; a failure ends the reading. */
typedef int points_visit(void *data, const points_line *line, detente_error *error);

/**
 * Read the whole file once. @param[out] hex  its SHA-256, 65 bytes
 * @param visit  may be NULL
 * @return 0, DETENTE_E_INPUT, DETENTE_E_MEMORY, or what visit() returned
 */
int points_file_open(points_file **file, const char *path, points_visit *visit, void *data, char *hex,
                     detente_error *error);
/** Its first line; NULL when it has none. */
const points_line *points_file_heading(const points_file *file);
uint64_t points_file_count(const points_file *file);
/** Read a point's line; any number of threads may. Release @p line with points_line_clear(). @return as points_file_open() */
int points_file_read(const points_file *file, uint64_t point, points_line *line, detente_error *error);
void points_line_clear(points_line *line);
void points_file_close(points_file *file);

/** What a name in a config or a file is shown as: the last part of a file's name without .yaml, or itself. */
void points_name(const char *text, char *out, size_t size);

#endif
