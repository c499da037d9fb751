/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rounds of a run: what each has yet to play, alone or shared among ranks, and when cells have enough of it. */
#include "cli/run.h"

#include <math.h>

#include "core/clock.h"
#include "core/memory.h"

/* Encounters a thread that are worth a chunk of their own, some hundredths of a second, and fewer than which are not worth sharing:
 * each chunk costs a shard, some milliseconds until it is merged (docs/performance.md). */
static const double chunk_encounters = 1 << 18, trifle_encounters = 1 << 16;

/* The store, and in front of it what decides when a cell has enough replications. */
typedef struct round_sink {
    detente_sink store;
    detente_stopping *stopping;
    int metric; /* of the rule; -1: none */
    uint32_t n_cells;
    /* For the playing of chunks. */
    run_state *run;
    detente_run_options *how;
    cli_progress *progress;
    double started;         /* seconds, by the clock */
    uint64_t known;         /* units that were there before */
    uint64_t at;            /* where this rank has come on the line of units */
    detente_progress begun; /* what it had done before the units that are under way */
} round_sink;

static int round_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    const round_sink *sink = data;
    return sink->store.rows(sink->store.data, cell, replication, rows, error);
}

static int round_unit(void *data, const detente_unit *unit, detente_error *error)
{
    const round_sink *sink = data;
    if (sink->metric >= 0)
        detente_stopping_take(sink->stopping, unit->cell, unit->replication, unit->moments[sink->metric].count,
                              unit->moments[sink->metric].mean);
    return sink->store.unit(sink->store.data, unit, error);
}

static void round_known(void *data, uint64_t unit, uint64_t encounters, double mean)
{
    const round_sink *sink = data;
    detente_stopping_take(sink->stopping, (uint32_t)(unit % sink->n_cells), (uint32_t)(unit / sink->n_cells),
                          encounters, mean);
}

static int take_cell(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    const run_state *run = data;
    const detente_cell_source all = detente_sweep_source(run->sweep);
    return all.take(all.data, run->first_cell + cell, taken, error);
}

static void give_cell_back(void *data, const detente_cell *taken)
{
    const run_state *run = data;
    const detente_cell_source all = detente_sweep_source(run->sweep);
    all.give_back(all.data, taken);
}

detente_cell_source cli_run_cells(run_state *run)
{
    detente_store_cells(run->store, &run->first_cell, &run->n_cells);
    return (detente_cell_source){.n_cells = run->n_cells, .data = run, .take = take_cell, .give_back = give_cell_back};
}

/* Play what is not there yet of the units below `end`. */
static int play_units(round_sink *sink, uint64_t end, detente_error *error)
{
    run_state *run = sink->run;
    detente_run_options *how = sink->how;
    const detente_cell_source cells = cli_run_cells(run);
    const detente_sink into = {.data = sink, .rows = round_rows, .unit = round_unit};
    int more, code = 0;
    while (!code && (more = detente_store_next_units(run->store, end, how, error)) != 0) {
        sink->begun = run->done;
        detente_progress done = {0};
        code = more < 0 ? more : detente_engine_run(&run->config, &cells, &into, how, &done, error);
        run->done.encounters_done += done.encounters_done;
        run->done.turns_done += done.turns_done;
        run->done.units_failed += done.units_failed;
        run->done.seconds += done.seconds;
    }
    return code;
}

/* The part of the cells that have not enough replications yet. */
static double going(const round_sink *sink)
{
    return 1 - detente_stopping_stopped(sink->stopping) / (double)sink->n_cells;
}

/* From the thread that plays: rank 0 shows what all have done. */
static void tell_ranks(void *data, const detente_progress *part)
{
    const round_sink *sink = data;
    detente_progress all = sink->begun;
    all.encounters_done += part->encounters_done;
    all.turns_done += part->turns_done;
    detente_ranks_tell(sink->run->ranks, &all);
}

/* What has been played by all ranks, the units under way included. */
static void show(const round_sink *sink, detente_progress now)
{
    const detente_config *config = &sink->run->config;
    cli_progress *progress = sink->progress;
    const uint64_t units = sink->known + now.encounters_done / config->encounters, whole = units / sink->n_cells;
    if (sink->metric < 0)
        progress->replication = whole + (whole < config->replications);
    now.seconds = detente_clock() - sink->started;
    cli_progress_show(progress, &now);
}

static void show_ranks(void *data, const detente_progress *all)
{
    show(data, *all);
}

/* Of one process: `part` is of the units that are under way. */
static void show_alone(void *data, const detente_progress *part)
{
    const round_sink *sink = data;
    detente_progress all = sink->begun;
    all.encounters_done += part->encounters_done;
    all.turns_done += part->turns_done;
    show(sink, all);
}

/* Between rounds, since they may be too short for the engine to report any: replications up to `last` come next. */
static void show_round(const round_sink *sink, uint32_t last)
{
    const run_state *run = sink->run;
    cli_progress *progress = sink->progress;
    const detente_progress all = detente_ranks_number(run->ranks) == 1 ? run->done : detente_ranks_done(run->ranks);
    progress->precise = detente_stopping_stopped(sink->stopping);
    if (sink->metric >= 0) {
        const double left = (double)detente_store_left(run->store) * going(sink);
        const double needed = fmin(detente_stopping_needed(sink->stopping), left) * (double)run->config.encounters;
        progress->total = last > run->config.until.least ? CLI_TOTAL_ABOUT : CLI_TOTAL_AT_MOST;
        progress->encounters = all.encounters_done + (uint64_t)needed;
        progress->replication = last;
    }
    if (detente_ranks_rank(run->ranks) == 0)
        show(sink, all);
}

