/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One varied path: its values, and whether the config takes them. */
#include "param/vary.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/dump.h"
#include "param/merge.h"
#include "param/points_file.h"

enum { MAX_STEPS = 1000000 };

char *vary_text(reader *r, const char *text)
{
    char *copy = detente_strdup(text);
    if (!copy)
        r->code = DETENTE_E_MEMORY;
    return copy;
}

void vary_unused(reader *r, const node *map, const char *path, const char *key, const char *why)
{
    const node *n = node_get(map, key);
    if (n)
        reader_warn(r, n->key_place, path_key(r, path, key), "has no effect %s", why);
}

void vary_unused_in(reader *r, const node *map, const char *path, const char *key, int type)
{
    const char *why = reader_format(r, "in a %s design", DESIGN_NAME[type]);
    if (why)
        vary_unused(r, map, path, key, why);
}

/* ---- trying ------------------------------------------------------------------------------------------------------ */

static void clear_scratch(detente_config *scratch)
{
    detente_free(scratch->persona);
    detente_free(scratch->strategy);
    memset(scratch, 0, sizeof *scratch);
}

/* The tree with a value at its path; NULL when it cannot be put there. */
static node *tree_with(const vary *v, const char *path, const node *value)
{
    const size_t before = v->r->errors->n;
    node *tree = branch_tree(v->r, v->root, branch_of(path));
    node *copy = tree ? node_copy(v->r, value) : NULL;
    if (copy)
        set_value(v->r, tree, path, copy, v->at);
    return copy && v->r->errors->n == before && !v->r->code ? tree : NULL;
}

/* Paths whose values only make sense together: one trait's mean and sd, shares that sum to 1, a tactic and what it needs. */
static int goes_with_another(const vary *v, const char *path, const detente_param *row)
{
    static const char CONCESSION[] = "strategy.concession.";
    for (const node *other = v->paths ? v->paths->first : NULL; other && row; other = other->next) {
        const detente_param *its = strcmp(other->key, path) ? detente_registry_find(other->key) : NULL;
        if (its && (its == row || (!strncmp(its->path, CONCESSION, sizeof CONCESSION - 1) &&
                                   !strncmp(row->path, CONCESSION, sizeof CONCESSION - 1))))
            return 1;
    }
    return 0;
}

static int is_place(const place *a, const place *b)
{
    return a->source == b->source && a->line == b->line && a->column == b->column;
}

/* Whether something of a value stands at a place. */
static int stands_at(const node *value, const place *at)
{
    int found = is_place(&value->place, at) || is_place(&value->key_place, at);
    for (const node *child = value->first; child && !found; child = child->next)
        found = stands_at(child, at);
    return found;
}

/*
 * The config had no mistakes without the value: those found with it are told of where it stands, unless they are of its path or
 * of a file that it names.
 */
static void blame(const vary *v, size_t before, const char *path, const node *value)
{
    const int names_file = !strcmp(path, "scenario") || !strcmp(path, "customer.persona");
    for (size_t i = before; i < v->r->errors->n && !names_file; i++) {
        place *at = &v->r->errors->item[i].place;
        if (!stands_at(value, at) && !is_place(&v->at, at))
            *at = value->place;
    }
}

void vary_try(const vary *v, const char *path, const node *value)
{
    const detente_param *row = detente_registry_find(path);
    /* Alone it says nothing about the points; its own range it must keep. */
    if (goes_with_another(v, path, row)) {
        if (row->kind == DETENTE_REAL || row->kind == DETENTE_INTEGER || row->kind == DETENTE_CHOICE)
            bind_row(v->r, value, path, row, &(double){0});
        return;
    }
    const reader_mark mark = reader_stand(v->r);
    const node *tree = tree_with(v, path, value);
    if (tree) {
        memcpy(v->scratch, v->config, sizeof *v->scratch);
        /* A branch that is not bound again stays the config's own. */
        v->scratch->persona = NULL;
        v->scratch->strategy = NULL;
        v->scratch->n_strategies = 0;
        bind_parts(v->r, tree, branch_of(path), v->scratch);
        blame(v, mark.n_errors, path, value);
        clear_scratch(v->scratch);
    }
    /* What a problem says lies in the memory that would be forgotten. */
    if (v->r->errors->n == mark.n_errors && v->r->warnings->n == mark.n_warnings)
        reader_return(v->r, &mark);
}

