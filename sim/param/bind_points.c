/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A design's points when they are listed, one by one. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/vary.h"

static void missing_points(const vary *v, place at, const node *points)
{
    reader_error(v->r, at, "design.points",
                 "found %s, allowed a list of points such as [{agent.mirroring: 0}, {agent.mirroring: 1}], or `file`",
                 points ? show_node(v->r, points) : "nothing");
}

/* The first point's paths are those of all. */
static void take_paths(const vary *v, const node *point)
{
    detente_design *d = v->design;
    d->factor = bind_alloc(v->r, point->n, sizeof *d->factor);
    for (const node *child = point->first; child && !v->r->code; child = child->next) {
        detente_factor *f = &d->factor[d->n_factors];
        v->where[d->n_factors++] = child->key_place;
        f->path = vary_text(v->r, child->key);
        f->from = INFINITY;
        f->to = -INFINITY;
        if (f->path)
            vary_path(v, child->key, child->key_place);
    }
}

/* A path is one of names when any of its values is. */
static void find_named(const vary *v, const node *points)
{
    for (int k = 0; k < v->design->n_factors; k++) {
        detente_factor *f = &v->design->factor[k];
        double number;
        f->named = vary_is_named(f->path);
        for (const node *point = points->first; point && !f->named; point = point->next) {
            const node *n = node_get(point, f->path);
            f->named = n && !read_number(n, &number);
        }
    }
}

static void bind_value(const vary *v, const node *n, const char *path, detente_factor *f, double *value)
{
    const detente_param *row = detente_registry_find(f->path);
    if (f->named) {
        *value = (double)vary_name(v, f, n, path);
        return;
    }
    if (!read_number(n, value) || isnan(*value)) {
        reader_error(v->r, n->place, path, "found %s, allowed a number", show_node(v->r, n));
        return;
    }
    /* The first value tries the path as well. */
    if (!row || (row->kind != DETENTE_REAL && row->kind != DETENTE_INTEGER) || !isfinite(f->from))
        vary_try(v, f->path, n);
    else
        bind_row(v->r, n, f->path, row, &(double){0});
    f->from = fmin(f->from, *value);
    f->to = fmax(f->to, *value);
}

static void bind_point(const vary *v, const node *point, const char *path, double *row)
{
    detente_design *d = v->design;
    if (!expect_map(v->r, point, path))
        return;
    for (const node *child = point->first; child; child = child->next) {
        int known = 0;
        for (int k = 0; k < d->n_factors; k++)
            known |= !strcmp(d->factor[k].path, child->key);
        if (!known)
            reader_error(v->r, child->key_place, path_key(v->r, path, child->key),
                         "is not in the first point, allowed the same paths in all");
    }
    for (int k = 0; k < d->n_factors; k++) {
        const node *n = node_get(point, d->factor[k].path);
        vary own = *v;
        own.paths = point;
        own.at = n ? n->key_place : v->at;
        if (n)
            bind_value(&own, n, path_key(v->r, path, d->factor[k].path), &d->factor[k], &row[k]);
        else
            reader_error(v->r, point->place, path, "%s is missing, allowed the same paths in all points",
                         show_text(v->r, d->factor[k].path));
    }
}

static void bind_inline(const vary *v, const node *points)
{
    detente_design *d = v->design;
    const node *first = points->first;
    if (first->kind != NODE_MAP || !first->n) {
        missing_points(v, first->place, first);
        return;
    }
    if (vary_too_many(v, points->place, first->n))
        return;
    const size_t before = v->r->errors->n;
    take_paths(v, first);
    if (v->r->errors->n != before || v->r->code)
        return;
    find_named(v, points);
    d->points = points->n;
    d->row = bind_alloc(v->r, points->n * (size_t)d->n_factors, sizeof *d->row);
    size_t i = 0;
    for (const node *point = points->first; point && d->row && !v->r->code; point = point->next, i++)
        bind_point(v, point, path_index(v->r, "design.points", i), d->row + i * (size_t)d->n_factors);
}

void bind_point_list(const vary *v, const node *design)
{
    const node *points = node_get(design, "points"), *file = node_get(design, "file");
    const node *hash = node_get(design, "sha256");
    if (file && hash) {
        /* As results hold it: the file is looked at when its points are asked for. */
        if (hash->kind != NODE_SCALAR || hash->size != 64) {
            reader_error(v->r, hash->place, "design.sha256", "found %s, allowed 64 digits", show_node(v->r, hash));
            return;
        }
        memcpy(v->design->sha256, hash->text, 65);
        bind_points_file(v, file);
        bind_whole(v->r, points, "design.points", 1, UINT32_MAX, &v->design->points);
        vary_map(v, design);
    } else if (file) {
        bind_points_file(v, file);
        vary_unused(v->r, design, "design", "points", "beside `file`");
    } else if (points && points->kind == NODE_LIST && points->n)
        bind_inline(v, points);
    else
        missing_points(v, points ? points->place : design->place, points);
}
