/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 40 };

/* What comes before a value: a comma where one is due, and its key. */
static void begin(text_buffer *b, const char *key)
{
    if (b->size && !strchr("[{", b->text[b->size - 1]))
        text_add_bytes(b, ",", 1);
    if (key) {
        text_add_json(b, key);
        text_add_bytes(b, ":", 1);
    }
}

void json_open(text_buffer *b, const char *key, char bracket)
{
    begin(b, key);
    text_add_bytes(b, &bracket, 1);
}

void json_close(text_buffer *b, char bracket)
{
    text_add_bytes(b, &bracket, 1);
}

void json_text(text_buffer *b, const char *key, const char *value)
{
    begin(b, key);
    if (value)
        text_add_json(b, value);
    else
        text_add_bytes(b, "null", 4);
}

void json_real(text_buffer *b, const char *key, double value, int digits)
{
    char number[NUMBER_SIZE] = "null";
    begin(b, key);
    if (isfinite(value))
        text_rounded(value, digits, number);
    text_add_bytes(b, number, strlen(number));
}

void json_reals(text_buffer *b, const char *key, const double *value, size_t n, int digits)
{
    json_open(b, key, '[');
    for (size_t i = 0; i < n; i++)
        json_real(b, NULL, value[i], digits);
    json_close(b, ']');
}

void json_whole(text_buffer *b, const char *key, unsigned long long value)
{
    begin(b, key);
    text_add(b, "%llu", value);
}

void json_flag(text_buffer *b, const char *key, int value)
{
    begin(b, key);
    text_add(b, "%s", value < 0 ? "null" : value ? "true" : "false");
}

void json_null(text_buffer *b, const char *key)
{
    json_text(b, key, NULL);
}
