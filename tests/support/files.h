/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file files.h Files and folders as tests need them; what goes wrong ends the test program. */
#ifndef DETENTE_TESTS_FILES_H
#define DETENTE_TESTS_FILES_H

#include <stddef.h>

/** The whole of a file; free() it. */
char *test_read(const char *path, size_t *size);
void test_write(const char *path, const void *bytes, size_t size);
/** Number of entries of a folder; -1 when there is none. */
int test_entries(const char *folder);
/** Remove a folder with everything in it. */
void test_remove(const char *folder);

#endif
