/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/schedule.h"

#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

/* Encounters a job aims at: about half a millisecond of work, beside which taking a job costs nothing. */
enum { JOB_ENCOUNTERS = 4096, JOB_BLOCKS = 16, JOB_HISTOGRAMS = 8, JOB_KEPT_BLOCKS = 4 };
/* Jobs a thread in the ring: enough that the others play on while one writes a shard; fewer of those that hold much. */
enum { RING_JOBS = 4, RING_LARGE_JOBS = 2, SMALL_HISTOGRAMS = 4 };

/* Seconds between two reports of progress. */
static const double REPORT_SECONDS = 0.25;

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Blocks a job: enough work, but not so many that few threads get any, nor that kept rows take much memory. */
static void lay_out_jobs(schedule *s, int threads)
{
    const detente_keep *keep = &s->config->keep;
    const uint64_t per_block = s->config->encounters < DETENTE_BLOCK ? s->config->encounters : DETENTE_BLOCK;
    uint32_t blocks = least(JOB_ENCOUNTERS / per_block + (JOB_ENCOUNTERS < per_block), JOB_BLOCKS);
    blocks = least(blocks, s->n_blocks / (8 * (uint64_t)threads) + 1);
    if (s->quantiles)
        blocks = least(blocks, JOB_HISTOGRAMS);
    if (keep->encounters > 0)
        blocks = least(blocks, JOB_KEPT_BLOCKS);
    if (keep->turns > 0)
        blocks = 1;
    s->keeps = keep->encounters > 0 || keep->turns > 0;
    s->blocks_per_job = blocks;
    s->units_per_job = least(blocks, blocks / s->blocks_per_unit + 2);
    s->n_jobs = (s->n_blocks + blocks - 1) / blocks;
    const int large = s->keeps || (s->quantiles && s->units_per_job > SMALL_HISTOGRAMS);
    s->n_slots = least(s->n_jobs, (large ? RING_LARGE_JOBS : RING_JOBS) * (uint64_t)threads + 1);
}

static int slots_create(schedule *s)
{
    s->slot = detente_calloc(s->n_slots, sizeof *s->slot);
    if (!s->slot)
        return DETENTE_E_MEMORY;
    for (uint32_t i = 0; i < s->n_slots; i++) {
        job *j = &s->slot[i];
        j->moments = detente_calloc((size_t)s->blocks_per_job * DETENTE_N_METRICS, sizeof *j->moments);
        if (s->quantiles)
            j->histogram = detente_calloc((size_t)s->units_per_job * DETENTE_N_METRICS, sizeof *j->histogram);
        j->failure = detente_calloc(s->blocks_per_job, sizeof *j->failure);
        if (s->keeps)
            j->rows = detente_calloc(s->blocks_per_job, sizeof *j->rows);
        if (!j->moments || !j->failure || (s->quantiles && !j->histogram) || (s->keeps && !j->rows))
            return DETENTE_E_MEMORY;
    }
    return 0;
}

/* Units below @p unit that are of cells that are played. */
static uint64_t number_of(const schedule *s, uint64_t unit)
{
    const uint64_t first = s->options.first_cell, cell = unit % s->n_cells;
    return unit / s->n_cells * (s->n_cells - first) + (cell > first ? cell - first : 0);
}

int detente_schedule_init(schedule *s, const detente_config *config, const detente_cell_source *cells,
                          const detente_sink *sink, const engine_player *player, const detente_run_options *options,
                          int threads, detente_error *error)
{
    *s = (schedule){
        .config = config, .cells = cells, .n_cells = cells->n_cells, .sink = sink, .player = player, .error = error};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->freed, NULL);
    if (options)
        s->options = *options;
    uint64_t all;
    if (s->n_cells == 0 || config->replications == 0 || config->encounters == 0 || config->encounters > UINT32_MAX ||
        config->replications > UINT32_MAX || __builtin_mul_overflow(config->replications, (uint64_t)s->n_cells, &all))
        return detente_error_set(error, DETENTE_E_RANGE,
                                 "a run needs 1 to 2^32 - 1 cells, replications and encounters");
    const uint64_t last = s->options.last_unit ? s->options.last_unit : all;
    if (s->options.first_unit > last || last > all)
        return detente_error_set(error, DETENTE_E_RANGE, "units %llu to %llu asked for, but there are %llu",
                                 (unsigned long long)s->options.first_unit, (unsigned long long)last,
                                 (unsigned long long)all);
    if (s->options.first_cell >= s->n_cells)
        return detente_error_set(error, DETENTE_E_RANGE, "cells from %u on asked for, but there are %u",
                                 s->options.first_cell, s->n_cells);
    s->first_number = number_of(s, s->options.first_unit);
    const uint64_t units = number_of(s, last) - s->first_number;
    s->blocks_per_unit = (uint32_t)((config->encounters + DETENTE_BLOCK - 1) / DETENTE_BLOCK);
    if (__builtin_mul_overflow(units, config->encounters, &s->progress.encounters_total))
        return detente_error_set(error, DETENTE_E_RANGE, "more than 2^64 encounters");
    s->n_blocks = units * s->blocks_per_unit;
    s->progress.units_total = units;
    s->quantiles = config->quantiles != 0;
    s->fold = player->fold ? player->fold : detente_fold_select(s->options.isa);
    s->fold_merge = player->fold_merge ? player->fold_merge : detente_fold_merge;
    s->begun = s->reported = detente_clock();
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_moments_init(&s->unit_moments[m]);
    if (units == 0)
        return 0;
    lay_out_jobs(s, threads);
    return slots_create(s) ? detente_error_set(error, DETENTE_E_MEMORY, "%s", detente_error_string(DETENTE_E_MEMORY))
                           : 0;
}

