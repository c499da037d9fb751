/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of each metric besides its name. */
#include <string.h>

#include <detente/registry.h>

enum metric_kind { FLAG, SHARE, AMOUNT };
enum metric_better { DOWN = -1, NEITHER, UP };

static const struct {
    const char *name, *unit, *words;
    enum metric_kind kind;
    enum metric_better better;
} metrics[DETENTE_N_METRICS] = {
#define X(name, unit, kind, better, words) {#name, unit, words, kind, better},
    DETENTE_METRICS(X)
#undef X
};

static int is_metric(int metric)
{
    return metric >= 0 && metric < DETENTE_N_METRICS;
}

int detente_metric_find(const char *name)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        if (strcmp(metrics[m].name, name) == 0)
            return m;
    return -1;
}

const int *detente_metric_defaults(int *n)
{
    static const int defaults[] = {
        DETENTE_METRIC_resolved, DETENTE_METRIC_escalated,  DETENTE_METRIC_reported_satisfaction,
        DETENTE_METRIC_minutes,  DETENTE_METRIC_total_cost, DETENTE_METRIC_net_value};
    *n = (int)(sizeof defaults / sizeof *defaults);
    return defaults;
}

const char *detente_metric_unit(int metric)
{
    return is_metric(metric) ? metrics[metric].unit : NULL;
}

const char *detente_metric_words(int metric)
{
    return is_metric(metric) ? metrics[metric].words : NULL;
}

int detente_metric_is_flag(int metric)
{
    return is_metric(metric) && metrics[metric].kind == FLAG;
}

int detente_metric_better(int metric)
{
    return is_metric(metric) ? (int)metrics[metric].better : 0;
}
