/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML text -> tree, by libyaml's events; syntax errors in words. */
#include <ctype.h>
#include <string.h>
#include <yaml.h>

#include "param/tree.h"

typedef struct anchor {
    const char *name;
    const node *at; /* NULL while what it names is being read */
} anchor;

typedef struct parse {
    reader *r;
    const source *from;
    const char *text;
    size_t size;
    yaml_parser_t parser;
    anchor anchors[TREE_MAX_ANCHORS];
    size_t n_anchors;
    int slip; /* the problem was already said in its own words */
} parse;

static place mark_place(const parse *p, yaml_mark_t mark)
{
    if (p->from->setting)
        return (place){p->from, 0, 0};
    return (place){p->from, mark.line + 1, mark.column + 1};
}

/* The line (from 0) of the text: its start and length. */
static const char *line_of(const parse *p, size_t line, size_t *length)
{
    const char *at = p->text, *end = p->text + p->size;
    for (; line && at < end; line--) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        if (!next)
            return *length = 0, end;
        at = next + 1;
    }
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((stop ? stop : end) - at);
    return at;
}

/*
 * `hostility: > 0.5` without quotes: YAML takes > for a block of text and ! for a tag. Says how to write it, if that is what
 * stands in the line, and returns 1.
 */
static int slip_guard(parse *p, yaml_mark_t mark)
{
    size_t length;
    const char *line = line_of(p, mark.line, &length);
    for (size_t i = 0; i + 1 < length; i++) {
        if (line[i] != ':')
            continue;
        size_t op = i + 1;
        while (op < length && (line[op] == ' ' || line[op] == '\t'))
            op++;
        size_t value = op;
        while (value < length && strchr("<>=!", line[value]))
            value++;
        if (value == op || (line[op] != '>' && line[op] != '!'))
            continue;
        size_t digits = value;
        while (digits < length && line[digits] == ' ')
            digits++;
        size_t end = digits;
        while (end < length && (isalnum((unsigned char)line[end]) || strchr("+-.", line[end])))
            end++;
        if (end == digits || !(isdigit((unsigned char)line[digits]) || strchr("+-.", line[digits])))
            continue;
        size_t key = i;
        while (key && (isalnum((unsigned char)line[key - 1]) || line[key - 1] == '_'))
            key--;
        place at = {p->from, p->from->setting ? 0 : mark.line + 1, op + 1};
        reader_error(p->r, at, NULL, "a condition needs quotes: write quotes: %.*s: \"%.*s %.*s\"", (int)(i - key),
                     line + key, (int)(value - op), line + op, (int)(end - digits), line + digits);
        return 1;
    }
    return 0;
}

static int slip_tab(parse *p, yaml_mark_t mark)
{
    size_t length;
    const char *line = line_of(p, mark.line, &length);
    for (size_t i = 0; i < length && (line[i] == ' ' || line[i] == '\t'); i++) {
        if (line[i] != '\t')
            continue;
        reader_error(p->r, (place){p->from, p->from->setting ? 0 : mark.line + 1, i + 1}, NULL,
                     "found a tab: YAML indents with spaces");
        return 1;
    }
    return 0;
}

