/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file table.h The table at the end of a run: strategies against the metrics most asked for. */
#ifndef DETENTE_REPORT_TABLE_H
#define DETENTE_REPORT_TABLE_H

#include <detente/design.h>
#include <detente/store.h>

/** What a table says where a share was 0 or 1 in all encounters: detente_estimate_alike(). */
#define REPORT_ALIKE_NOTE \
    " Of a share that is 0 or 1 in all encounters ± is the exact bound that so many leave (Clopper and Pearson)."

/**
 * One line a cell: strategy, then mean ± half-width of the 95 % t interval over replication means. At most 100 columns wide; a name
 * that leaves no room is cut short. With one replication there are no half-widths, and a line says why. A sweep of few points has a
 * line with its values above each; of one that does not fit in a screen there is a line a strategy, all points put together
 * within each replication (as long as each cell has any; else the first points).
 * @param[out] text  complete lines of UTF-8, free() it
 * @return 0, DETENTE_E_INPUT when the summary cannot be read, DETENTE_E_MEMORY
 */
int report_table(const detente_results *results, char **text, detente_error *error);

#endif
