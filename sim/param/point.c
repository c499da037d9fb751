/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A point is bound from the resolved config's tree with the values put in, as --set puts them: one way of reading, so that a point
 * means what a config with its values means. Only the branches that the design's paths point into are copied and bound.
 *
 * Binding costs as much as playing tens of encounters. Where all paths are plain numbers, means and sds of traits among them, a point
 * is the bound config with these numbers stored in it, and only what binding would refuse is bound, for its words. Where the others
 * are all customers', the last point that was bound serves for those that follow with the same customers: nothing else reads what
 * these paths change.
 */
#include "param/point.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"
#include "param/bind.h"
#include "param/merge.h"
#include "param/patch.h"

struct point_maker {
    const detente_config *config;
    reader r;
    node *root;
    node ***name; /* by factor and level, of the arena */
    unsigned parts;
    reader_mark mark;
    locale_t plain; /* numbers have a decimal point, whatever the caller's locale says */
    detente_config point;
    patch *patch;              /* by factor; NULL unless all are plain numbers or customers' */
    int customers;             /* some are customers' that are no plain numbers: then all of the customers' are bound */
    detente_config patched;    /* with strategies of its own */
    detente_persona *personas; /* and with these where traits are stored, else NULL */
    double *bound;             /* the values of the last point that was bound; NAN: none */
};

static const source FROM = {"point", "", 0, 1};

static int no_memory(detente_error *error)
{
    return detente_error_set(error, DETENTE_E_MEMORY, "out of memory for a point of the design");
}

/* What the names stand for, as trees. */
static void read_names(point_maker *m)
{
    const detente_design *design = m->config->design;
    m->name = reader_alloc(&m->r, (size_t)design->n_factors * sizeof *m->name);
    for (int k = 0; m->name && k < design->n_factors; k++) {
        const detente_factor *f = &design->factor[k];
        m->parts |= branch_of(f->path);
        if (!f->named)
            continue;
        m->name[k] = reader_alloc(&m->r, (size_t)f->levels * sizeof **m->name);
        for (uint64_t i = 0; m->name[k] && i < f->levels; i++)
            m->name[k][i] = yaml_parse(&m->r, f->text[i], strlen(f->text[i]), &FROM);
    }
}

static int read_base(point_maker *m, detente_error *error)
{
    char *text;
    const int code = detente_config_write(m->config, &text, error);
    if (code)
        return code;
    m->root = yaml_parse(&m->r, text, strlen(text), &FROM);
    detente_free(text);
    if (m->root) {
        node_remove(m->root, "design");
        expand_tree(&m->r, m->root);
        read_names(m);
    }
    return reader_report(&m->r, error, NULL);
}

/* Where the factors' numbers lie. @return 0 when a path is neither a plain number nor the customers' */
static int find_patches(point_maker *m, int *traits)
{
    const detente_design *design = m->config->design;
    for (int k = 0; k < design->n_factors; k++) {
        const detente_factor *f = &design->factor[k];
        if (!f->named && patch_find(&m->patch[k], m->config, f->path))
            *traits |= m->patch[k].kind == PATCH_TRAIT;
        else if (branch_of(f->path) == BRANCH_CUSTOMER)
            m->customers = 1;
        else
            return 0;
    }
    for (int k = 0; k < design->n_factors && m->customers; k++)
        if (branch_of(design->factor[k].path) == BRANCH_CUSTOMER)
            m->patch[k].kind = PATCH_NONE;
    return 1;
}

/* The config that points are patched into: every point stores all its numbers, so none of an earlier one's is left. */
static int prepare_patches(point_maker *m)
{
    const size_t n_strategies = (size_t)m->config->n_strategies, n_factors = (size_t)m->config->design->n_factors;
    const size_t n_personas = (size_t)m->config->n_personas;
    int traits = 0;
    m->patch = detente_calloc(n_factors, sizeof *m->patch);
    if (!m->patch)
        return DETENTE_E_MEMORY;
    if (!find_patches(m, &traits)) {
        detente_free(m->patch);
        m->patch = NULL;
        return 0;
    }
    memcpy(&m->patched, m->config, sizeof m->patched);
    m->patched.design = NULL;
    m->bound = detente_calloc(n_factors, sizeof *m->bound);
    m->patched.strategy = detente_calloc(n_strategies, sizeof *m->patched.strategy);
    m->personas = traits && !m->customers ? detente_calloc(n_personas, sizeof *m->personas) : NULL;
    if (!m->bound || !m->patched.strategy || (traits && !m->customers && !m->personas))
        return DETENTE_E_MEMORY;
    memcpy(m->patched.strategy, m->config->strategy, n_strategies * sizeof *m->patched.strategy);
    if (m->personas) {
        memcpy(m->personas, m->config->persona, n_personas * sizeof *m->personas);
        m->patched.persona = m->personas;
    }
    m->bound[0] = NAN;
    return 0;
}

