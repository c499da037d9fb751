/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/grid.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

enum { GAP = 2, INDENT = 2, LEAST_WIDTH = 8 };
enum { ITEM_NONE, ITEM_TEXT, ITEM_NUMBER, ITEM_ESTIMATE, ITEM_SECTION, ITEM_SUBSECTION };

struct grid_item {
    int kind, decimals;
    double value, half;
    char *text; /* owned */
};

const char *const grid_formats[] = {"table", "csv", "json", "markdown", NULL};

/* ---- building --------------------------------------------------------------------------------------------------- */

/* Room for one more. @return whether there is */
static int make_room(grid *g, void **list, size_t n, size_t *room, size_t size)
{
    if (g->failed)
        return 0;
    if (n < *room)
        return 1;
    const size_t more = *room ? *room * 2 : 16;
    void *larger = detente_realloc(*list, more * size);
    if (!larger) {
        g->failed = 1;
        return 0;
    }
    *list = larger;
    *room = more;
    return 1;
}

static char *copy_of(grid *g, const char *text)
{
    char *copy = detente_strdup(text);
    g->failed |= copy == NULL;
    return copy;
}

void grid_column(grid *g, const char *heading, int kind)
{
    void *list = g->column;
    const int ok = make_room(g, &list, g->n_columns, &g->column_room, sizeof *g->column);
    g->column = list;
    if (!ok)
        return;
    g->column[g->n_columns].kind = kind;
    g->column[g->n_columns].heading = copy_of(g, heading);
    g->n_columns++;
}

static void add_item(grid *g, grid_item item)
{
    void *list = g->item;
    const int ok = make_room(g, &list, g->n_items, &g->item_room, sizeof *g->item);
    g->item = list;
    if (ok)
        g->item[g->n_items++] = item;
    else
        detente_free(item.text);
}

void grid_text(grid *g, const char *text)
{
    add_item(g, (grid_item){.kind = text ? ITEM_TEXT : ITEM_NONE, .text = text ? copy_of(g, text) : NULL});
}

void grid_number(grid *g, double value, int decimals)
{
    add_item(g, (grid_item){.kind = isnan(value) ? ITEM_NONE : ITEM_NUMBER, .value = value, .decimals = decimals});
}

void grid_estimate(grid *g, double mean, double half, int decimals)
{
    add_item(g,
             (grid_item){
                 .kind = isnan(mean) ? ITEM_NONE : ITEM_ESTIMATE, .value = mean, .half = half, .decimals = decimals});
}

static char *format_text(grid *g, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = size < 0 ? NULL : detente_alloc((size_t)size + 1);
    if (text)
        vsnprintf(text, (size_t)size + 1, format, arguments);
    g->failed |= text == NULL;
    return text;
}

void grid_section(grid *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_item(g, (grid_item){.kind = ITEM_SECTION, .text = format_text(g, format, arguments)});
    va_end(arguments);
}

void grid_subsection(grid *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_item(g, (grid_item){.kind = ITEM_SUBSECTION, .text = format_text(g, format, arguments)});
    va_end(arguments);
}

static int is_line(const grid_item *item)
{
    return item->kind == ITEM_SECTION || item->kind == ITEM_SUBSECTION;
}

void grid_note(grid *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(g, format, arguments);
    va_end(arguments);
    size_t same = 0;
    while (text && same < g->n_notes && strcmp(g->note[same], text) != 0)
        same++;
    void *list = g->note;
    const int ok = text && same == g->n_notes && make_room(g, &list, g->n_notes, &g->note_room, sizeof *g->note);
    g->note = list;
    if (ok)
        g->note[g->n_notes++] = text;
    else
        detente_free(text);
}

void grid_clear(grid *g)
{
    for (size_t i = 0; i < g->n_columns; i++)
        detente_free(g->column[i].heading);
    for (size_t i = 0; i < g->n_items; i++)
        detente_free(g->item[i].text);
    for (size_t i = 0; i < g->n_notes; i++)
        detente_free(g->note[i]);
    detente_free(g->column);
    detente_free(g->item);
    detente_free(g->note);
    *g = (grid){0};
}

/* ---- text and Markdown ------------------------------------------------------------------------------------------ */

