/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs between two resolved configs, by path. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"
#include "param/tree.h"

enum { MOST_LINES = 12, PATH_SIZE = 256 };

typedef struct comparison {
    reader *r;
    text_buffer out;
    size_t n;
    const char *type; /* of both designs; NULL where they differ, or there are none */
    int told;         /* why a design of this type takes no more points */
} comparison;

static const source FROM = {.name = "config", .folder = ""};

/* Why what is there cannot be added to, where a user might think that it can. */
static void add_reason(comparison *c, const char *path)
{
    static const struct {
        const char *type, *path, *text;
    } WHY[] = {
        {"latin-hypercube", "design.points", "a Latin hypercube takes no more points: they would need other strata"},
        {"factorial", "design.vary", "a factorial design takes no more points: new ones would lie between those there"},
        {"one-at-a-time", "design.vary", "one-at-a-time takes no more points: new ones would lie between those there"},
        {"list", "design.", "a list takes no more points: run new ones as a list of their own, into another file"},
    };
    if (!strncmp(path, "replications.until.", 19))
        text_add(
            &c->out,
            " (cells that had enough would need replications between those there: of a rule only max can be raised)");
    for (size_t i = 0; i < sizeof WHY / sizeof WHY[0] && c->type && !c->told; i++)
        if (!strcmp(c->type, WHY[i].type) && !strncmp(path, WHY[i].path, strlen(WHY[i].path))) {
            text_add(&c->out, " (%s)", WHY[i].text);
            c->told = 1;
        }
}

static void differ(comparison *c, const char *path, const node *there, const node *here)
{
    if (++c->n > MOST_LINES)
        return;
    text_add(&c->out, "%s  %s: ", c->n > 1 ? "\n" : "", path);
    if (there && there->kind == NODE_LIST && here && here->kind == NODE_LIST)
        text_add(&c->out, "%zu elements there, %zu here", there->n, here->n);
    else
        text_add(&c->out, "%s there, %s here", there ? show_node(c->r, there) : "nothing",
                 here ? show_node(c->r, here) : "nothing");
    add_reason(c, path);
}

/* Path of a child: of a map by its key, of a list by its name or number. */
static void extend_path(char to[PATH_SIZE], const char *path, const node *child, size_t number)
{
    const node *name = !child->key && child->kind == NODE_MAP ? node_get(child, "name") : NULL;
    if (child->key)
        snprintf(to, PATH_SIZE, "%s%s%s", path, *path ? "." : "", child->key);
    else if (name && name->kind == NODE_SCALAR)
        snprintf(to, PATH_SIZE, "%s[%s]", path, name->text);
    else
        snprintf(to, PATH_SIZE, "%s[%zu]", path, number);
}

static void compare(comparison *c, const char *path, const node *there, const node *here);

static void compare_children(comparison *c, const char *path, const node *there, const node *here)
{
    char below[PATH_SIZE];
    size_t number = 0;
    const node *other = here->first;
    for (const node *child = there->first; child; child = child->next, number++) {
        extend_path(below, path, child, number);
        compare(c, below, child, there->kind == NODE_MAP ? node_get(here, child->key) : other);
        other = other ? other->next : NULL;
    }
    for (const node *child = here->first; child && there->kind == NODE_MAP; child = child->next) {
        extend_path(below, path, child, 0);
        if (!node_get(there, child->key))
            differ(c, below, NULL, child);
    }
}

static void compare(comparison *c, const char *path, const node *there, const node *here)
{
    if (!here || there->kind != here->kind || (there->kind == NODE_LIST && there->n != here->n))
        differ(c, path, there, here);
    else if (there->kind != NODE_SCALAR)
        compare_children(c, path, there, here);
    else if (there->size != here->size || memcmp(there->text, here->text, there->size) != 0)
        differ(c, path, there, here);
}

static int same_text(const node *a, const node *b)
{
    return a && b && a->kind == NODE_SCALAR && b->kind == NODE_SCALAR && !strcmp(a->text, b->text);
}

static void compare_designs(comparison *c, const node *there, const node *here)
{
    const node *type = node_get(there, "type"), *file = node_get(there, "file"), *sha256 = node_get(there, "sha256");
    c->type = same_text(type, node_get(here, "type")) ? type->text : NULL;
    if (!c->type || !sha256 || !same_text(file, node_get(here, "file")) ||
        same_text(sha256, node_get(here, "sha256"))) {
        compare(c, "design", there, here);
        return;
    }
    /* What else differs comes of the file. */
    const node *points = node_get(there, "points"), *now = node_get(here, "points");
    c->n++;
    text_add(&c->out, "  design.file: %s has other points than it had", show_text(c->r, file->text));
    if (points && now && !same_text(points, now))
        text_add(&c->out, ", %s there, %s here", show_node(c->r, points), show_node(c->r, now));
    add_reason(c, "design.file");
}

/* The config as if it had no design, nor hypotheses about its points; NULL where that cannot be told. */
static node *without_design(reader *r, const char *text)
{
    detente_config config;
    char *plain = NULL;
    int code = detente_config_parse(&config, text, strlen(text), "config", NULL, 0, NULL, NULL);
    if (!code) {
        detente_config view = config;
        view.design = NULL;
        view.n_hypotheses = 0;
        code = detente_config_write(&view, &plain, NULL);
        detente_config_clear(&config);
    }
    node *tree = code ? NULL : yaml_parse(r, plain, strlen(plain), &FROM);
    if (code == DETENTE_E_MEMORY)
        r->code = code;
    detente_free(plain);
    return tree;
}

/*
 * What differs is said of the design first. What is varied stands in a config as it was read, and else as it was bound: where
 * designs differ, both are compared as they were bound, so that nothing is said to differ that does not.
 */
static void compare_configs(comparison *c, node *tree[2], const char *const text[2])
{
    node *design[2], *hypotheses[2], *plain[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        design[i] = node_get(tree[i], "design");
        hypotheses[i] = node_get(tree[i], "hypotheses");
    }
    if (design[0] && design[1])
        compare_designs(c, design[0], design[1]);
    else if (design[0] || design[1])
        differ(c, "design", design[0], design[1]);
    for (int i = 0; i < 2 && c->n > 0; i++) {
        node_remove(tree[i], "design");
        plain[i] = without_design(c->r, text[i]);
    }
    for (int i = 0; i < 2 && plain[0] && plain[1]; i++) {
        if (hypotheses[i])
            node_put(plain[i], hypotheses[i], "hypotheses", hypotheses[i]->key_place);
        tree[i] = plain[i];
    }
    /* It is sized for all points. */
    for (int i = 0; i < 2; i++)
        if (c->n > 0 && node_get(node_get(design[i], "vary"), "max_turns")) {
            node_remove(tree[0], "max_turns");
            node_remove(tree[1], "max_turns");
        }
    compare(c, "", tree[0], tree[1]);
}

int detente_config_differences(const char *there, const char *here, char **list, detente_error *error)
{
    reader r;
    *list = NULL;
    if (reader_init(&r))
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory while comparing configs");
    comparison c = {.r = &r};
    const char *const text[2] = {there, here};
    node *tree[2] = {yaml_parse(&r, there, strlen(there), &FROM), yaml_parse(&r, here, strlen(here), &FROM)};
    if (tree[0] && tree[1])
        compare_configs(&c, tree, text);
    if (c.n > MOST_LINES)
        text_add(&c.out, "\n  and %zu more", c.n - MOST_LINES);
    int code = reader_report(&r, error, NULL);
    reader_free(&r);
    if (!code && c.n > 0)
        return text_finish(&c.out, list, error);
    text_clear(&c.out);
    return code;
}
