/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A little of a run, played and stored as the run itself would be, in memory. Nothing that a run does for each replication is
 * computed here from anything else, so whatever becomes dearer there becomes so here.
 */
#include <math.h>
#include <string.h>

#include "cli/work.h"
#include "core/clock.h"
#include "core/memory.h"
#include "store/trial.h"

/*
 * Points are made in runs of consecutive ones, as a run makes them, from all parts of the design. The first of each shares
 * nothing with the one before it, which in the design's order it might: it is made, but not measured.
 */
enum { SPOTS = 32, RUN = 9, MAX_MADE = SPOTS * RUN, MAX_PLAYED = 128 };
/* Encounters of a replication that are played: one block; fewer where each turn of them is traced. */
enum { MOST_ENCOUNTERS = DETENTE_BLOCK, MOST_TRACED = 256, MOST_REPLICATIONS = 20000 };
/* Processor seconds: of making cells, of playing to warm up, and of playing. */
static const double MAKE_SECONDS = 0.06, WARM_SECONDS = 0.06, PLAY_SECONDS = 0.12;

/* What a trial plays: points that were made, and some of their cells, taken from the sweep. */
typedef struct trial_cells {
    detente_cell_source sweep;
    uint32_t strategies;
    uint64_t point[MAX_MADE]; /* that can be made */
    uint8_t bad[MAX_MADE];    /* but failed when it was played */
    uint32_t n_points;
    const detente_cell *cell[MAX_PLAYED];
    uint32_t of[MAX_PLAYED]; /* which of the points */
    uint32_t n;
} trial_cells;

/* A trial under way: the store's sink, and a look at what passes. */
typedef struct trial {
    trial_cells *cells;
    work_costs *costs; /* gets failures */
    detente_sink store;
    double begun, limit; /* seconds */
    double turns;        /* sum over replications that did not fail */
    uint64_t played;     /* those */
    int stop;
} trial;

/* @p why is the caller's. @return 0 or DETENTE_E_MEMORY */
static int note_failure(work_costs *costs, uint64_t point, const char *why)
{
    costs->failed++;
    if (costs->why && costs->first_failed < point)
        return 0;
    detente_free(costs->why);
    costs->first_failed = point;
    costs->why = detente_strdup(why);
    return costs->why ? 0 : DETENTE_E_MEMORY;
}

/* Make the cells of a point and let them go. @return 0, or a failure of more than the point */
static int make(trial_cells *cells, uint64_t point, work_costs *costs, detente_error *error)
{
    const detente_cell_source *source = &cells->sweep;
    const detente_cell *cell;
    detente_error why = {0};
    int code = source->take(source->data, (uint32_t)point * cells->strategies, &cell, &why);
    costs->tried++;
    if (!code) {
        source->give_back(source->data, cell);
        cells->point[cells->n_points++] = point;
    } else if (code == DETENTE_E_CONFIG || code == DETENTE_E_RANGE) {
        code = note_failure(costs, point, why.text ? why.text : detente_error_string(code));
    }
    if (code)
        detente_error_set(error, code, "%s", why.text ? why.text : detente_error_string(code));
    detente_error_clear(&why);
    return code;
}

/* Make points. @param[out] seconds what one takes @return 0, or a failure of more than the points */
static int make_points(work_costs *costs, trial_cells *cells, double *seconds, detente_error *error)
{
    enum { STRIDE = 13 }; /* the first few spots lie all over the design, too */
    const uint64_t points = cells->sweep.n_cells / cells->strategies;
    const int all = points <= MAX_MADE;
    const uint32_t spots = all ? 1 : SPOTS, run = all ? (uint32_t)points : RUN;
    double spent = 0;
    uint32_t measured = 0;
    int code = 0;
    cells->n_points = costs->tried = costs->failed = 0;
    for (uint32_t i = 0; i < spots && !code && spent < MAKE_SECONDS; i++) {
        const uint64_t first = (i * STRIDE % SPOTS) * points / SPOTS;
        for (uint32_t k = 0; k < run && !code && spent < MAKE_SECONDS; k++) {
            const double before = detente_cpu_clock();
            code = make(cells, first + k, costs, error);
            if (k > 0 || run == 1) {
                spent += detente_cpu_clock() - before;
                measured++;
            }
        }
    }
    *seconds = measured ? spent / measured : 0;
    return code;
}

