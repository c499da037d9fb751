/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file error.h
 * Error codes and the error object that every fallible call of the library fills.
 *
 * Functions return 0 or one of the negative codes below; details go to a detente_error of the caller's. Nothing in the
 * library prints, exits or aborts. Thread safety: an error object belongs to one thread at a time.
 */
#ifndef DETENTE_ERROR_H
#define DETENTE_ERROR_H

#include <stddef.h>

/** One list makes codes and messages: X(name, value, message). */
#define DETENTE_ERRORS(X) \
    X(MEMORY, -1, "out of memory") \
    X(CONFIG, -2, "bad config") \
    X(INPUT, -3, "bad input file") \
    X(IO, -4, "input or output failed") \
    X(BUSY, -5, "in use by another run") \
    X(EXISTS, -6, "output exists") \
    X(RANGE, -7, "argument out of range") \
    X(INTERRUPTED, -8, "interrupted") \
    X(CHECK, -9, "a check did not hold") \
    X(USAGE, -10, "wrong usage")

/** What functions return besides 0. */
enum detente_code {
#define X(name, value, message) DETENTE_E_##name = value,
    DETENTE_ERRORS(X)
#undef X
};

/**
 * What went wrong. `text` holds one or more complete lines without the last newline: a config with several mistakes
 * reports them all. Start from `= {0}`; release with detente_error_clear().
 */
typedef struct detente_error {
    int code;     /**< 0 or a DETENTE_E_ code */
    int count;    /**< number of messages in text */
    char *text;   /**< owned; NULL when nothing was said or when memory ran out before it could be */
} detente_error;

/** Release what @p error owns and make it empty. NULL is allowed. */
void detente_error_clear(detente_error *error);

/** The fixed message of a code, e.g. "out of memory"; "success" for 0. Never NULL. */
const char *detente_error_string(int code);

/**
 * Add a printf-formatted message (its own line) and set the code if none is set yet. Returns @p code, so that a caller
 * can `return detente_error_set(...)`. A NULL @p error is allowed.
 */
int detente_error_set(detente_error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