/* libyaml's words -> ours. */
static const char *syntax_hint(const char *what, const char *context)
{
    static const struct {
        const char *problem, *context, *words;
    } hint[] = {
        {"unexpected end of stream", "quoted scalar", "a quote is opened here and never closed"},
        {"unexpected document indicator", "quoted scalar", "a quote is opened here and never closed"},
        {"expected ',' or ']'", "", "a comma is missing, or the bracket [ opened here is not closed"},
        {"expected ',' or '}'", "", "a comma is missing, or the brace { opened here is not closed"},
        {"could not find expected ':'", "", "a key without its colon and a space (`key: value`)"},
        {"mapping values are not allowed", "",
         "a second `: ` in the line, or wrong indentation; text with a colon needs quotes"},
        {"did not find expected key", "", "wrong indentation, or something that is not `key: value`"},
        {"did not find expected '-' indicator", "",
         "wrong indentation: the elements of a list begin with `- ` in one column"},
        {"block sequence entries are not allowed", "",
         "a `- ` where no list can begin: put the list on the lines below its key"},
        {"cannot start any token", "", "this character cannot begin a value: write quotes round the text"},
        {"found undefined tag handle", "", "a tag (!) is not known here: write quotes round the text"},
        {"found duplicate %YAML directive", "", "the %YAML line is doubled"},
        {"found incompatible YAML document", "", "this version of YAML is not known: write YAML 1.1"},
        {"unknown escape character", "",
         "a backslash in double quotes begins an escape: use single quotes, or write \\\\"},
        {"control characters are not allowed", "", "a control character: this is not a text file"},
        {"invalid leading UTF-8 octet", "", "not UTF-8 text: save the file as UTF-8"},
        {"invalid trailing UTF-8 octet", "", "not UTF-8 text: save the file as UTF-8"},
        {"incomplete UTF-8 octet sequence", "", "not UTF-8 text: save the file as UTF-8"},
        {"invalid length of a UTF-8 sequence", "", "not UTF-8 text: save the file as UTF-8"},
        {"exceeded maximum depth", "", "too deep: maps and lists may be nested 32 deep"},
    };
    for (size_t i = 0; i < sizeof hint / sizeof hint[0]; i++)
        if (what && strstr(what, hint[i].problem) &&
            (!*hint[i].context || (context && strstr(context, hint[i].context))))
            return hint[i].words;
    return NULL;
}

static void syntax_error(parse *p)
{
    const yaml_parser_t *y = &p->parser;
    if (y->error == YAML_MEMORY_ERROR) {
        p->r->code = DETENTE_E_MEMORY;
        return;
    }
    yaml_mark_t at = y->problem_mark;
    if (y->error == YAML_READER_ERROR) {
        at = (yaml_mark_t){0};
        for (size_t i = 0; i < y->problem_offset && i < p->size; i++) {
            at.column++;
            if (p->text[i] == '\n') {
                at.line++;
                at.column = 0;
            }
        }
    }
    if (slip_guard(p, at) || (y->context && slip_guard(p, y->context_mark)) || slip_tab(p, at))
        return;
    const char *words = syntax_hint(y->problem, y->context);
    /* What was opened and not closed is better shown where it was opened. */
    if (words && (strstr(words, "opened here")) && y->context)
        at = y->context_mark;
    if (words)
        reader_error(p->r, mark_place(p, at), NULL, "%s", words);
    else
        reader_error(p->r, mark_place(p, at), NULL, "not YAML: %s%s%s", y->problem ? y->problem : "cannot be read",
                     y->context ? " " : "", y->context ? y->context : "");
}

static int next_event(parse *p, yaml_event_t *event)
{
    if (yaml_parser_parse(&p->parser, event))
        return 0;
    syntax_error(p);
    return -1;
}

static node *parse_node(parse *p, yaml_event_t *event, int depth);

static node *parse_scalar(parse *p, const yaml_event_t *event)
{
    const place at = mark_place(p, event->start_mark);
    const char *tag = (const char *)event->data.scalar.tag, *text = (const char *)event->data.scalar.value;
    const size_t size = event->data.scalar.length;
    const yaml_scalar_style_t style = event->data.scalar.style;
    node *n = node_new(p->r, NODE_SCALAR, at);
    if (!n)
        return NULL;
    if (tag && tag[0] == '!' && tag[1] == '=') {
        reader_error(p->r, at, NULL, "a condition needs quotes: write quotes: \"!= %s%s\"", tag + 2, size ? text : "");
        return NULL;
    }
    if (tag && strcmp(tag, YAML_STR_TAG) != 0 && strcmp(tag, YAML_INT_TAG) != 0 && strcmp(tag, YAML_FLOAT_TAG) != 0 &&
        strcmp(tag, YAML_BOOL_TAG) != 0 && strcmp(tag, "!") != 0) {
        reader_error(p->r, at, NULL, "the tag %s is not known here", show_text(p->r, tag));
        return NULL;
    }
    if (memchr(text, 0, size)) {
        reader_error(p->r, at, NULL, "a zero byte in a text");
        return NULL;
    }
    n->text = reader_text(p->r, text, size);
    n->size = size;
    n->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    n->quoted =
        (tag && (!strcmp(tag, YAML_STR_TAG) || !strcmp(tag, "!"))) ||
        (!tag && (n->block || style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE));
    return n->text ? n : NULL;
}

