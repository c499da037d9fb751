/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list `hypotheses`: a metric, the cells it is about, what is expected of them. */
#include <math.h>
#include <string.h>

#include "param/bind.h"
#include "param/points_file.h"

/* What the binding of one hypothesis needs. */
typedef struct expectation {
    reader *r;
    const detente_config *config;
    int known; /* the design and the strategies are what the file says */
    const char *path;
    detente_hypothesis *h;
} expectation;

/* ---- levels ------------------------------------------------------------------------------------------------------ */

/* Numbers that a config writes and levels that steps come to may differ in the last digits. */
static int same_number(double a, double b)
{
    return a == b || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

/* @return 1 with the level in *value; -1 where the levels are not known before the points are */
static int find_level(const detente_design *design, int k, double *value)
{
    const detente_factor *f = &design->factor[k];
    for (uint64_t i = 0; i < f->levels && !f->named; i++)
        if (same_number(detente_factor_level(f, i), *value)) {
            *value = detente_factor_level(f, i);
            return 1;
        }
    for (uint64_t i = 0; i < design->points && design->row; i++) {
        const double level = design->row[i * (uint64_t)design->n_factors + (uint64_t)k];
        if (same_number(level, *value)) {
            *value = level;
            return 1;
        }
    }
    /* A file of points is not held in memory: which values it has is seen in the results. */
    return design->file && !f->levels && !design->row && *value >= f->from && *value <= f->to ? -1 : 0;
}

static const char *level_list(reader *r, const detente_design *design, int k)
{
    enum { SHOWN = 12 };
    const detente_factor *f = &design->factor[k];
    const char *text[SHOWN];
    char number[40];
    const uint64_t n = f->levels < SHOWN ? f->levels : SHOWN;
    if (!f->levels) {
        const char *range = reader_format(r, "a value of the design's points, %g to %g", f->from, f->to);
        return range ? range : "";
    }
    for (uint64_t i = 0; i < n; i++) {
        text_level(detente_factor_level(f, i), number);
        text[i] = f->named ? show_text(r, f->name[i]) : reader_text(r, number, strlen(number));
        if (!text[i])
            return "";
    }
    const char *list = name_list(r, text, (size_t)n);
    list = f->levels > n ? reader_format(r, "%s …", list) : list;
    return list ? list : "";
}

static void bind_named_level(const expectation *e, const node *n, const char *path, int k, double *value)
{
    const detente_design *design = e->config->design;
    const detente_factor *f = &design->factor[k];
    char name[2 * DETENTE_NAME_SIZE] = "";
    if (n->kind == NODE_SCALAR)
        points_name(n->text, name, sizeof name);
    for (uint64_t i = 0; i < f->levels && *name; i++)
        if (!strcmp(f->name[i], name)) {
            *value = (double)i;
            return;
        }
    reader_error(e->r, n->place, path, "found %s, allowed a value that the design plays: %s%s", show_node(e->r, n),
                 level_list(e->r, design, k),
                 *name ? nearest_hint(e->r, name, (const char *const *)f->name, (size_t)f->levels) : "");
}

static void bind_level(const expectation *e, const node *n, const char *path, int k, double *value)
{
    const detente_design *design = e->config->design;
    const detente_factor *f = &design->factor[k];
    if (f->named)
        bind_named_level(e, n, path, k, value);
    else if (!f->levels && design->type != DETENTE_LIST)
        reader_error(
            e->r, n->key_place, path,
            "a %s design takes any number from %g to %g here, and none twice: allowed paths with listed values",
            DESIGN_NAME[design->type], f->from, f->to);
    else if (!read_number(n, value) || !find_level(design, k, value))
        reader_error(e->r, n->place, path, "found %s, allowed a value that the design plays: %s", show_node(e->r, n),
                     level_list(e->r, design, k));
}

/* ---- sides ------------------------------------------------------------------------------------------------------- */

/* The factor of a path, or -1 after an error. */
static int find_factor(const expectation *e, const node *n, const char *path)
{
    const detente_design *design = e->config->design;
    const char *name[DETENTE_MAX_FACTORS];
    if (!design) {
        reader_error(e->r, n->key_place, path, "there is no `design` that varies it, allowed without one: `strategy`");
        return -1;
    }
    for (int k = 0; k < design->n_factors; k++) {
        name[k] = design->factor[k].path;
        if (!strcmp(name[k], n->key))
            return k;
    }
    reader_error(e->r, n->key_place, path, "is not varied by the design, allowed %s%s",
                 name_list(e->r, name, (size_t)design->n_factors),
                 nearest_hint(e->r, n->key, name, (size_t)design->n_factors));
    return -1;
}

static void bind_side(const expectation *e, const node *map, const char *path, detente_side *side)
{
    if (!map || !expect_map(e->r, map, path))
        return;
    if (!map->n)
        reader_error(e->r, map->place, path, "found an empty map, allowed varied paths with a value (or no such key)");
    side->at = map->n ? bind_alloc(e->r, map->n, sizeof *side->at) : NULL;
    for (const node *child = map->first; child && side->at; child = child->next) {
        if (!strcmp(child->key, "strategy"))
            continue;
        const char *below = path_key(e->r, path, child->key);
        const int k = e->known ? find_factor(e, child, below) : -1;
        if (k < 0)
            continue;
        detente_restriction *at = &side->at[side->n++];
        at->factor = k;
        bind_level(e, child, below, k, &at->value);
    }
}

static void bind_which(const expectation *e, const node *n, const char *path, int *strategy)
{
    const detente_config *config = e->config;
    if (!n || !e->known)
        return;
    const char **name = reader_alloc(e->r, (size_t)config->n_strategies * sizeof *name + 1);
    for (int s = 0; name && s < config->n_strategies; s++) {
        name[s] = config->strategy[s].name;
        if (n->kind == NODE_SCALAR && !strcmp(name[s], n->text))
            *strategy = s;
    }
    if (name && *strategy < 0)
        reader_error(e->r, n->place, path, "found %s, allowed a strategy of this config: %s%s", show_node(e->r, n),
                     name_list(e->r, name, (size_t)config->n_strategies),
                     n->kind == NODE_SCALAR ? nearest_hint(e->r, n->text, name, (size_t)config->n_strategies) : "");
}

static const detente_restriction *find_restriction(const detente_side *side, int factor)
{
    for (int i = 0; i < side->n; i++)
        if (side->at[i].factor == factor)
            return &side->at[i];
    return NULL;
}

/* The sides are the same cells but for what `versus` says, which `where` must say too. */
static void check_sides(const expectation *e, const node *expect, const node *versus, const char *path)
{
    const detente_design *design = e->config->design;
    const detente_hypothesis *h = e->h;
    const node *where = node_get(expect, "where"), *strategy = node_get(versus, "strategy");
    int differ = h->where.strategy != h->versus.strategy && strategy;
    if (strategy && !node_get(expect, "strategy"))
        reader_error(e->r, strategy->key_place, path_key(e->r, path, "strategy"),
                     "compared with which? Allowed with `strategy: NAME` beside `versus`");
    for (const node *child = versus->first; child; child = child->next)
        if (child != strategy && !node_get(where, child->key))
            reader_error(e->r, child->key_place, path_key(e->r, path, child->key),
                         "compared with which value? Allowed when `where` has one of the same path");
        else if (child != strategy && design && design->type >= DETENTE_RANDOM)
            reader_error(e->r, child->key_place, path_key(e->r, path, child->key),
                         "points of a %s design differ in all paths at once, allowed only `strategy`",
                         DESIGN_NAME[design->type]);
    for (int i = 0; i < h->versus.n; i++) {
        const detente_restriction *other = find_restriction(&h->where, h->versus.at[i].factor);
        differ |= !other || other->value != h->versus.at[i].value;
    }
    if (!differ)
        reader_error(e->r, versus->place, path, "these are the cells of `where`, allowed others");
}

/* ---- what is expected --------------------------------------------------------------------------------------------- */

static void bind_threshold(const expectation *e, const node *n, const char *path)
{
    int op = -1;
    double threshold = 0;
    if (!n)
        return;
    const int read = read_comparison(e->r, n, &op, &threshold);
    if (!read || (op != DETENTE_GT && op != DETENTE_LT))
        reader_error(e->r, n->place, path, "found %s, allowed a comparison such as \"> 0.02\" (> or <, then a number)",
                     show_node(e->r, n));
    else if (!(fabs(threshold) <= 1e15))
        reader_error(e->r, n->place, path, "found %s, allowed a number from -1e+15 to 1e+15", show_node(e->r, n));
    e->h->above = op == DETENTE_GT;
    e->h->threshold = threshold;
}

/* With `versus` a difference is expected, without it a value. */
static void bind_expected(const expectation *e, const node *expect)
{
    const node *versus = node_get(expect, "versus"), *value = node_get(expect, "value");
    const node *difference = node_get(expect, "difference");
    bind_threshold(e, difference, path_key(e->r, e->path, "difference"));
    bind_threshold(e, value, path_key(e->r, e->path, "value"));
    if (versus && value)
        reader_error(e->r, value->key_place, path_key(e->r, e->path, "value"),
                     "is of one side, allowed with `versus`: difference: \"> 0.02\"");
    else if (versus && !difference)
        reader_error(e->r, expect->place, e->path, "difference is missing: difference: \"> 0.02\"");
    else if (!versus && difference)
        reader_error(e->r, difference->key_place, path_key(e->r, e->path, "difference"),
                     "from what? Allowed with `versus`: {PATH: VALUE} or {strategy: NAME}; without it write "
                     "value: \"> 0.5\"");
    else if (!versus && !value)
        reader_error(e->r, expect->place, e->path,
                     "nothing is expected: write value: \"> 0.5\", or `versus` and difference: \"> 0.02\"");
}

static void bind_expect(const expectation *e, const node *expect)
{
    static const char *const KEYS[] = {"metric", "where", "versus", "strategy", "difference", "value", NULL};
    const node *metric = node_get(expect, "metric"), *versus = node_get(expect, "versus");
    const node *where = node_get(expect, "where"), *inside = node_get(where, "strategy");
    const size_t before = e->r->errors->n;
    double number = 0;
    if (!expect_map(e->r, expect, e->path))
        return;
    check_keys(e->r, expect, e->path, NULL, 0, KEYS);
    if (!metric)
        reader_error(e->r, expect->place, e->path, "metric is missing: metric: escalated");
    bind_choice(e->r, metric, path_key(e->r, e->path, "metric"), METRIC_NAME, &number);
    e->h->metric = (int)number;
    bind_side(e, where, path_key(e->r, e->path, "where"), &e->h->where);
    bind_side(e, versus, path_key(e->r, e->path, "versus"), &e->h->versus);
    if (inside)
        reader_error(e->r, inside->key_place, path_key(e->r, path_key(e->r, e->path, "where"), "strategy"),
                     "stands beside `where`, not in it");
    bind_which(e, node_get(expect, "strategy"), path_key(e->r, e->path, "strategy"), &e->h->where.strategy);
    bind_which(e, node_get(versus, "strategy"), path_key(e->r, path_key(e->r, e->path, "versus"), "strategy"),
               &e->h->versus.strategy);
    e->h->compared = versus != NULL;
    bind_expected(e, expect);
    if (versus && e->known && e->r->errors->n == before)
        check_sides(e, expect, versus, path_key(e->r, e->path, "versus"));
}

static void bind_hypothesis(const expectation *e, const node *item, const char *path)
{
    static const char *const KEYS[] = {"name", "expect", NULL};
    detente_hypothesis *h = e->h;
    if (!expect_map(e->r, item, path))
        return;
    check_keys(e->r, item, path, NULL, 0, KEYS);
    if (!node_get(item, "name"))
        reader_error(e->r, item->place, path, "a hypothesis without a name, allowed `name: mirroring-escalates`");
    bind_name(e->r, node_get(item, "name"), path_key(e->r, path, "name"), h->name);
    for (const detente_hypothesis *other = e->config->hypothesis; other < h; other++)
        if (*h->name && !strcmp(other->name, h->name)) {
            reader_error(e->r, node_get(item, "name")->place, path_key(e->r, path, "name"),
                         "the name %s is doubled, allowed each name once", show_text(e->r, h->name));
            break;
        }
    if (!node_get(item, "expect"))
        reader_error(e->r, item->place, path,
                     "expect is missing: expect: {metric: escalated, where: {PATH: 1}, versus: {PATH: 0}, difference: "
                     "\"> 0.02\"}");
    else
        bind_expect(e, node_get(item, "expect"));
}

void bind_hypotheses(reader *r, const node *list, int known, detente_config *config)
{
    if (!list || !expect_list(r, list, "hypotheses"))
        return;
    if (list->n > DETENTE_MAX_HYPOTHESES) {
        reader_error(r, list->place, "hypotheses", "found %zu hypotheses, allowed at most %d", list->n,
                     DETENTE_MAX_HYPOTHESES);
        return;
    }
    config->hypothesis = bind_alloc(r, list->n, sizeof *config->hypothesis);
    if (!config->hypothesis)
        return;
    for (const node *item = list->first; item && !r->code; item = item->next) {
        detente_hypothesis *h = &config->hypothesis[config->n_hypotheses];
        const char *path = path_index(r, "hypotheses", (size_t)config->n_hypotheses++);
        h->where.strategy = h->versus.strategy = -1;
        bind_hypothesis(&(expectation){r, config, known, path_key(r, path, "expect"), h}, item, path);
    }
}
