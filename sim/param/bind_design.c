/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The block `design`: its type, its factors, how many points that makes. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/merge.h"
#include "param/vary.h"

/* What a type of design uses besides `type`, how many factors it can have, and its number of points. */
enum { USES_VARY = 1, USES_POINTS = 2, USES_FILE = 4, USES_LEVELS = 8 };
static const struct {
    unsigned uses;
    int most;
} TYPE[DETENTE_N_DESIGNS] = {
    [DETENTE_FACTORIAL] = {USES_VARY, DETENTE_MAX_FACTORS},
    [DETENTE_LIST] = {USES_POINTS | USES_FILE, DETENTE_MAX_FACTORS},
    [DETENTE_ONE_AT_A_TIME] = {USES_VARY, DETENTE_MAX_FACTORS},
    [DETENTE_RANDOM] = {USES_VARY | USES_POINTS, DETENTE_MAX_FACTORS},
    [DETENTE_LATIN_HYPERCUBE] = {USES_VARY | USES_POINTS, DETENTE_MAX_FACTORS},
    [DETENTE_SOBOL] = {USES_VARY | USES_POINTS, DETENTE_SOBOL_DIMENSIONS},
    [DETENTE_SALTELLI] = {USES_VARY | USES_POINTS, DETENTE_SOBOL_DIMENSIONS / 2},
    [DETENTE_MORRIS] = {USES_VARY | USES_POINTS | USES_LEVELS, DETENTE_MAX_FACTORS},
};

static void warn_unused(reader *r, const node *design, int type)
{
    static const struct {
        const char *key;
        unsigned use;
    } KEY[] = {{"vary", USES_VARY}, {"points", USES_POINTS}, {"file", USES_FILE}, {"levels", USES_LEVELS}};
    for (size_t i = 0; i < sizeof KEY / sizeof KEY[0]; i++) {
        if (!(TYPE[type].uses & KEY[i].use) && !node_get(design, "sha256"))
            vary_unused_in(r, design, "design", KEY[i].key, type);
    }
}

int vary_too_many(const vary *v, place at, size_t n)
{
    const int type = v->design->type;
    if (n <= (size_t)TYPE[type].most)
        return 0;
    reader_error(v->r, at, "design", "found %zu varied paths, allowed at most %d in a %s design%s", n, TYPE[type].most,
                 DESIGN_NAME[type],
                 type == DETENTE_SOBOL ? " (Sobol's sequence has 40 dimensions here): vary fewer, or take "
                                         "latin-hypercube or random"
                 : type == DETENTE_SALTELLI
                     ? " (two of the Sobol sequence's 40 dimensions each): vary fewer, or find those "
                       "that matter with morris first"
                     : "");
    return 1;
}

void vary_map(const vary *v, const node *design)
{
    reader *r = v->r;
    const node *map = node_get(design, "vary");
    if (!map || map->kind != NODE_MAP || !map->n) {
        reader_error(r, map ? map->place : design->place, "design.vary",
                     "found %s, allowed a map of paths and their values, such as {agent.mirroring: [0, 1]}",
                     map ? show_node(r, map) : "nothing");
        return;
    }
    if (vary_too_many(v, map->place, map->n))
        return;
    v->design->factor = bind_alloc(r, map->n, sizeof *v->design->factor);
    for (const node *child = map->first; child && !r->code; child = child->next) {
        detente_factor *f = &v->design->factor[v->design->n_factors];
        v->where[v->design->n_factors++] = child->key_place;
        const size_t before = r->errors->n;
        vary own = *v;
        own.at = child->key_place;
        f->path = vary_text(r, child->key);
        if (f->path && vary_path(v, child->key, child->key_place))
            vary_factor(&own, child, f);
        if (v->design->type == DETENTE_MORRIS && f->levels == 1 && r->errors->n == before)
            reader_error(r, child->place, path_key(r, "design.vary", child->key),
                         "found one value, allowed two at least: every path is moved in a morris design");
        if (v->design->type == DETENTE_ONE_AT_A_TIME && r->errors->n == before && !r->code)
            vary_base(&own, child, f);
    }
}

/* ---- points ------------------------------------------------------------------------------------------------------ */

static int multiply(uint64_t *product, uint64_t factor)
{
    return __builtin_mul_overflow(*product, factor, product);
}

/* Values of a factor other than its base. */
static uint64_t others(const detente_factor *f)
{
    for (uint64_t i = 0; i < f->levels; i++)
        if (detente_factor_level(f, i) == f->base)
            return f->levels - 1;
    return f->levels;
}

/* Points that one of `points` makes. */
static uint64_t points_each(const detente_design *design)
{
    return design->type == DETENTE_SALTELLI ? (uint64_t)design->n_factors + 2
           : design->type == DETENTE_MORRIS ? (uint64_t)design->n_factors + 1
                                            : 1;
}

/* @return nonzero beyond 2^64 */
static int count_points(detente_design *design)
{
    uint64_t *n = &design->n_points;
    int over = 0;
    *n = 1;
    switch (design->type) {
    case DETENTE_FACTORIAL:
        for (int k = 0; k < design->n_factors; k++)
            over |= multiply(n, design->factor[k].levels);
        return over;
    case DETENTE_ONE_AT_A_TIME:
        for (int k = 0; k < design->n_factors; k++)
            *n += others(&design->factor[k]);
        return 0;
    default:
        *n = points_each(design);
        return multiply(n, design->points);
    }
}

