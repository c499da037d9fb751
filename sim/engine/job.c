/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/schedule.h"

#include "core/memory.h"

block_place detente_block_place(const schedule *s, uint64_t block)
{
    const uint64_t number = s->first_number + block / s->blocks_per_unit, cells = s->n_cells - s->options.first_cell;
    const uint64_t replication = number / cells, cell = s->options.first_cell + number % cells;
    const uint32_t in_unit = (uint32_t)(block % s->blocks_per_unit), first = in_unit * DETENTE_BLOCK;
    const uint32_t left = (uint32_t)s->config->encounters - first;
    return (block_place){.number = number,
                         .unit = replication * s->n_cells + cell,
                         .cell = (uint32_t)cell,
                         .replication = (uint32_t)replication,
                         .first = first,
                         .n = left < DETENTE_BLOCK ? left : DETENTE_BLOCK,
                         .last = in_unit + 1 == s->blocks_per_unit};
}

/* How many of the block's encounters lie below a bound. */
static uint32_t below(const block_place *at, uint64_t bound)
{
    if (bound <= at->first)
        return 0;
    return bound - at->first < at->n ? (uint32_t)(bound - at->first) : at->n;
}

static int turns_reserve(job_rows *rows, size_t more)
{
    if (rows->room - rows->n_turns >= more)
        return 0;
    const size_t room = 2 * rows->room + more;
    detente_turn *turns = detente_realloc(rows->turns, room * sizeof *turns);
    if (!turns)
        return DETENTE_E_MEMORY;
    rows->turns = turns;
    uint32_t *encounters = detente_realloc(rows->turn_encounter, room * sizeof *encounters);
    if (!encounters)
        return DETENTE_E_MEMORY;
    rows->turn_encounter = encounters;
    rows->room = room;
    return 0;
}

/* Turn rows come from the tracer: the same numbers as the block's, with every turn written down. */
static int trace_turns(const schedule *s, const block_place *at, job_rows *rows, uint32_t n, workspace *space)
{
    rows->n_turns = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (detente_schedule_stopped(s))
            return DETENTE_E_INTERRUPTED;
        if (turns_reserve(rows, (size_t)s->config->max_turns))
            return DETENTE_E_MEMORY;
        const uint32_t encounter = at->first + i;
        const uint32_t turns =
            s->player->trace(space->cell, at->replication, encounter, rows->turns + rows->n_turns, space->block);
        for (uint32_t t = 0; t < turns; t++)
            rows->turn_encounter[rows->n_turns + t] = encounter;
        rows->n_turns += turns;
    }
    return 0;
}

/* Where a block's outcomes go: to storage of the job's when rows of it are kept, else to the thread's own. */
static int rows_begin(const schedule *s, const block_place *at, job_rows *rows, workspace *space, detente_block **block)
{
    *block = space->block;
    if (!rows)
        return 0;
    const uint32_t turns = below(at, s->config->keep.turns);
    rows->kept = turns > 0 || below(at, s->config->keep.encounters) > 0;
    rows->n_turns = 0;
    if (!rows->kept)
        return 0;
    if (!rows->block)
        rows->block = detente_aligned_calloc(_Alignof(detente_block), sizeof *rows->block);
    if (!rows->block)
        return DETENTE_E_MEMORY;
    *block = rows->block;
    return turns > 0 ? trace_turns(s, at, rows, turns, space) : 0;
}

static void cell_give_back(const schedule *s, workspace *space)
{
    if (space->cell)
        s->cells->give_back(s->cells->data, space->cell);
    space->cell = NULL;
}

/* Blocks of a unit follow each other, so a cell is kept until another one is needed. */
static int cell_take(const schedule *s, uint32_t cell, workspace *space)
{
    if (space->cell && space->cell_number == cell)
        return 0;
    cell_give_back(s, space);
    space->cell_number = cell;
    return s->cells->take(s->cells->data, cell, &space->cell, &space->error);
}

/* Whether the caller said that a cell has enough. */
static int is_skipped(const schedule *s, uint32_t cell)
{
    return s->options.skip && s->options.skip[cell];
}

/* A block without encounters. */
static void block_empty(job *j, uint32_t b)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_moments_init(&j->moments[(size_t)b * DETENTE_N_METRICS + (size_t)m]);
    if (j->rows)
        j->rows[b].kept = 0;
}

/* The block could not be played. */
static int block_fail(job *j, uint32_t b, const char *why)
{
    block_empty(j, b);
    detente_free(j->failure[b]);
    j->failure[b] = detente_strdup(why);
    return j->failure[b] ? 0 : DETENTE_E_MEMORY;
}

/* Parameters that break only together are the cell's failure, and not the run's. */
static int cell_failed(job *j, uint32_t b, int code, workspace *space)
{
    if (code != DETENTE_E_CONFIG && code != DETENTE_E_RANGE)
        return code;
    const int status = block_fail(j, b, space->error.text ? space->error.text : detente_error_string(code));
    detente_error_clear(&space->error);
    space->cell = NULL;
    return status;
}

/* The first metric whose mean is no number; DETENTE_N_METRICS when there is none. */
static int not_finite(const detente_moments *moments)
{
    int m = 0;
    while (m < DETENTE_N_METRICS && moments[m].mean - moments[m].mean == 0)
        m++;
    return m;
}

