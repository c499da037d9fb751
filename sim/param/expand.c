/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What names stand for, default lists, and values set by path. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "param/bind.h"
#include "param/merge.h"
#include "param/registry.h"

static const source DEFAULTS = {"default", "", 0, 1};
static const place NOWHERE = {&DEFAULTS, 0, 0};

/* A list of maps that have only a name. */
static node *named_list(reader *r, const char *const *names, size_t n)
{
    node *list = node_new(r, NODE_LIST, NOWHERE);
    for (size_t i = 0; list && i < n; i++) {
        node *map = node_new(r, NODE_MAP, NOWHERE), *name = node_scalar(r, names[i], NOWHERE);
        if (!map || !name)
            return NULL;
        node_add(map, name, "name", NOWHERE);
        node_add(list, map, NULL, NOWHERE);
    }
    return list;
}

static void add_default(node *map, node *value, const char *key)
{
    if (value && map && map->kind == NODE_MAP && !node_get(map, key))
        node_add(map, value, key, NOWHERE);
}

/* Lists that a path may point into are there even when the config does not name them. */
static void add_defaults(reader *r, node *root)
{
    static const char *const TIERS[] = {"front line", "supervisor", "executive"}, *const ISSUES[] = {"refund"};
    if (!node_get(root, "tiers"))
        add_default(root, named_list(r, TIERS, 3), "tiers");
    if (!node_get(root, "scenario"))
        add_default(root, node_new(r, NODE_MAP, NOWHERE), "scenario");
    node *scenario = node_get(root, "scenario");
    if (scenario && scenario->kind == NODE_MAP && !node_get(scenario, "issues"))
        add_default(scenario, named_list(r, ISSUES, 1), "issues");
    if (!node_get(root, "strategies")) {
        node *list = node_new(r, NODE_LIST, NOWHERE), *typical = node_scalar(r, "typical", NOWHERE);
        if (list && typical)
            node_add(list, typical, NULL, NOWHERE);
        add_default(root, list, "strategies");
    }
}

/* scenario: a name or a file whose `scenario` is meant, or a map that may say `extends`. */
static void expand_scenario(reader *r, node *root)
{
    node *scenario = node_get(root, "scenario"), *map = NULL;
    if (!scenario || scenario->kind == NODE_LIST)
        return;
    node *reference = scenario->kind == NODE_SCALAR ? scenario : node_get(scenario, "extends");
    if (!reference)
        return;
    const char *name = reference->text;
    if (reference->kind == NODE_SCALAR) {
        node *file = load_reference(r, reference, LIBRARY_SCENARIOS, "scenario");
        if (file) {
            map = node_get(file, "scenario");
            if (map && map->kind == NODE_SCALAR) {
                expand_scenario(r, file);
                map = node_get(file, "scenario");
            }
            if (!map || map->kind != NODE_MAP)
                reader_error(r, reference->place, "scenario", "%s has no map `scenario`", show_text(r, name));
        }
    } else {
        reader_error(r, reference->place, "scenario.extends", "found %s, allowed one name or file",
                     show_node(r, reference));
    }
    /* After an error, an empty scenario lets the rest be checked. */
    if (!map || map->kind != NODE_MAP)
        map = node_new(r, NODE_MAP, reference->place);
    if (!map)
        return;
    if (!node_get(map, "name")) {
        const char *slash = strrchr(name, '/'), *start = slash ? slash + 1 : name;
        char *stem = reader_text(r, start, strcspn(start, "."));
        node *value = stem && *stem ? node_scalar(r, stem, reference->place) : NULL;
        if (value)
            node_add(map, value, "name", reference->place);
    }
    if (scenario->kind == NODE_MAP) {
        node_remove(scenario, "extends");
        map = merge_nodes(map, scenario);
    }
    node_put(root, map, "scenario", scenario->key_place);
}

static void expand_list(reader *r, node *list, enum library kind, const char *what)
{
    size_t i = 0;
    if (!list || list->kind != NODE_LIST)
        return;
    for (node *item = list->first, *next; item; item = next, i++) {
        node *map = NULL;
        next = item->next;
        const place at = item->place;
        const char *path = reader_format(r, "%s[%zu]", what, i);
        if (item->kind == NODE_SCALAR)
            map = load_reference(r, item, kind, path);
        else if (item->kind == NODE_MAP && node_get(item, "extends"))
            map = load_extends(r, item, kind, path);
        else
            continue;
        /* After an error, a map without a name stands for what could not be read. */
        if (!map && (map = node_new(r, NODE_MAP, NOWHERE)))
            map->overlaid = -1;
        if (!map)
            return;
        node_replace(list, item, map);
        map->key_place = at;
    }
}

