/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a cell has enough replications: looks at a precision, on a schedule that no thread or rank can change. */
#include <math.h>
#include <string.h>

#include <detente/engine.h>
#include <detente/registry.h>
#include <detente/stats.h>

#include "core/memory.h"
#include "engine/transport.h"

/* Replications between two looks, as a share of those before the first; means that are held at once (12 bytes each). */
enum { LOOKS_A_LEAST = 4, MEANS_HELD = 1 << 22 };

struct detente_stopping {
    const detente_config *config;
    uint32_t n_cells, n_stopped;
    uint64_t first, last; /* the round */
    uint64_t look;        /* after so many replications cells are looked at next */
    uint64_t most;        /* replications that a round may have: where cells are many, looks are several rounds apart */
    detente_moments *means; /* by cell, of the rounds that have ended */
    uint64_t *encounters;   /* by cell */
    double *round;          /* most x n_cells, NAN where not played */
    uint32_t *round_encounters;
    uint8_t *stopped;
    double needed; /* replications, of all cells, after those of the rounds that have ended */
};

/* How many times too wide a cell's interval is; 0: it is not. */
static double excess(const detente_until *until, const detente_moments *means, uint64_t encounters)
{
    double half = detente_t_halfwidth(means->count, detente_moments_variance(means), until->confidence);
    if (detente_metric_is_flag(until->metric))
        half = fmax(half, detente_wilson_halfwidth(encounters, means->mean, until->confidence));
    const double share = until->halfwidth / 100;
    const double bound = until->relative ? share / (1 + share) * fabs(means->mean) : until->halfwidth;
    return half <= bound ? 0 : fmax(1, half / bound);
}

int detente_until_met(const detente_until *until, const detente_moments *means, uint64_t encounters)
{
    return excess(until, means, encounters) == 0;
}

/* A width falls with the root of the number of replications. */
static double still_needed(const detente_stopping *s, double times_too_wide)
{
    const double had = (double)s->last, needed = had * (times_too_wide * times_too_wide - 1);
    return fmin(fmax(needed, 1), (double)s->config->replications - had);
}

int detente_stopping_create(detente_stopping **stopping, const detente_config *config, uint32_t n_cells,
                            detente_error *error)
{
    detente_stopping *s = *stopping = detente_calloc(1, sizeof *s);
    if (!s)
        return detente_error_set(error, DETENTE_E_MEMORY, "%s", detente_error_string(DETENTE_E_MEMORY));
    s->config = config;
    s->n_cells = n_cells;
    s->needed = (double)n_cells * (double)config->replications;
    if (config->until.metric < 0)
        return 0;
    const uint64_t held = n_cells > 0 && n_cells < MEANS_HELD ? MEANS_HELD / n_cells : 1;
    s->look = config->until.least;
    s->most = s->look < held ? s->look : held;
    s->means = detente_alloc(n_cells * sizeof *s->means);
    s->encounters = detente_calloc(n_cells, sizeof *s->encounters);
    s->round = detente_alloc(s->most * n_cells * sizeof *s->round);
    s->round_encounters = detente_calloc(s->most * n_cells, sizeof *s->round_encounters);
    s->stopped = detente_calloc(n_cells, 1);
    if (!s->means || !s->encounters || !s->round || !s->round_encounters || !s->stopped) {
        detente_stopping_free(s);
        *stopping = NULL;
        return detente_error_set(error, DETENTE_E_MEMORY, "%s", detente_error_string(DETENTE_E_MEMORY));
    }
    for (uint32_t c = 0; c < n_cells; c++)
        detente_moments_init(&s->means[c]);
    return 0;
}

void detente_stopping_free(detente_stopping *s)
{
    if (!s)
        return;
    detente_free(s->means);
    detente_free(s->encounters);
    detente_free(s->round);
    detente_free(s->round_encounters);
    detente_free(s->stopped);
    detente_free(s);
}

void detente_stopping_take(detente_stopping *s, uint32_t cell, uint32_t replication, uint64_t encounters, double mean)
{
    if (!s->round || cell >= s->n_cells || replication < s->first || replication >= s->last)
        return;
    const uint64_t at = (replication - s->first) * s->n_cells + cell;
    s->round[at] = mean;
    s->round_encounters[at] = (uint32_t)encounters;
}

/* Add the round's means in the order of replications. */
static void add_round(detente_stopping *s)
{
    for (uint32_t c = 0; c < s->n_cells; c++)
        for (uint64_t r = 0; r < s->last - s->first; r++) {
            const uint64_t at = r * s->n_cells + c;
            if (s->stopped[c] || s->round_encounters[at] == 0)
                continue;
            detente_moments_add(&s->means[c], s->round[at]);
            s->encounters[c] += s->round_encounters[at];
        }
}

/* Look at every cell that still runs. */
static void decide(detente_stopping *s)
{
    s->needed = 0;
    for (uint32_t c = 0; c < s->n_cells; c++) {
        if (s->stopped[c])
            continue;
        /* What could not be played is not tried again. */
        const double times = s->means[c].count == 0 ? 0 : excess(&s->config->until, &s->means[c], s->encounters[c]);
        s->stopped[c] = times == 0;
        s->n_stopped += s->stopped[c];
        s->needed += s->stopped[c] ? 0 : still_needed(s, times);
    }
}

int detente_stopping_next(detente_stopping *s, uint32_t *first, uint32_t *last)
{
    const uint64_t all = s->config->replications;
    if (!s->round) {
        *first = 0;
        *last = (uint32_t)all;
        s->first = s->last;
        s->last = all;
        return s->first < all;
    }
    if (s->last > 0)
        add_round(s);
    if (s->last == s->look || s->last == all) {
        decide(s);
        s->look += (s->config->until.least + LOOKS_A_LEAST - 1) / LOOKS_A_LEAST;
    } else {
        s->needed -= (double)(s->n_cells - s->n_stopped) * (double)(s->last - s->first);
        s->needed = fmax(s->needed, 0);
    }
    if (s->n_stopped == s->n_cells || s->last == all)
        return 0;
    const uint64_t look = s->look < all ? s->look : all;
    s->first = s->last;
    s->last = look - s->first < s->most ? look : s->first + s->most;
    memset(s->round_encounters, 0, (s->last - s->first) * s->n_cells * sizeof *s->round_encounters);
    *first = (uint32_t)s->first;
    *last = (uint32_t)s->last;
    return 1;
}

const uint8_t *detente_stopping_skip(const detente_stopping *s)
{
    return s->stopped;
}

uint32_t detente_stopping_stopped(const detente_stopping *s)
{
    return s->n_stopped;
}

double detente_stopping_needed(const detente_stopping *s)
{
    return s->needed;
}

/* Here, since what a round has is known here alone; ranks.c shares out what is played. */
void detente_ranks_means(detente_ranks *ranks, detente_stopping *s)
{
    const uint64_t n = (s->last - s->first) * s->n_cells;
    if (!s->round || detente_ranks_number(ranks) == 1 || detente_ranks_lost(ranks))
        return;
    for (uint64_t at = 0; at < n; at++)
        if (s->round_encounters[at] == 0)
            s->round[at] = 0;
    /* Where two know a mean they know the same bits, and who knows none has none set. */
    transport_or(s->round, n * sizeof *s->round);
    transport_or(s->round_encounters, n * sizeof *s->round_encounters);
}
