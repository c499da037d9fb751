/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A design's points from a file: every value is looked at once, none is kept. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/points_file.h"
#include "param/vary.h"

enum { MOST_ERRORS = 20 };

/* What is known of a column so far. */
typedef struct column {
    const detente_param *row;
    place low, high; /* of the least and the greatest value */
} column;

typedef struct scan {
    const vary *v;
    vary own;    /* what *v is */
    source from; /* the file, as messages name it */
    column column[DETENTE_MAX_FACTORS];
    const points_line *heading;
    node *paths; /* a map whose keys are the heading's */
    points_file *file;
    int begun;
} scan;

static place field_place(const scan *s, const points_line *line, int k)
{
    return (place){&s->from, line->number, line->column[k]};
}

/* What is tried of one column must know of the others, as it does in a list of the config. */
static void note_path(scan *s, const char *path, place at)
{
    reader *r = s->v->r;
    const char *key = reader_text(r, path, strlen(path));
    node *value = key ? node_scalar(r, "", at) : NULL;
    s->paths = s->paths ? s->paths : node_new(r, NODE_MAP, at);
    s->own.paths = s->paths;
    if (value && s->paths)
        node_add(s->paths, value, key, at);
}

/* Tabs and semicolons between the fields of the first line make one long path of it. */
static int has_commas(scan *s, const points_line *heading)
{
    const char *field = heading->n == 1 ? heading->field[0] : "";
    size_t at = 0;
    for (int within = 0; field[at] && (within || (field[at] != ';' && field[at] != '\t')); at++)
        within = field[at] == '[' || (within && field[at] != ']'); /* an element's name may have what it likes */
    if (!field[at])
        return 1;
    place where = field_place(s, heading, 0);
    where.column += at;
    reader_error(s->v->r, where, "design.file", "found %s between paths, allowed commas: separate the fields by commas",
                 field[at] == ';' ? "a semicolon" : "a tab");
    return 0;
}

static void take_heading(scan *s, const points_line *heading)
{
    detente_design *d = s->v->design;
    if (!has_commas(s, heading))
        return;
    d->factor = bind_alloc(s->v->r, (size_t)heading->n, sizeof *d->factor);
    for (int k = 0; d->factor && k < heading->n && !s->v->r->code; k++) {
        detente_factor *f = &d->factor[d->n_factors++];
        s->v->where[k] = field_place(s, heading, k);
        f->path = vary_text(s->v->r, heading->field[k]);
        f->from = INFINITY;
        f->to = -INFINITY;
        if (f->path && vary_path(s->v, f->path, field_place(s, heading, k)))
            note_path(s, f->path, field_place(s, heading, k));
        for (int j = 0; f->path && j < k; j++)
            if (!strcmp(d->factor[j].path, f->path))
                reader_error(s->v->r, field_place(s, heading, k), f->path, "stands twice, allowed once");
        s->column[k].row = f->path ? detente_registry_find(f->path) : NULL;
    }
}

static void take_number(scan *s, const points_line *line, int k, detente_factor *f, const node *n)
{
    double value;
    if (!read_number(n, &value) || isnan(value)) {
        reader_error(s->v->r, n->place, f->path, "found %s, allowed a number", show_node(s->v->r, n));
        return;
    }
    if (s->column[k].row && s->column[k].row->kind == DETENTE_INTEGER && value != floor(value))
        bind_row(s->v->r, n, f->path, s->column[k].row, &value);
    if (value < f->from) {
        f->from = value;
        s->column[k].low = field_place(s, line, k);
    }
    if (value > f->to) {
        f->to = value;
        s->column[k].high = field_place(s, line, k);
    }
}

static void take_name(scan *s, int k, const node *n)
{
    detente_factor *f = &s->v->design->factor[k];
    vary own = *s->v;
    char shown[DETENTE_NAME_SIZE];
    points_name(n->text, shown, sizeof shown);
    for (uint64_t i = 0; i < f->levels; i++)
        if (!strcmp(f->name[i], shown))
            return;
    /* A node of the reader's own: what the name stands for is kept. */
    node *copy = node_scalar(s->v->r, n->text, n->place);
    own.at = field_place(s, s->heading, k);
    if (copy)
        vary_name(&own, f, copy, f->path);
}

