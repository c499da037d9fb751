/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every strategy on every metric that is shown, against the baseline. */
#include <string.h>

#include "report/answers_parts.h"

int answers_effects(report_answers *a, const char *baseline, detente_error *error)
{
    static const int front[] = {DETENTE_METRIC_total_cost, DETENTE_METRIC_reported_satisfaction};
    const detente_compare_options options = {.metric = a->metric,
                                             .n_metrics = a->n_metrics,
                                             .baseline = baseline,
                                             .pareto = front,
                                             .n_pareto = sizeof front / sizeof *front,
                                             .confidence = a->confidence};
    const int code = detente_compare_results(&a->effects, a->results, &options, error);
    for (int s = 0; s < a->config->n_strategies && !code && baseline; s++)
        if (strcmp(a->config->strategy[s].name, baseline) == 0)
            a->baseline = s;
    return code;
}
