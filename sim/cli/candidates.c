/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/candidates.h"

#include <math.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

/* Encounters that are worth the threads' while, and numbers that are held while they are played. */
enum { WORTH_ENCOUNTERS = 1 << 16, AHEAD_PART = 8, BUFFER = 1 << 22 };

static const double show_every = 0.25;

/* ---- who they are ------------------------------------------------------------------------------------------------- */

/* Whether a point is one of those asked for. Values that were computed may differ in their last digit from what was typed. */
static int is_wanted(const candidates *c, const double *values)
{
    for (int i = 0; i < c->n_where; i++) {
        const double is = values[c->where[i].factor], wanted = c->where[i].value;
        if (fabs(is - wanted) > 1e-9 * fmax(fabs(is), fabs(wanted)))
            return 0;
    }
    return 1;
}

static int any_fails(const candidates *c, uint64_t point)
{
    const uint64_t strategies = (uint64_t)c->config->n_strategies;
    int failed = 0;
    for (uint64_t s = 0; s < strategies; s++)
        failed |= c->failed[point * strategies + s];
    return failed;
}

/* The points that are asked for and where nothing fails (by cells: all that are asked for). */
static int find_points(const candidates *c, uint64_t *point, uint64_t *n, detente_error *error)
{
    double values[DETENTE_MAX_FACTORS];
    const uint64_t all = detente_sweep_points(c->sweep);
    int code = 0;
    *n = 0;
    for (uint64_t p = 0; p < all && !code; p++) {
        if (c->n_where > 0)
            code = detente_sweep_values(c->sweep, p, values, error);
        if (!code && is_wanted(c, values) && (c->by_cell || !any_fails(c, p)))
            point[(*n)++] = p;
    }
    return code;
}

static int list_cells(candidates *c, const uint64_t *point, uint64_t n_points, detente_error *error)
{
    const uint64_t strategies = (uint64_t)c->config->n_strategies;
    uint64_t n = c->by_cell ? 0 : strategies;
    c->cell = detente_alloc((n_points * strategies + 1) * sizeof *c->cell);
    if (!c->cell)
        return detente_no_memory(error);
    for (uint64_t p = 0; p < n_points; p++)
        for (uint64_t s = 0; s < strategies; s++) {
            const uint32_t cell = (uint32_t)(point[p] * strategies + s);
            if (!c->by_cell)
                c->cell[s * n_points + p] = cell;
            else if (!c->failed[cell])
                c->cell[n++] = cell;
        }
    if (n > DETENTE_SELECT_MAX)
        return detente_error_set(error, DETENTE_E_USAGE,
                                 "%s: %llu cells to select from, more than %d; narrow them down by --where", c->path,
                                 (unsigned long long)n, DETENTE_SELECT_MAX);
    c->n = (uint32_t)n;
    c->each = c->by_cell ? 1 : (uint32_t)n_points;
    return 0;
}

static int check_number(const candidates *c, uint64_t n_points, detente_error *error)
{
    if (n_points == 0)
        return detente_error_set(error, DETENTE_E_USAGE,
                                 c->n_where ? "%s: no point of the design is where --where says%s"
                                            : "%s: there is nothing to select from%s",
                                 c->path, c->n_failed ? ", or a strategy fails at each" : "");
    if (c->n >= 2)
        return 0;
    return detente_error_set(error, DETENTE_E_USAGE, "%s: there is only one %s to select from%s", c->path,
                             c->by_cell ? "cell" : "strategy",
                             c->config->design && !c->by_cell ? "; --among cells selects among the points of the design"
                                                              : "; give `strategies` two or more");
}

/* What the file says of failures, so that they need not be found out. */
static int take_failures(candidates *c, detente_error *error)
{
    const uint32_t cells = detente_results_cells(c->results);
    uint32_t n;
    if (cells != detente_sweep_cells(c->sweep))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: has %u cells, its config %u", c->path, cells,
                                 detente_sweep_cells(c->sweep));
    for (uint32_t i = 0; i < cells; i++) {
        c->failed[i] = (uint8_t)detente_results_failed(c->results, i);
        c->n_failed += c->failed[i];
    }
    return detente_results_failures(c->results, &n, &c->why, error);
}

static int read_known(candidates *c, detente_error *error)
{
    const uint32_t cells = detente_sweep_cells(c->sweep);
    uint32_t *group = detente_alloc(cells * sizeof *group);
    if (!group)
        return detente_no_memory(error);
    for (uint32_t i = 0; i < cells; i++)
        group[i] = POOL_NONE;
    for (uint32_t i = 0; i < c->n; i++)
        for (uint32_t p = 0; p < c->each; p++)
            group[c->cell[(size_t)i * c->each + p]] = i;
    const int code = pool_read(c->results, c->metric, group, c->n, &c->known, error);
    detente_free(group);
    return code;
}

