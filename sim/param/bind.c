/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single values and maps of registry rows. */
#include "param/bind.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Beyond these a number does not survive the kernel's single precision. */
#define LARGEST 1e15
#define SMALLEST 1e-12

int is_nothing(const node *n)
{
    return n->kind == NODE_SCALAR && !n->quoted &&
           (!n->size || !strcmp(n->text, "~") || !strcmp(n->text, "null") || !strcmp(n->text, "Null") ||
            !strcmp(n->text, "NULL"));
}

/* Digits with a point and an exponent, no zero before other digits (that would be octal). */
static int is_decimal(const char *text)
{
    const char *p = text + (*text == '-' || *text == '+');
    const size_t whole = strspn(p, "0123456789");
    size_t part = 0;
    if (whole > 1 && *p == '0')
        return 0;
    p += whole;
    if (*p == '.')
        p += 1 + (part = strspn(p + 1, "0123456789"));
    if (!whole && !part)
        return 0;
    if (*p == 'e' || *p == 'E') {
        p += 1 + (p[1] == '-' || p[1] == '+');
        const size_t digits = strspn(p, "0123456789");
        if (!digits)
            return 0;
        p += digits;
    }
    return !*p;
}

int read_number(const node *n, double *value)
{
    if (n->kind != NODE_SCALAR || n->quoted)
        return 0;
    const char *p = n->text + (*n->text == '-' || *n->text == '+');
    const int minus = *n->text == '-';
    if (!strcmp(p, ".inf") || !strcmp(p, ".Inf") || !strcmp(p, ".INF")) {
        *value = minus ? -INFINITY : INFINITY;
        return 1;
    }
    if (!strcmp(n->text, ".nan") || !strcmp(n->text, ".NaN") || !strcmp(n->text, ".NAN")) {
        *value = NAN;
        return 1;
    }
    if (!is_decimal(n->text))
        return 0;
    *value = strtod(n->text, NULL);
    return 1;
}

const char *row_key(const section *rows, size_t i)
{
    const char *key = rows->param[i].path + strlen(rows->prefix);
    return *key == '.' ? key + 1 : key;
}

int find_name(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

size_t count_names(const char *const *names)
{
    size_t n = 0;
    while (names[n])
        n++;
    return n;
}

const char *name_list(reader *r, const char *const *names, size_t n)
{
    enum { SHOWN = 12 };
    const char *list = "";
    for (size_t i = 0; list && i < n && i < SHOWN; i++)
        list = reader_format(r, "%s%s%s", list, i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i]);
    if (list && n > SHOWN)
        list = reader_format(r, "%s …", list);
    return list ? list : "";
}

const char *nearest_hint(reader *r, const char *name, const char *const *names, size_t n)
{
    const char *near = detente_nearest(name, names, n);
    const char *hint = near ? reader_format(r, "; did you mean %s?", near) : "";
    return hint ? hint : "";
}

const char *path_key(reader *r, const char *path, const char *key)
{
    /* Nearly every value comes by here: no printf. */
    const char *shown = show_text(r, key);
    if (!*path)
        return shown;
    const size_t above = strlen(path), length = strlen(shown);
    char *below = reader_alloc(r, above + length + 2);
    if (!below)
        return "";
    memcpy(below, path, above);
    below[above] = '.';
    memcpy(below + above + 1, shown, length);
    return below;
}

const char *path_index(reader *r, const char *path, size_t i)
{
    const char *below = reader_format(r, "%s[%zu]", path, i);
    return below ? below : "";
}

int expect_map(reader *r, const node *n, const char *path)
{
    if (!n || n->kind == NODE_MAP)
        return n != NULL;
    reader_error(r, n->place, path, "found %s, allowed a map of keys", show_node(r, n));
    return 0;
}

int expect_list(reader *r, const node *n, const char *path)
{
    if (!n || (n->kind == NODE_LIST && n->n))
        return n != NULL;
    reader_error(r, n->place, path, "found %s, allowed a list with at least one element", show_node(r, n));
    return 0;
}

