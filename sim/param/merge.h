/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file merge.h
 * From files to one tree: `extends`, names of library files, `--set`. What comes out names no other file.
 */
#ifndef DETENTE_PARAM_MERGE_H
#define DETENTE_PARAM_MERGE_H

#include "param/tree.h"

/** Kinds of library file. */
enum library { LIBRARY_SCENARIOS, LIBRARY_STRATEGIES, LIBRARY_PERSONAS };

/** Lay @p over over @p base: maps merge, anything else replaces. Changes @p base and takes @p over's nodes. */
node *merge_nodes(node *base, node *over);

/**
 * What a scalar of the config names: a library file, or a file relative to the one it stands in. Its `extends` are resolved
 * and `detente` is taken off. @return its map, or NULL after an error was added.
 */
node *load_reference(reader *r, const node *reference, enum library kind, const char *path);

/** Resolve the `extends` of a map, recursively. @return the merged map, or NULL after an error. */
node *load_extends(reader *r, node *map, enum library kind, const char *path);

/**
 * Put what names stand for into the tree: scenario, strategies, personas, defaults of lists that paths may point into.
 * Changes nothing when there is nothing left to put in, so that it may be called after every change.
 */
void expand_tree(reader *r, node *root);

/** Set a value by its path, as --set does; expand_tree() is called. Mistakes become errors. */
void set_value(reader *r, node *root, const char *path, node *value, place at);

#endif