/* Make points twice: what is not kept has its tables the second time. */
static int make_twice(work_costs *costs, trial_cells *cells, detente_sweep *sweep, detente_error *error)
{
    int code = make_points(costs, cells, &costs->point, error);
    costs->kept = detente_sweep_kept(sweep, &costs->tables);
    if (code || costs->kept == 1)
        return code;
    detente_sweep_forget(sweep);
    return make_points(costs, cells, &costs->again, error);
}

static int take_cell(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    (void)error;
    *taken = ((const trial_cells *)data)->cell[cell];
    return 0;
}

static void give_back(void *data, const detente_cell *taken)
{
    (void)data;
    (void)taken;
}

static int trial_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    const trial *t = data;
    return t->store.rows(t->store.data, cell, replication, rows, error);
}

/* A point that could be made, but not played. @return 0 or DETENTE_E_MEMORY */
static int note_unplayable(work_costs *costs, uint64_t point, const char *why)
{
    char text[256];
    snprintf(text, sizeof text, "point %llu: %s", (unsigned long long)point, why);
    return note_failure(costs, point, text);
}

static int trial_unit(void *data, const detente_unit *unit, detente_error *error)
{
    trial *t = data;
    if (!unit->failure) {
        t->turns += unit->moments[DETENTE_METRIC_turns].mean;
        t->played++;
    } else {
        const uint32_t of = t->cells->of[unit->cell];
        if (!t->cells->bad[of] && note_unplayable(t->costs, t->cells->point[of], unit->failure))
            return detente_no_memory(error);
        t->cells->bad[of] = 1;
    }
    t->stop = detente_cpu_clock() - t->begun > t->limit;
    return t->store.unit(t->store.data, unit, error);
}

/* Of a replication the same share of rows is kept as of the run's. */
static uint64_t kept(uint64_t rows, uint64_t encounters, uint64_t played)
{
    const uint64_t all = rows < encounters ? rows : encounters;
    return (uint64_t)ceil((double)all * (double)played / (double)encounters);
}

/* The config of a trial: a view, nothing of it is released. */
static detente_config small_config(const detente_config *config)
{
    detente_config small = *config;
    const uint64_t most = config->keep.turns ? MOST_TRACED : MOST_ENCOUNTERS;
    small.encounters = config->encounters < most ? config->encounters : most;
    small.keep.encounters = kept(config->keep.encounters, config->encounters, small.encounters);
    small.keep.turns = kept(config->keep.turns, config->encounters, small.encounters);
    small.until.metric = -1;
    small.design = NULL;
    return small;
}

/* Play and store so many replications of the cells, or as many as there is time for. @param[out] n how many */
static int play(trial *t, const detente_config *small, detente_isa isa, uint64_t *n, detente_error *error)
{
    const trial_cells *cells = t->cells;
    const detente_cell_source source = {cells->n, t->cells, take_cell, give_back};
    const detente_run_options how = {.threads = 1, .isa = isa, .stop = &t->stop};
    const detente_sink sink = {t, trial_rows, trial_unit};
    store_trial *store;
    store_trial_found stored = {0};
    detente_progress done = {0};
    uint64_t bins = 0;
    int code = store_trial_create(&store, small, cells->n, error);
    t->begun = detente_cpu_clock();
    if (!code) {
        t->store = store_trial_sink(store);
        code = detente_engine_run(small, &source, &sink, &how, &done, error);
        if (code == DETENTE_E_INTERRUPTED) {
            detente_error_clear(error);
            code = 0;
        }
    }
    if (!code)
        code = store_trial_end(store, &stored, error);
    const double played = detente_cpu_clock();
    if (!code)
        code = store_trial_bins(store, &bins, error);
    const double listed = detente_cpu_clock() - played;
    store_trial_free(store);
    *n = done.units_done;
    if (code || *n == 0)
        return code;
    const double units = (double)*n;
    t->costs->unit = (played - t->begun) / units;
    t->costs->bin = bins ? listed / (double)bins : 0;
    for (int table = 0; table < STORE_N_TABLES; table++) {
        t->costs->rows[table] = (double)stored.rows[table] / units;
        t->costs->packed[table] = (double)stored.packed[table] / units;
    }
    return 0;
}