int vary_path(const vary *v, const char *path, place at)
{
    const char *last = strrchr(path, '.');
    const size_t length = strcspn(path, ".["), n = count_names(BRANCH_NAME); /* the last has nothing below it */
    char *top = reader_text(v->r, path, length);
    if (!top)
        return 0;
    if (strchr(path, '/'))
        reader_error(v->r, at, show_text(v->r, path),
                     "a path with a slash cannot name a variable of the results file: "
                     "write the element's number");
    else if (branch_of(path) && (!strncmp(path, "strategies", 10) || !strncmp(path, "strategy", 8)) &&
             (!last || (!strcmp(last, ".name"))))
        reader_error(v->r, at, show_text(v->r, path),
                     "strategies are a factor of every design: name them under `strategies`, vary what is in them");
    else if (branch_of(path))
        return 1;
    else if (registry_row(top) || !strcmp(top, "design"))
        reader_error(v->r, at, show_text(v->r, path), "belongs to the whole run, allowed max_turns or a path below %s",
                     name_list(v->r, BRANCH_NAME, n - 1));
    else
        reader_error(v->r, at, show_text(v->r, path), "an unknown path, allowed max_turns or one below %s%s",
                     name_list(v->r, BRANCH_NAME, n - 1), nearest_hint(v->r, top, BRANCH_NAME, n));
    return 0;
}

