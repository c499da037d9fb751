/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts, numbers, trees and designs as YAML. */
#include "param/dump.h"

#include <math.h>
#include <string.h>

#include "param/bind.h"

/* One character of UTF-8; *size bytes long. */
static unsigned long decode(const char *text, size_t *size)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t n = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    unsigned long c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            *size = i;
            return 0xfffd;
        }
        c = c << 6 | (p[i] & 0x3fu);
    }
    *size = n;
    return c;
}

/* In double quotes; what YAML would fold, or may not hold, as an escape. */
void dump_text(text_buffer *b, const char *text)
{
    size_t size;
    text_add_bytes(b, "\"", 1);
    for (const char *p = text; *p; p += size) {
        const unsigned long c = decode(p, &size);
        if (c == '"' || c == '\\')
            text_add(b, "\\%c", (char)c);
        else if (c == '\n')
            text_add(b, "\\n");
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            text_add(b, "\\x%02lx", c);
        else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || (c >= 0xd800 && c < 0xe000) || c == 0xfffe || c == 0xffff)
            text_add(b, "\\u%04lx", c);
        else
            text_add_bytes(b, p, size);
    }
    text_add_bytes(b, "\"", 1);
}

void dump_number(text_buffer *b, double value)
{
    char text[40];
    text_number(value, text);
    text_add_bytes(b, text, strlen(text));
}

static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

static void dump_key(text_buffer *b, const char *key)
{
    if (*key && !key[strspn(key, PLAIN)])
        text_add(b, "%s: ", key);
    else {
        dump_text(b, key);
        text_add(b, ": ");
    }
}

/* Numbers in one spelling; words that YAML may take for something else stay as they were. */
static void dump_scalar(text_buffer *b, const node *n)
{
    double value;
    if (read_number(n, &value))
        dump_number(b, value);
    else if (is_nothing(n))
        text_add(b, "~");
    else if (!n->quoted && !n->text[strspn(n->text, PLAIN)])
        text_add_bytes(b, n->text, n->size);
    else
        dump_text(b, n->text);
}

void dump_flow(text_buffer *b, const node *n)
{
    if (n->kind == NODE_SCALAR) {
        dump_scalar(b, n);
        return;
    }
    text_add(b, n->kind == NODE_MAP ? "{" : "[");
    for (const node *child = n->first; child; child = child->next) {
        if (child != n->first)
            text_add(b, ", ");
        if (n->kind == NODE_MAP)
            dump_key(b, child->key);
        dump_flow(b, child);
    }
    text_add(b, n->kind == NODE_MAP ? "}" : "]");
}

/* Nothing that holds anything holds another that does. */
static int is_flat(const node *n)
{
    for (const node *child = n->first; child; child = child->next)
        if (child->first)
            return 0;
    return 1;
}

/* Children of a map or list, a line each or more. The first line of a list's map stands behind its dash. */
static void dump_children(text_buffer *b, const node *n, int indent)
{
    for (const node *child = n->first; child; child = child->next) {
        const int deep = !is_flat(child);
        text_add(b, "%*s", indent, "");
        if (n->kind == NODE_MAP)
            dump_key(b, child->key);
        else
            text_add(b, "- ");
        if (!deep)
            dump_flow(b, child);
        text_add(b, "\n");
        if (deep)
            dump_children(b, child, indent + 2);
    }
}

void dump_block(text_buffer *b, const char *key, const node *n, int indent)
{
    text_add(b, "%*s", indent, "");
    dump_key(b, key);
    if (is_flat(n))
        dump_flow(b, n);
    text_add(b, "\n");
    if (!is_flat(n))
        dump_children(b, n, indent + 2);
}

/* `{from: 0, to: 1, steps: 11}`, `[1, 2]`, or a list of names and what they stand for. */
static void dump_factor(text_buffer *b, const detente_factor *f, int one_at_a_time)
{
    text_add(b, "    ");
    dump_text(b, f->path);
    text_add(b, ": {");
    if (f->named || f->value || f->from == f->to) {
        text_add(b, "values: [");
        if (!f->named && !f->value)
            dump_number(b, f->from);
        for (uint64_t i = 0; i < f->levels && (f->named || f->value); i++) {
            text_add(b, i ? ", " : "");
            if (f->named)
                text_add_bytes(b, f->text[i], strlen(f->text[i]));
            else
                dump_number(b, f->value[i]);
        }
        text_add(b, "]");
    } else {
        text_add(b, "from: ");
        dump_number(b, f->from);
        text_add(b, ", to: ");
        dump_number(b, f->to);
        if (f->levels && !f->whole)
            text_add(b, ", steps: %llu", (unsigned long long)f->levels);
        text_add(b, "%s%s", f->log ? ", log: true" : "", f->whole ? ", integer: true" : "");
    }
    if (one_at_a_time) {
        text_add(b, ", base: ");
        if (f->named)
            dump_text(b, f->name[(size_t)f->base]);
        else
            dump_number(b, f->base);
    }
    text_add(b, "}\n");
}

/* Points of a list; what a name stands for is said where it comes first. */
static void dump_rows(text_buffer *b, const detente_design *design)
{
    const size_t n = (size_t)design->n_factors;
    text_add(b, "  points:\n");
    for (uint64_t i = 0; i < design->points; i++) {
        for (size_t k = 0; k < n; k++) {
            const detente_factor *f = &design->factor[k];
            const double value = design->row[i * n + k];
            int first = 1;
            for (uint64_t j = 0; f->named && j < i && first; j++)
                first = design->row[j * n + k] != value;
            text_add(b, k ? ", " : "    - {");
            dump_text(b, f->path);
            text_add(b, ": ");
            if (!f->named)
                dump_number(b, value);
            else if (first)
                text_add_bytes(b, f->text[(size_t)value], strlen(f->text[(size_t)value]));
            else
                dump_text(b, f->name[(size_t)value]);
        }
        text_add(b, "}\n");
    }
}

void dump_design(text_buffer *b, const detente_design *design)
{
    text_add(b, "design:\n  type: %s\n", DESIGN_NAME[design->type]);
    if (design->row && !design->file) {
        dump_rows(b, design);
        return;
    }
    if (design->file) {
        text_add(b, "  file: ");
        dump_text(b, design->file);
        text_add(b, "\n  sha256: \"%s\"\n", design->sha256);
    }
    if (design->points)
        text_add(b, "  points: %llu\n", (unsigned long long)design->points);
    if (design->type == DETENTE_MORRIS)
        text_add(b, "  levels: %d\n", design->grid);
    text_add(b, "  vary:\n");
    for (int k = 0; k < design->n_factors; k++)
        dump_factor(b, &design->factor[k], design->type == DETENTE_ONE_AT_A_TIME);
}