/* The top-level map `strategy` lies over every strategy, once. */
static void overlay_strategies(reader *r, node *root)
{
    node *over = node_get(root, "strategy"), *list = node_get(root, "strategies");
    if (!over || over->kind != NODE_MAP || !list || list->kind != NODE_LIST)
        return;
    for (node *item = list->first, *next; item; item = next) {
        next = item->next;
        if (item->kind != NODE_MAP || item->overlaid)
            continue;
        node *copy = node_copy(r, over);
        if (!copy)
            return;
        const place at = item->place;
        merge_nodes(item, copy);
        item->place = at;
        item->overlaid = 1;
    }
}

void expand_tree(reader *r, node *root)
{
    if (root->kind != NODE_MAP)
        return;
    expand_scenario(r, root);
    add_defaults(r, root);
    expand_list(r, node_get(root, "strategies"), LIBRARY_STRATEGIES, "strategies");
    expand_list(r, node_get(node_get(root, "customer"), "personas"), LIBRARY_PERSONAS, "customer.personas");
    overlay_strategies(r, root);
}

/* One step of a path: a key, or an index in brackets. */
typedef struct step {
    const char *text;
    int index;
    const char *from; /* where it begins in the path */
} step;

enum { MAX_STEPS = 16 };

static size_t split_path(reader *r, const char *path, step steps[MAX_STEPS], place at)
{
    size_t n = 0;
    const char *p = path;
    int bad = !*p;
    while (*p && !bad && n < MAX_STEPS) {
        if (*p == '[') {
            const char *end = strchr(p, ']');
            bad = !end || end == p + 1 || !n;
            if (!bad) {
                steps[n++] = (step){reader_text(r, p + 1, (size_t)(end - p - 1)), 1, p};
                p = end + 1;
                bad = *p && *p != '.' && *p != '[';
            }
        } else {
            p += *p == '.' && n;
            const size_t length = strcspn(p, ".[");
            bad = !length;
            steps[n++] = (step){reader_text(r, p, length), 0, p};
            p += length;
            bad = bad || (*p == '.' && !p[1]);
        }
        if (n && !steps[n - 1].text)
            return 0;
    }
    if (!bad && !*p)
        return n;
    reader_error(r, at, show_text(r, path),
                 "not a path: write it like agent.mirroring, tiers[0].authority or strategies[typical].persistence");
    return 0;
}

static node *find_element(reader *r, node *list, const char *index, const char *path, place at)
{
    node *item;
    if (list->kind != NODE_LIST) {
        reader_error(r, at, path, "found [%s], but there is no list here", show_text(r, index));
        return NULL;
    }
    size_t number = 0, n_names = 0;
    const char **names = reader_alloc(r, list->n * sizeof *names + 1);
    if (!names)
        return NULL;
    for (item = list->first; item; item = item->next) {
        const node *name = item->kind == NODE_MAP ? node_get(item, "name") : item;
        if (name && name->kind == NODE_SCALAR && !strcmp(name->text, index))
            return item;
        if (name && name->kind == NODE_SCALAR)
            names[n_names++] = name->text;
    }
    if (*index && strspn(index, "0123456789") == strlen(index)) {
        const size_t wanted = strtoul(index, NULL, 10);
        for (item = list->first; item; item = item->next)
            if (number++ == wanted)
                return item;
    }
    const char *near = detente_nearest(index, names, n_names);
    reader_error(r, at, path, "found [%s], allowed a name in the list or an index from 0 to %zu%s%s%s",
                 show_text(r, index), list->n - (list->n > 0), near ? "; did you mean " : "", near ? near : "",
                 near ? "?" : "");
    return NULL;
}

