/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file tree.h
 * A config file as a tree of maps, lists and scalars that remember where they stand, and the reader that owns them.
 *
 * Everything is taken from one arena, so that a reader is freed at once whatever went wrong. Mistakes are gathered as
 * problems and reported together, in the order of the file.
 */
#ifndef DETENTE_PARAM_TREE_H
#define DETENTE_PARAM_TREE_H

#include <stddef.h>

#include <detente/config.h>

/** Limits of what a config may be made of; past them the message says so. */
enum {
    TREE_MAX_BYTES = 32 << 20,
    TREE_MAX_NODES = 1000000,
    TREE_MAX_ALIASED = 100000,
    TREE_MAX_DEPTH = 32,
    TREE_MAX_KEYS = 1000,
    TREE_MAX_ANCHORS = 1000,
    TREE_MAX_FILES = 20000,
    TREE_MAX_EXTENDS = 16,
    TREE_MAX_PROBLEMS = 200
};

/** Where text comes from. */
typedef struct source {
    const char *name;   /**< as messages show it */
    const char *folder; /**< files named in it are relative to this; "" is the working directory */
    int library;        /**< 1: compiled in */
    int setting;        /**< 1: the value of a --set, which has no lines */
} source;

typedef struct place {
    const source *source;
    size_t line, column; /**< from 1; line 0: no line */
} place;

typedef enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP } node_kind;

typedef struct node {
    node_kind kind;
    int quoted;   /**< scalar: quoted, or tagged as text */
    int block;    /**< scalar: written with | or > */
    int overlaid; /**< a strategy that the top-level map `strategy` was put on */
    int height;   /**< 0 for scalars */
    int varied;   /**< scalar: number of the varied path that put it there (vary_reach.c), or 0 */
    place place;
    const char *key;  /**< in a map: its key */
    place key_place;  /**< in a map: the key's place; in a list: where the element is named */
    const char *text; /**< scalar: ends in a zero */
    size_t size;
    struct node *first, *last, *next;
    size_t n;
} node;

typedef struct problem {
    place place;
    const char *path, *text;
    size_t number;
} problem;

/** The problems found so far, of one kind (errors or warnings). */
typedef struct problems {
    problem item[TREE_MAX_PROBLEMS];
    size_t n, dropped;
} problems;

typedef struct reader {
    struct chunk *chunks; /**< the arena */
    size_t n_nodes, n_aliased, n_files;
    int code; /**< DETENTE_E_MEMORY once memory ran out */
    problems *errors, *warnings;
} reader;

/** @return 0 or DETENTE_E_MEMORY */
int reader_init(reader *r);
void reader_free(reader *r);
/** Zeroed memory, or NULL with r->code set. */
void *reader_alloc(reader *r, size_t size);
/** Where a reader stands, to go back to: nodes, memory and problems that come after it are forgotten. */
typedef struct reader_mark {
    struct chunk *chunk;
    size_t used, n_nodes, n_aliased, n_files, n_errors, n_warnings;
} reader_mark;
reader_mark reader_stand(const reader *r);
void reader_return(reader *r, const reader_mark *mark);
/** A copy of @p size bytes and a zero; NULL when out of memory. */
char *reader_text(reader *r, const char *text, size_t size);
char *reader_format(reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Add an error or warning. @p path may be NULL or "". */
void reader_error(reader *r, place at, const char *path, const char *format, ...) __attribute__((format(printf, 4, 5)));
void reader_warn(reader *r, place at, const char *path, const char *format, ...) __attribute__((format(printf, 4, 5)));
/** Hand the gathered problems on, sorted by place and without repeats. @return DETENTE_E_CONFIG, DETENTE_E_MEMORY or 0 */
int reader_report(reader *r, detente_error *error, detente_error *warnings);

/** A new node, or NULL when out of memory or past the limit of nodes (an error then says so). */
node *node_new(reader *r, node_kind kind, place at);
node *node_scalar(reader *r, const char *text, place at);
/** A deep copy. */
node *node_copy(reader *r, const node *from);
/** The child of a map, or NULL. */
node *node_get(const node *map, const char *key);
/** Add a child at the end of a map or list. @p key is NULL in a list. */
void node_add(node *parent, node *child, const char *key, place key_place);
/** Put a child into a map, in the place of one with this key if there is one. */
void node_put(node *map, node *child, const char *key, place key_place);
void node_remove(node *map, const char *key);
/** Put @p by where @p old stands in @p parent, under the same key. */
void node_replace(node *parent, node *old, node *by);

/** Parse YAML text. @return the root, or NULL after an error was added. */
node *yaml_parse(reader *r, const char *text, size_t size, const source *from);
/** A name as messages quote it: control characters shown, long text cut. Valid until the reader is freed. */
const char *show_text(reader *r, const char *text);
/** What a node is, as messages say it: `0.5`, text "x", a list, a map, nothing. */
const char *show_node(reader *r, const node *n);

#endif