/* Cells have 32-bit numbers: a coordinate of the results, and part of what random numbers are drawn for. */
static void too_many_cells(const vary *v, const node *design)
{
    const unsigned long most = UINT32_MAX;
    const uint64_t cells = points_each(v->design) * (uint64_t)v->config->n_strategies;
    const node *points = node_get(design, "points");
    if (v->design->type == DETENTE_LIST)
        reader_error(v->r, design->place, "design",
                     "more than %lu cells (points x strategies), allowed up to that many: list fewer points", most);
    else if (TYPE[v->design->type].uses & USES_POINTS)
        reader_error(
            v->r, points ? points->place : design->place, "design.points",
            "found %llu, allowed at most %llu: each makes %llu cells here (points x strategies), and a run has "
            "at most %lu",
            (unsigned long long)v->design->points, (unsigned long long)(most / cells), (unsigned long long)cells, most);
    else
        reader_error(v->r, design->place, "design",
                     "more than %lu cells (points x strategies), allowed up to that many: vary fewer paths in fewer "
                     "steps, or sample them (random, latin-hypercube, sobol)",
                     most);
}

static void check_size(const vary *v, const node *design)
{
    const int over = count_points(v->design);
    uint64_t cells = v->design->n_points;
    if (over || multiply(&cells, (uint64_t)v->config->n_strategies) || cells > UINT32_MAX)
        too_many_cells(v, design);
}

static void bind_points(const vary *v, const node *design)
{
    const node *n = node_get(design, "points");
    v->design->points = (uint64_t)registry_row("design.points")->fallback;
    bind_whole(v->r, n, "design.points", 1, UINT32_MAX, &v->design->points);
}

static void bind_grid(const vary *v, const node *design)
{
    const node *n = node_get(design, "levels");
    uint64_t levels = (uint64_t)registry_row("design.levels")->fallback;
    bind_whole(v->r, n, "design.levels", 2, 1000, &levels);
    if (levels % 2)
        reader_error(v->r, n->place, "design.levels",
                     "found %llu, allowed an even number: with it every level is as likely as the others (Morris 1991)",
                     (unsigned long long)levels);
    v->design->grid = (int)levels;
}

/* ---- the parts that points change ------------------------------------------------------------------------------- */

/* A base persona that is a file's or the library's: what points change names no file. */
static int inline_persona(reader *r, node *tree)
{
    node *customer = node_get(tree, "customer"), *chosen = customer ? node_get(customer, "persona") : NULL;
    const node *list = customer ? node_get(customer, "personas") : NULL;
    if (!chosen || chosen->kind != NODE_SCALAR)
        return 0;
    for (const node *item = list ? list->first : NULL; item; item = item->next) {
        const node *name = node_get(item, "name");
        if (name && !strcmp(name->text, chosen->text))
            return 0;
    }
    node *map = load_reference(r, chosen, LIBRARY_PERSONAS, "customer.persona");
    if (map)
        node_put(customer, map, "persona", chosen->key_place);
    return map ? 0 : r->code;
}

static void keep_parts(const vary *v)
{
    unsigned parts = 0;
    for (int k = 0; k < v->design->n_factors; k++) {
        const detente_factor *f = &v->design->factor[k];
        parts |= branch_of(f->path);
        /* Whatever is sized by it is sized for all points. */
        if (!strcmp(f->path, "max_turns"))
            v->config->max_turns = (uint64_t)f->to;
    }
    node *tree = branch_tree(v->r, v->root, parts);
    if (!tree || inline_persona(v->r, tree))
        return;
    for (int p = 0; p < DETENTE_N_PARTS; p++) {
        const unsigned part = 1u << p;
        if (!(parts & part))
            continue;
        if (branch_dump(tree, part | (part == BRANCH_SCENARIO ? BRANCH_OUTCOME : 0), &v->design->part[p]))
            v->r->code = DETENTE_E_MEMORY;
    }
}

/* ------------------------------------------------------------------------------------------------------------------ */

void bind_design(reader *r, const node *design, const node *root, detente_config *config)
{
    static const char *const KEYS[] = {"type", "vary", "points", "levels", "file", "sha256", NULL};
    const node *type = node_get(design, "type");
    double number = registry_row("design.type")->fallback;
    const size_t before = r->errors->n;
    if (!expect_map(r, design, "design"))
        return;
    check_keys(r, design, "design", NULL, 0, KEYS);
    bind_choice(r, type, "design.type", DESIGN_NAME, &number);
    if (r->errors->n != before)
        return;
    config->design = bind_alloc(r, 1, sizeof *config->design);
    detente_config *scratch = reader_alloc(r, sizeof *scratch);
    place *where = reader_alloc(r, DETENTE_MAX_FACTORS * sizeof *where);
    if (!config->design || !scratch || !where)
        return;
    /* The config is bound without its design while values are tried on it. */
    const vary v = {r, root, config, config->design, scratch, node_get(design, "vary"), design->place, where};
    config->design = NULL;
    v.design->type = (int)number;
    const unsigned uses = TYPE[v.design->type].uses;
    warn_unused(r, design, v.design->type);
    if (v.design->type == DETENTE_LIST)
        bind_point_list(&v, design);
    else
        vary_map(&v, design);
    if (uses & USES_POINTS && v.design->type != DETENTE_LIST)
        bind_points(&v, design);
    if (uses & USES_LEVELS)
        bind_grid(&v, design);
    if (r->errors->n == before && !r->code)
        check_size(&v, design);
    if (r->errors->n == before && !r->code)
        keep_parts(&v);
    if (r->errors->n == before && !r->code)
        vary_reach(&v);
    config->design = v.design;
    /* A sweep has many cells, and what they are compared by is their means. */
    if (!node_get(root, "quantiles"))
        config->quantiles = 0;
}