static node *parse_alias(parse *p, const yaml_event_t *event, int depth)
{
    const place at = mark_place(p, event->start_mark);
    const char *name = (const char *)event->data.alias.anchor;
    for (size_t i = p->n_anchors; i-- > 0;) {
        if (strcmp(p->anchors[i].name, name) != 0)
            continue;
        if (!p->anchors[i].at) {
            reader_error(p->r, at, NULL, "the alias *%s stands within itself", show_text(p->r, name));
            return NULL;
        }
        if (depth + p->anchors[i].at->height > TREE_MAX_DEPTH) {
            reader_error(p->r, at, NULL, "too deep: maps and lists may be nested %d deep", TREE_MAX_DEPTH);
            return NULL;
        }
        const size_t before = p->r->n_nodes;
        /* The copy's own copies are bounded by the limit of nodes; the sum of all aliases is bounded here. */
        node *copy = node_copy(p->r, p->anchors[i].at);
        p->r->n_aliased += p->r->n_nodes - before;
        if (copy && p->r->n_aliased > TREE_MAX_ALIASED) {
            reader_error(p->r, at, NULL, "too large: aliases may stand for %d values in all", TREE_MAX_ALIASED);
            return NULL;
        }
        if (copy)
            copy->place = at;
        return copy;
    }
    reader_error(p->r, at, NULL, "the alias *%s names no &%s above it", show_text(p->r, name), show_text(p->r, name));
    return NULL;
}

/* One `key: value` of a map; @p event holds the key. */
static int parse_pair(parse *p, node *map, const yaml_event_t *event, int depth)
{
    const place at = mark_place(p, event->start_mark);
    yaml_event_t value;
    if (event->type != YAML_SCALAR_EVENT) {
        reader_error(p->r, at, NULL, "a key is a plain word");
        return -1;
    }
    const node *key = parse_scalar(p, event);
    if (!key || next_event(p, &value))
        return -1;
    node *child = parse_node(p, &value, depth);
    yaml_event_delete(&value);
    if (!child)
        return -1;
    const node *twin = node_get(map, key->text);
    if (!strcmp(key->text, "<<") && !key->quoted) {
        reader_error(p->r, at, NULL, "merge keys (<<) are not read: use `extends`");
    } else if (twin) {
        reader_error(p->r, at, NULL, "the key %s is doubled: it stands in line %zu already", show_text(p->r, key->text),
                     twin->key_place.line);
    } else if (map->n >= TREE_MAX_KEYS) {
        reader_error(p->r, at, NULL, "too large: a map has at most %d keys", TREE_MAX_KEYS);
        return -1;
    } else {
        node_add(map, child, key->text, at);
    }
    return 0;
}

