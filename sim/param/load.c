/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and library names -> trees; `extends`. */
#include <string.h>

#include "core/embedded.h"
#include "core/fs.h"
#include "core/memory.h"
#include "param/merge.h"
#include "param/registry.h"

static const char *const LIBRARY_FOLDER[] = {"scenarios", "strategies", "personas"};
static const char *const LIBRARY_WORD[] = {"scenario", "strategy", "persona"};

/* The files being read, innermost first: what extends itself is found here. */
typedef struct trail {
    const struct trail *outer;
    const char *file;
    int depth;
} trail;

static node *extend_map(reader *r, node *map, enum library kind, const char *path, const trail *outer);

node *merge_nodes(node *base, node *over)
{
    if (base->kind != NODE_MAP || over->kind != NODE_MAP)
        return over;
    for (node *child = over->first, *next; child; child = next) {
        next = child->next;
        node *old = node_get(base, child->key);
        if (!old) {
            node_add(base, child, child->key, child->key_place);
        } else {
            const char *key = child->key;
            const place at = child->key_place;
            node *merged = merge_nodes(old, child);
            if (merged != old)
                node_put(base, merged, key, at);
        }
    }
    base->place = over->place;
    return base;
}

static int is_path(const char *text)
{
    const size_t n = strlen(text);
    return strchr(text, '/') || (n > 5 && !strcmp(text + n - 5, ".yaml")) || (n > 4 && !strcmp(text + n - 4, ".yml"));
}

/* Last part of a path, without .yaml. */
static char *base_name(reader *r, const char *file)
{
    const char *slash = strrchr(file, '/'), *start = slash ? slash + 1 : file;
    size_t n = strlen(start);
    if (n > 5 && !strcmp(start + n - 5, ".yaml"))
        n -= 5;
    else if (n > 4 && !strcmp(start + n - 4, ".yml"))
        n -= 4;
    return reader_text(r, start, n);
}

/* An unknown library name, and the nearest one there is. */
static void unknown_name(reader *r, const node *reference, enum library kind, const char *path)
{
    const char **names = reader_alloc(r, detente_embedded_count * sizeof *names + 1);
    size_t n = 0;
    if (!names)
        return;
    for (size_t i = 0; i < detente_embedded_count; i++)
        if (!strcmp(detente_embedded[i].folder, LIBRARY_FOLDER[kind]))
            names[n++] = detente_embedded[i].name;
    const char *near = detente_nearest(reference->text, names, n);
    reader_error(r, reference->place, path,
                 "found %s, allowed a %s of the library (detente list %s) or a file ending in .yaml%s%s%s",
                 show_node(r, reference), LIBRARY_WORD[kind], LIBRARY_FOLDER[kind], near ? "; did you mean " : "",
                 near ? near : "", near ? "?" : "");
}

static node *read_file(reader *r, const node *reference, const char *path, const source *from)
{
    detente_error why = {0};
    char *text = NULL;
    size_t size = 0;
    const char *prefix = *from->folder ? from->folder : "";
    const char *file = reference->text[0] == '/'
                           ? reference->text
                           : reader_format(r, "%s%s%s", prefix, *prefix ? "/" : "", reference->text);
    source *own = reader_alloc(r, sizeof *own);
    if (!file || !own)
        return NULL;
    const int code = detente_fs_read(file, TREE_MAX_BYTES, &text, &size, &why);
    if (code == DETENTE_E_MEMORY)
        r->code = code;
    else if (code)
        reader_error(r, reference->place, path, "%s", why.text ? why.text : "cannot be read");
    detente_error_clear(&why);
    if (code)
        return NULL;
    const char *slash = strrchr(file, '/');
    own->name = file;
    own->folder = slash == file ? "/" : slash ? reader_text(r, file, (size_t)(slash - file)) : "";
    node *n = own->folder ? yaml_parse(r, text, size, own) : NULL;
    detente_free(text);
    return n;
}

static node *read_embedded(reader *r, const struct detente_embedded *entry)
{
    source *own = reader_alloc(r, sizeof *own);
    if (!own)
        return NULL;
    own->library = 1;
    own->folder = "";
    own->name = reader_format(r, "library %s/%s.yaml", entry->folder, entry->name);
    return own->name ? yaml_parse(r, entry->text, entry->size, own) : NULL;
}

static node *read_reference(reader *r, const node *reference, enum library kind, const char *path, const trail *outer)
{
    const source *from = reference->place.source;
    const struct detente_embedded *entry = NULL;
    if (reference->kind != NODE_SCALAR || !reference->size) {
        reader_error(r, reference->place, path, "found %s, allowed the name of a file or of a %s",
                     show_node(r, reference), LIBRARY_WORD[kind]);
        return NULL;
    }
    if (++r->n_files > TREE_MAX_FILES || (outer && outer->depth >= TREE_MAX_EXTENDS)) {
        reader_error(r, reference->place, path, "too deep: files extend each other more than %d deep",
                     TREE_MAX_EXTENDS);
        return NULL;
    }
    if (from->library || !is_path(reference->text)) {
        const char *name = from->library ? base_name(r, reference->text) : reference->text;
        entry = name ? detente_embedded_find(LIBRARY_FOLDER[kind], name) : NULL;
        if (!entry) {
            unknown_name(r, reference, kind, path);
            return NULL;
        }
    }
    node *map = entry ? read_embedded(r, entry) : read_file(r, reference, path, from);
    if (!map)
        return NULL;
    if (map->kind != NODE_MAP) {
        reader_error(r, map->place, NULL, "found %s, allowed a map of keys", show_node(r, map));
        return NULL;
    }
    const char *file = map->place.source->name;
    for (const trail *t = outer; t; t = t->outer) {
        if (strcmp(t->file, file) != 0)
            continue;
        reader_error(r, reference->place, path, "%s extends itself", file);
        return NULL;
    }
    const trail here = {outer, file, outer ? outer->depth + 1 : 1};
    return extend_map(r, map, kind, path, &here);
}

static node *extend_map(reader *r, node *map, enum library kind, const char *path, const trail *outer)
{
    const node *extends = node_get(map, "extends");
    node *merged = NULL;
    if (!extends)
        return map;
    node_remove(map, "extends");
    if (extends->kind == NODE_SCALAR)
        return (merged = read_reference(r, extends, kind, path, outer)) ? merge_nodes(merged, map) : NULL;
    if (extends->kind == NODE_MAP || !extends->n) {
        reader_error(r, extends->place, path, "found %s, allowed the name of a file or a list of names",
                     show_node(r, extends));
        return NULL;
    }
    for (const node *each = extends->first; each; each = each->next) {
        node *base = read_reference(r, each, kind, path, outer);
        if (!base)
            return NULL;
        merged = merged ? merge_nodes(merged, base) : base;
    }
    return merge_nodes(merged, map);
}

node *load_extends(reader *r, node *map, enum library kind, const char *path)
{
    const trail here = {NULL, map->place.source->name, 1};
    return extend_map(r, map, kind, path, &here);
}

node *load_reference(reader *r, const node *reference, enum library kind, const char *path)
{
    node *map = read_reference(r, reference, kind, path, NULL);
    if (!map)
        return NULL;
    if (kind != LIBRARY_SCENARIOS) {
        node_remove(map, "detente");
        if (!node_get(map, "name")) {
            char *name = base_name(r, reference->text);
            node *value = name ? node_scalar(r, name, reference->place) : NULL;
            if (!value)
                return NULL;
            node_add(map, value, "name", reference->place);
        }
    }
    return map;
}
