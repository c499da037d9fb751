/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file line.h
 * The line of units as a run plays it: replication by replication, all cells of each; but of the replications that a file with
 * fewer points has, only the cells that are new. Positions on that line follow each other without holes.
 */
#ifndef DETENTE_STORE_LINE_H
#define DETENTE_STORE_LINE_H

#include <stdint.h>

/** Units, positions or cells [first, last) of a line of them. */
typedef struct store_gap {
    uint64_t first, last;
} store_gap;

typedef struct store_line {
    uint64_t cells;
    uint64_t first_cell;   /**< of those replications the first cell on the line; 0: all are */
    uint64_t replications; /**< so many, the first ones, are there but for the cells from first_cell on */
} store_line;

/** Positions of those replications: from here on all cells are on the line. */
static inline uint64_t store_line_narrow(const store_line *line)
{
    return line->replications * (line->cells - line->first_cell);
}

/** Position of the first unit on the line that is not before @p unit. */
static inline uint64_t store_line_at(const store_line *line, uint64_t unit)
{
    const uint64_t replication = line->cells ? unit / line->cells : 0;
    if (replication >= line->replications)
        return unit - line->replications * line->first_cell;
    const uint64_t cell = unit % line->cells;
    return replication * (line->cells - line->first_cell) + (cell > line->first_cell ? cell - line->first_cell : 0);
}

/** The unit at a position. */
static inline uint64_t store_line_unit(const store_line *line, uint64_t position)
{
    const uint64_t cells = line->cells - line->first_cell;
    if (position >= line->replications * cells)
        return position + line->replications * line->first_cell;
    return position / cells * line->cells + line->first_cell + position % cells;
}

#endif