static node *parse_collection(parse *p, const yaml_event_t *event, int depth)
{
    const int is_map = event->type == YAML_MAPPING_START_EVENT;
    const yaml_event_type_t end = is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    const place at = mark_place(p, event->start_mark);
    const char *tag = (const char *)(is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    node *n = node_new(p->r, is_map ? NODE_MAP : NODE_LIST, at);
    if (n && depth > TREE_MAX_DEPTH)
        reader_error(p->r, at, NULL, "too deep: maps and lists may be nested %d deep", TREE_MAX_DEPTH);
    if (!n || depth > TREE_MAX_DEPTH)
        return NULL;
    if (tag && strcmp(tag, is_map ? YAML_MAP_TAG : YAML_SEQ_TAG) != 0) {
        reader_error(p->r, at, NULL, "the tag %s is not known here", show_text(p->r, tag));
        return NULL;
    }
    for (;;) {
        yaml_event_t item;
        if (next_event(p, &item))
            return NULL;
        int failed = 0;
        const int done = item.type == end;
        if (!done && is_map) {
            failed = parse_pair(p, n, &item, depth + 1);
        } else if (!done) {
            node *child = parse_node(p, &item, depth + 1);
            if (child)
                node_add(n, child, NULL, child->place);
            failed = !child;
        }
        yaml_event_delete(&item);
        if (failed)
            return NULL;
        if (done)
            return n;
    }
}

static const char *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

static node *parse_node(parse *p, yaml_event_t *event, int depth)
{
    const char *name = anchor_of(event);
    anchor *own = NULL;
    if (event->type == YAML_ALIAS_EVENT)
        return parse_alias(p, event, depth);
    if (name) {
        if (p->n_anchors == TREE_MAX_ANCHORS) {
            reader_error(p->r, mark_place(p, event->start_mark), NULL, "too many anchors: at most %d",
                         TREE_MAX_ANCHORS);
            return NULL;
        }
        own = &p->anchors[p->n_anchors++];
        own->name = reader_text(p->r, name, strlen(name));
        own->at = NULL;
        if (!own->name)
            return NULL;
    }
    node *n = event->type == YAML_SCALAR_EVENT ? parse_scalar(p, event) : parse_collection(p, event, depth);
    if (own)
        own->at = n;
    return n;
}

/* The one document of the stream. */
static node *parse_stream(parse *p)
{
    node *root = NULL;
    for (;;) {
        yaml_event_t event;
        if (next_event(p, &event))
            return NULL;
        const yaml_event_type_t type = event.type;
        int failed = 0;
        if (type == YAML_DOCUMENT_START_EVENT && root) {
            reader_error(p->r, mark_place(p, event.start_mark), NULL, "a second document (---): a config is one");
            failed = 1;
        } else if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT &&
                   type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT) {
            root = parse_node(p, &event, 1);
            failed = !root;
        }
        yaml_event_delete(&event);
        if (failed)
            return NULL;
        if (type == YAML_STREAM_END_EVENT)
            return root;
    }
}

node *yaml_parse(reader *r, const char *text, size_t size, const source *from)
{
    const place start = {from, from->setting ? 0 : 1, 1};
    if (size > TREE_MAX_BYTES) {
        reader_error(r, start, NULL, "too large: a config has at most %d MiB", TREE_MAX_BYTES >> 20);
        return NULL;
    }
    if (size >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2))) {
        reader_error(r, start, NULL, "UTF-16 text: save the file as UTF-8");
        return NULL;
    }
    /* Some editors put a byte order mark before UTF-8; libyaml takes it for a column of its first line. */
    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        text += 3;
        size -= 3;
    }
    parse *p = reader_alloc(r, sizeof *p);
    if (!p)
        return NULL;
    *p = (parse){.r = r, .from = from, .text = text, .size = size};
    if (!yaml_parser_initialize(&p->parser)) {
        r->code = DETENTE_E_MEMORY;
        return NULL;
    }
    yaml_parser_set_encoding(&p->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p->parser, (const unsigned char *)text, size);
    node *root = parse_stream(p);
    yaml_parser_delete(&p->parser);
    if (!root && !r->errors->n && !r->code)
        reader_error(r, start, NULL,
                     from->setting ? "found nothing, allowed a value" : "the file is empty: a config is a map of keys");
    return root;
}
