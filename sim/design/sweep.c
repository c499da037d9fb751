/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A design open for use, and its cells on demand.
 *
 * All strategies of a point are compiled together, because binding the point costs more than compiling a cell. The first points
 * are kept up to a limit, so that a small sweep compiles each cell once and a large one stays small. A run asks for the cells
 * round and round: were the last ones kept, a sweep a little too large would find none of them when it comes round again. Of
 * the others a few are there until the next ones are made, in memory that the processor's cache still holds.
 */
#include <detente/design.h>

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "design/cell.h"
#include "design/limits.h"
#include "design/sample.h"
#include "model/cell.h"
#include "param/point.h"
#include "param/points_file.h"
#include "param/registry.h"
#include "population/customers.h"

enum { BUCKETS = 4096, KEPT_CUSTOMERS = 8 };

/** The cells of a point. */
typedef struct compiled {
    uint64_t point;
    size_t bytes;
    int users;
    int kept;                       /* until the sweep is closed */
    struct compiled *next;          /* of its bucket */
    struct compiled *newer, *older; /* of those in use, those that are kept, or those that pass */
    detente_cell *cell[];           /* by strategy */
} compiled;

/** A list by use, the newest first. */
typedef struct recent {
    compiled *newest, *oldest;
} recent;

struct detente_sweep {
    const detente_config *config;
    sweep_limits limits;
    sampler sampler;
    points_file *file; /* of a list, or NULL */
    locale_t plain;    /* numbers have a decimal point, whatever the caller's locale says */
    uint64_t n_points;
    uint32_t n_strategies;
    point_maker *own;                  /* for detente_sweep_config() */
    move_terms moves[DETENTE_N_MOVES]; /* of the config itself */
    quantile_store *tables;

    pthread_mutex_t lock; /* guards all below */
    point_maker **idle;
    size_t n_idle, room_idle;
    compiled *bucket[BUCKETS];
    recent used, kept, passing; /* the last two: nobody uses them */
    size_t bytes_kept, bytes_passing;
    uint64_t n_made, bytes_made;                  /* of all points made so far */
    detente_customers *base;                      /* of the config itself, for points that do not vary them */
    detente_customers *customers[KEPT_CUSTOMERS]; /* the last others: their tables cost more than the rest of a cell */
    unsigned next_customers;
};

/* ---- points ------------------------------------------------------------------------------------------------------ */

static int open_file(detente_sweep *s, detente_error *error)
{
    const detente_design *design = s->config->design;
    char hex[65];
    s->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!s->plain)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a design");
    const int code = points_file_open(&s->file, design->found, NULL, NULL, hex, error);
    if (code)
        return code;
    if (strcmp(hex, design->sha256) != 0 || points_file_count(s->file) != design->points)
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is not the file of points that it was", design->found);
    return 0;
}

/* A point of the file, whose every value was found good before. */
static int read_point(detente_sweep *s, uint64_t point, double *values, detente_error *error)
{
    const detente_design *design = s->config->design;
    points_line line = {0};
    int code = points_file_read(s->file, point, &line, error);
    if (!code && line.n != design->n_factors)
        code = detente_error_set(error, DETENTE_E_INPUT, "%s: changed while it was read", design->found);
    const locale_t before = uselocale(s->plain);
    for (int k = 0; k < design->n_factors && !code; k++) {
        const detente_factor *f = &design->factor[k];
        char shown[2 * DETENTE_NAME_SIZE];
        values[k] = 0;
        points_name(line.field[k], shown, sizeof shown);
        while (f->named && values[k] < (double)f->levels && strcmp(f->name[(size_t)values[k]], shown) != 0)
            values[k]++;
        if (f->named && values[k] == (double)f->levels)
            code = detente_error_set(error, DETENTE_E_INPUT, "%s: changed while it was read", design->found);
        if (!f->named)
            values[k] = strcmp(line.field[k], ".inf") ? strtod(line.field[k], NULL) : INFINITY;
    }
    uselocale(before);
    points_line_clear(&line);
    return code;
}

int sweep_open_within(detente_sweep **sweep, const detente_config *config, sweep_limits limits, detente_error *error)
{
    *sweep = NULL;
    detente_sweep *s = detente_calloc(1, sizeof *s);
    if (!s)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a design");
    s->config = config;
    s->limits = limits;
    s->n_points = config->design ? config->design->n_points : 1;
    s->n_strategies = (uint32_t)config->n_strategies;
    pthread_mutex_init(&s->lock, NULL);
    detente_moves_terms(s->moves, config);
    s->tables = detente_quantile_store_create(limits.tables);
    int code = 0;
    if (!s->tables)
        code = detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a design");
    else if (config->design && config->design->file && !config->design->row)
        code = open_file(s, error);
    else if (config->design && sampler_init(&s->sampler, config))
        code = detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a design");
    if (code) {
        detente_sweep_close(s);
        return code;
    }
    *sweep = s;
    return 0;
}