static void forget(candidates *c)
{
    for (uint32_t i = 0; c->value && i < c->n; i++)
        detente_free(c->value[i]);
    detente_free(c->value);
    detente_free(c->there);
    detente_free(c->room);
    detente_free(c->cell);
    pool_clear(&c->known);
    c->value = NULL;
    c->there = c->room = NULL;
    c->cell = NULL;
    c->new_failed = 0;
}

int candidates_gather(candidates *c, detente_error *error)
{
    uint64_t n_points = 0, *point = detente_alloc(detente_sweep_points(c->sweep) * sizeof *point);
    const int first = c->failed == NULL;
    int code = point ? 0 : detente_no_memory(error);
    forget(c);
    if (first) {
        c->begun = detente_clock();
        c->failed = detente_calloc(detente_sweep_cells(c->sweep), 1);
        code = code || !c->failed ? detente_no_memory(error) : c->results ? take_failures(c, error) : 0;
    }
    if (!code)
        code = find_points(c, point, &n_points, error);
    if (!code)
        code = list_cells(c, point, n_points, error);
    if (!code)
        code = check_number(c, n_points, error);
    if (!code && c->results)
        code = read_known(c, error);
    if (!code) {
        c->value = detente_calloc(c->n, sizeof *c->value);
        c->there = detente_calloc(c->n, sizeof *c->there);
        c->room = detente_calloc(c->n, sizeof *c->room);
        if (!c->value || !c->there || !c->room)
            code = detente_no_memory(error);
    }
    detente_free(point);
    return code;
}

void candidates_clear(candidates *c)
{
    forget(c);
    detente_free(c->failed);
    detente_free(c->why);
    c->failed = NULL;
    c->why = NULL;
}

/* ---- playing them ------------------------------------------------------------------------------------------------- */

/* Candidates that are played together: replications [first, last) of each. */
typedef struct turn_of {
    candidates *c;
    uint32_t n, *who; /* numbers of candidates; those of which something is to be played come first */
    uint32_t n_played;
    uint64_t first, last;
    uint32_t *cell; /* n_played x each, points outermost, so that a point is made for all of them at once */
    double *mean;   /* replications x those */
    detente_cell_source from;
} turn_of;

static int take_cell(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    const turn_of *t = data;
    return t->from.take(t->from.data, t->cell[cell], taken, error);
}

static void give_cell_back(void *data, const detente_cell *taken)
{
    const turn_of *t = data;
    t->from.give_back(t->from.data, taken);
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    const turn_of *t = data;
    candidates *c = t->c;
    const uint64_t cells = (uint64_t)t->n_played * c->each;
    if (!unit->failure) {
        t->mean[(unit->replication - t->first) * cells + unit->cell] = unit->moments[c->metric].mean;
        return 0;
    }
    const uint32_t cell = t->cell[unit->cell];
    if (!c->failed[cell]) {
        c->failed[cell] = 1;
        c->n_failed++;
        c->new_failed++;
    }
    if (!c->why && !(c->why = detente_strdup(unit->failure)))
        return detente_no_memory(error);
    return 0;
}

/* From a thread that plays, and between calls of the engine. */
static void show(void *data, const detente_progress *now)
{
    candidates *c = data;
    const double seconds = detente_clock() - c->begun;
    if (seconds - c->shown < show_every)
        return;
    c->shown = seconds;
    detente_progress all = *now;
    all.seconds = 0;
    c->progress->before = (detente_progress){.encounters_done = c->encounters_done, .seconds = seconds};
    cli_progress_show(c->progress, &all);
}

static int play_cells(turn_of *t, detente_error *error)
{
    candidates *c = t->c;
    const uint32_t cells = t->n_played * c->each;
    if (c->results && detente_results_model_version(c->results) != detente_model_version())
        return detente_error_set(
            error, DETENTE_E_INPUT,
            "%s: its replications do not suffice, and were played by version %d of the model; this "
            "program plays version %d and cannot go on with them",
            c->path, detente_results_model_version(c->results), detente_model_version());
    detente_config play = *c->config; /* a view: nothing of it is released */
    play.replications = t->last;
    play.keep = (detente_keep){0};
    play.quantiles = 0;
    const detente_cell_source source = {.n_cells = cells, .data = t, .take = take_cell, .give_back = give_cell_back};
    const detente_sink sink = {.data = t, .unit = take_unit};
    const detente_run_options how = {.threads = c->threads,
                                     .isa = c->isa,
                                     .first_unit = t->first * cells,
                                     .last_unit = t->last * cells,
                                     .progress = show,
                                     .progress_data = c,
                                     .stop = cli_signals_caught()};
    detente_progress done = {0};
    const int code = detente_engine_run(&play, &source, &sink, &how, &done, error);
    c->encounters_done += done.encounters_done;
    show(c, &(detente_progress){0});
    return code;
}

static int is_known(const candidates *c, uint32_t who, uint64_t first, uint64_t last)
{
    int known = last <= c->known.replications;
    for (uint64_t r = first; r < last && known; r++)
        known = !isnan(pool_of(&c->known, who)[r]);
    return known;
}