/* Once to warm up, and to learn how much there is time for; then again, until it was enough. */
static int play_enough(work_costs *costs, trial_cells *cells, const detente_config *config, detente_isa isa,
                       detente_error *error)
{
    enum { MOST_TIMES = 4 };
    detente_config small = small_config(config);
    double spent = 0;
    uint64_t n = 0;
    int code = 0;
    small.replications = 1;
    for (int i = 0; i < MOST_TIMES && spent < PLAY_SECONDS / 3 && !code; i++) {
        trial t = {.cells = cells, .costs = costs, .limit = i ? PLAY_SECONDS : WARM_SECONDS};
        code = play(&t, &small, isa, &n, error);
        spent = i ? costs->unit * (double)n : 0;
        costs->turns = t.played ? t.turns / (double)t.played : 0;
        const double fits = PLAY_SECONDS / (costs->unit * (double)cells->n + 1e-9);
        small.replications = fits < 1 ? 1 : fits < MOST_REPLICATIONS ? (uint64_t)fits : MOST_REPLICATIONS;
    }
    /* Of the run a replication has more encounters, and of the points that were tried not all can be made. */
    const double scale = (double)config->encounters / (double)small.encounters * cells->n_points / costs->tried;
    costs->unit *= scale;
    for (int t = 0; t < STORE_N_TABLES; t++) {
        costs->rows[t] *= scale;
        costs->packed[t] *= scale;
    }
    return code;
}

/*
 * Which of @p all cells the one at @p i of @p n is. Usually by steps that meet no period of the design, the first few of them
 * everywhere. Where encounters are kept, neighbours: they meet the same customers, and alike columns deflate to less.
 */
static uint32_t pick(uint32_t i, uint32_t n, uint32_t all, uint32_t neighbours)
{
    enum { STRIDE = 27 };
    static const double GOLDEN = 0.6180339887498949;
    if (n == all)
        return i;
    if (neighbours > 1)
        return (uint32_t)((uint64_t)(i / neighbours) * neighbours * (all - neighbours) / n) + i % neighbours;
    const uint32_t stratum = i * STRIDE % MAX_PLAYED;
    return (uint32_t)((stratum + fmod(GOLDEN * stratum, 1)) * all / n);
}

/* Take some of the cells of the points that can be made. */
static int take_some(trial_cells *cells, const detente_config *config, detente_error *error)
{
    const uint32_t strategies = cells->strategies, all = cells->n_points * strategies;
    const uint32_t n = all < MAX_PLAYED ? all : MAX_PLAYED;
    const uint32_t most = RUN * strategies < n / 2 ? RUN * strategies : n / 2;
    const uint64_t near = config->keep.encounters && !config->keep.turns ? STORE_CHUNK_ROWS / config->encounters : 0;
    int code = 0;
    for (uint32_t i = 0; i < n && !code; i++) {
        const uint32_t c = pick(i, n, all, near < most ? (uint32_t)near : most);
        cells->of[i] = c / strategies;
        code =
            cells->sweep.take(cells->sweep.data, (uint32_t)cells->point[c / strategies] * strategies + c % strategies,
                              &cells->cell[i], error);
        cells->n += !code;
    }
    return code;
}

int work_measure(work_costs *costs, const detente_config *config, detente_sweep *sweep, detente_isa isa,
                 detente_error *error)
{
    *costs = (work_costs){0};
    trial_cells *cells = detente_calloc(1, sizeof *cells);
    if (!cells)
        return detente_no_memory(error);
    cells->sweep = detente_sweep_source(sweep);
    cells->strategies = (uint32_t)config->n_strategies;
    int code = make_twice(costs, cells, sweep, error);
    if (!code)
        code = take_some(cells, config, error);
    if (!code && cells->n > 0)
        code = play_enough(costs, cells, config, isa, error);
    for (uint32_t i = 0; i < cells->n; i++)
        cells->sweep.give_back(cells->sweep.data, cells->cell[i]);
    detente_free(cells);
    return code;
}

void work_costs_clear(work_costs *costs)
{
    detente_free(costs->why);
    *costs = (work_costs){0};
}