int vary_is_named(const char *path)
{
    const detente_param *row = detente_registry_find(path);
    return row && (row->kind == DETENTE_CHOICE || row->kind == DETENTE_TEXT);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

/* What a name is shown as: the last part of a file's name, a map's own name, or the name itself. */
static const char *shown_name(reader *r, const node *n)
{
    const node *own = n->kind == NODE_MAP ? node_get(n, "name") : n;
    if (!own || own->kind != NODE_SCALAR)
        return NULL;
    char shown[2 * DETENTE_NAME_SIZE];
    points_name(own->text, shown, sizeof shown);
    return reader_text(r, shown, strlen(shown));
}

/* Files and library names of a scenario or a persona are read now: a point names no file. */
static const node *resolve_name(const vary *v, const detente_factor *f, const node *n, const char *name)
{
    const node *map = NULL;
    if (!strcmp(f->path, "scenario")) {
        const node *tree = tree_with(v, f->path, n);
        map = tree ? node_get(tree, "scenario") : NULL;
    } else if (!strcmp(f->path, "customer.persona") && n->kind == NODE_SCALAR) {
        const node *list = node_get(node_get(v->root, "customer"), "personas");
        for (const node *item = list ? list->first : NULL; item; item = item->next) {
            const node *own = node_get(item, "name");
            if (own && own->kind == NODE_SCALAR && !strcmp(own->text, n->text))
                return n;
        }
        map = load_reference(v->r, n, LIBRARY_PERSONAS, f->path);
    } else {
        return n;
    }
    node *copy = map ? node_copy(v->r, map) : NULL;
    node *own = copy ? node_scalar(v->r, name, n->place) : NULL;
    if (!own)
        return NULL;
    own->quoted = 1;
    node_put(copy, own, "name", n->place);
    return copy;
}

static int grow_names(reader *r, detente_factor *f)
{
    /* Room doubles at the powers of two. */
    if (f->levels & (f->levels - 1))
        return 0;
    const size_t room = f->levels ? 2 * (size_t)f->levels : 1;
    char **name = detente_realloc(f->name, room * sizeof *name);
    f->name = name ? name : f->name;
    char **text = detente_realloc(f->text, room * sizeof *text);
    f->text = text ? text : f->text;
    if (!name || !text)
        r->code = DETENTE_E_MEMORY;
    return r->code;
}

int64_t vary_name(const vary *v, detente_factor *f, const node *n, const char *path)
{
    reader *r = v->r;
    const size_t before = r->errors->n;
    const int map = n->kind == NODE_MAP && (!strcmp(f->path, "scenario") || !strcmp(f->path, "customer.persona"));
    const char *name = n->kind == NODE_SCALAR || map ? shown_name(r, n) : NULL;
    if (!name || !*name || strlen(name) >= DETENTE_NAME_SIZE || (n->kind == NODE_SCALAR && is_nothing(n))) {
        reader_error(r, n->place, path, "found %s, allowed a name", show_node(r, n));
        return -1;
    }
    for (uint64_t i = 0; i < f->levels; i++)
        if (!strcmp(f->name[i], name))
            return (int64_t)i;
    vary_try(v, f->path, n);
    const node *value = r->errors->n == before ? resolve_name(v, f, n, name) : NULL;
    text_buffer b = {0};
    if (!value || grow_names(r, f))
        return -1;
    dump_flow(&b, value);
    f->text[f->levels] = NULL;
    f->name[f->levels] = vary_text(r, name);
    if (text_finish(&b, &f->text[f->levels], NULL))
        r->code = DETENTE_E_MEMORY;
    f->levels++;
    f->named = 1;
    f->from = 0;
    f->to = (double)f->levels - 1;
    return (int64_t)f->levels - 1;
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void bind_names(const vary *v, const node *list, const char *path, detente_factor *f)
{
    size_t i = 0;
    for (const node *item = list->first; item && !v->r->code; item = item->next, i++) {
        const uint64_t before = f->levels;
        const char *at = path_index(v->r, path, i);
        if (vary_name(v, f, item, at) >= 0 && f->levels == before)
            reader_error(v->r, item->place, at, "found %s twice, allowed each value once", show_node(v->r, item));
    }
}

static void bind_values(const vary *v, const node *list, const char *path, detente_factor *f)
{
    const detente_param *row = detente_registry_find(f->path);
    const int plain = row && (row->kind == DETENTE_REAL || row->kind == DETENTE_INTEGER);
    f->value = bind_alloc(v->r, list->n, sizeof *f->value);
    if (!f->value)
        return;
    f->from = INFINITY;
    f->to = -INFINITY;
    for (const node *item = list->first; item; item = item->next) {
        const char *at = path_index(v->r, path, (size_t)f->levels);
        double value = 0;
        if (!read_number(item, &value) || isnan(value))
            reader_error(v->r, item->place, at, "found %s, allowed a number, as the others are", show_node(v->r, item));
        else if (!plain || item == list->first)
            vary_try(v, f->path, item);
        else
            bind_row(v->r, item, f->path, row, &(double){0});
        for (uint64_t i = 0; i < f->levels; i++)
            if (f->value[i] == value) {
                reader_error(v->r, item->place, at, "found %s twice, allowed each value once", show_node(v->r, item));
                break;
            }
        f->value[f->levels++] = value;
        f->from = fmin(f->from, value);
        f->to = fmax(f->to, value);
    }
}

static void bind_list(const vary *v, const node *list, const char *path, detente_factor *f)
{
    int named = vary_is_named(f->path);
    double number;
    for (const node *item = list->first; item && !named; item = item->next)
        named = item->kind != NODE_SCALAR || !read_number(item, &number);
    f->named = named;
    if (named)
        bind_names(v, list, path, f);
    else
        bind_values(v, list, path, f);
}

/* ---- ranges ------------------------------------------------------------------------------------------------------ */

static int bind_end(const vary *v, const node *map, const char *key, const char *path, detente_factor *f, double *end)
{
    const node *n = node_get(map, key);
    if (!n) {
        reader_error(v->r, map->place, path, "`%s` is missing, allowed {from: 0, to: 1} or a list of values", key);
        return 0;
    }
    if (!read_number(n, end) || !isfinite(*end)) {
        reader_error(v->r, n->place, path_key(v->r, path, key), "found %s, allowed a number", show_node(v->r, n));
        return 0;
    }
    vary_try(v, f->path, n);
    return 1;
}

/* Whole numbers that steps come nearest to, as a list. */
static void list_whole_steps(const vary *v, detente_factor *f, uint64_t steps)
{
    f->value = bind_alloc(v->r, (size_t)steps, sizeof *f->value);
    for (uint64_t i = 0; f->value && i < steps; i++)
        f->value[i] = floor(f->from + (f->to - f->from) * (double)i / (double)(steps - 1) + 0.5);
    f->levels = steps;
}

static void bind_steps(const vary *v, const node *map, const char *path, detente_factor *f)
{
    const node *n = node_get(map, "steps");
    const int type = v->design->type, grid = type == DETENTE_FACTORIAL || type == DETENTE_ONE_AT_A_TIME;
    const double span = f->to - f->from;
    uint64_t steps = 0;
    bind_whole(v->r, n, path_key(v->r, path, "steps"), 2, MAX_STEPS, &steps);
    if (n && !grid) {
        reader_warn(v->r, n->place, path_key(v->r, path, "steps"),
                    "has no effect: %s takes any number between the ends (a list would be taken as it is)",
                    DESIGN_NAME[type]);
        steps = 0;
    }
    if (f->whole && (f->from != floor(f->from) || f->to != floor(f->to) || span >= 0x1p31))
        reader_error(v->r, map->place, path, "found %g to %g, allowed whole numbers", f->from, f->to);
    else if (f->whole && f->log)
        reader_error(v->r, map->place, path, "found `log` for whole numbers, allowed a list of values");
    else if (f->whole && steps > 0 && (double)steps > span + 1)
        reader_error(v->r, n->place, path_key(v->r, path, "steps"),
                     "found %llu, allowed at most %g: the whole numbers "
                     "between the ends",
                     (unsigned long long)steps, span + 1);
    else if (f->whole && steps > 0 && (double)steps < span + 1)
        list_whole_steps(v, f, steps);
    else if (f->whole)
        f->levels = (uint64_t)span + 1;
    else if (grid && !n)
        reader_error(v->r, map->place, path,
                     "`steps` is missing, allowed a whole number from 2 to %d, or a list of values", MAX_STEPS);
    else
        f->levels = steps;
}

static void bind_range(const vary *v, const node *map, const char *path, detente_factor *f)
{
    const detente_param *row = detente_registry_find(f->path);
    const size_t before = v->r->errors->n;
    int log = 0, whole = row && row->kind == DETENTE_INTEGER;
    if (vary_is_named(f->path)) {
        reader_error(v->r, map->place, path, "found a map, allowed a list of names");
        return;
    }
    bind_flag(v->r, node_get(map, "log"), path_key(v->r, path, "log"), &log);
    bind_flag(v->r, node_get(map, "integer"), path_key(v->r, path, "integer"), &whole);
    f->log = log;
    f->whole = whole || (row && row->kind == DETENTE_INTEGER);
    const int from = bind_end(v, map, "from", path, f, &f->from), to = bind_end(v, map, "to", path, f, &f->to);
    if (!from || !to || v->r->errors->n != before)
        return;
    if (!(f->from < f->to))
        reader_error(v->r, map->place, path, "found %g to %g, allowed `from` below `to`", f->from, f->to);
    else if (f->log && !(f->from > 0))
        reader_error(v->r, node_get(map, "from")->place, path_key(v->r, path, "from"),
                     "found %g, allowed above 0: equal steps of the logarithm", f->from);
    else
        bind_steps(v, map, path, f);
}

void vary_factor(const vary *v, const node *n, detente_factor *f)
{
    static const char *const KEYS[] = {"from", "to", "steps", "log", "integer", "values", "base", NULL};
    static const char *const RANGE[] = {"from", "to", "steps", "log", "integer", NULL};
    const char *path = path_key(v->r, "design.vary", f->path);
    const node *values = n->kind == NODE_MAP ? node_get(n, "values") : n;
    if (n->kind == NODE_MAP)
        check_keys(v->r, n, path, NULL, 0, KEYS);
    if (n->kind == NODE_MAP && !values)
        bind_range(v, n, path, f);
    else if (values->kind != NODE_LIST || !values->n)
        reader_error(v->r, values->place, path, "found %s, allowed a list of values or {from: 0, to: 1, steps: 11}",
                     show_node(v->r, values));
    else
        bind_list(v, values, n->kind == NODE_MAP ? path_key(v->r, path, "values") : path, f);
    for (size_t i = 0; n->kind == NODE_MAP && values && RANGE[i]; i++)
        vary_unused(v->r, n, path, RANGE[i], "beside `values`");
    if (v->design->type != DETENTE_ONE_AT_A_TIME)
        vary_unused_in(v->r, n, path, "base", v->design->type);
}
