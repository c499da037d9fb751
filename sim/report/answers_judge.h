/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file answers_judge.h Which playbook to take, by one rule (docs/report.md). */
#ifndef DETENTE_REPORT_ANSWERS_JUDGE_H
#define DETENTE_REPORT_ANSWERS_JUDGE_H

#include "report/answers_parts.h"

/** What is looked at. */
enum judge_metric { JUDGE_SETTLED, JUDGE_SUPERVISOR, JUDGE_SATISFIED, JUDGE_COST, JUDGE_NET, JUDGE_N_METRICS };
/** Share of the baseline's cost that a playbook may cost more without being called dearer. */
#define JUDGE_DEARER 0.1
/** What judge_read() takes for a path to tell the customers of a mix apart. */
#define JUDGE_PERSONA "persona"

/**
 * The strategies on these metrics, all points together or told apart by the levels of @p path: a block of compare->n_groups / strategies
 * for each. @param[out] compare release with detente_compare_clear()
 */
int judge_read(const report_answers *a, const char *path, detente_compare *compare, detente_error *error);
/** 1 when the customers of each point are a mix of personas. */
int judge_has_personas(const report_answers *a);
/** Whether judge_read() can tell them apart. @return 0, or DETENTE_E_USAGE: @p error (may be NULL) says why it cannot */
int judge_persona_check(const report_answers *a, detente_error *error);
/** A strategy's row in a block. */
const detente_compare_row *judge_row(const report_answers *a, const detente_compare *compare, int block, int strategy,
                                     enum judge_metric metric);
/** 1 when no other strategy of the block satisfies at least as much at no more cost, and one of both better. */
int judge_on_front(const report_answers *a, const detente_compare *compare, int block, int strategy);
/** 1 or -1 where a row lies above or below the baseline beyond chance, by Holm's adjustment over all rows of @p compare; else 0. */
int judge_sign(const detente_compare *compare, const detente_compare_row *row);
/**
 * The rule. Of the strategies that no other beats in both, and that beyond chance satisfy more than the baseline without being
 * dearer by more than JUDGE_DEARER, or cost less without satisfying less: the one that satisfies most.
 * @return its number; the baseline's when there is none
 */
int judge_best(const report_answers *a, const detente_compare *compare, int block);

#endif
