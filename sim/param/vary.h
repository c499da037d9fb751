/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file vary.h The values of one varied path, bound and tried. */
#ifndef DETENTE_PARAM_VARY_H
#define DETENTE_PARAM_VARY_H

#include "param/bind.h"

/** What the binding of a design's parts needs. */
typedef struct vary {
    reader *r;
    const node *root;       /**< the config's tree */
    detente_config *config; /**< bound from it, without design */
    detente_design *design;
    detente_config *scratch; /**< for trying values */
    const node *paths;       /**< a map whose keys are all varied paths */
    place at;                /**< of the path whose values are bound */
    place *where;            /**< of each varied path: DETENTE_MAX_FACTORS */
} vary;

/** Try a value at a path: what the config would say to it becomes an error that names the value's place. */
void vary_try(const vary *v, const char *path, const node *value);
/** A path that may vary at all? If not, that is an error. */
int vary_path(const vary *v, const char *path, place at);
/** Values under a key of `vary`: a list, or a map of ends and steps. */
void vary_factor(const vary *v, const node *n, detente_factor *f);
/**
 * The number of a name among a factor's levels; a new one is added when it is a name, or a map that has one.
 * @return -1 after an error
 */
int64_t vary_name(const vary *v, detente_factor *f, const node *n, const char *path);
/** Whether a path's values are names whatever they look like. */
int vary_is_named(const char *path);
/** ONE_AT_A_TIME: the value while others vary, from the key `base` or from the config. */
void vary_base(const vary *v, const node *n, detente_factor *f);
/** More factors than the type of design can have? That is an error. */
int vary_too_many(const vary *v, place at, size_t n);
/** LIST: the points, from the config or from a file. */
void bind_point_list(const vary *v, const node *design);
/** … from a file, which is read unless the design has its sha256 already. */
void bind_points_file(const vary *v, const node *file);
/** The factors of the map `vary`. */
void vary_map(const vary *v, const node *design);
/** Varied paths that overwrite each other are errors; those that do not reach some strategy or persona, warnings. */
void vary_reach(const vary *v);
/** The varied path that leaves nothing of @p value, set at @p path before; NULL when none does. */
const char *vary_overwrites(reader *r, const node *root, const detente_design *design, const char *path, node *value);
/** Warn of a key of a map, where it is there, that it has no effect @p why ("beside `values`"). */
void vary_unused(reader *r, const node *map, const char *path, const char *key, const char *why);
/** … in a design of this type. */
void vary_unused_in(reader *r, const node *map, const char *path, const char *key, int type);
/** A copy that the config owns; NULL with the reader's code set. */
char *vary_text(reader *r, const char *text);

#endif