int detente_sweep_open(detente_sweep **sweep, const detente_config *config, detente_error *error)
{
    return sweep_open_within(sweep, config, SWEEP_LIMITS, error);
}

uint64_t detente_sweep_points(const detente_sweep *sweep)
{
    return sweep->n_points;
}

uint32_t detente_sweep_cells(const detente_sweep *sweep)
{
    return (uint32_t)(sweep->n_points * sweep->n_strategies);
}

double detente_sweep_kept(const detente_sweep *s, double *tables)
{
    /* All points are about as large as those that were made so far, and bring as many tables. */
    const double more = s->n_made ? (double)s->n_points / (double)s->n_made : 0;
    const double bytes = (double)s->bytes_made * more, most = (double)s->limits.cells;
    *tables = detente_quantile_kept(s->tables, more);
    return bytes <= most ? 1 : most / bytes;
}

const char *detente_design_name(int type)
{
    return type < 0 || type >= DETENTE_N_DESIGNS ? NULL : DESIGN_NAME[type];
}

int detente_design_extends(int type)
{
    return type == DETENTE_RANDOM || type == DETENTE_SOBOL || type == DETENTE_SALTELLI || type == DETENTE_MORRIS;
}

int detente_sweep_values(detente_sweep *s, uint64_t point, double *values, detente_error *error)
{
    const detente_design *design = s->config->design;
    if (point >= s->n_points)
        return detente_error_set(error, DETENTE_E_RANGE, "point %llu is not one of the design's %llu",
                                 (unsigned long long)point, (unsigned long long)s->n_points);
    if (s->file)
        return read_point(s, point, values, error);
    if (design && design->row)
        memcpy(values, design->row + point * (uint64_t)design->n_factors, (size_t)design->n_factors * sizeof *values);
    else if (design)
        sampler_values(&s->sampler, point, values);
    return 0;
}

int detente_sweep_step(const detente_sweep *s, uint64_t point, int *factor, double *step, detente_error *error)
{
    const detente_design *design = s->config->design;
    if (!design || design->type != DETENTE_MORRIS || point >= s->n_points ||
        point % ((uint64_t)design->n_factors + 1) == 0)
        return detente_error_set(error, DETENTE_E_RANGE, "point %llu is no step of a morris design",
                                 (unsigned long long)point);
    *factor = sampler_step(&s->sampler, point, step);
    return 0;
}

/* "point 3 (agent.mirroring 0.5, customer.persona abusive): …" */
static int point_failed(const detente_sweep *s, uint64_t point, const double *values, int code, detente_error *why,
                        detente_error *error)
{
    char text[512];
    size_t at = 0;
    for (int k = 0; k < s->config->design->n_factors && at < sizeof text; k++) {
        const detente_factor *f = &s->config->design->factor[k];
        const int n = f->named ? snprintf(text + at, sizeof text - at, "%s%s %s", k ? ", " : "", f->path,
                                          f->name[(size_t)values[k]])
                               : snprintf(text + at, sizeof text - at, "%s%s %.6g", k ? ", " : "", f->path, values[k]);
        at += n > 0 ? (size_t)n : 0;
    }
    detente_error_set(error, code, "point %llu (%s%s): %s", (unsigned long long)point, text,
                      at >= sizeof text ? "…" : "", why->text ? why->text : detente_error_string(code));
    detente_error_clear(why);
    return code;
}

static int make_point(detente_sweep *s, point_maker *maker, uint64_t point, const detente_config **config,
                      detente_error *error)
{
    double values[DETENTE_MAX_FACTORS];
    detente_error why = {0};
    int code = detente_sweep_values(s, point, values, error);
    if (code)
        return code;
    code = point_maker_config(maker, values, config, &why);
    return code ? point_failed(s, point, values, code, &why, error) : 0;
}

int detente_sweep_config(detente_sweep *s, uint64_t point, const detente_config **config, detente_error *error)
{
    if (!s->config->design && point == 0) {
        *config = s->config;
        return 0;
    }
    const int code = s->own || point >= s->n_points ? 0 : point_maker_create(&s->own, s->config, error);
    return code ? code : make_point(s, s->own, point, config, error);
}