int point_maker_create(point_maker **maker, const detente_config *config, detente_error *error)
{
    *maker = NULL;
    point_maker *m = detente_calloc(1, sizeof *m);
    if (!m)
        return no_memory(error);
    m->config = config;
    m->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    int code = !m->plain || reader_init(&m->r) ? no_memory(error) : 0;
    if (!code) {
        const locale_t before = uselocale(m->plain);
        code = read_base(m, error);
        uselocale(before);
    }
    if (!code && prepare_patches(m))
        code = no_memory(error);
    if (code) {
        point_maker_free(m);
        return code;
    }
    m->mark = reader_stand(&m->r);
    *maker = m;
    return 0;
}

static void clear_point(point_maker *m)
{
    if (m->parts & BRANCH_CUSTOMER)
        detente_free(m->point.persona);
    if (m->parts & BRANCH_STRATEGIES)
        detente_free(m->point.strategy);
    m->point = (detente_config){0};
}

static void put_values(point_maker *m, node *tree, const double *values)
{
    const detente_design *design = m->config->design;
    for (int k = 0; k < design->n_factors && !m->r.code; k++) {
        char number[40];
        node *value;
        if (design->factor[k].named) {
            value = node_copy(&m->r, m->name[k][(size_t)values[k]]);
        } else {
            text_number(values[k], number);
            value = node_scalar(&m->r, number, tree->place);
        }
        if (value)
            set_value(&m->r, tree, design->factor[k].path, value, tree->place);
    }
}

static void bind_point(point_maker *m, const double *values)
{
    node *tree = branch_tree(&m->r, m->root, m->parts);
    if (tree)
        put_values(m, tree, values);
    if (!tree || m->r.errors->n || m->r.code)
        return;
    memcpy(&m->point, m->config, sizeof m->point);
    m->point.design = NULL;
    /* From here on they are the point's own, or shared. */
    if (m->parts & BRANCH_CUSTOMER)
        m->point.persona = NULL;
    if (m->parts & BRANCH_STRATEGIES) {
        m->point.strategy = NULL;
        m->point.n_strategies = 0;
    }
    bind_parts(&m->r, tree, m->parts, &m->point);
}

/* The problems without their places: lines of a tree that nobody has seen. */
static int report(const point_maker *m, detente_error *error)
{
    const problems *list = m->r.errors;
    if (m->r.code)
        return no_memory(error);
    for (size_t i = 0; i < list->n; i++)
        detente_error_set(error, DETENTE_E_CONFIG, "%s%s%s", list->item[i].path, *list->item[i].path ? ": " : "",
                          list->item[i].text);
    return list->n ? DETENTE_E_CONFIG : 0;
}

int point_maker_bind(point_maker *m, const double *values, const detente_config **config, detente_error *error)
{
    clear_point(m);
    reader_return(&m->r, &m->mark);
    m->r.code = 0;
    const locale_t before = uselocale(m->plain);
    bind_point(m, values);
    uselocale(before);
    *config = &m->point;
    const int code = report(m, error);
    if (m->bound)
        memcpy(m->bound, values, (size_t)m->config->design->n_factors * sizeof *values);
    if (m->bound && code)
        m->bound[0] = NAN;
    return code;
}

/* Whether the last point that was bound has the customers that these values make. */
static int has_customers(const point_maker *m, const double *values)
{
    if (isnan(m->bound[0]))
        return 0;
    for (int k = 0; k < m->config->design->n_factors; k++)
        if (m->patch[k].kind == PATCH_NONE && m->bound[k] != values[k])
            return 0;
    return 1;
}

static int patch_point(point_maker *m, detente_config *config, const double *values)
{
    const int n = m->config->design->n_factors;
    for (int k = 0; k < n; k++)
        if (m->patch[k].kind != PATCH_NONE && !patch_store(&m->patch[k], config, values[k]))
            return 0;
    return patch_goes_together(m->patch, n, config, &m->r);
}

int point_maker_config(point_maker *m, const double *values, const detente_config **config, detente_error *error)
{
    detente_config *into = m->customers ? &m->point : &m->patched;
    if (!m->patch || (m->customers && !has_customers(m, values)) || !patch_point(m, into, values))
        return point_maker_bind(m, values, config, error);
    *config = into;
    return 0;
}

void point_maker_free(point_maker *m)
{
    if (!m)
        return;
    clear_point(m);
    detente_free(m->patch);
    detente_free(m->bound);
    detente_free(m->patched.strategy);
    detente_free(m->personas);
    reader_free(&m->r);
    if (m->plain)
        freelocale(m->plain);
    detente_free(m);
}