static void add_decimal(text_buffer *b, double value, int decimals)
{
    char text[64];
    if (decimals == GRID_EXACT || !isfinite(value) || fabs(value) >= 1e15) {
        text_add_number(b, value, 0);
        return;
    }
    snprintf(text, sizeof text, "%.*f", decimals, value);
    /* What rounds to nothing has no sign. */
    const int nothing = *text == '-' && text[strspn(text, "-0.,")] == '\0';
    text_add(b, "%s", text + nothing);
}

/* A part of an estimate: of millions not every unit, so that two columns of them fit. */
static void add_part(text_buffer *b, double value, int decimals)
{
    if (decimals == 0 && fabs(value) >= 1e7 && isfinite(value))
        text_add(b, "%.4g", value);
    else
        add_decimal(b, value, decimals);
}

/* An estimate's parts; widths put them below those of other rows. */
static void add_estimate(text_buffer *b, const grid_item *item, size_t mean_width, size_t half_width)
{
    text_buffer part = {0};
    add_part(&part, item->value, item->decimals);
    text_add(b, "%*s", (int)mean_width, part.failed ? "" : part.text);
    b->failed |= part.failed;
    text_clear(&part);
    if (isfinite(item->half)) {
        add_part(&part, item->half, item->decimals);
        text_add(b, " ± %*s", (int)half_width, part.failed ? "" : part.text);
        b->failed |= part.failed;
        text_clear(&part);
    } else if (half_width) {
        text_add(b, "%*s", (int)half_width + 3, "");
    }
}

static void add_plain(text_buffer *b, const grid_item *item)
{
    if (item->kind == ITEM_NUMBER)
        add_decimal(b, item->value, item->decimals);
    else if (item->kind == ITEM_ESTIMATE)
        add_estimate(b, item, 0, 0);
    else
        text_add(b, "%s", item->kind == ITEM_NONE ? "-" : item->text);
}

/* How wide the cells of a column are; the parts of an estimate in the section that is being written. */
typedef struct column_width {
    size_t all, mean, half;
    int fixed; /* 1: `all` stays as it is */
} column_width;