/* Units [first, first + n) of those that were left of the round. */
static int play_chunk(void *data, uint64_t first, uint64_t n, const volatile int *stop, detente_error *error)
{
    round_sink *sink = data;
    detente_store *store = sink->run->store;
    if (n == 0) {
        if (*stop)
            detente_store_keep(store); /* who sent the signal may not wait for long */
        return 0;
    }
    if (first > sink->at)
        detente_store_pass(store, detente_store_reach(store, first - sink->at));
    sink->at = first + n;
    sink->how->stop = stop;
    const int code = play_units(sink, detente_store_reach(store, n), error);
    detente_ranks_tell(sink->run->ranks, &sink->run->done);
    return code;
}

/* A round that is played faster than shared: by rank 0. */
static int play_trifle(round_sink *sink, uint64_t end, detente_error *error)
{
    detente_ranks *ranks = sink->run->ranks;
    int code = *cli_signals_caught() ? DETENTE_E_INTERRUPTED : 0;
    sink->how->stop = cli_signals_caught();
    if (!code && detente_ranks_rank(ranks) == 0)
        code = play_units(sink, end, error);
    detente_ranks_tell(ranks, &sink->run->done);
    detente_store_pass(sink->run->store, end);
    code = detente_ranks_agree(ranks, code, error);
    if (!code)
        detente_ranks_means(ranks, sink->stopping);
    return code;
}

/* The units of a round below `end`, by all ranks. */
static int share_units(round_sink *sink, uint64_t end, detente_error *error)
{
    run_state *run = sink->run;
    const uint64_t n = detente_store_left_before(run->store, end);
    /* Those that are played: cells that have enough are only passed. */
    const double encounters = (double)n * (double)run->config.encounters * going(sink), threads = run->options->threads;
    if (encounters < trifle_encounters * threads)
        return play_trifle(sink, end, error);
    const double worth = (double)n * fmin(1, chunk_encounters * threads / encounters);
    const detente_share share = {
        .n = n, .least = (uint64_t)worth + 1, .play = play_chunk, .progress = show_ranks, .data = sink};
    sink->at = 0;
    const int code = detente_ranks_play(run->ranks, &share, error);
    detente_store_pass(run->store, end);
    if (!code)
        detente_ranks_means(run->ranks, sink->stopping);
    return code;
}

/* Play what is not there yet of a round: replications [first, last). */
static int play_round(round_sink *sink, uint32_t first, uint32_t last, detente_error *error)
{
    run_state *run = sink->run;
    const uint64_t begin = (uint64_t)first * sink->n_cells, end = (uint64_t)last * sink->n_cells;
    int code = 0;
    if (sink->metric >= 0)
        code = detente_store_means(run->store, sink->metric, begin, end, round_known, sink, error);
    sink->how->skip = detente_stopping_skip(sink->stopping);
    if (detente_ranks_number(run->ranks) == 1)
        return code ? code : play_units(sink, end, error);
    code = detente_ranks_agree(run->ranks, code, error);
    return code ? code : share_units(sink, end, error);
}

/* What all ranks have played. */
static int sum_ranks(run_state *run, double seconds, detente_error *error)
{
    detente_progress *done = &run->done;
    double sum[] = {(double)done->encounters_done, (double)done->turns_done, (double)done->units_failed};
    if (detente_ranks_number(run->ranks) == 1)
        return 0;
    if (detente_ranks_sum(run->ranks, sum, 3))
        return detente_no_memory(error);
    done->encounters_done = (uint64_t)sum[0];
    done->turns_done = (uint64_t)sum[1];
    done->units_failed = (uint64_t)sum[2];
    done->seconds = seconds;
    return 0;
}

int cli_run_play(run_state *run, detente_error *error)
{
    const int alone = detente_ranks_number(run->ranks) == 1;
    const detente_config *config = &run->config;
    cli_progress progress;
    cli_progress_begin(&progress, run->options->progress);
    round_sink sink = {.store = detente_store_sink(run->store),
                       .metric = config->until.metric,
                       .n_cells = cli_run_cells(run).n_cells,
                       .run = run,
                       .progress = &progress,
                       .started = detente_clock()};
    const uint64_t left = detente_store_left(run->store);
    sink.known = (uint64_t)sink.n_cells * config->replications - left;
    progress.encounters = left * config->encounters;
    progress.cells = sink.n_cells;
    /* A part of a line of units knows nothing of the others. */
    progress.replications = run->options->shards && config->until.metric < 0 ? 0 : config->replications;
    detente_run_options how = {.threads = run->options->threads,
                               .isa = run->isa,
                               .progress = alone ? show_alone : tell_ranks,
                               .progress_data = &sink,
                               .stop = cli_signals_caught()};
    uint32_t first, last;
    sink.how = &how;
    int code = detente_stopping_create(&sink.stopping, config, sink.n_cells, error);
    code = detente_ranks_agree(run->ranks, code, error);
    while (!code && detente_stopping_next(sink.stopping, &first, &last)) {
        show_round(&sink, last);
        code = play_round(&sink, first, last, error);
    }
    run->cells = sink.n_cells;
    run->precise = code ? 0 : detente_stopping_stopped(sink.stopping);
    detente_stopping_free(sink.stopping);
    cli_progress_end(&progress);
    const int summed = sum_ranks(run, detente_clock() - sink.started, error);
    return code ? code : summed;
}
