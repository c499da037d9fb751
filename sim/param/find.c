/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a user writes to a row of the registry, and a row's range in words. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "param/registry.h"

enum { MAX_PATH = 256, MAX_NAME = 64 };

/* @p path without what stands in brackets. @return 0, or -1 when it is not a path */
static int strip_indices(const char *path, char out[MAX_PATH])
{
    size_t n = 0;
    for (const char *p = path; *p; p++) {
        if (n + 2 >= MAX_PATH)
            return -1;
        out[n++] = *p;
        if (*p != '[')
            continue;
        if (!(p = strchr(p, ']')))
            return -1;
        out[n++] = ']';
    }
    out[n] = 0;
    return 0;
}

/* What follows @p prefix in @p path, or NULL. */
static const char *after(const char *path, const char *prefix)
{
    const size_t n = strlen(prefix);
    return strncmp(path, prefix, n) ? NULL : path + n;
}

static int is_one_of(const char *name, size_t length, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == length && !strncmp(*names, name, length))
            return 1;
    return 0;
}

/* `anger-entitlement` */
static int is_pair(const char *pair)
{
    const char *dash = strchr(pair, '-');
    return dash && is_one_of(pair, (size_t)(dash - pair), TRAIT_NAME) &&
           is_one_of(dash + 1, strlen(dash + 1), TRAIT_NAME);
}

/* `anger`, `anger.mean`, `anger.values[]` */
static const detente_param *find_trait(const char *name)
{
    static const char *const KEY[] = {"dist",   "mean",     "sd",      "low",       "high",
                                      "values", "values[]", "weights", "weights[]", NULL};
    const size_t length = strcspn(name, ".");
    if (name[length] && !is_one_of(name + length + 1, strlen(name + length + 1), KEY))
        return NULL;
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        if (strlen(TRAIT_NAME[i]) == length && !strncmp(TRAIT_NAME[i], name, length))
            return registry_trait(i);
    return NULL;
}

/* @p path as the registry writes it: of any element, strategy or tier. @return within @p buffer; NULL when it is not a path */
static const char *registry_path(const char *path, char buffer[MAX_PATH])
{
    char plain[MAX_PATH];
    const char *rest;
    if (strip_indices(path, plain))
        return NULL;
    if ((rest = after(plain, "strategies[].")))
        snprintf(buffer, MAX_PATH, "strategy.%s", rest);
    else
        strcpy(buffer, plain);
    return after(buffer, "strategy.agent.") ? buffer + strlen("strategy.") : buffer;
}

const detente_param *detente_registry_find(const char *path)
{
    char buffer[MAX_PATH];
    const char *p = registry_path(path, buffer), *rest;
    if (!p)
        return NULL;
    const detente_param *row = registry_row(p);
    if (row)
        return row;
    if ((rest = after(p, "strategy.playbook[].when.")))
        return is_one_of(rest, strlen(rest), OBSERVABLE_NAME) ? registry_row("strategy.playbook[].when") : NULL;
    if ((rest = after(p, "customer.correlation.")))
        return is_pair(rest) ? registry_row("customer.correlation") : NULL;
    if ((rest = after(p, "customer.personas[].")) || (rest = after(p, "customer.")))
        return find_trait(rest);
    if (after(p, "keep.columns[]"))
        return registry_row("keep.columns");
    return NULL;
}

/*
 * Mark the rows whose paths begin with @p begin, which must end there or at a key's end when @p whole is set.
 * @return how many
 */
static size_t mark(const char *begin, int whole, char *chosen)
{
    size_t n, found = 0;
    const detente_param *row = detente_registry(&n);
    for (size_t i = 0; i < n; i++) {
        const char *rest = after(row[i].path, begin);
        chosen[i] = rest && (!whole || !*rest || *rest == '.' || *rest == '[');
        found += (size_t)chosen[i];
    }
    return found;
}

/* What the rows are called below the longest beginning of @p path that some have; 0 when none has. */
static size_t names_below(const char *path, char *begin, char *chosen, const char **names)
{
    size_t n, found = 0;
    const detente_param *row = detente_registry(&n);
    snprintf(begin, MAX_PATH, "%s", path);
    for (char *dot; !found && (dot = strrchr(begin, '.'));) {
        *dot = '\0';
        found = mark(begin, 1, chosen);
    }
    for (size_t i = found = 0; i < n; i++)
        if (chosen[i] && after(row[i].path, begin)[0] == '.')
            names[found++] = after(row[i].path, begin) + 1;
    return found;
}

/* The first keys that paths have, each once: @p head holds them. */
static size_t first_keys(char (*head)[MAX_NAME], const char **names)
{
    size_t n, heads = 0;
    const detente_param *row = detente_registry(&n);
    for (size_t i = 0; i < n; i++) {
        snprintf(head[heads], MAX_NAME, "%.*s", (int)strcspn(row[i].path, ".["), row[i].path);
        if (heads && !strcmp(head[heads], head[heads - 1]))
            continue;
        names[heads] = head[heads];
        heads++;
    }
    return heads;
}

