/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file opened_design.h A design over a small config, opened; what goes wrong ends the test. One at a time. */
#ifndef DETENTE_TESTS_OPENED_DESIGN_H
#define DETENTE_TESTS_OPENED_DESIGN_H

#include <detente/detente.h>

/** What open_design() opened. */
extern detente_config config;
extern detente_sweep *sweep;

/** Open @p design (the inside of its braces). */
void open_design(const char *design);
void close_design(void);
/** Values of point @p i, until the next call. */
const double *point(uint64_t i);

#endif
