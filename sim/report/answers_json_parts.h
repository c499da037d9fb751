/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file answers_json_parts.h Parts of report_answers_json(), each of them a key and its value. */
#ifndef DETENTE_REPORT_ANSWERS_JSON_PARTS_H
#define DETENTE_REPORT_ANSWERS_JSON_PARTS_H

#include "core/text.h"
#include "report/answers.h"

/** @return 0 or DETENTE_E_MEMORY */
int answers_json_verdicts(text_buffer *b, const report_answers *a, detente_error *error);
void answers_json_sensitivity(text_buffer *b, const report_answers *a);

#endif
