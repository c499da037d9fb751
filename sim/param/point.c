/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A point is bound from the resolved config's tree with the values put in, as --set puts them: one way of reading, so that a point
 * means what a config with its values means. Only the branches that the design's paths point into are copied and bound.
 *
 * Binding costs more than playing a cell. Where all paths are plain numbers, a point is the bound config with these numbers stored
 * in it, and only what binding would refuse is bound, for its words.
 */
#include "param/point.h"

#include <locale.h>
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
    patch *patch; /* by factor; NULL unless all are plain numbers */
    detente_config patched;
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

/* The config that points are patched into: every point stores all its numbers, so none of an earlier one's is left. */
static int prepare_patches(point_maker *m)
{
    const detente_design *design = m->config->design;
    patch at;
    for (int k = 0; k < design->n_factors; k++)
        if (design->factor[k].named || !patch_find(&at, m->config, design->factor[k].path))
            return 0;
    const size_t n_strategies = (size_t)m->config->n_strategies;
    memcpy(&m->patched, m->config, sizeof m->patched);
    m->patched.design = NULL;
    m->patch = detente_calloc((size_t)design->n_factors, sizeof *m->patch);
    m->patched.strategy = detente_calloc(n_strategies, sizeof *m->patched.strategy);
    if (!m->patch || !m->patched.strategy)
        return DETENTE_E_MEMORY;
    memcpy(m->patched.strategy, m->config->strategy, n_strategies * sizeof *m->patched.strategy);
    for (int k = 0; k < design->n_factors; k++)
        patch_find(&m->patch[k], m->config, design->factor[k].path);
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
    return report(m, error);
}

static int patch_point(point_maker *m, const double *values)
{
    for (int k = 0; k < m->config->design->n_factors; k++)
        if (!patch_store(&m->patch[k], &m->patched, values[k]))
            return 0;
    return patch_goes_together(&m->patched);
}

int point_maker_config(point_maker *m, const double *values, const detente_config **config, detente_error *error)
{
    if (!m->patch || !patch_point(m, values))
        return point_maker_bind(m, values, config, error);
    *config = &m->patched;
    return 0;
}

void point_maker_free(point_maker *m)
{
    if (!m)
        return;
    clear_point(m);
    detente_free(m->patch);
    detente_free(m->patched.strategy);
    reader_free(&m->r);
    if (m->plain)
        freelocale(m->plain);
    detente_free(m);
}
