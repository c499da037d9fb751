/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file comparison.h A comparison as a table: for people a block of lines a metric, for programs a row a number of it. */
#ifndef DETENTE_REPORT_COMPARISON_H
#define DETENTE_REPORT_COMPARISON_H

#include <detente/compare.h>

#include "report/grid.h"

/**
 * Fill @p g with a comparison.
 * @param format  GRID_TABLE and GRID_MARKDOWN: rounded, with notes that say what the columns are; GRID_CSV and GRID_JSON: every
 *                digit, one row for each group and metric, with a column `note` that says why a number is missing
 */
void report_comparison(const detente_compare *compare, const detente_results *results, int format, grid *g);

#endif
