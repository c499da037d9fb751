/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file text.h Building text piece by piece, and numbers as text. */
#ifndef DETENTE_CORE_TEXT_H
#define DETENTE_CORE_TEXT_H

#include <stddef.h>

#include <detente/error.h>

/** A growing text; start from `{0}`. `failed` is set when memory runs out, and what follows is dropped. */
typedef struct text_buffer {
    char *text;
    size_t size, room;
    int failed;
} text_buffer;

void text_add(text_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(text_buffer *b, const char *bytes, size_t size);
/** Add @p text as a JSON string, quotes included. */
void text_add_json(text_buffer *b, const char *text);
/** Hand the text on (never NULL on success, ends in a zero). @return 0 or DETENTE_E_MEMORY (the buffer is freed) */
int text_finish(text_buffer *b, char **text, detente_error *error);
/** Forget what was built. */
void text_clear(text_buffer *b);
/**
 * Add a line of @p n columns, @p indent blanks in; two blanks part them. A cell wider than its column goes on below, broken
 * at blanks where that can be. Widths count characters, not bytes.
 */
void text_add_columns(text_buffer *b, size_t indent, const char *const *cell, const size_t *width, size_t n);
/** @p n names with commas between them, "…" for those after the first eight, cut to @p size bytes. @return @p out */
const char *text_names(char *out, size_t size, const char *const *names, size_t n);
/** Characters, not bytes, so that names in any language line up. */
size_t text_characters(const char *text);
/** Add @p text and blanks up to @p width characters; of a longer one what fits, with "…" for its last character. */
void text_add_cut(text_buffer *b, const char *text, size_t width);
/** Add @p text as a field of CSV, quoted where RFC 4180 asks for it. */
void text_add_csv(text_buffer *b, const char *text);
/**
 * Add the shortest decimal that reads back as the same double (or, with @p is_float, float), with a point in any locale: a field
 * of CSV. "inf", "-inf"; nothing for NAN.
 */
void text_add_number(text_buffer *b, double value, int is_float);
/** Shortest decimal, with a point in any locale, that reads back as @p value; YAML's .inf, -.inf and .nan. @p out has room for 40 bytes. */
void text_number(double value, char *out);
/** text_number() of @p value rounded to so many digits. */
void text_rounded(double value, int digits, char *out);
/** A value of a parameter as its author would write it: to twelve digits, since `steps` may leave 1.2000000000000002. */
void text_level(double value, char *out);

#endif