static int block_play(const schedule *s, job *j, uint32_t b, const block_place *at, uint64_t first_number,
                      workspace *space)
{
    static const char *const names[] = {
#define X(name, ...) #name " is not a finite number",
        DETENTE_METRICS(X)
#undef X
    };
    detente_block *block;
    int code = rows_begin(s, at, j->rows ? &j->rows[b] : NULL, space, &block);
    if (code)
        return code;
    s->player->play(space->cell, s->options.isa, at->replication, at->first, at->n, block);
    detente_moments *moments = &j->moments[(size_t)b * DETENTE_N_METRICS];
    s->fold(block, moments);
    const int broken = not_finite(moments);
    if (broken < DETENTE_N_METRICS)
        return block_fail(j, b, names[broken]);
    if (j->histogram)
        code = detente_fold_histograms(block, moments, &j->histogram[(at->number - first_number) * DETENTE_N_METRICS]);
    return code;
}

int detente_job_play(const schedule *s, job *j, workspace *space)
{
    int code = 0;
    const uint64_t first_number = detente_block_place(s, j->first_block).number;
    for (uint32_t i = 0; j->histogram && i < s->units_per_job * DETENTE_N_METRICS; i++)
        detente_histogram_reset(&j->histogram[i]);
    for (uint32_t b = 0; b < j->n_blocks && !code; b++) {
        if (detente_schedule_stopped(s)) {
            code = DETENTE_E_INTERRUPTED;
            break;
        }
        const block_place at = detente_block_place(s, j->first_block + b);
        detente_free(j->failure[b]); /* of the job that had this slot before */
        j->failure[b] = NULL;
        if (is_skipped(s, at.cell)) {
            block_empty(j, b);
            continue;
        }
        code = cell_take(s, at.cell, space);
        code = code ? cell_failed(j, b, code, space) : block_play(s, j, b, &at, first_number, space);
    }
    cell_give_back(s, space);
    return code;
}

static int hand_on_rows(schedule *s, const block_place *at, const job_rows *rows)
{
    if (!rows->kept || !s->sink->rows)
        return 0;
    const detente_rows out = {.block = rows->block,
                              .first = at->first,
                              .kept_encounters = below(at, s->config->keep.encounters),
                              .turns = rows->n_turns ? rows->turns : NULL,
                              .turn_encounter = rows->n_turns ? rows->turn_encounter : NULL,
                              .n_turns = rows->n_turns};
    return s->sink->rows(s->sink->data, at->cell, at->replication, &out, s->error);
}

static void unit_reset(schedule *s)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        detente_moments_init(&s->unit_moments[m]);
        detente_histogram_reset(&s->unit_histogram[m]);
    }
}

/* Counts of the job's part of a unit; a unit that lies in one job needs no copy. */
static int unit_histogram(schedule *s, const job *j, const block_place *at, int whole,
                          const detente_histogram **histogram)
{
    *histogram = NULL;
    if (!j->histogram)
        return 0;
    const uint64_t first_number = detente_block_place(s, j->first_block).number;
    const detente_histogram *part = &j->histogram[(at->number - first_number) * DETENTE_N_METRICS];
    *histogram = whole ? part : s->unit_histogram;
    for (int m = 0; m < DETENTE_N_METRICS && !whole; m++)
        if (detente_histogram_merge(&s->unit_histogram[m], &part[m]))
            return DETENTE_E_MEMORY;
    return 0;
}

/* What a failed unit has besides its words is not handed on. */
static void unit_fail(schedule *s)
{
    detente_moments *moments = s->unit_moments;
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_moments_init(&moments[m]);
    s->progress.units_failed++;
}

static int hand_on_unit(schedule *s, const block_place *at, const detente_histogram *histogram)
{
    if (s->unit_failure)
        unit_fail(s);
    const detente_unit unit = {.unit = at->unit,
                               .cell = at->cell,
                               .replication = at->replication,
                               .moments = s->unit_moments,
                               .histogram = s->unit_failure ? NULL : histogram,
                               .failure = s->unit_failure};
    const int code = s->sink->unit ? s->sink->unit(s->sink->data, &unit, s->error) : 0;
    s->progress.units_done += code == 0;
    unit_reset(s);
    detente_free(s->unit_failure);
    s->unit_failure = NULL;
    return code;
}

int detente_job_hand_on(schedule *s, job *j)
{
    for (uint32_t b = 0; b < j->n_blocks; b++) {
        if (detente_schedule_stopped(s))
            return DETENTE_E_INTERRUPTED;
        const block_place at = detente_block_place(s, j->first_block + b);
        int code = j->rows ? hand_on_rows(s, &at, &j->rows[b]) : 0;
        if (code)
            return code;
        const detente_moments *moments = &j->moments[(size_t)b * DETENTE_N_METRICS];
        s->fold_merge(s->unit_moments, moments);
        if (j->failure[b] && !s->unit_failure) {
            s->unit_failure = j->failure[b];
            j->failure[b] = NULL;
        }
        /* A cell that failed is done with, too. */
        s->progress.encounters_done += is_skipped(s, at.cell) ? 0 : at.n;
        s->progress.turns_done += (uint64_t)(moments[DETENTE_METRIC_turns].mean * (double)moments->count + 0.5);
        if (at.last || b + 1 == j->n_blocks) {
            const detente_histogram *histogram;
            const int whole = at.last && b + 1 >= s->blocks_per_unit;
            code = unit_histogram(s, j, &at, whole, &histogram);
            if (s->unit_moments->count == 0)
                histogram = NULL;
            if (!code && at.last)
                code = hand_on_unit(s, &at, histogram);
            if (code)
                return code;
        }
    }
    return 0;
}
