/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fault/operations.h"

#include <stdlib.h>

#include <detente/detente.h>

#include "verify/limits.h"

static int select_play(void *data, const uint64_t *wanted, detente_error *error)
{
    (void)data;
    (void)wanted;
    (void)error;
    return 0;
}

static double select_value(void *data, uint32_t system, uint64_t replication)
{
    (void)data;
    return (double)(system + replication % 2);
}

int select_best(detente_error *error)
{
    const detente_select_source source = {.n = 3, .play = select_play, .value = select_value};
    detente_select_rule rule = {.first = 3, .delta = 0.5, .confidence = 0.95, .budget = 100};
    int code = 0;
    for (rule.procedure = DETENTE_SELECT_KN; rule.procedure <= DETENTE_SELECT_OCBA && !code; rule.procedure++) {
        detente_selection selection;
        code = detente_select(&rule, &source, &selection, error);
        detente_selection_clear(&selection);
    }
    return code;
}

int verify_one(detente_error *error)
{
    verify_lines lines = {0};
    const int code = verify_measure(&LIMIT_CURVE, 1, DETENTE_ISA_AUTO, NULL, 0, &lines, error);
    free(lines.line);
    return code;
}