/* ---- what is kept ------------------------------------------------------------------------------------------------ */

static compiled **find(detente_sweep *s, uint64_t point)
{
    compiled **link = &s->bucket[point % BUCKETS];
    while (*link && (*link)->point != point)
        link = &(*link)->next;
    return link;
}

static void put_in(recent *list, compiled *c)
{
    c->newer = NULL;
    c->older = list->newest;
    if (list->newest)
        list->newest->newer = c;
    else
        list->oldest = c;
    list->newest = c;
}

static void take_out(recent *list, compiled *c)
{
    if (c->newer)
        c->newer->older = c->older;
    else
        list->newest = c->older;
    if (c->older)
        c->older->newer = c->newer;
    else
        list->oldest = c->newer;
}

static void compiled_free(compiled *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        detente_cell_free(c->cell[i]);
    detente_free(c);
}

static void compiled_free_all(recent *list, uint32_t n)
{
    for (compiled *c = list->newest, *older; c; c = older) {
        older = c->older;
        compiled_free(c, n);
    }
}

/* Let go of those that were not used for longest, down to so many bytes. Called with the lock held. */
static void let_go(detente_sweep *s, recent *list, size_t *bytes, size_t most)
{
    while (*bytes > most && list->oldest) {
        compiled *c = list->oldest;
        take_out(list, c);
        *find(s, c->point) = c->next;
        *bytes -= c->bytes;
        compiled_free(c, s->n_strategies);
    }
}

void detente_sweep_forget(detente_sweep *s)
{
    pthread_mutex_lock(&s->lock);
    let_go(s, &s->kept, &s->bytes_kept, 0);
    let_go(s, &s->passing, &s->bytes_passing, 0);
    pthread_mutex_unlock(&s->lock);
}

/* A new point, in use. Called with the lock held. */
static void add(detente_sweep *s, compiled *c)
{
    c->users = 1;
    c->next = s->bucket[c->point % BUCKETS];
    s->bucket[c->point % BUCKETS] = c;
    c->kept = s->bytes_kept + c->bytes <= s->limits.cells;
    *(c->kept ? &s->bytes_kept : &s->bytes_passing) += c->bytes;
    s->bytes_made += c->bytes;
    s->n_made++;
    put_in(&s->used, c);
    let_go(s, &s->passing, &s->bytes_passing, s->limits.passing);
}

/* Where a point waits that nobody uses. */
static recent *waiting(detente_sweep *s, const compiled *c)
{
    return c->kept ? &s->kept : &s->passing;
}

/* ---- making cells ------------------------------------------------------------------------------------------------ */

static int borrow_maker(detente_sweep *s, point_maker **maker, detente_error *error)
{
    pthread_mutex_lock(&s->lock);
    *maker = s->n_idle ? s->idle[--s->n_idle] : NULL;
    pthread_mutex_unlock(&s->lock);
    return *maker ? 0 : point_maker_create(maker, s->config, error);
}

