/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param/tree.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
} chunk;

enum { CHUNK_BYTES = 16 << 10 };

int reader_init(reader *r)
{
    *r = (reader){0};
    r->errors = detente_calloc(1, sizeof *r->errors);
    r->warnings = detente_calloc(1, sizeof *r->warnings);
    if (r->errors && r->warnings)
        return 0;
    reader_free(r);
    return r->code = DETENTE_E_MEMORY;
}

void reader_free(reader *r)
{
    while (r->chunks) {
        chunk *next = r->chunks->next;
        detente_free(r->chunks);
        r->chunks = next;
    }
    detente_free(r->errors);
    detente_free(r->warnings);
    *r = (reader){0};
}

void *reader_alloc(reader *r, size_t size)
{
    const size_t rounded = (size + 15) & ~(size_t)15;
    chunk *c = r->chunks;
    if (!c || c->size - c->used < rounded) {
        const size_t room = rounded > CHUNK_BYTES ? rounded : CHUNK_BYTES;
        c = detente_alloc(sizeof *c + room);
        if (!c) {
            r->code = DETENTE_E_MEMORY;
            return NULL;
        }
        *c = (chunk){r->chunks, 0, room};
        r->chunks = c;
    }
    void *block = c->bytes + c->used;
    c->used += rounded;
    return memset(block, 0, rounded);
}

reader_mark reader_stand(const reader *r)
{
    return (reader_mark){
        r->chunks, r->chunks ? r->chunks->used : 0, r->n_nodes, r->n_aliased, r->n_files, r->errors->n, r->warnings->n};
}

void reader_return(reader *r, const reader_mark *mark)
{
    while (r->chunks != mark->chunk) {
        chunk *next = r->chunks->next;
        detente_free(r->chunks);
        r->chunks = next;
    }
    if (r->chunks)
        r->chunks->used = mark->used;
    r->n_nodes = mark->n_nodes;
    r->n_aliased = mark->n_aliased;
    r->n_files = mark->n_files;
    r->errors->n = mark->n_errors;
    r->warnings->n = mark->n_warnings;
}

char *reader_text(reader *r, const char *text, size_t size)
{
    char *copy = reader_alloc(r, size + 1);
    if (copy && size)
        memcpy(copy, text, size);
    return copy;
}