static void rows_clear(job_rows *rows)
{
    detente_free(rows->block);
    detente_free(rows->turns);
    detente_free(rows->turn_encounter);
}

void detente_schedule_clear(schedule *s)
{
    for (uint32_t i = 0; s->slot && i < s->n_slots; i++) {
        job *j = &s->slot[i];
        for (uint32_t h = 0; j->histogram && h < s->units_per_job * DETENTE_N_METRICS; h++)
            detente_histogram_clear(&j->histogram[h]);
        for (uint32_t b = 0; j->rows && b < s->blocks_per_job; b++)
            rows_clear(&j->rows[b]);
        for (uint32_t b = 0; j->failure && b < s->blocks_per_job; b++)
            detente_free(j->failure[b]);
        detente_free(j->failure);
        detente_free(j->moments);
        detente_free(j->histogram);
        detente_free(j->rows);
    }
    detente_free(s->slot);
    detente_free(s->unit_failure);
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_histogram_clear(&s->unit_histogram[m]);
    pthread_cond_destroy(&s->freed);
    pthread_mutex_destroy(&s->lock);
}

static void report(schedule *s)
{
    if (!s->options.progress)
        return;
    const double now = detente_clock();
    if (now - s->reported < REPORT_SECONDS)
        return;
    s->reported = now;
    s->progress.seconds = now - s->begun;
    s->options.progress(s->options.progress_data, &s->progress);
}

/* Keep the first failure and wake whoever waits. Called with the lock held. */
static void fail(schedule *s, int code)
{
    if (!s->code)
        s->code = code;
    pthread_cond_broadcast(&s->freed);
}

/* The next job, or NULL when there is none or the run has failed. Waits while the ring is full. Called with the lock held. */
static job *take(schedule *s)
{
    while (!s->code && s->next_job < s->n_jobs && s->next_job - s->handed_on >= s->n_slots)
        pthread_cond_wait(&s->freed, &s->lock);
    if (!s->code && detente_schedule_stopped(s))
        fail(s, DETENTE_E_INTERRUPTED);
    if (s->code || s->next_job == s->n_jobs)
        return NULL;
    job *j = &s->slot[s->next_job % s->n_slots];
    j->first_block = s->next_job * s->blocks_per_job;
    j->n_blocks = least(s->blocks_per_job, s->n_blocks - j->first_block);
    j->done = 0;
    s->next_job++;
    return j;
}

/* Hand on finished jobs in order for as long as the lowest one is finished. Called with the lock held. */
static void hand_on(schedule *s)
{
    if (s->handing_on)
        return;
    s->handing_on = 1;
    while (!s->code && s->handed_on < s->next_job && s->slot[s->handed_on % s->n_slots].done) {
        job *j = &s->slot[s->handed_on % s->n_slots];
        pthread_mutex_unlock(&s->lock);
        const int code = detente_job_hand_on(s, j);
        if (!code)
            report(s);
        pthread_mutex_lock(&s->lock);
        if (code)
            fail(s, code);
        else
            s->handed_on++;
        pthread_cond_broadcast(&s->freed);
    }
    s->handing_on = 0;
}

void detente_schedule_work(schedule *s)
{
    workspace space = {.block = detente_aligned_calloc(_Alignof(detente_block), sizeof *space.block)};
    pthread_mutex_lock(&s->lock);
    if (!space.block)
        fail(s, DETENTE_E_MEMORY);
    for (job *j = take(s); j; j = take(s)) {
        pthread_mutex_unlock(&s->lock);
        const int code = detente_job_play(s, j, &space);
        pthread_mutex_lock(&s->lock);
        if (code) {
            /* One thread's words are enough. */
            if (!s->code && space.error.text)
                detente_error_set(s->error, code, "%s", space.error.text);
            fail(s, code);
            break;
        }
        j->done = 1;
        hand_on(s);
    }
    pthread_mutex_unlock(&s->lock);
    detente_error_clear(&space.error);
    detente_free(space.block);
}