static int take_line(void *data, const points_line *line, detente_error *error)
{
    scan *s = data;
    reader *r = s->v->r;
    detente_design *d = s->v->design;
    (void)error;
    if (line->n != d->n_factors) {
        reader_error(r, (place){&s->from, line->number, 1}, "design.file",
                     "found %d fields, allowed %d as in the first line", line->n, d->n_factors);
    } else {
        for (int k = 0; k < d->n_factors && !r->code; k++) {
            detente_factor *f = &d->factor[k];
            const node n = {.kind = NODE_SCALAR,
                            .text = line->field[k],
                            .size = strlen(line->field[k]),
                            .place = field_place(s, line, k)};
            double number;
            if (!s->begun)
                f->named = vary_is_named(f->path) || !read_number(&n, &number);
            if (f->named)
                take_name(s, k, &n);
            else
                take_number(s, line, k, f, &n);
        }
        s->begun = 1;
    }
    return r->code ? r->code : r->errors->n >= MOST_ERRORS ? DETENTE_E_CONFIG : 0;
}

/* The ends of each column: what lies between is as good. */
static void try_ends(scan *s)
{
    detente_design *d = s->v->design;
    for (int k = 0; k < d->n_factors; k++) {
        const detente_factor *f = &d->factor[k];
        vary own = *s->v;
        own.at = field_place(s, s->heading, k);
        for (int end = 0; end < 2 && !f->named && isfinite(f->from); end++) {
            char number[40];
            text_number(end ? f->to : f->from, number);
            const node *n = node_scalar(s->v->r, number, end ? s->column[k].high : s->column[k].low);
            if (n && (end == 0 || f->to > f->from))
                vary_try(&own, f->path, n);
        }
    }
}

/* The first line is read before the others are looked at, so the file is opened twice. */
static int scan_file(scan *s, const char *path, detente_error *why)
{
    detente_design *d = s->v->design;
    points_file *again = NULL;
    int code = points_file_open(&s->file, path, NULL, NULL, d->sha256, why);
    if (code)
        return code;
    s->heading = points_file_heading(s->file);
    d->points = points_file_count(s->file);
    if (!s->heading || !d->points)
        return detente_error_set(why, DETENTE_E_INPUT, "%s: holds no points: a line of paths, then a line a point",
                                 path);
    const size_t before = s->v->r->errors->n;
    take_heading(s, s->heading);
    if (s->v->r->errors->n == before && !s->v->r->code)
        code = points_file_open(&again, path, take_line, s, d->sha256, why);
    points_file_close(again);
    if (!s->v->r->code && s->begun)
        try_ends(s);
    return s->v->r->errors->n != before ? 0 : code;
}

void bind_points_file(const vary *v, const node *file)
{
    detente_design *d = v->design;
    detente_error why = {0};
    const char *folder = file->place.source->folder;
    if (file->kind != NODE_SCALAR || !file->size || is_nothing(file)) {
        reader_error(v->r, file->place, "design.file", "found %s, allowed the name of a file", show_node(v->r, file));
        return;
    }
    d->file = vary_text(v->r, file->text);
    const char *path = *folder && file->text[0] != '/' ? reader_format(v->r, "%s/%s", folder, file->text) : file->text;
    d->found = path ? vary_text(v->r, path) : NULL;
    scan *s = d->found ? reader_alloc(v->r, sizeof *s) : NULL;
    if (!s || d->sha256[0])
        return;
    s->own = *v;
    s->v = &s->own;
    s->from = (source){.name = path, .folder = folder};
    const int code = scan_file(s, path, &why);
    points_file_close(s->file);
    s->file = NULL;
    if (code == DETENTE_E_MEMORY)
        v->r->code = code;
    else if (code)
        reader_error(v->r, file->place, "design.file", "%s", why.text ? why.text : "cannot be read");
    detente_error_clear(&why);
}