static const detente_param *find_row(const target *targets, size_t n_targets, const char *key, double **value)
{
    for (size_t t = 0; t < n_targets; t++) {
        const section *rows = &targets[t].rows;
        for (size_t i = 0; i < rows->n; i++) {
            if (strcmp(row_key(rows, i), key) != 0)
                continue;
            *value = (double *)(void *)((char *)targets[t].into + rows->offset[i]);
            return &rows->param[i];
        }
    }
    return NULL;
}

static void unknown_key(reader *r, const node *child, const char *path, const target *targets, size_t n_targets,
                        const char *const *others)
{
    size_t n = 0, room = count_names(others);
    for (size_t t = 0; t < n_targets; t++)
        room += targets[t].rows.n;
    const char **names = reader_alloc(r, room * sizeof *names + 1);
    if (!names)
        return;
    for (size_t i = 0; others[i]; i++)
        names[n++] = others[i];
    for (size_t t = 0; t < n_targets; t++)
        for (size_t i = 0; i < targets[t].rows.n; i++)
            names[n++] = row_key(&targets[t].rows, i);
    reader_error(r, child->key_place, path_key(r, path, child->key), "an unknown key, allowed %s%s",
                 name_list(r, names, n), nearest_hint(r, child->key, names, n));
}

void check_keys(reader *r, const node *map, const char *path, const target *targets, size_t n_targets,
                const char *const *others)
{
    double *value;
    for (const node *child = map->first; child; child = child->next)
        if (find_name(others, child->key) < 0 && !find_row(targets, n_targets, child->key, &value))
            unknown_key(r, child, path, targets, n_targets, others);
}

void bind_map(reader *r, const node *map, const char *path, const target *targets, size_t n_targets,
              const char *const *others)
{
    if (!expect_map(r, map, path))
        return;
    check_keys(r, map, path, targets, n_targets, others);
    for (const node *child = map->first; child; child = child->next) {
        double *value;
        const detente_param *row =
            find_name(others, child->key) < 0 ? find_row(targets, n_targets, child->key, &value) : NULL;
        if (row)
            bind_row(r, child, path_key(r, path, child->key), row, value);
    }
}

void set_defaults(section rows, void *into)
{
    for (size_t i = 0; i < rows.n; i++)
        *(double *)(void *)((char *)into + rows.offset[i]) = rows.param[i].fallback;
}

static int in_range(const detente_param *row, double value)
{
    const int open_low = row->bounds == DETENTE_BOUNDS_OC || row->bounds == DETENTE_BOUNDS_OO;
    const int open_high = row->bounds == DETENTE_BOUNDS_CO || row->bounds == DETENTE_BOUNDS_OO;
    return (open_low ? value > row->low : value >= row->low) && (open_high ? value < row->high : value <= row->high);
}

/* A number that single precision can hold. */
static int fits(double value)
{
    const double size = fabs(value);
    return isinf(value) || size == 0 || (size >= SMALLEST && size <= LARGEST);
}

/* The same; what is not is said. */
static int in_size(reader *r, const node *n, const char *path, double value)
{
    if (fits(value))
        return 1;
    reader_error(r, n->place, path, "found %s, allowed a number of a size from %g to %g", show_node(r, n), SMALLEST,
                 LARGEST);
    return 0;
}

/* Within the row's range, and whole where it has to be. */
static int is_allowed(const detente_param *row, double value)
{
    return !isnan(value) && in_range(row, value) && (row->kind != DETENTE_INTEGER || value == floor(value));
}

int row_takes(const detente_param *row, double value)
{
    return is_allowed(row, value) && fits(value);
}

int number_takes(double value, double low, double high)
{
    return value >= low && value <= high && fits(value);
}