static char *format_list(reader *r, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : reader_alloc(r, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *reader_format(reader *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_list(r, format, arguments);
    va_end(arguments);
    return text;
}

static void add_problem(reader *r, problems *to, place at, const char *path, const char *format, va_list arguments)
{
    if (to->n == TREE_MAX_PROBLEMS) {
        to->dropped++;
        return;
    }
    const char *text = format_list(r, format, arguments);
    const char *where = reader_text(r, path ? path : "", path ? strlen(path) : 0);
    if (!text || !where)
        return;
    /* A map that is used by many strategies has its mistakes but once. */
    for (size_t i = 0; i < to->n; i++) {
        const problem *p = &to->item[i];
        if (p->place.source == at.source && p->place.line == at.line && p->place.column == at.column &&
            !strcmp(p->text, text) && (at.line || !strcmp(p->path, where)))
            return;
    }
    to->item[to->n] = (problem){at, where, text, to->n};
    to->n++;
}

void reader_error(reader *r, place at, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_problem(r, r->errors, at, path, format, arguments);
    va_end(arguments);
}

void reader_warn(reader *r, place at, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_problem(r, r->warnings, at, path, format, arguments);
    va_end(arguments);
}

/* By line within a file; files stay in the order in which they first had a problem. */
static int compare_problems(const void *a, const void *b)
{
    const problem *p = a, *q = b;
    if (p->place.source == q->place.source) {
        if (p->place.line != q->place.line)
            return p->place.line < q->place.line ? -1 : 1;
        if (p->place.column != q->place.column)
            return p->place.column < q->place.column ? -1 : 1;
    }
    return p->number < q->number ? -1 : 1;
}

/* qsort needs a total order: number each source's problems by the first of them. */
static void sort_problems(problems *list)
{
    size_t done = 0;
    while (done < list->n) {
        const source *s = list->item[done].place.source;
        size_t end = done;
        for (size_t i = done; i < list->n; i++) {
            if (list->item[i].place.source != s)
                continue;
            const problem p = list->item[i];
            memmove(&list->item[end + 1], &list->item[end], (i - end) * sizeof p);
            list->item[end++] = p;
        }
        qsort(&list->item[done], end - done, sizeof list->item[0], compare_problems);
        done = end;
    }
}

static void report_list(problems *list, int code, const char *label, detente_error *to)
{
    sort_problems(list);
    for (size_t i = 0; i < list->n; i++) {
        const problem *p = &list->item[i];
        char lines[48] = "";
        if (p->place.line)
            snprintf(lines, sizeof lines, ":%zu:%zu", p->place.line, p->place.column);
        detente_error_set(to, code, "%s%s: %s%s%s%s", p->place.source ? p->place.source->name : "config", lines, label,
                          p->path, *p->path ? ": " : "", p->text);
    }
    if (list->dropped)
        detente_error_set(to, code, "and %zu more", list->dropped);
}

int reader_report(reader *r, detente_error *error, detente_error *warnings)
{
    if (r->code == DETENTE_E_MEMORY)
        return detente_error_set(error, DETENTE_E_MEMORY, "out of memory while reading the config");
    if (warnings)
        report_list(r->warnings, 0, "warning: ", warnings);
    report_list(r->errors, DETENTE_E_CONFIG, "", error);
    return r->errors->n ? DETENTE_E_CONFIG : 0;
}

node *node_new(reader *r, node_kind kind, place at)
{
    if (r->n_nodes >= TREE_MAX_NODES) {
        reader_error(r, at, NULL, "too large: a config holds at most %d values", TREE_MAX_NODES);
        return NULL;
    }
    node *n = reader_alloc(r, sizeof *n);
    if (!n)
        return NULL;
    r->n_nodes++;
    n->kind = kind;
    n->place = n->key_place = at;
    n->text = "";
    return n;
}

node *node_scalar(reader *r, const char *text, place at)
{
    node *n = node_new(r, NODE_SCALAR, at);
    char *copy = n ? reader_text(r, text, strlen(text)) : NULL;
    if (!copy)
        return NULL;
    n->text = copy;
    n->size = strlen(text);
    return n;
}

node *node_copy(reader *r, const node *from)
{
    node *to = node_new(r, from->kind, from->place);
    if (!to)
        return NULL;
    *to = *from;
    to->first = to->last = to->next = NULL;
    to->n = 0;
    for (const node *child = from->first; child; child = child->next) {
        node *copy = node_copy(r, child);
        if (!copy)
            return NULL;
        node_add(to, copy, child->key, child->key_place);
    }
    return to;
}

node *node_get(const node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (node *child = map->first; child; child = child->next)
        if (!strcmp(child->key, key))
            return child;
    return NULL;
}

void node_add(node *parent, node *child, const char *key, place key_place)
{
    child->key = key;
    child->key_place = key_place;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->n++;
    if (parent->height <= child->height)
        parent->height = child->height + 1;
}

void node_replace(node *parent, node *old, node *by)
{
    node **link = &parent->first;
    while (*link && *link != old)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = by;
    by->next = old->next;
    by->key = old->key;
    if (parent->last == old)
        parent->last = by;
}

void node_put(node *map, node *child, const char *key, place key_place)
{
    node *old = node_get(map, key);
    if (!old) {
        node_add(map, child, key, key_place);
        return;
    }
    child->key_place = key_place;
    node_replace(map, old, child);
}

void node_remove(node *map, const char *key)
{
    node *before = NULL;
    for (node *child = map->first; child; before = child, child = child->next) {
        if (strcmp(child->key, key) != 0)
            continue;
        if (before)
            before->next = child->next;
        else
            map->first = child->next;
        if (map->last == child)
            map->last = before;
        map->n--;
        return;
    }
}

const char *show_text(reader *r, const char *text)
{
    enum { LONGEST = 60 };
    char shown[4 * LONGEST + 8];
    size_t at = 0, read = 0;
    for (; read < LONGEST && text[read]; read++) {
        const unsigned char c = (unsigned char)text[read];
        if (c < 0x20 || c == 0x7f)
            at += (size_t)snprintf(shown + at, 5, "\\x%02x", c);
        else
            shown[at++] = (char)c;
    }
    if (text[read]) {
        /* never cut a character of several bytes in two */
        while (read && ((unsigned char)text[read] & 0xc0) == 0x80) {
            read--;
            at--;
        }
        memcpy(shown + at, "…", sizeof "…" - 1);
        at += sizeof "…" - 1;
    }
    const char *copy = reader_text(r, shown, at);
    return copy ? copy : "";
}

const char *show_node(reader *r, const node *n)
{
    const char *text;
    if (n->kind == NODE_LIST)
        return n->n ? "a list" : "an empty list";
    if (n->kind == NODE_MAP)
        return n->n ? "a map" : "an empty map";
    if (!n->size)
        return n->quoted ? "an empty text" : "nothing";
    text = n->quoted ? reader_format(r, "the text \"%s\"", show_text(r, n->text)) : show_text(r, n->text);
    return text ? text : "";
}