static void return_maker(detente_sweep *s, point_maker *maker)
{
    pthread_mutex_lock(&s->lock);
    if (s->n_idle == s->room_idle) {
        point_maker **more = detente_realloc(s->idle, (2 * s->room_idle + 1) * sizeof *more);
        if (more) {
            s->idle = more;
            s->room_idle = 2 * s->room_idle + 1;
        }
    }
    if (s->n_idle < s->room_idle) {
        s->idle[s->n_idle++] = maker;
        maker = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    point_maker_free(maker);
}

/* Customers that were made before, and are those of a point; held once more. NULL: none. Called with the lock held. */
static detente_customers *customers_before(detente_sweep *s, const detente_config *point)
{
    detente_customers *found = NULL;
    if (point->persona == s->config->persona)
        found = s->base;
    else
        for (int i = 0; i < KEPT_CUSTOMERS && !found; i++)
            if (s->customers[i] && detente_customers_match(s->customers[i], point))
                found = s->customers[i];
    if (found)
        detente_customers_hold(found);
    return found;
}

/* Customers of a point: those of an earlier one where they are the same. @p bytes is what they add. */
static int find_customers(detente_sweep *s, const detente_config *point, detente_customers **customers, size_t *bytes,
                          detente_error *error)
{
    pthread_mutex_lock(&s->lock);
    *customers = customers_before(s, point);
    pthread_mutex_unlock(&s->lock);
    if (*customers)
        return 0;
    const int code = detente_customers_create(customers, point, s->tables, error);
    if (code)
        return code;
    *bytes += detente_customers_bytes(*customers);
    detente_customers_hold(*customers);
    pthread_mutex_lock(&s->lock);
    detente_customers **place = &s->base;
    if (point->persona != s->config->persona) {
        place = &s->customers[s->next_customers];
        s->next_customers = (s->next_customers + 1) % KEPT_CUSTOMERS;
    }
    detente_customers_release(*place);
    *place = *customers;
    pthread_mutex_unlock(&s->lock);
    return 0;
}

static int compile_strategies(detente_sweep *s, const detente_config *point, compiled *c, detente_error *error)
{
    detente_customers *customers;
    move_terms own[DETENTE_N_MOVES], *moves = s->moves;
    if (!detente_moves_match(point, s->config))
        detente_moves_terms(moves = own, point);
    int code = find_customers(s, point, &customers, &c->bytes, error);
    for (uint32_t i = 0; i < s->n_strategies && !code; i++) {
        const uint32_t cell = (uint32_t)(c->point * s->n_strategies + i);
        code = detente_cell_create_for(&c->cell[i], point, (int)i, cell, customers, moves, error);
        c->bytes += detente_cell_bytes(point, (int)i);
    }
    detente_customers_release(customers);
    return code;
}

static int compile_point(detente_sweep *s, uint64_t point, compiled **out, detente_error *error)
{
    const detente_config *config = s->config;
    point_maker *maker = NULL;
    compiled *c = detente_calloc(1, sizeof *c + s->n_strategies * sizeof(detente_cell *));
    if (!c)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a cell");
    c->point = point;
    int code = config->design ? borrow_maker(s, &maker, error) : 0;
    if (!code && maker)
        code = make_point(s, maker, point, &config, error);
    if (!code)
        code = compile_strategies(s, config, c, error);
    if (maker)
        return_maker(s, maker);
    if (code)
        compiled_free(c, s->n_strategies);
    else
        *out = c;
    return code;
}

static compiled *use(detente_sweep *s, uint64_t point)
{
    compiled *c = *find(s, point);
    if (c && c->users++ == 0) {
        take_out(waiting(s, c), c);
        put_in(&s->used, c);
    }
    return c;
}

static int take(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    detente_sweep *s = data;
    const uint64_t point = cell / s->n_strategies;
    pthread_mutex_lock(&s->lock);
    compiled *c = use(s, point), *made = NULL;
    pthread_mutex_unlock(&s->lock);
    if (!c) {
        const int code = compile_point(s, point, &made, error);
        if (code)
            return code;
        pthread_mutex_lock(&s->lock);
        c = use(s, point); /* another thread may have been faster */
        if (!c) {
            c = made;
            made = NULL;
            add(s, c);
        }
        pthread_mutex_unlock(&s->lock);
        if (made)
            compiled_free(made, s->n_strategies);
    }
    *taken = c->cell[cell % s->n_strategies];
    return 0;
}

static int has_cell(const compiled *c, uint32_t n, const detente_cell *cell)
{
    for (uint32_t i = 0; i < n; i++)
        if (c->cell[i] == cell)
            return 1;
    return 0;
}

static void give_back(void *data, const detente_cell *taken)
{
    detente_sweep *s = data;
    pthread_mutex_lock(&s->lock);
    /* As many are in use as there are threads. */
    compiled *c = s->used.newest;
    while (c && !has_cell(c, s->n_strategies, taken))
        c = c->older;
    if (c && --c->users == 0) {
        take_out(&s->used, c);
        put_in(waiting(s, c), c);
        let_go(s, &s->passing, &s->bytes_passing, s->limits.passing);
    }
    pthread_mutex_unlock(&s->lock);
}

detente_cell_source detente_sweep_source(detente_sweep *sweep)
{
    return (detente_cell_source){detente_sweep_cells(sweep), sweep, take, give_back};
}

void detente_sweep_close(detente_sweep *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_idle; i++)
        point_maker_free(s->idle[i]);
    detente_free(s->idle);
    compiled_free_all(&s->kept, s->n_strategies);
    compiled_free_all(&s->passing, s->n_strategies);
    detente_customers_release(s->base);
    for (int i = 0; i < KEPT_CUSTOMERS; i++)
        detente_customers_release(s->customers[i]);
    detente_quantile_store_free(s->tables);
    point_maker_free(s->own);
    sampler_clear(&s->sampler);
    points_file_close(s->file);
    if (s->plain)
        freelocale(s->plain);
    pthread_mutex_destroy(&s->lock);
    detente_free(s);
}
