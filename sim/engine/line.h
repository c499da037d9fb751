/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file line.h
 * Handing out a line of units to ranks, so that chunks are few, since each may cost a file, and all ranks end at once.
 *
 * Of every rank it is known what it was given and when it asked, and from that how fast it is and what it still has. A rank gets
 * half of what it would have to play for all to end together, and all of that once it is little. Rank 0 has a line; it knows
 * no messages and asks no clock, so that it can be tested with times that are made up.
 */
#ifndef DETENTE_ENGINE_LINE_H
#define DETENTE_ENGINE_LINE_H

#include <stdint.h>

/** What a rank has been given. */
typedef struct line_rank {
    uint64_t played; /**< units of its chunks but the last one, which it may be playing */
    uint64_t last;   /**< units of that */
    double asked;    /**< when it asked for it, in seconds */
} line_rank;

/** A line of units; fill in with detente_line_begin(). */
typedef struct line {
    uint64_t n, next; /**< units, and the first that is not handed out */
    uint64_t least;   /**< units that are worth a chunk; at least 1 */
    double begun;     /**< in seconds */
    int ranks;        /**< how many there are */
    line_rank *rank;  /**< by rank; the caller's */
} line;

/** Begin at second @p now; @p rank has room for @p ranks. */
void detente_line_begin(line *line, uint64_t n, uint64_t least, line_rank *rank, int ranks, double now);
/** Units [*first, *first + chunk) for a rank that has played what it was given. @return the chunk; 0: there are no more */
uint64_t detente_line_take(line *line, int rank, double now, uint64_t *first);

#endif
