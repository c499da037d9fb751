/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file limits.h
 * What the limits share: a config for which mathematics knows the answer, played, and lines of expected and measured.
 *
 * What is expected is computed from the config as its text says (`told`); what is played is that config with a test's wrong
 * settings on top, so that a test can see each limit fail.
 */
#ifndef DETENTE_VERIFY_LIMITS_H
#define DETENTE_VERIFY_LIMITS_H

#include <detente/config.h>
#include <detente/model.h>
#include <detente/verify.h>

/** Growing list of lines. */
typedef struct verify_lines {
    detente_verify_line *line;
    size_t n, room;
} verify_lines;

/** One config of a limit, being measured. */
typedef struct limit_run {
    const char *limit;
    detente_isa isa;
    detente_config told;   /* what is expected is computed from this */
    detente_config played; /* as told, with the wrong settings of a test */
    detente_cell **cell;   /* of played, one a strategy */
    detente_block *block;  /* work space */
    detente_turn *turns;   /* work space */
    size_t n_rows;         /* of turns: as many as an encounter may have, told or played */
    uint32_t n_turns;      /* rows that limit_trace() filled; what the others hold is NAN, so that reading it fails */
    verify_lines *lines;
    detente_error *error;
} limit_run;

/** A limit's config and how to measure it. @return 0 or DETENTE_E_MEMORY */
typedef struct limit_case {
    const char *limit, *config;
    int (*measure)(limit_run *run);
} limit_case;

extern const limit_case LIMIT_TONE_NOISE, LIMIT_TONE_GROWTH, LIMIT_DECAY, LIMIT_LOOP; /* affect.c: L1, L5, L8 */
extern const limit_case LIMIT_LOGITS, LIMIT_TIERS;                                    /* decision.c: L2, L9 */
extern const limit_case LIMIT_CURVE, LIMIT_CROSSING;                                  /* bargaining.c: L3, L4 */
extern const limit_case LIMIT_TRAITS;                                                 /* traits.c: L6 */

/** All of them, in order; NULL past the last. */
const limit_case *verify_case(size_t index);

/** Measure one case with @p wrong settings in what is played; lines are added to @p lines. */
int verify_measure(const limit_case *limit, uint64_t seed, detente_isa isa, const detente_setting *wrong,
                   size_t n_wrong, verify_lines *lines, detente_error *error);

/** Play one encounter of a strategy, turn by turn, into run->turns. */
void limit_trace(limit_run *run, int strategy, uint32_t replication, uint32_t encounter);

/** Add a line of chance: measured with a standard error. */
int limit_add(limit_run *run, double expected, double measured, double error, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
/** Add a line of a proportion: @p count of @p n. */
int limit_add_share(limit_run *run, double expected, double count, double n, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
/** Add a line of chi-square over @p cells counts: expected is the degrees of freedom, z by Wilson & Hilferty (1931). */
int limit_add_counts(limit_run *run, const double *expected, const double *count, int cells, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
/** Add an exact line. */
int limit_add_exact(limit_run *run, double expected, double measured, double tolerance, const char *what, ...)
    __attribute__((format(printf, 5, 6)));

/** Sums of one quantity over independent encounters. */
typedef struct limit_mean {
    double n, sum, squares; /* of deviations from an origin near the mean */
} limit_mean;

static inline void limit_mean_add(limit_mean *m, double deviation)
{
    m->n += 1;
    m->sum += deviation;
    m->squares += deviation * deviation;
}

/** Add a line from deviations from what is expected. */
int limit_add_mean(limit_run *run, double expected, const limit_mean *deviation, const char *what);

#endif
