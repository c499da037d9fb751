/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "verify/limits.h"

static const limit_case *const CASES[] = {&LIMIT_TONE_NOISE, &LIMIT_TONE_GROWTH, &LIMIT_LOGITS,
                                          &LIMIT_CURVE,      &LIMIT_CROSSING,    &LIMIT_DECAY,
                                          &LIMIT_TRAITS,     &LIMIT_LOOP,        &LIMIT_TIERS};

const limit_case *verify_case(size_t index)
{
    return index < sizeof CASES / sizeof *CASES ? CASES[index] : NULL;
}

const char *detente_verify_config(size_t index, const char **limit)
{
    const limit_case *of = verify_case(index);
    if (!of)
        return NULL;
    if (limit)
        *limit = of->limit;
    return of->config;
}

/* Add a line: @p line with its words. */
static int add_line(limit_run *run, const detente_verify_line *line, const char *what, va_list arguments)
{
    verify_lines *lines = run->lines;
    if (lines->n == lines->room) {
        const size_t room = lines->room ? 2 * lines->room : 64;
        detente_verify_line *grown = detente_realloc(lines->line, room * sizeof *grown);
        if (!grown)
            return detente_error_set(run->error, DETENTE_E_MEMORY, "out of memory for the limits");
        lines->line = grown;
        lines->room = room;
    }
    detente_verify_line *added = &lines->line[lines->n++];
    *added = *line;
    snprintf(added->limit, sizeof added->limit, "%s", run->limit);
    vsnprintf(added->what, sizeof added->what, what, arguments);
    return 0;
}

/* A z that is no number is a comparison that failed. */
static double safe(double z)
{
    return isnan(z) ? INFINITY : z;
}

static detente_verify_line compared(double expected, double measured, double error)
{
    const double difference = measured - expected;
    return (detente_verify_line){.expected = expected,
                                 .measured = measured,
                                 .error = error,
                                 .z = difference == 0 ? 0 : safe(difference / error)};
}

int limit_add(limit_run *run, double expected, double measured, double error, const char *what, ...)
{
    const detente_verify_line line = compared(expected, measured, error);
    va_list arguments;
    va_start(arguments, what);
    const int code = add_line(run, &line, what, arguments);
    va_end(arguments);
    return code;
}

int limit_add_share(limit_run *run, double expected, double count, double n, const char *what, ...)
{
    const detente_verify_line line = compared(expected, count / n, sqrt(expected * (1 - expected) / n));
    va_list arguments;
    va_start(arguments, what);
    const int code = add_line(run, &line, what, arguments);
    va_end(arguments);
    return code;
}

int limit_add_counts(limit_run *run, const double *expected, const double *count, int cells, const char *what, ...)
{
    const double df = cells - 1, spread = 2 / (9 * df);
    detente_verify_line line = {.expected = df, .error = sqrt(2 * df)};
    for (int i = 0; i < cells; i++)
        line.measured += (count[i] - expected[i]) * (count[i] - expected[i]) / expected[i];
    line.z = safe((cbrt(line.measured / df) - (1 - spread)) / sqrt(spread));
    va_list arguments;
    va_start(arguments, what);
    const int code = add_line(run, &line, what, arguments);
    va_end(arguments);
    return code;
}

int limit_add_exact(limit_run *run, double expected, double measured, double tolerance, const char *what, ...)
{
    const double difference = measured - expected;
    const double z = fabs(difference) <= tolerance ? 0 : difference < 0 ? -INFINITY : INFINITY;
    const detente_verify_line line = {
        .expected = expected, .measured = measured, .error = tolerance, .exact = 1, .z = z};
    va_list arguments;
    va_start(arguments, what);
    const int code = add_line(run, &line, what, arguments);
    va_end(arguments);
    return code;
}

int limit_add_mean(limit_run *run, double expected, const limit_mean *d, const char *what)
{
    const double mean = d->sum / d->n, variance = (d->squares - d->sum * mean) / (d->n - 1);
    return limit_add(run, expected, expected + mean, sqrt(variance / d->n), "%s", what);
}

void limit_trace(limit_run *run, int strategy, uint32_t replication, uint32_t encounter)
{
    run->n_turns = detente_cell_trace(run->cell[strategy], replication, encounter, run->turns, run->block);
    memset(run->turns + run->n_turns, 0xff, (run->n_rows - run->n_turns) * sizeof *run->turns);
}

static int compile(limit_run *run)
{
    const size_t n = (size_t)run->played.n_strategies;
    run->cell = detente_calloc(n, sizeof(detente_cell *));
    run->block = detente_aligned_calloc(64, sizeof *run->block);
    run->n_rows = run->told.max_turns > run->played.max_turns ? run->told.max_turns : run->played.max_turns;
    run->turns = detente_calloc(run->n_rows, sizeof *run->turns);
    if (!run->cell || !run->block || !run->turns)
        return detente_error_set(run->error, DETENTE_E_MEMORY, "out of memory for the limits");
    for (size_t i = 0; i < n; i++) {
        const detente_cell *like = i ? run->cell[0] : NULL;
        const int code = detente_cell_create_like(&run->cell[i], &run->played, (int)i, 0, like, run->error);
        if (code)
            return code;
    }
    return 0;
}

int verify_measure(const limit_case *limit, uint64_t seed, detente_isa isa, const detente_setting *wrong,
                   size_t n_wrong, verify_lines *lines, detente_error *error)
{
    limit_run run = {.limit = limit->limit, .isa = isa, .lines = lines, .error = error};
    const size_t size = strlen(limit->config);
    int code = detente_config_parse(&run.told, limit->config, size, limit->limit, NULL, 0, error, NULL);
    if (code)
        return code;
    code = detente_config_parse(&run.played, limit->config, size, limit->limit, wrong, n_wrong, error, NULL);
    if (!code) {
        run.told.seed = run.played.seed = seed;
        code = compile(&run);
        if (!code)
            code = limit->measure(&run);
        for (int i = 0; run.cell && i < run.played.n_strategies; i++)
            detente_cell_free(run.cell[i]);
        detente_free(run.cell);
        detente_free(run.block);
        detente_free(run.turns);
        detente_config_clear(&run.played);
    }
    detente_config_clear(&run.told);
    return code;
}

int detente_verify(uint64_t seed, detente_isa isa, detente_verify_line **lines, size_t *n, detente_error *error)
{
    verify_lines all = {0};
    const limit_case *limit;
    *lines = NULL;
    *n = 0;
    for (size_t i = 0; (limit = verify_case(i)); i++) {
        const int code = verify_measure(limit, seed, isa, NULL, 0, &all, error);
        if (code) {
            detente_free(all.line);
            return code;
        }
    }
    *lines = all.line;
    *n = all.n;
    return 0;
}

int detente_verify_holds(const detente_verify_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(lines[i].z) <= DETENTE_VERIFY_Z))
            return 0;
    return 1;
}
