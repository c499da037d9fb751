/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The config's hypotheses, and which varied parameters matter. */
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "core/text.h"
#include "report/answers_parts.h"

/* Metrics whose sensitivity is told: the first so many that are shown; of more strategies fewer, since each takes its time. */
enum { MOST_METRICS = 6, MOST_TOLD = 24, MOST_DRIVERS = 3 };

/* More of them than these are counted and not named: the page lists them all. */
enum { MOST_NAMED = 3 };

/* "Of 3 expectations that the config states, 2 are supported (a, b), 1 is not supported (c)." */
static int say_verdicts(report_answers *a, detente_error *error)
{
    static const char *const WORDS[] = {[DETENTE_SUPPORTED] = "supported",
                                        [DETENTE_NOT_SUPPORTED] = "not supported",
                                        [DETENTE_UNDECIDED] = "undecided"};
    const int n = a->config->n_hypotheses;
    text_buffer b = {0};
    text_add(&b, "Of %d expectation%s that the config states", n, n == 1 ? "" : "s");
    for (size_t v = 0; v < sizeof WORDS / sizeof *WORDS; v++) {
        text_buffer names = {0};
        int count = 0;
        for (int i = 0; i < n; i++)
            if (a->verdict[i].verdict == (int)v)
                text_add(&names, "%s%s", count++ ? ", " : "", a->config->hypothesis[i].name);
        if (count)
            text_add(&b, ", %d %s %s", count, count == 1 ? "is" : "are", WORDS[v]);
        if (count && n <= MOST_NAMED)
            text_add(&b, " (%s)", names.text ? names.text : "");
        b.failed |= names.failed;
        text_clear(&names);
    }
    const int code = b.failed ? detente_no_memory(error) : answers_say(&a->headline, error, "%s.", b.text);
    text_clear(&b);
    return code;
}

int answers_verdicts(report_answers *a, detente_error *error)
{
    if (a->config->n_hypotheses == 0)
        return 0;
    a->verdict = detente_calloc((size_t)a->config->n_hypotheses, sizeof *a->verdict);
    const int code = a->verdict ? detente_hypotheses_test(a->results, a->verdict, error) : detente_no_memory(error);
    return code ? code : say_verdicts(a, error);
}

/* What moves one metric of the baseline, the most first, as far as it is above noise. */
static int say_drivers(report_answers *a, const detente_sensitivity *s, detente_error *error)
{
    int order[DETENTE_MAX_FACTORS], above = 0;
    const char *title = report_metric_title(s->metric), *name = a->config->strategy[s->strategy].name;
    if (s->state != DETENTE_SENSITIVITY_DONE)
        return answers_say(&a->notes, error, "What \"%s\" of %s depends on cannot be told: it %s.", title, name,
                           s->state == DETENTE_SENSITIVITY_CONSTANT
                               ? "is the same everywhere"
                               : "varies between combinations of values no more than by chance");
    if (s->metric != DETENTE_METRIC_reported_satisfaction || s->strategy != a->baseline)
        return 0;
    text_buffer b = {0};
    detente_sensitivity_order(s, order);
    for (int i = 0; i < s->n_factors; i++)
        if (detente_sensitivity_above(s, order[i]) && above++ < MOST_DRIVERS)
            text_add(&b, "%s%s", above > 1 ? ", then " : "", a->config->design->factor[order[i]].path);
    int code = b.failed ? detente_no_memory(error) : 0;
    if (!code && above)
        code = answers_say(&a->headline, error,
                           above < s->n_factors
                               ? "Of what was varied, the satisfaction of %s's customers hangs most on %s; %d of %d "
                                 "parameters matter no more than chance."
                               : "Of what was varied, the satisfaction of %s's customers hangs most on %s.",
                           name, b.text, s->n_factors - above, s->n_factors);
    else if (!code)
        code = answers_say(&a->headline, error,
                           "Nothing that was varied moves the satisfaction of %s's customers more than "
                           "chance does.",
                           name);
    text_clear(&b);
    return code;
}

/* A file that lacks what the indices need has none, and a note says why. */
static int read_metric(report_answers *a, int metric, const int *strategy, size_t n, detente_error *error)
{
    const detente_sensitivity_options how = {.confidence = a->confidence};
    detente_error why = {0};
    const int code =
        detente_sensitivity_read(a->results, metric, strategy, n, &how, a->sensitivity + a->n_sensitivity, &why);
    a->n_sensitivity += n;
    int status = code;
    if (code == DETENTE_E_INPUT)
        status =
            answers_say(&a->notes, error, "Which parameter matters most is not told: %s.", why.text ? why.text : "");
    else if (code)
        detente_error_set(error, code, "%s", why.text ? why.text : detente_error_string(code));
    detente_error_clear(&why);
    return status ? status : code ? 1 : 0;
}

int answers_sensitivity(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    const int n = a->config->n_strategies;
    if (!design || (design->type != DETENTE_SALTELLI && design->type != DETENTE_MORRIS))
        return 0;
    int metrics = MOST_TOLD / n;
    metrics = metrics > MOST_METRICS ? MOST_METRICS : metrics < 2 ? 2 : metrics;
    int *strategy = detente_calloc((size_t)n, sizeof *strategy);
    a->sensitivity = detente_calloc((size_t)n * (size_t)metrics, sizeof *a->sensitivity);
    int code = strategy && a->sensitivity ? 0 : detente_no_memory(error);
    for (int s = 0; s < n && !code; s++)
        strategy[s] = s;
    for (int m = 0; m < metrics && !code; m++) {
        /* Of two: satisfaction and cost, by which playbooks are judged. */
        static const int two[] = {DETENTE_METRIC_reported_satisfaction, DETENTE_METRIC_total_cost};
        code = read_metric(a, metrics == 2 ? two[m] : a->metric[m], strategy, (size_t)n, error);
    }
    detente_free(strategy);
    for (size_t i = 0; i < a->n_sensitivity && !code; i++)
        code = say_drivers(a, &a->sensitivity[i], error);
    if (code <= 0)
        return code;
    /* What one metric lacks all lack. */
    answers_sensitivity_clear(a);
    return 0;
}

void answers_sensitivity_clear(report_answers *a)
{
    for (size_t i = 0; i < a->n_sensitivity; i++)
        detente_sensitivity_clear(&a->sensitivity[i]);
    detente_free(a->sensitivity);
    a->sensitivity = NULL;
    a->n_sensitivity = 0;
}
