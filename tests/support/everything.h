/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file everything.h All that can be read of a results file. */
#ifndef DETENTE_TESTS_EVERYTHING_H
#define DETENTE_TESTS_EVERYTHING_H

#include <detente/detente.h>

/**
 * Open a results file and read all of it, as its readers would; what is missing of it (DETENTE_E_RANGE) is no failure.
 * @return 0, or the first failure, whose message is in @p error; abort() when a promise of store.h is broken
 */
int test_read_everything(const char *path, detente_error *error);

#endif