/* `customer.anger: 0.3` is a constant: a path below it makes it a distribution. */
static node *as_distribution(reader *r, node *parent, node *scalar, const char *key)
{
    static const char *const KEYS[] = {"dist", "mean", "sd", "low", "high", "values", "weights"};
    int is_key = 0;
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        is_key |= !strcmp(key, KEYS[i]);
    if (!is_key || scalar->quoted || !scalar->size)
        return NULL;
    node *map = node_new(r, NODE_MAP, scalar->place), *dist = node_scalar(r, "constant", scalar->place);
    node *mean = node_copy(r, scalar);
    if (!map || !dist || !mean)
        return NULL;
    node_add(map, dist, "dist", scalar->place);
    node_add(map, mean, "mean", scalar->place);
    map->key_place = scalar->key_place;
    node_replace(parent, scalar, map);
    return map;
}

/*
 * What a design varies stands under its path: design.vary.agent.warmth.steps is the key `agent.warmth`, and `steps` below it. So the
 * longest key that is there is meant; where none is, a new path to vary.
 * @return how many of the @p n steps the key takes
 */
static size_t take_key(reader *r, const node *map, const char *path, const step *steps, size_t n, const char **key)
{
    static const char VARY[] = "design.vary.";
    static const char *const BELOW[] = {"from", "to", "steps", "log", "integer", "values", "base", NULL};
    size_t taken = 1;
    *key = steps->text;
    for (const node *child = map->first; child; child = child->next) {
        const size_t length = strlen(child->key);
        if (strncmp(steps->from, child->key, length) != 0)
            continue;
        const char *rest = steps->from + length + (steps->from[length] == '.');
        for (size_t i = taken + 1; i <= n; i++)
            if (i < n ? rest == steps[i].from : !*rest) {
                taken = i;
                *key = child->key;
            }
    }
    if (taken > 1 || node_get(map, *key) || n < 2 || strncmp(path, VARY, sizeof VARY - 1) != 0 ||
        steps->from != path + sizeof VARY - 1)
        return taken;
    const int below = !steps[n - 1].index && find_name(BELOW, steps[n - 1].text) >= 0;
    *key = reader_text(r, steps->from, below ? (size_t)(steps[n - 1].from - steps->from) - 1 : strlen(steps->from));
    return below ? n - 1 : n;
}

static void set_steps(reader *r, node *at, const step *steps, size_t n, node *value, const char *path, place where)
{
    node *above = NULL;
    for (size_t i = 0, taken; i < n; i += taken) {
        const char *key = steps[i].text;
        taken = at->kind == NODE_MAP && !steps[i].index ? take_key(r, at, path, steps + i, n - i, &key) : 1;
        const int last = i + taken == n;
        node *next;
        if (!key)
            return;
        if (steps[i].index) {
            if (!(next = find_element(r, at, steps[i].text, path, where)))
                return;
            if (last) {
                value->overlaid = 0;
                node_replace(at, next, value);
                value->key_place = where;
            }
        } else {
            if (at->kind == NODE_SCALAR && above && !steps[i - 1].index) {
                node *map = as_distribution(r, above, at, steps[i].text);
                at = map ? map : at;
            }
            if (at->kind != NODE_MAP) {
                reader_error(r, where, path, "there is no map here to set `%s` in (it is %s)",
                             show_text(r, steps[i].text), show_node(r, at));
                return;
            }
            next = node_get(at, key);
            if (last) {
                node_put(at, value, key, where);
                at->place = value->place; /* as merge_nodes() does: what the map is now, is the value's doing */
            } else if (!next || (next->kind == NODE_SCALAR && !next->size && !next->quoted)) {
                next = node_new(r, steps[i + taken].index ? NODE_LIST : NODE_MAP, where);
                if (!next)
                    return;
                node_put(at, next, key, where);
            }
        }
        above = at;
        at = next;
    }
}

void set_value(reader *r, node *root, const char *path, node *value, place at)
{
    step steps[MAX_STEPS];
    const size_t n = split_path(r, path, steps, at);
    if (!n || root->kind != NODE_MAP)
        return;
    node *list = node_get(root, "strategies");
    /* Strategies that are there take it now; ones that a later setting puts there take it from the top-level map. */
    if (!strcmp(steps[0].text, "strategy") && n > 1 && list && list->kind == NODE_LIST) {
        for (node *item = list->first; item; item = item->next) {
            node *copy = item->kind == NODE_MAP && item->overlaid >= 0 ? node_copy(r, value) : NULL;
            if (copy) {
                set_steps(r, item, steps + 1, n - 1, copy, path, at);
                item->overlaid = 1;
            }
        }
    }
    set_steps(r, root, steps, n, value, path, at);
    expand_tree(r, root);
}