/* Say that no path begins so, and the nearest there is, or what there is below the part of it that is known. */
static int unknown_path(const char *path, const char *plain, char *chosen, detente_error *error)
{
    static const char what[] = "no parameter has this path or begins with it";
    char begin[MAX_PATH], list[512];
    size_t n, below = 0;
    const detente_param *row = detente_registry(&n);
    const char **names = detente_alloc(n * sizeof *names);
    char(*head)[MAX_NAME] = detente_calloc(n, sizeof *head);
    int code = DETENTE_E_USAGE;
    if (!names || !head) {
        code = detente_no_memory(error);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        names[i] = row[i].path;
    const char *near = detente_nearest(plain, names, n);
    if (!near)
        below = names_below(plain, begin, chosen, names);
    if (!near && !below)
        near = detente_nearest(plain, names, first_keys(head, names));
    if (below)
        detente_error_set(error, code, "\"%s\": %s; below %s there are %s", path, what, begin,
                          text_names(list, sizeof list, names, below));
    else
        detente_error_set(error, code, "\"%s\": %s%s%s%s", path, what, near ? "; did you mean " : "", near ? near : "",
                          near ? "?" : "");
out:
    detente_free(head);
    detente_free(names);
    return code;
}

int registry_choose(const char *path, char **chosen, detente_error *error)
{
    char buffer[MAX_PATH];
    size_t n;
    const detente_param *all = detente_registry(&n), *row = path ? detente_registry_find(path) : NULL;
    const char *plain = path ? registry_path(path, buffer) : "";
    int code = 0;
    *chosen = detente_calloc(n, 1);
    if (!*chosen)
        return detente_no_memory(error);
    if (!path)
        mark("", 0, *chosen);
    else if (!plain || !*plain)
        code = detente_error_set(error, DETENTE_E_USAGE, "\"%s\": not a path", path);
    else if (!mark(plain, 1, *chosen) && !mark(plain, 0, *chosen)) {
        if (row)
            (*chosen)[row - all] = 1;
        else
            code = unknown_path(path, plain, *chosen, error);
    }
    if (code) {
        detente_free(*chosen);
        *chosen = NULL;
    }
    return code;
}

/* Letters that are often taken for each other cost nothing. */
static int same(char a, char b)
{
    const char x = a == '-' ? '_' : a, y = b == '-' ? '_' : b;
    return tolower((unsigned char)x) == tolower((unsigned char)y);
}

/* Letters to add, drop, change or swap to turn @p a into @p b; both are shorter than MAX_NAME. */
static size_t distance(const char *a, const char *b)
{
    size_t row[3][MAX_NAME + 1], *before = row[0], *last = row[1], *now = row[2];
    const size_t n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        last[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t least = last[j - 1] + !same(a[i - 1], b[j - 1]);
            if (last[j] + 1 < least)
                least = last[j] + 1;
            if (now[j - 1] + 1 < least)
                least = now[j - 1] + 1;
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) && before[j - 2] + 1 < least)
                least = before[j - 2] + 1;
            now[j] = least;
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[n];
}

/* The shortest name that holds all of what was typed: "cost" is total_cost rather than concession_cost. */
static const char *nearest_holder(const char *name, const char *const *names, size_t n)
{
    enum { LEAST = 4 }; /* fewer letters are in too many names */
    const char *nearest = NULL;
    for (size_t i = 0; i < n && strlen(name) >= LEAST; i++)
        if (strstr(names[i], name) && (!nearest || strlen(names[i]) < strlen(nearest)))
            nearest = names[i];
    return nearest;
}

const char *detente_nearest(const char *name, const char *const *names, size_t n)
{
    const size_t length = strlen(name);
    const char *nearest = NULL;
    if (!length || length >= MAX_NAME)
        return NULL;
    size_t best = 1 + length / 4;
    if (best >= length)
        best = length - 1;
    for (size_t i = 0; i < n; i++) {
        if (strlen(names[i]) >= MAX_NAME)
            continue;
        const size_t d = distance(name, names[i]);
        if (d > best || (nearest && d == best))
            continue;
        nearest = names[i];
        best = d;
    }
    return nearest ? nearest : nearest_holder(name, names, n);
}

static void choices_text(const detente_param *param, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (size_t i = 0; param->choices[i] && n < size; i++) {
        const char *separator = !i ? "" : param->choices[i + 1] ? ", " : " or ";
        const int more = snprintf(out + n, size - n, "%s%s", separator, param->choices[i]);
        n += more > 0 ? (size_t)more : 0;
    }
}

static void bound_text(double bound, char out[40])
{
    if (bound >= 0x1p64 && !isinf(bound))
        strcpy(out, "2^64");
    else
        text_number(bound, out);
}

void text_range(const detente_param *param, char *out, size_t size)
{
    char low[40], high[40];
    const int open_low = param->bounds == DETENTE_BOUNDS_OC || param->bounds == DETENTE_BOUNDS_OO;
    const int open_high = param->bounds == DETENTE_BOUNDS_CO || param->bounds == DETENTE_BOUNDS_OO;
    switch (param->kind) {
    case DETENTE_TEXT:
        snprintf(out, size, "text");
        return;
    case DETENTE_FLAG:
        snprintf(out, size, "true or false");
        return;
    case DETENTE_CHOICE:
        choices_text(param, out, size);
        return;
    default:
        break;
    }
    bound_text(param->low, low);
    bound_text(param->high, high);
    if (param->low == param->high)
        snprintf(out, size, "%s", low);
    else if (isinf(param->high))
        snprintf(out, size, "%s %s%s", open_low ? "above" : "at least", low, open_high ? "" : ", or .inf");
    else
        snprintf(out, size, "%s %s%s%s %s", open_low ? "above" : "from", low, open_low || open_high ? "," : "",
                 open_high ? " below" : " to", high);
}