static size_t width_of(const grid_item *item, double value, int *failed)
{
    text_buffer b = {0};
    if (item->kind == ITEM_ESTIMATE)
        add_part(&b, value, item->decimals);
    else
        add_decimal(&b, value, item->decimals);
    const size_t n = b.failed || !b.text ? 0 : text_characters(b.text);
    *failed |= b.failed;
    text_clear(&b);
    return n;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void widen(column_width *width, const grid_item *item, int *failed)
{
    size_t n = 1;
    if (item->kind == ITEM_TEXT) {
        n = text_characters(item->text);
    } else if (item->kind == ITEM_NUMBER) {
        n = width_of(item, item->value, failed);
    } else if (item->kind == ITEM_ESTIMATE) {
        width->mean = larger(width->mean, width_of(item, item->value, failed));
        if (isfinite(item->half))
            width->half = larger(width->half, width_of(item, item->half, failed));
        n = width->mean + (width->half ? width->half + 3 : 0);
    }
    if (!width->fixed)
        width->all = larger(width->all, n);
}

/* Widths with the rows from item i to the end of their section. @return the item after them */
static size_t measure_section(const grid *g, size_t i, column_width *width, int *failed)
{
    size_t c = 0;
    for (size_t k = 0; k < g->n_columns; k++)
        width[k].mean = width[k].half = 0;
    for (; i < g->n_items && g->item[i].kind != ITEM_SECTION; i++) {
        if (g->item[i].kind == ITEM_SUBSECTION)
            continue;
        widen(&width[c], &g->item[i], failed);
        c = (c + 1) % g->n_columns;
    }
    return i;
}

/* Take room from the widest columns of texts until a line fits, or all are narrow. */
static void narrow(const grid *g, column_width *width, size_t indent)
{
    for (;;) {
        size_t total = indent + GAP * (g->n_columns - 1), widest = g->n_columns;
        for (size_t c = 0; c < g->n_columns; c++) {
            total += width[c].all;
            if (g->column[c].kind == GRID_LEFT && width[c].all > LEAST_WIDTH &&
                (widest == g->n_columns || width[c].all > width[widest].all))
                widest = c;
        }
        if (total <= GRID_WIDTH || widest == g->n_columns)
            return;
        width[widest].all--;
    }
}

/* Sections stand out by what is below them being indented. */
static size_t indent_of(const grid *g)
{
    size_t indent = 0;
    for (size_t i = 0; i < g->n_items; i++)
        if (is_line(&g->item[i]))
            indent = larger(indent, g->item[i].kind == ITEM_SECTION ? INDENT : 2 * INDENT);
    return indent;
}

static void measure(const grid *g, size_t indent, column_width *width, int *failed)
{
    for (size_t c = 0; c < g->n_columns; c++)
        width[c].all = text_characters(g->column[c].heading);
    for (size_t i = measure_section(g, 0, width, failed); i < g->n_items;)
        i = measure_section(g, i + 1, width, failed);
    narrow(g, width, indent);
}

static void add_in_width(text_buffer *b, const char *text, int left, size_t width)
{
    const size_t n = text_characters(text);
    if (left)
        text_add_cut(b, text, width);
    else
        text_add(b, "%*s%s", (int)(n < width ? width - n : 0), "", text);
}

static void add_cell(text_buffer *b, const grid *g, size_t c, const column_width *width, const grid_item *item)
{
    text_buffer part = {0};
    if (item->kind == ITEM_ESTIMATE)
        add_estimate(&part, item, width->mean, width->half);
    else
        add_plain(&part, item);
    add_in_width(b, part.text ? part.text : "", g->column[c].kind == GRID_LEFT, width->all);
    b->failed |= part.failed;
    text_clear(&part);
}

/* No line ends in blanks. */
static void end_line(text_buffer *b)
{
    while (b->size > 0 && b->text[b->size - 1] == ' ')
        b->size--;
    text_add_bytes(b, "\n", 1);
}

static void add_line(text_buffer *b, const char *text, size_t width)
{
    text_add_cut(b, text, width);
    end_line(b);
}

/* Rows from item i to the end of their section. @return the item after them */
static size_t write_section(const grid *g, size_t i, size_t indent, const column_width *width, text_buffer *b)
{
    size_t c = 0;
    for (; i < g->n_items && g->item[i].kind != ITEM_SECTION; i++) {
        if (g->item[i].kind == ITEM_SUBSECTION) {
            text_add(b, "%*s", INDENT, "");
            add_line(b, g->item[i].text, GRID_WIDTH - INDENT);
            continue;
        }
        text_add(b, "%*s", (int)(c ? GAP : indent), "");
        add_cell(b, g, c, &width[c], &g->item[i]);
        c = (c + 1) % g->n_columns;
        if (c == 0)
            end_line(b);
    }
    return i;
}

static void write_table(const grid *g, text_buffer *b)
{
    const size_t indent = indent_of(g);
    int failed = 0;
    column_width *width = detente_calloc(g->n_columns, sizeof *width);
    b->failed |= !width;
    if (!width)
        return;
    measure(g, indent, width, &failed);
    for (size_t c = 0; c < g->n_columns; c++) {
        const size_t more = c ? 0 : indent;
        text_add(b, "%*s", c ? GAP : 0, "");
        add_in_width(b, g->column[c].heading, g->column[c].kind == GRID_LEFT, width[c].all + more);
    }
    end_line(b);
    for (size_t c = 0; c < g->n_columns; c++)
        width[c].fixed = 1;
    for (size_t i = 0; i < g->n_items || i == 0;) {
        measure_section(g, i, width, &failed);
        i = write_section(g, i, indent, width, b);
        if (i >= g->n_items)
            break;
        add_line(b, g->item[i++].text, GRID_WIDTH);
    }
    b->failed |= failed;
    detente_free(width);
    for (size_t i = 0; i < g->n_notes; i++)
        text_add_columns(b, 0, (const char *const[]){g->note[i]}, (const size_t[]){GRID_WIDTH}, 1);
}

/* Markdown takes | for the end of a cell. */
static void add_markdown(text_buffer *b, const char *text)
{
    for (; *text; text++) {
        if (strchr("|\\*_`<", *text))
            text_add_bytes(b, "\\", 1);
        text_add_bytes(b, *text == '\n' ? " " : text, 1);
    }
}

static void write_markdown(const grid *g, text_buffer *b)
{
    for (size_t c = 0; c < g->n_columns; c++) {
        text_add(b, "| ");
        add_markdown(b, g->column[c].heading);
        text_add(b, c + 1 < g->n_columns ? " " : " |\n");
    }
    for (size_t c = 0; c < g->n_columns; c++)
        text_add(b, "%s%s", g->column[c].kind == GRID_LEFT ? "|---" : "|--:", c + 1 < g->n_columns ? "" : "|\n");
    size_t c = 0;
    for (size_t i = 0; i < g->n_items; i++) {
        text_add(b, "| ");
        if (is_line(&g->item[i])) {
            text_add(b, "**");
            add_markdown(b, g->item[i].text);
            text_add(b, "**");
            for (size_t k = 1; k < g->n_columns; k++)
                text_add(b, " | ");
            text_add(b, " |\n");
            continue;
        }
        if (g->item[i].kind == ITEM_TEXT)
            add_markdown(b, g->item[i].text);
        else
            add_plain(b, &g->item[i]);
        c = (c + 1) % g->n_columns;
        text_add(b, c ? " " : " |\n");
    }
    for (size_t i = 0; i < g->n_notes; i++) {
        text_add(b, "\n");
        add_markdown(b, g->note[i]);
        text_add(b, "\n");
    }
}

/* ---- for programs ----------------------------------------------------------------------------------------------- */

static void write_csv(const grid *g, text_buffer *b)
{
    text_buffer half = {0};
    for (size_t c = 0; c < g->n_columns; c++) {
        text_add(b, c ? "," : "");
        text_add_csv(b, g->column[c].heading);
        if (g->column[c].kind != GRID_ESTIMATE)
            continue;
        text_add(b, ",");
        text_add(&half, "%s_halfwidth", g->column[c].heading);
        text_add_csv(b, half.failed ? "" : half.text);
        b->failed |= half.failed;
        text_clear(&half);
    }
    text_add(b, "\n");
    size_t c = 0;
    for (size_t i = 0; i < g->n_items; i++) {
        const grid_item *item = &g->item[i];
        if (is_line(item))
            continue;
        if (item->kind == ITEM_TEXT)
            text_add_csv(b, item->text);
        else if (item->kind != ITEM_NONE)
            text_add_number(b, item->value, 0);
        if (g->column[c].kind == GRID_ESTIMATE) {
            text_add(b, ",");
            text_add_number(b, item->kind == ITEM_ESTIMATE ? item->half : (double)NAN, 0);
        }
        c = (c + 1) % g->n_columns;
        text_add(b, c ? "," : "\n");
    }
}

/* JSON has no infinity. */
static void add_json_number(text_buffer *b, double value)
{
    if (isfinite(value))
        text_add_number(b, value, 0);
    else
        text_add(b, "null");
}

static void add_json_name(text_buffer *b, const char *name, const char *after)
{
    text_buffer whole = {0};
    text_add(&whole, "%s%s", name, after);
    text_add_json(b, whole.failed ? "" : whole.text);
    text_add(b, ": ");
    b->failed |= whole.failed;
    text_clear(&whole);
}

static void write_json(const grid *g, text_buffer *b)
{
    size_t c = 0;
    int rows = 0;
    text_add(b, "{\"rows\": [");
    for (size_t i = 0; i < g->n_items; i++) {
        const grid_item *item = &g->item[i];
        if (is_line(item))
            continue;
        text_add(b, c ? ", " : rows++ ? ",\n  {" : "\n  {");
        add_json_name(b, g->column[c].heading, "");
        if (item->kind == ITEM_TEXT)
            text_add_json(b, item->text);
        else
            add_json_number(b, item->kind == ITEM_NONE ? (double)NAN : item->value);
        if (g->column[c].kind == GRID_ESTIMATE) {
            text_add(b, ", ");
            add_json_name(b, g->column[c].heading, "_halfwidth");
            add_json_number(b, item->kind == ITEM_ESTIMATE ? item->half : (double)NAN);
        }
        c = (c + 1) % g->n_columns;
        text_add(b, c ? "" : "}");
    }
    text_add(b, "],\n \"notes\": [");
    for (size_t i = 0; i < g->n_notes; i++) {
        text_add(b, i ? ",\n  " : "\n  ");
        text_add_json(b, g->note[i]);
    }
    text_add(b, "]}\n");
}

void grid_write(const grid *g, int format, text_buffer *b)
{
    static void (*const writer[GRID_N_FORMATS])(const grid *, text_buffer *) = {
        [GRID_TABLE] = write_table, [GRID_CSV] = write_csv, [GRID_JSON] = write_json, [GRID_MARKDOWN] = write_markdown};
    if (g->failed)
        b->failed = 1;
    else
        writer[format](g, b);
}
