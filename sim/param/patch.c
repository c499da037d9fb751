/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param/patch.h"

#include <stdlib.h>
#include <string.h>

#include "param/bind.h"

/* Structs that sections of rows are bound to. Those of a strategy come last. */
static const struct {
    enum section_id id;
    size_t offset;
    int in_strategy;
} HOME[] = {{SECTION_AGENT, offsetof(detente_config, agent), 0},
            {SECTION_AFFECT, offsetof(detente_config, affect), 0},
            {SECTION_BARGAINING, offsetof(detente_config, bargaining), 0},
            {SECTION_DECISION, offsetof(detente_config, decision), 0},
            {SECTION_OUTCOME, offsetof(detente_config, outcome), 0},
            {SECTION_SCENARIO, 0, 0},
            {SECTION_SUBSTITUTE, 0, 0},
            {SECTION_MOVES, 0, 0},
            {SECTION_STRATEGY, 0, 1},
            {SECTION_EXCEPTION, 0, 1},
            {SECTION_CONCESSION, offsetof(detente_strategy, concession), 1},
            {SECTION_AGENT, offsetof(detente_strategy, agent), 1}};

/* A tactic may need them, or give them another default. */
static int depends_on_tactic(const detente_param *row)
{
    return !strcmp(row->path, "strategy.concession.kappa0") || !strcmp(row->path, "strategy.concession.opening");
}

/* The strategy that `name]…` means: by name, else by number. -1: none */
static int find_strategy(const detente_config *config, const char *index)
{
    const size_t length = strcspn(index, "]");
    for (int i = 0; i < config->n_strategies; i++)
        if (strlen(config->strategy[i].name) == length && !strncmp(config->strategy[i].name, index, length))
            return i;
    if (!length || strspn(index, "0123456789") != length)
        return -1;
    const unsigned long number = strtoul(index, NULL, 10);
    return number < (unsigned long)config->n_strategies ? (int)number : -1;
}

/* The strategies that a path points into. @return 0 when it does not say any that are there */
static int find_strategies(patch *found, const detente_config *config, const char *path)
{
    static const char ALL[] = "strategy.", SOME[] = "strategies[";
    found->kind = PATCH_STRATEGIES;
    found->first = 0;
    found->last = config->n_strategies;
    if (!strncmp(path, SOME, sizeof SOME - 1)) {
        found->first = find_strategy(config, path + sizeof SOME - 1);
        found->last = found->first + 1;
        return found->first >= 0;
    }
    if (strncmp(path, ALL, sizeof ALL - 1) != 0)
        found->kind = PATCH_CONFIG;
    return 1;
}

static int find_move(patch *found)
{
    const section rows = registry_section(SECTION_MOVE);
    const ptrdiff_t at = found->row - rows.param;
    if (at < 0 || (size_t)at >= DETENTE_N_MOVES * rows.n)
        return 0;
    const size_t move = (size_t)at / rows.n;
    found->offset = offsetof(detente_config, move) + move * sizeof(detente_effects) + rows.offset[(size_t)at % rows.n];
    return 1;
}

/* customer.TRAIT.mean or .sd of a trait that the base customer has for all personas. A table has no moments, a constant no sd. */
static int find_trait(patch *found, const detente_config *config, const char *path)
{
    static const char ROOT[] = "customer.";
    const char *name = path + sizeof ROOT - 1;
    const size_t length = strncmp(path, ROOT, sizeof ROOT - 1) ? 0 : strcspn(name, ".");
    if (!length || (strcmp(name + length, ".mean") != 0 && strcmp(name + length, ".sd") != 0))
        return 0;
    const int is_sd = name[length + 1] == 's';
    int trait = 0;
    while (trait < DETENTE_N_TRAITS &&
           (strlen(TRAIT_NAME[trait]) != length || strncmp(TRAIT_NAME[trait], name, length) != 0))
        trait++;
    if (trait == DETENTE_N_TRAITS || !trait_is_shared(config, trait))
        return 0;
    const int family = (int)config->persona[0].trait[trait].family;
    if (family == DETENTE_TABLE || (family == DETENTE_CONSTANT && is_sd))
        return 0;
    found->kind = PATCH_TRAIT;
    found->trait = trait;
    found->offset = is_sd ? offsetof(detente_distribution, sd) : offsetof(detente_distribution, mean);
    return 1;
}

int patch_find(patch *found, const detente_config *config, const char *path)
{
    *found = (patch){.kind = PATCH_NONE};
    if (find_trait(found, config, path))
        return 1;
    const detente_param *row = detente_registry_find(path);
    if (!row || (row->kind != DETENTE_REAL && row->kind != DETENTE_INTEGER) || depends_on_tactic(row))
        return 0;
    found->row = row;
    if (!find_strategies(found, config, path))
        return 0;
    const int in_strategy = found->kind == PATCH_STRATEGIES;
    for (size_t i = 0; i < sizeof HOME / sizeof HOME[0]; i++) {
        const section rows = registry_section(HOME[i].id);
        const ptrdiff_t at = row - rows.param;
        if (HOME[i].in_strategy != in_strategy || at < 0 || (size_t)at >= rows.n)
            continue;
        found->offset = HOME[i].offset + rows.offset[at];
        return 1;
    }
    return !in_strategy && find_move(found);
}

static void store(void *base, size_t offset, double value)
{
    *(double *)(void *)((char *)base + offset) = value;
}

int patch_store(const patch *at, detente_config *config, double value)
{
    const double low = at->offset == offsetof(detente_distribution, sd) ? 0 : -MOST_MOMENT;
    if (at->kind == PATCH_TRAIT ? !number_takes(value, low, MOST_MOMENT) : !row_takes(at->row, value))
        return 0;
    if (at->kind == PATCH_CONFIG)
        store(config, at->offset, value);
    for (int i = at->first; i < at->last && at->kind == PATCH_STRATEGIES; i++)
        store(&config->strategy[i], at->offset, value);
    for (int k = 0; k < config->n_personas && at->kind == PATCH_TRAIT; k++)
        store(&config->persona[k].trait[at->trait], at->offset, value);
    return 1;
}

int patch_goes_together(const patch *at, int n, const detente_config *config, reader *r)
{
    const detente_outcome *o = &config->outcome;
    const size_t before = r->errors->n + r->errors->dropped;
    const node nowhere = {.kind = NODE_MAP};
    for (int k = 0; k < n; k++)
        if (at[k].kind == PATCH_TRAIT)
            check_moments(r, &nowhere, "", at[k].trait, &config->persona[0].trait[at[k].trait]);
    return r->errors->n + r->errors->dropped == before && o->distributive + o->procedural + o->interactional > 0;
}
