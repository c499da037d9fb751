/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <detente/error.h>

#include "core/memory.h"

void detente_error_clear(detente_error *error)
{
    if (!error)
        return;
    detente_free(error->text);
    *error = (detente_error){0};
}

const char *detente_error_string(int code)
{
    switch (code) {
    case 0:
        return "success";
#define X(name, value, message) \
    case DETENTE_E_##name: \
        return message;
        DETENTE_ERRORS(X)
#undef X
    default:
        return "unknown error";
    }
}

int detente_error_set(detente_error *error, int code, const char *format, ...)
{
    va_list arguments;
    if (!error)
        return code;
    if (!error->code)
        error->code = code;
    error->count++;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    const size_t before = error->text ? strlen(error->text) + 1 : 0;
    char *text = length < 0 ? NULL : detente_realloc(error->text, before + (size_t)length + 1);
    /* Without memory for the words the code still says what happened. */
    if (!text)
        return code;
    if (before)
        text[before - 1] = '\n';
    va_start(arguments, format);
    vsnprintf(text + before, (size_t)length + 1, format, arguments);
    va_end(arguments);
    error->text = text;
    return code;
}
