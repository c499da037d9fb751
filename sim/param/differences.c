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
} comparison;

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

int detente_config_differences(const char *there, const char *here, char **list, detente_error *error)
{
    static const source from = {.name = "config", .folder = ""};
    reader r;
    *list = NULL;
    if (reader_init(&r))
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory while comparing configs");
    comparison c = {.r = &r};
    const node *a = yaml_parse(&r, there, strlen(there), &from), *b = yaml_parse(&r, here, strlen(here), &from);
    if (a && b)
        compare(&c, "", a, b);
    if (c.n > MOST_LINES)
        text_add(&c.out, "\n  and %zu more", c.n - MOST_LINES);
    int code = reader_report(&r, error, NULL);
    reader_free(&r);
    if (!code && c.n > 0)
        return text_finish(&c.out, list, error);
    text_clear(&c.out);
    return code;
}
