/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file verdicts.h The verdicts on a config's hypotheses as a table. */
#ifndef DETENTE_REPORT_VERDICTS_H
#define DETENTE_REPORT_VERDICTS_H

#include <detente/hypotheses.h>

#include "report/grid.h"

/** Why nothing is known of a hypothesis, in words; NULL where something is. Static storage. */
const char *verdicts_unknown(int unknown);
/** A row for each hypothesis of @p config; for people rounded, with notes, for the other formats every digit and more columns. */
void verdicts_grid(const detente_config *config, const detente_tested *tested, int format, grid *g);

#endif
