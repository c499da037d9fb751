/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Room for @p more bytes and a zero. */
static int make_room(text_buffer *b, size_t more)
{
    if (b->failed)
        return 0;
    if (b->room - b->size > more)
        return 1;
    size_t room = b->room ? b->room : 256;
    while (room - b->size <= more)
        room *= 2;
    char *larger = detente_realloc(b->text, room);
    if (!larger) {
        b->failed = 1;
        return 0;
    }
    b->text = larger;
    b->room = room;
    return 1;
}

void text_add(text_buffer *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !make_room(b, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(b->text + b->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    b->size += (size_t)length;
}

void text_add_bytes(text_buffer *b, const char *bytes, size_t size)
{
    if (!make_room(b, size))
        return;
    memcpy(b->text + b->size, bytes, size);
    b->size += size;
    b->text[b->size] = 0;
}

const char *text_names(char *out, size_t size, const char *const *names, size_t n)
{
    enum { SHOWN = 8 };
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < n && i <= SHOWN && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", i < SHOWN ? names[i] : "…");
    return out;
}

void text_add_json(text_buffer *b, const char *text)
{
    text_add_bytes(b, "\"", 1);
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            text_add(b, "\\%c", *p);
        else if (*p == '\n')
            text_add_bytes(b, "\\n", 2);
        else if ((unsigned char)*p < 0x20 || *p == 0x7f)
            text_add(b, "\\u%04x", (unsigned)(unsigned char)*p);
        else
            text_add_bytes(b, p, 1);
    }
    text_add_bytes(b, "\"", 1);
}

int text_finish(text_buffer *b, char **text, detente_error *error)
{
    *text = NULL;
    text_add_bytes(b, "", 0);
    if (b->failed) {
        text_clear(b);
        return detente_no_memory(error);
    }
    *text = b->text;
    *b = (text_buffer){0};
    return 0;
}

void text_clear(text_buffer *b)
{
    detente_free(b->text);
    *b = (text_buffer){0};
}

/* Bytes of the next line of @p text in a column of @p width characters, and how many those are. */
static size_t take_line(const char *text, size_t width, size_t *characters)
{
    size_t n = 0, count = 0, blank = 0, before_blank = 0;
    for (; text[n]; n++) {
        const int starts = ((unsigned char)text[n] & 0xc0) != 0x80;
        if (text[n] == ' ') {
            blank = n;
            before_blank = count;
        }
        if (starts && count == width) {
            *characters = blank ? before_blank : count;
            return blank ? blank : n;
        }
        count += (size_t)starts;
    }
    *characters = count;
    return n;
}

void text_add_columns(text_buffer *b, size_t indent, const char *const *cell, const size_t *width, size_t n)
{
    enum { MAX_COLUMNS = 16 };
    const char *rest[MAX_COLUMNS];
    size_t left = n = n < MAX_COLUMNS ? n : MAX_COLUMNS;
    for (size_t i = 0; i < n; i++)
        rest[i] = cell[i];
    while (left) {
        /* Blanks are owed until something stands after them, so that no line ends in one. */
        size_t owed = indent;
        left = 0;
        for (size_t i = 0; i < n; i++) {
            size_t characters, bytes = take_line(rest[i], width[i], &characters);
            if (bytes)
                text_add(b, "%*s%.*s", (int)owed, "", (int)bytes, rest[i]);
            owed = (bytes ? 0 : owed) + width[i] - characters + 2;
            rest[i] += bytes;
            rest[i] += strspn(rest[i], " ");
            left += *rest[i] != 0;
        }
        text_add_bytes(b, "\n", 1);
    }
}

/* What stands between the digits in the caller's locale becomes a point. */
static void put_point(char *out)
{
    char *point = out + (*out == '-');
    point += strspn(point, "0123456789");
    const size_t length = strcspn(point, "0123456789e");
    if (length == 0)
        return;
    *point = '.';
    memmove(point + 1, point + length, strlen(point + length) + 1);
}

void text_number(double value, char *out)
{
    enum { SIZE = 40 };
    if (isnan(value)) {
        strcpy(out, ".nan");
        return;
    }
    if (isinf(value)) {
        strcpy(out, value > 0 ? ".inf" : "-.inf");
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, SIZE, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            break;
    }
    put_point(out);
    /* 60, not 6e+01. */
    if (strchr(out, 'e') && fabs(value) >= 1 && fabs(value) < 1e15)
        snprintf(out, SIZE, "%.0f", value);
    /* Readers of YAML 1.1 take 1e-05 for a text, 1.0e-05 for a number. */
    char *exponent = strchr(out, 'e');
    if (exponent && !strchr(out, '.')) {
        memmove(exponent + 2, exponent, strlen(exponent) + 1);
        memcpy(exponent, ".0", 2);
    }
}

void text_rounded(double value, int digits, char *out)
{
    char rounded[40];
    /* Written and read again by the same locale; text_number() then has a point in any. */
    snprintf(rounded, sizeof rounded, "%.*g", digits, value);
    text_number(strtod(rounded, NULL), out);
}

void text_level(double value, char *out)
{
    text_rounded(value, 12, out);
}

size_t text_characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

void text_add_cut(text_buffer *b, const char *text, size_t width)
{
    const size_t n = text_characters(text);
    if (n <= width) {
        text_add(b, "%s%*s", text, (int)(width - n), "");
        return;
    }
    const char *end = text;
    for (size_t kept = 0; kept + 1 < width; kept++)
        for (end++; ((unsigned char)*end & 0xc0) == 0x80; end++)
            ;
    text_add(b, "%.*s…", (int)(end - text), text);
}

void text_add_csv(text_buffer *b, const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        text_add_bytes(b, text, strlen(text));
        return;
    }
    text_add_bytes(b, "\"", 1);
    for (; *text; text++)
        text_add_bytes(b, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    text_add_bytes(b, "\"", 1);
}

void text_add_number(text_buffer *b, double value, int is_float)
{
    enum { SIZE = 40 };
    char text[SIZE];
    if (isnan(value))
        return;
    if (isinf(value)) {
        strcpy(text, value > 0 ? "inf" : "-inf");
    } else if (value == floor(value) && fabs(value) < 1e15) {
        snprintf(text, sizeof text, "%.0f", value);
    } else {
        /* %g leaves out zeros at the end, so fewer digits than these need not be tried. */
        const int most = is_float ? 9 : 17;
        for (int digits = is_float ? 6 : 15; digits <= most; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, value);
            if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
                break;
        }
        put_point(text);
    }
    text_add_bytes(b, text, strlen(text));
}