static int make_room(candidates *c, uint32_t who, uint64_t n)
{
    if (n <= c->room[who])
        return 0;
    const uint64_t room = 2 * c->room[who] > n ? 2 * c->room[who] : n;
    double *larger = detente_realloc(c->value[who], room * sizeof *larger);
    if (!larger)
        return DETENTE_E_MEMORY;
    c->value[who] = larger;
    c->room[who] = room;
    return 0;
}

/* The average over the cells of a candidate, number @p i of those played, in the order of points. */
static double average(const turn_of *t, uint32_t i, uint64_t replication)
{
    const double *mean = t->mean + (replication - t->first) * t->n_played * t->c->each;
    double sum = 0;
    for (uint32_t p = 0; p < t->c->each; p++)
        sum += mean[(size_t)p * t->n_played + i];
    return sum / t->c->each;
}

static int add_values(turn_of *t, detente_error *error)
{
    candidates *c = t->c;
    for (uint32_t i = 0; i < t->n; i++) {
        const uint32_t who = t->who[i];
        if (make_room(c, who, t->last))
            return detente_no_memory(error);
        for (uint64_t r = t->first; r < t->last; r++)
            c->value[who][r] = i < t->n_played ? average(t, i, r) : pool_of(&c->known, who)[r];
        c->there[who] = t->last;
    }
    return 0;
}

/* Those first that the file does not have. */
static void part(turn_of *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (!is_known(t->c, t->who[i], t->first, t->last)) {
            const uint32_t who = t->who[i];
            t->who[i] = t->who[t->n_played];
            t->who[t->n_played++] = who;
        }
}

static int play_turn(turn_of *t, detente_error *error)
{
    candidates *c = t->c;
    part(t);
    const size_t cells = (size_t)t->n_played * c->each;
    t->from = detente_sweep_source(c->sweep);
    t->cell = detente_alloc((cells + 1) * sizeof *t->cell);
    t->mean = detente_alloc((t->last - t->first) * cells * sizeof *t->mean + 1);
    int code = t->cell && t->mean ? 0 : detente_no_memory(error);
    for (uint32_t i = 0; i < t->n_played && !code; i++)
        for (uint32_t p = 0; p < c->each; p++)
            t->cell[(size_t)p * t->n_played + i] = c->cell[(size_t)t->who[i] * c->each + p];
    if (!code && cells > 0)
        code = play_cells(t, error);
    if (!code && c->new_failed)
        code = DETENTE_E_CONFIG;
    if (!code)
        code = add_values(t, error);
    detente_free(t->cell);
    detente_free(t->mean);
    return code;
}

/* How far to go: no further than is wanted, but for what is there anyway, and for what is too little to be worth a call. */
static uint64_t far_enough(const turn_of *t, uint64_t wanted)
{
    const candidates *c = t->c;
    const uint64_t known = c->known.replications, one = (uint64_t)t->n * c->each;
    uint64_t last = wanted;
    if (t->first < known && last > known)
        last = known;
    const uint64_t worth = WORTH_ENCOUNTERS / (one * c->config->encounters), ahead = t->first / AHEAD_PART;
    if (c->ahead && t->first >= known && last - t->first < (worth < ahead ? worth : ahead))
        last = t->first + (worth < ahead ? worth : ahead);
    const uint64_t most = BUFFER / one;
    if (last - t->first > most)
        last = t->first + (most > 0 ? most : 1);
    return last;
}

int candidates_play(void *data, const uint64_t *wanted, detente_error *error)
{
    candidates *c = data;
    uint32_t *who = detente_alloc(c->n * sizeof *who);
    int code = who ? 0 : detente_no_memory(error);
    while (!code) {
        turn_of t = {.c = c, .who = who, .first = UINT64_MAX};
        uint64_t least = UINT64_MAX;
        for (uint32_t i = 0; i < c->n; i++)
            if (c->there[i] < wanted[i] && c->there[i] < t.first)
                t.first = c->there[i];
        for (uint32_t i = 0; i < c->n; i++)
            if (c->there[i] < wanted[i] && c->there[i] == t.first) {
                who[t.n++] = i;
                least = wanted[i] < least ? wanted[i] : least;
            }
        if (t.n == 0)
            break;
        t.last = far_enough(&t, least);
        c->progress->candidates = c->n;
        c->progress->left = t.n;
        code = *cli_signals_caught() ? DETENTE_E_INTERRUPTED : play_turn(&t, error);
    }
    detente_free(who);
    return code;
}

double candidates_value(void *data, uint32_t candidate, uint64_t replication)
{
    const candidates *c = data;
    return c->value[candidate][replication];
}

uint64_t candidates_known(const candidates *c, const uint64_t *replications)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < c->n && c->results; i++)
        for (uint64_t r = 0; r < replications[i] && r < c->known.replications; r++)
            n += isnan(pool_of(&c->known, i)[r]) ? 0 : 1;
    return n * c->each * c->config->encounters;
}