void bind_row(reader *r, const node *n, const char *path, const detente_param *row, double *out)
{
    char range[128];
    double value;
    int flag;
    if (!n)
        return;
    if (row->kind == DETENTE_CHOICE) {
        bind_choice(r, n, path, row->choices, out);
        return;
    }
    if (row->kind == DETENTE_FLAG) {
        flag = *out != 0;
        bind_flag(r, n, path, &flag);
        *out = flag;
        return;
    }
    if (!read_number(n, &value) || !is_allowed(row, value)) {
        text_range(row, range, sizeof range);
        reader_error(r, n->place, path, "found %s, allowed a %s %s", show_node(r, n),
                     row->kind == DETENTE_INTEGER ? "whole number" : "number", range);
    } else if (in_size(r, n, path, value))
        *out = value;
}

void bind_number(reader *r, const node *n, const char *path, double low, double high, double *out)
{
    double value;
    if (!n)
        return;
    if (!read_number(n, &value) || !(value >= low && value <= high))
        reader_error(r, n->place, path, "found %s, allowed a number from %g to %g", show_node(r, n), low, high);
    else if (in_size(r, n, path, value))
        *out = value;
}

void bind_whole(reader *r, const node *n, const char *path, uint64_t low, uint64_t high, uint64_t *out)
{
    double value;
    if (!n)
        return;
    if (read_number(n, &value)) {
        errno = 0;
        char *end;
        /* Digits alone are read exactly; 1e6 is as good when it is whole. */
        const uint64_t exact = strtoull(n->text, &end, 10);
        const int digits = isdigit((unsigned char)*n->text) && !*end && !errno;
        const int whole = value >= 0 && value <= 0x1p53 && value == floor(value);
        const uint64_t number = digits ? exact : whole ? (uint64_t)value : 0;
        if ((digits || whole) && number >= low && number <= high) {
            *out = number;
            return;
        }
    }
    reader_error(r, n->place, path, "found %s, allowed a whole number from %llu to %llu", show_node(r, n),
                 (unsigned long long)low, (unsigned long long)high);
}

void bind_flag(reader *r, const node *n, const char *path, int *out)
{
    static const char *const WORDS[] = {"n",    "N",    "no",   "No", "NO", "false", "False", "FALSE",
                                        "off",  "Off",  "OFF",  "y",  "Y",  "yes",   "Yes",   "YES",
                                        "true", "True", "TRUE", "on", "On", "ON",    NULL};
    const int word = n && n->kind == NODE_SCALAR && !n->quoted ? find_name(WORDS, n->text) : -1;
    if (word >= 0)
        *out = word >= 11;
    else if (n)
        reader_error(r, n->place, path, "found %s, allowed true or false", show_node(r, n));
}

void bind_choice(reader *r, const node *n, const char *path, const char *const *names, double *out)
{
    if (!n)
        return;
    const int found = n->kind == NODE_SCALAR ? find_name(names, n->text) : -1;
    const size_t count = count_names(names);
    if (found >= 0)
        *out = found;
    else
        reader_error(r, n->place, path, "found %s, allowed %s%s", show_node(r, n), name_list(r, names, count),
                     n->kind == NODE_SCALAR ? nearest_hint(r, n->text, names, count) : "");
}

void bind_name(reader *r, const node *n, const char *path, char out[DETENTE_NAME_SIZE])
{
    if (!n)
        return;
    int bad = n->kind != NODE_SCALAR || is_nothing(n) || !n->size || n->size >= DETENTE_NAME_SIZE;
    for (size_t i = 0; !bad && i < n->size; i++)
        bad = (unsigned char)n->text[i] < 0x20 || n->text[i] == 0x7f;
    if (bad) {
        reader_error(r, n->place, path, "found %s, allowed a name of one line and at most %d bytes", show_node(r, n),
                     DETENTE_NAME_SIZE - 1);
        return;
    }
    memset(out, 0, DETENTE_NAME_SIZE);
    memcpy(out, n->text, n->size);
}

void check_text(reader *r, const node *n, const char *path)
{
    if (n && n->kind != NODE_SCALAR)
        reader_error(r, n->place, path, "found %s, allowed a text", show_node(r, n));
}

void *bind_alloc(reader *r, size_t n, size_t size)
{
    void *block = detente_calloc(n, size);
    if (!block)
        r->code = DETENTE_E_MEMORY;
    return block;
}
