/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file bind.h
 * From a tree to the fields of a detente_config. Mistakes are added to the reader and binding goes on, so that one reading
 * names them all; what is bound after a mistake is not used.
 */
#ifndef DETENTE_PARAM_BIND_H
#define DETENTE_PARAM_BIND_H

#include "param/branch.h"
#include "param/registry.h"
#include "param/tree.h"

/** Rows whose values a map may hold, and the struct they go to. */
typedef struct target {
    section rows;
    void *into;
} target;

/** Sums that should be 1 may miss it by so much. */
#define SUM_TOLERANCE 1.0000001e-6

/** 1 for a value that was left out: nothing, ~ or null. */
int is_nothing(const node *n);
/** Read a plain decimal number, .inf or .nan as YAML 1.1 writes them. @return 1, or 0 when it is something else */
int read_number(const node *n, double *value);
/** Whether bind_row() takes this value of a real or whole number. */
int row_takes(const detente_param *row, double value);
/** Whether bind_number() takes it, read from a file. */
int number_takes(double value, double low, double high);
/** The key of a row in its section's map. */
const char *row_key(const section *rows, size_t i);
/** Position of @p name in a NULL-terminated list of names, or -1. */
int find_name(const char *const *names, const char *name);
/** Number of names in a NULL-terminated list. */
size_t count_names(const char *const *names);
/** "a, b or c" of the names, cut after a dozen. */
const char *name_list(reader *r, const char *const *names, size_t n);
/** "; did you mean x?", or "" when no name is near. */
const char *nearest_hint(reader *r, const char *name, const char *const *names, size_t n);

/** The path of a key or of an element below @p path. */
const char *path_key(reader *r, const char *path, const char *key);
const char *path_index(reader *r, const char *path, size_t i);

/** Is it a map, or a list? If not, that is an error. NULL, for what is not there, is neither and none. */
int expect_map(reader *r, const node *n, const char *path);
int expect_list(reader *r, const node *n, const char *path);
/** Errors for keys of a map that are neither rows of the targets nor among @p others (NULL-terminated). */
void check_keys(reader *r, const node *map, const char *path, const target *targets, size_t n_targets,
                const char *const *others);

/** Bind the values that a map has for the rows of the targets; its other keys must be in @p others. */
void bind_map(reader *r, const node *map, const char *path, const target *targets, size_t n_targets,
              const char *const *others);
/** Put a section's defaults into a struct. */
void set_defaults(section rows, void *into);

/* Single values. Each adds an error and leaves *out alone when the value will not do; NULL nodes are left alone too. */
void bind_row(reader *r, const node *n, const char *path, const detente_param *row, double *out);
void bind_number(reader *r, const node *n, const char *path, double low, double high, double *out);
void bind_whole(reader *r, const node *n, const char *path, uint64_t low, uint64_t high, uint64_t *out);
void bind_flag(reader *r, const node *n, const char *path, int *out);
void bind_choice(reader *r, const node *n, const char *path, const char *const *names, double *out);
void bind_name(reader *r, const node *n, const char *path, char out[DETENTE_NAME_SIZE]);
/** Read "op value", as conditions are written: > 0.5. @return 1, or 0 when it is something else */
int read_comparison(reader *r, const node *n, int *op, double *value);
/** A text that nothing depends on, such as a description. */
void check_text(reader *r, const node *n, const char *path);

/* Parts of a config; each takes the map or list that stands at its path (or NULL) and the config to fill. */
void bind_run(reader *r, const node *root, detente_config *config);
void bind_scenario(reader *r, const node *scenario, detente_config *config);
void bind_tiers(reader *r, const node *tiers, detente_config *config);
void bind_moves(reader *r, const node *moves, detente_config *config);
void bind_distribution(reader *r, const node *n, const char *path, int trait, detente_distribution *d);
/** Means and sds of traits are bound from -MOST_MOMENT and from 0 to MOST_MOMENT, before their families are asked. */
#define MOST_MOMENT 1e6
/** An error, said of @p map, when the trait's distribution cannot have its mean and sd. */
void check_moments(reader *r, const node *map, const char *path, int trait, const detente_distribution *d);
/** Whether a trait is distributed alike for all personas; the written config has it once, above them. */
int trait_is_shared(const detente_config *config, int trait);
void bind_customer(reader *r, const node *customer, detente_config *config);
void bind_strategies(reader *r, const node *list, detente_config *config);
void bind_playbook(reader *r, const node *playbook, const char *path, detente_strategy *strategy);
void bind_design(reader *r, const node *design, const node *root, detente_config *config);
/** What is said of the design and the strategies is checked only when @p known: they are bound without mistakes. */
void bind_hypotheses(reader *r, const node *list, int known, detente_config *config);
/**
 * The branches @p parts (branch.h) of a tree, over their defaults. Personas and strategies are new memory of the config's, in
 * place of what its pointers hold.
 */
void bind_parts(reader *r, const node *root, unsigned parts, detente_config *config);
/** Everything: defaults, then what the tree says. The config's memory is taken even when there are mistakes. */
void bind_config(reader *r, const node *root, detente_config *config);

/** An allocation of the config's own. NULL with r->code set. */
void *bind_alloc(reader *r, size_t n, size_t size);

#endif
