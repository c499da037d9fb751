/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a config says at a path, for designs that go out from there. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/vary.h"

/* The element of a list that an index or a name means. */
static const node *element(const node *list, const char *index, size_t length)
{
    size_t number = 0, i = 0;
    int digits = length > 0;
    for (size_t k = 0; k < length; k++) {
        digits &= index[k] >= '0' && index[k] <= '9';
        number = number * 10 + (size_t)(index[k] - '0');
    }
    for (const node *item = list->first; item; item = item->next) {
        const node *name = node_get(item, "name");
        if (name && name->kind == NODE_SCALAR && name->size == length && !strncmp(name->text, index, length))
            return item;
    }
    for (const node *item = list->first; item && digits; item = item->next)
        if (i++ == number)
            return item;
    return NULL;
}

/* What stands at a path of a resolved config; NULL when nothing does. */
static const node *find(const node *at, const char *path)
{
    while (at && *path) {
        path += *path == '.';
        if (*path == '[') {
            const size_t length = strcspn(path + 1, "]");
            at = at->kind == NODE_LIST ? element(at, path + 1, length) : NULL;
            path += 1 + length + (path[1 + length] == ']');
            continue;
        }
        const size_t length = strcspn(path, ".[");
        const node *child = at->kind == NODE_MAP ? at->first : NULL;
        while (child && (strlen(child->key) != length || strncmp(child->key, path, length) != 0))
            child = child->next;
        at = child;
        path += length;
    }
    /* A trait that is one number for everybody. */
    const node *dist = at && at->kind == NODE_MAP ? node_get(at, "dist") : NULL;
    return dist && !strcmp(dist->text, "constant") ? node_get(at, "mean") : at;
}

/* The value that all strategies share; NULL when they differ. */
static const node *find_shared(const node *root, const char *path)
{
    const node *list = node_get(root, "strategies"), *found = NULL;
    for (const node *item = list ? list->first : NULL; item; item = item->next) {
        const node *own = find(item, path);
        if (!own || own->kind != NODE_SCALAR || (found && strcmp(found->text, own->text) != 0))
            return NULL;
        found = own;
    }
    return found;
}

static const node *find_base(const vary *v, const char *path)
{
    static const source FROM = {"the config", "", 0, 1};
    char *text;
    if (detente_config_write(v->config, &text, NULL)) {
        v->r->code = DETENTE_E_MEMORY;
        return NULL;
    }
    const node *root = yaml_parse(v->r, text, strlen(text), &FROM);
    detente_free(text);
    if (!root)
        return NULL;
    return strncmp(path, "strategy.", 9) ? find(root, path) : find_shared(root, path + 9);
}

void vary_base(const vary *v, const node *n, detente_factor *f)
{
    const char *path = path_key(v->r, path_key(v->r, "design.vary", f->path), "base");
    const node *given = n->kind == NODE_MAP ? node_get(n, "base") : NULL;
    const node *base = given ? given : find_base(v, f->path);
    if (v->r->code)
        return;
    if (!base || base->kind != NODE_SCALAR) {
        reader_error(v->r, n->place, path,
                     "is missing: the config has no one value here to go out from, allowed {values: [...], base: ...}");
        return;
    }
    if (f->named) {
        for (uint64_t i = 0; i < f->levels; i++)
            if (!strcmp(f->name[i], base->text)) {
                f->base = (double)i;
                return;
            }
        reader_error(v->r, given ? given->place : n->place, path, "found %s, allowed one of the values",
                     show_node(v->r, base));
    } else if (!read_number(base, &f->base) || isnan(f->base)) {
        reader_error(v->r, base->place, path, "found %s, allowed a number", show_node(v->r, base));
    } else if (given) {
        vary_try(v, f->path, given);
    }
}
