/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/answers_judge.h"

#include <string.h>

#include "analysis/persona.h"

static const int JUDGED[JUDGE_N_METRICS] = {[JUDGE_SETTLED] = DETENTE_METRIC_resolved,
                                            [JUDGE_SUPERVISOR] = DETENTE_METRIC_escalated,
                                            [JUDGE_SATISFIED] = DETENTE_METRIC_reported_satisfaction,
                                            [JUDGE_COST] = DETENTE_METRIC_total_cost,
                                            [JUDGE_NET] = DETENTE_METRIC_net_value};

int judge_has_personas(const report_answers *a)
{
    const detente_design *design = a->config->design;
    for (int k = 0; design && k < design->n_factors; k++)
        if (!strcmp(design->factor[k].path, "customer.persona"))
            return 0;
    return a->config->n_personas > 1;
}

int judge_persona_check(const report_answers *a, detente_error *error)
{
    return persona_check(a->results, JUDGED, JUDGE_N_METRICS, error);
}

int judge_read(const report_answers *a, const char *path, detente_compare *compare, detente_error *error)
{
    static const int front[] = {DETENTE_METRIC_reported_satisfaction, DETENTE_METRIC_total_cost};
    const detente_compare_options options = {.metric = JUDGED,
                                             .n_metrics = JUDGE_N_METRICS,
                                             .baseline = a->config->strategy[a->baseline].name,
                                             .by = &path,
                                             .n_by = path != NULL,
                                             .pareto = front,
                                             .n_pareto = sizeof front / sizeof *front,
                                             .confidence = a->confidence};
    return detente_compare_results(compare, a->results, &options, error);
}

static uint32_t group_of(const report_answers *a, int block, int strategy)
{
    return (uint32_t)(block * a->config->n_strategies + strategy);
}

const detente_compare_row *judge_row(const report_answers *a, const detente_compare *compare, int block, int strategy,
                                     enum judge_metric metric)
{
    return &compare->row[(size_t)metric * compare->n_groups + group_of(a, block, strategy)];
}

int judge_on_front(const report_answers *a, const detente_compare *compare, int block, int strategy)
{
    return compare->group[group_of(a, block, strategy)].pareto > 0;
}

int judge_sign(const detente_compare *compare, const detente_compare_row *row)
{
    /* NAN, of the baseline itself and of one replication, is no difference. */
    if (!(row->p_holm <= 1 - compare->confidence))
        return 0;
    return row->difference.difference > 0 ? 1 : -1;
}

/* Beyond chance, and by enough. */
static int is_dearer(const detente_compare *compare, const detente_compare_row *row, double baseline)
{
    return judge_sign(compare, row) > 0 && row->difference.difference > JUDGE_DEARER * baseline;
}

int judge_best(const report_answers *a, const detente_compare *compare, int block)
{
    int best = a->baseline;
    const double reference = judge_row(a, compare, block, a->baseline, JUDGE_COST)->mean.mean;
    double most = 0;
    for (int s = 0; s < a->config->n_strategies; s++) {
        const detente_compare_row *satisfied = judge_row(a, compare, block, s, JUDGE_SATISFIED);
        const int satisfies = judge_sign(compare, satisfied);
        const detente_compare_row *cost = judge_row(a, compare, block, s, JUDGE_COST);
        const int pleases = satisfies > 0 && !is_dearer(compare, cost, reference);
        const int saves = satisfies >= 0 && judge_sign(compare, cost) < 0;
        if (judge_on_front(a, compare, block, s) && (pleases || saves) &&
            (best == a->baseline || satisfied->mean.mean > most)) {
            best = s;
            most = satisfied->mean.mean;
        }
    }
    return best;
}
