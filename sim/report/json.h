/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file json.h JSON, value by value: the commas see to themselves. A key is NULL within a list. */
#ifndef DETENTE_REPORT_JSON_H
#define DETENTE_REPORT_JSON_H

#include "core/text.h"

/** Begin an object ('{') or a list ('['). */
void json_open(text_buffer *b, const char *key, char bracket);
/** End it with its other bracket. */
void json_close(text_buffer *b, char bracket);
/** Text, or null for NULL. */
void json_text(text_buffer *b, const char *key, const char *value);
/** A number rounded to @p digits significant ones, at most 17; null when it is not finite. */
void json_real(text_buffer *b, const char *key, double value, int digits);
/** Numbers rounded alike. */
void json_reals(text_buffer *b, const char *key, const double *value, size_t n, int digits);
void json_whole(text_buffer *b, const char *key, unsigned long long value);
/** true, false, or null when it is negative. */
void json_flag(text_buffer *b, const char *key, int value);
void json_null(text_buffer *b, const char *key);

#endif
