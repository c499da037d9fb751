/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/line.h"

#include <math.h>

/* A rank gets this part of its share of what is left; nothing that is worth less than an eighth of a chunk. */
enum { SHARES = 2, CRUMBS = 8 };

/*
 * Units lie replication by replication, so the shorter the chunks, the more evenly cells are played when a run is ended half-way.
 * Seconds that a chunk lasts at most, and as long as nobody knows how fast a rank is, so many times what is worth a chunk.
 */
static const double longest = 600;
enum { FIRST = 8 };

void detente_line_begin(line *l, uint64_t n, uint64_t least, line_rank *rank, int ranks, double now)
{
    *l = (line){.n = n, .least = least > 0 ? least : 1, .begun = now, .rank = rank, .ranks = ranks};
    for (int r = 0; r < ranks; r++)
        rank[r] = (line_rank){.asked = now};
}

/* Units a second; 0 when nobody knows. */
static double speed_of(const line *l, const line_rank *rank)
{
    return rank->played > 0 && rank->asked > l->begun ? (double)rank->played / (rank->asked - l->begun) : 0;
}

/* That of the ranks of which it is known, on average. */
static double usual_speed(const line *l)
{
    double sum = 0;
    int known = 0;
    for (int r = 0; r < l->ranks; r++) {
        const double speed = speed_of(l, &l->rank[r]);
        sum += speed;
        known += speed > 0;
    }
    return known > 0 ? sum / known : 0;
}

/* What a rank that asks, and so has nothing left, would have to play for all to end together. */
static double fair_share(const line *l, int rank, double now)
{
    const double usual = usual_speed(l);
    double units = (double)(l->n - l->next), speeds = 0, own = 0;
    for (int r = 0; r < l->ranks; r++) {
        const double known = speed_of(l, &l->rank[r]), speed = known > 0 ? known : usual;
        const double left = (double)l->rank[r].last - speed * (now - l->rank[r].asked);
        units += left > 0 ? left : 0;
        speeds += usual > 0 ? speed : 1;
        if (r == rank)
            own = usual > 0 ? speed : 1;
    }
    return units * own / speeds;
}

uint64_t detente_line_take(line *l, int rank, double now, uint64_t *first)
{
    line_rank *self = &l->rank[rank];
    self->played += self->last;
    self->last = 0;
    self->asked = now;
    const double speed = speed_of(l, self), fair = fair_share(l, rank, now);
    const double most = speed > 0 ? fmax(speed * longest, (double)l->least) : (double)l->least * FIRST;
    const double wish = fmin(fair > (double)(SHARES * l->least) ? fair / SHARES : fair, most);
    const uint64_t crumb = l->least / CRUMBS + 1, left = l->n - l->next;
    const uint64_t units = wish > (double)crumb ? (uint64_t)wish : crumb;
    self->last = units < left ? units : left;
    *first = l->next;
    l->next += self->last;
    return self->last;
}
