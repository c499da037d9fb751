/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/levels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/registry.h>

#include "core/exact.h"
#include "core/memory.h"
#include "core/text.h"

static int unknown_path(const detente_config *config, const char *path, detente_error *error)
{
    const detente_design *design = config->design;
    if (!design)
        return detente_error_set(error, DETENTE_E_USAGE,
                                 "--by %s: the run varies no parameter: its config has no design", path);
    const char *name[DETENTE_MAX_FACTORS];
    for (int k = 0; k < design->n_factors; k++)
        name[k] = design->factor[k].path;
    const char *near = detente_nearest(path, name, (size_t)design->n_factors);
    char list[1024];
    return detente_error_set(
        error, DETENTE_E_USAGE, "--by %s: is not varied; %s%s%s", path, near ? "did you mean \"" : "varied are ",
        near ? near : text_names(list, sizeof list, name, (size_t)design->n_factors), near ? "\"?" : "");
}

static int find_factors(const detente_config *config, const char *const *path, int n_paths, int *which,
                        detente_error *error)
{
    for (int a = 0; a < n_paths; a++) {
        which[a] = -1;
        for (int k = 0; config->design && k < config->design->n_factors; k++)
            if (strcmp(config->design->factor[k].path, path[a]) == 0)
                which[a] = k;
        if (which[a] < 0)
            return unknown_path(config, path[a], error);
        for (int other = 0; other < a; other++)
            if (which[other] == which[a])
                return detente_error_set(error, DETENTE_E_USAGE, "--by %s: is named twice", path[a]);
    }
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ranges in place of so many values. */
static void make_ranges(level_axis *axis, double least, double greatest)
{
    const int log = axis->factor->log && least > 0;
    for (int i = 0; i <= LEVELS_RANGES; i++) {
        const double share = (double)i / LEVELS_RANGES;
        axis->value[i] = log ? least * detente_exact_pow(greatest / least, share) : least + (greatest - least) * share;
    }
    axis->value[LEVELS_RANGES] = greatest;
    axis->n = LEVELS_RANGES;
    axis->ranges = 1;
}

/* The levels of a path, of its values at all points. */
static int find_levels(const detente_factor *factor, const double *values, uint64_t n, level_axis *axis)
{
    double *sorted = detente_calloc(n + LEVELS_RANGES + 1, sizeof *sorted);
    if (!sorted)
        return DETENTE_E_MEMORY;
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    uint64_t distinct = 0;
    for (uint64_t i = 0; i < n; i++)
        if (i == 0 || sorted[i] != sorted[distinct - 1])
            sorted[distinct++] = sorted[i];
    *axis = (level_axis){.factor = factor, .n = (uint32_t)distinct, .value = sorted};
    if (distinct > LEVELS_MOST && !factor->named)
        make_ranges(axis, sorted[0], sorted[distinct - 1]);
    return 0;
}

/* A value lies in the last range that does not begin above it; the greatest of all in the last. */
static uint32_t level_of(const level_axis *axis, double value)
{
    uint32_t low = 0, high = axis->n;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (axis->value[middle] <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Combinations that are there, from each point's number among all that could be. */
static int combine(level_groups *groups, const uint64_t *number, uint64_t n)
{
    uint64_t *sorted = detente_calloc(n, sizeof *sorted), distinct = 0;
    if (!sorted)
        return DETENTE_E_MEMORY;
    memcpy(sorted, number, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_number);
    for (uint64_t i = 0; i < n; i++)
        if (i == 0 || sorted[i] != sorted[distinct - 1])
            sorted[distinct++] = sorted[i];
    groups->n = (uint32_t)distinct;
    groups->level = detente_calloc(distinct, (size_t)groups->n_axes * sizeof *groups->level);
    groups->of_point = detente_calloc(n, sizeof *groups->of_point);
    for (uint64_t p = 0; p < n && groups->level && groups->of_point; p++) {
        const uint64_t *at = bsearch(&number[p], sorted, distinct, sizeof *sorted, by_number);
        groups->of_point[p] = (uint32_t)(at - sorted);
    }
    for (uint64_t g = 0; g < distinct && groups->level; g++) {
        uint64_t rest = sorted[g];
        for (int a = groups->n_axes; a-- > 0; rest /= groups->axis[a].n)
            groups->level[g * (uint64_t)groups->n_axes + (uint64_t)a] = (uint32_t)(rest % groups->axis[a].n);
    }
    detente_free(sorted);
    return groups->level && groups->of_point ? 0 : DETENTE_E_MEMORY;
}

/* Levels of an axis, and their share of each point's number. */
static int add_axis(const detente_config *config, detente_sweep *sweep, int factor, level_axis *axis, double *values,
                    uint64_t *number, detente_error *error)
{
    const uint64_t n = detente_sweep_points(sweep);
    double all[DETENTE_MAX_FACTORS];
    for (uint64_t p = 0; p < n; p++) {
        const int code = detente_sweep_values(sweep, p, all, error);
        if (code)
            return code;
        values[p] = all[factor];
    }
    if (find_levels(&config->design->factor[factor], values, n, axis))
        return detente_no_memory(error);
    for (uint64_t p = 0; p < n; p++) {
        if (number[p] > UINT64_MAX / axis->n - 1)
            return detente_error_set(error, DETENTE_E_USAGE, "--by: these paths have too many levels together");
        number[p] = number[p] * axis->n + level_of(axis, values[p]);
    }
    return 0;
}

int levels_find(const detente_config *config, detente_sweep *sweep, const char *const *path, int n_paths,
                level_groups *groups, detente_error *error)
{
    const uint64_t n = detente_sweep_points(sweep);
    int which[DETENTE_MAX_FACTORS];
    *groups = (level_groups){0};
    if (n_paths > DETENTE_MAX_FACTORS)
        return detente_error_set(error, DETENTE_E_USAGE, "--by: at most %d paths", DETENTE_MAX_FACTORS);
    int code = find_factors(config, path, n_paths, which, error);
    if (code)
        return code;
    double *values = detente_calloc(n, sizeof *values);
    uint64_t *number = detente_calloc(n, sizeof *number);
    groups->axis = detente_calloc((size_t)n_paths, sizeof *groups->axis);
    if (!values || !number || !groups->axis)
        code = detente_no_memory(error);
    for (int a = 0; a < n_paths && !code; a++) {
        groups->n_axes = a + 1;
        code = add_axis(config, sweep, which[a], &groups->axis[a], values, number, error);
    }
    if (!code && combine(groups, number, n))
        code = detente_no_memory(error);
    detente_free(values);
    detente_free(number);
    return code;
}

void levels_clear(level_groups *groups)
{
    for (int a = 0; a < groups->n_axes; a++)
        detente_free(groups->axis[a].value);
    detente_free(groups->axis);
    detente_free(groups->level);
    detente_free(groups->of_point);
    *groups = (level_groups){0};
}

const char *levels_text(const level_axis *axis, uint32_t level, char out[LEVEL_SIZE])
{
    char low[40], high[40];
    if (axis->factor->named) {
        snprintf(out, LEVEL_SIZE, "%s", axis->factor->name[(size_t)axis->value[level]]);
        return out;
    }
    if (!axis->ranges) {
        text_level(axis->value[level], out);
        return out;
    }
    snprintf(low, sizeof low, "%.3g", axis->value[level]);
    snprintf(high, sizeof high, "%.3g", axis->value[level + 1]);
    snprintf(out, LEVEL_SIZE, "%s to %s", low, high);
    return out;
}
