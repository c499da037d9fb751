/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file operations.h What the library does with nothing made before, for memory to run out in. */
#ifndef DETENTE_TESTS_FAULT_OPERATIONS_H
#define DETENTE_TESTS_FAULT_OPERATIONS_H

#include <detente/error.h>

/** Select the best of three systems by each procedure. @return as detente_select() */
int select_best(detente_error *error);
/** Measure a limit of the model. @return as verify_measure() */
int verify_one(detente_error *error);

#endif
