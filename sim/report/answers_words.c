/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain words for names, what the answers cannot tell, what is missing, and how to get them again. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <detente/detente.h>
#include <detente/registry.h>

#include "core/memory.h"
#include "core/text.h"
#include "report/answers_judge.h"

int answers_say(report_lines *lines, detente_error *error, const char *format, ...)
{
    va_list arguments, again;
    if (lines->n == REPORT_MOST_LINES)
        return 0;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *line = length < 0 ? NULL : detente_alloc((size_t)length + 1);
    if (line) {
        vsnprintf(line, (size_t)length + 1, format, again);
        lines->line[lines->n++] = line;
    }
    va_end(again);
    return line ? 0 : detente_no_memory(error);
}

const char *report_metric_title(int metric)
{
    static const char *const title[DETENTE_N_METRICS] = {
        [DETENTE_METRIC_resolved] = "settled",
        [DETENTE_METRIC_hung_up] = "customer hung up",
        [DETENTE_METRIC_impasse] = "no agreement",
        [DETENTE_METRIC_terminated] = "ended by the agent",
        [DETENTE_METRIC_first_contact] = "settled at first contact",
        [DETENTE_METRIC_asked_manager] = "asked for a manager",
        [DETENTE_METRIC_escalated] = "reached a supervisor",
        [DETENTE_METRIC_executive] = "reached an executive",
        [DETENTE_METRIC_called_back] = "called back",
        [DETENTE_METRIC_mistreated] = "agent was mistreated",
        [DETENTE_METRIC_lost_temper] = "customer lost temper",
        [DETENTE_METRIC_agent_lapsed] = "agent lost composure",
        [DETENTE_METRIC_turns] = "turns of talk",
        [DETENTE_METRIC_minutes] = "minutes of a call",
        [DETENTE_METRIC_conceded] = "share of the claim given",
        [DETENTE_METRIC_concession_cost] = "cost of what was given",
        [DETENTE_METRIC_labour_cost] = "cost of staff time",
        [DETENTE_METRIC_total_cost] = "cost of a call",
        [DETENTE_METRIC_peak_anger] = "highest anger",
        [DETENTE_METRIC_final_anger] = "anger at the end",
        [DETENTE_METRIC_heard] = "felt heard",
        [DETENTE_METRIC_rapport] = "trust",
        [DETENTE_METRIC_strain] = "strain of the agent",
        [DETENTE_METRIC_satisfaction] = "satisfaction, as felt",
        [DETENTE_METRIC_reported_heard] = "felt heard, by survey",
        [DETENTE_METRIC_reported_satisfaction] = "satisfaction, by survey",
        [DETENTE_METRIC_return_probability] = "chance of buying again",
        [DETENTE_METRIC_tells_good] = "people told good news",
        [DETENTE_METRIC_tells_bad] = "people told bad news",
        [DETENTE_METRIC_exceptions] = "exceptions made",
        [DETENTE_METRIC_breaches] = "breaches of law or policy",
        [DETENTE_METRIC_broken_promises] = "broken promises",
        [DETENTE_METRIC_net_value] = "net value of a call",
    };
    return metric >= 0 && metric < DETENTE_N_METRICS ? title[metric] : NULL;
}

const char *report_factor_title(const detente_factor *factor)
{
    if (!strcmp(factor->path, "customer.persona"))
        return "kind of customer";
    if (!strcmp(factor->path, "scenario"))
        return "complaint";
    const detente_param *param = detente_registry_find(factor->path);
    return param ? param->description : factor->path;
}

void report_factor_value(const detente_factor *factor, double value, char *out, size_t size)
{
    enum { SHORT = 8 };
    char number[40];
    text_level(value, number);
    if (factor->named)
        snprintf(out, size, "%s", factor->name[(size_t)value]);
    else if (strlen(number) <= SHORT)
        snprintf(out, size, "%s", number);
    else
        snprintf(out, size, "%.4g", value);
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

static int is_varied(const detente_design *design, const char *path)
{
    for (int k = 0; design && k < design->n_factors; k++)
        if (!strcmp(design->factor[k].path, path))
            return 1;
    return 0;
}

/* Which of the varied parameters have no figure behind their default. */
static int say_judged(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    size_t n, judged = 0, all = 0;
    const detente_param *param = detente_registry(&n);
    for (size_t i = 0; i < n; i++) {
        judged += param[i].status == DETENTE_STATUS_JUDGED;
        all += param[i].status != DETENTE_STATUS_SETTING;
    }
    int code =
        answers_say(&a->limits, error,
                    "For %zu of the model's %zu parameters no published figure was found, and a plausible one is used; "
                    "a difference that rests on one of them may turn round when it is changed.",
                    judged, all);
    text_buffer b = {0};
    int named = 0;
    for (int k = 0; design && k < design->n_factors; k++) {
        param = detente_registry_find(design->factor[k].path);
        if (param && param->status == DETENTE_STATUS_JUDGED && named++ < 8)
            text_add(&b, "%s%s", named > 1 ? ", " : "", design->factor[k].path);
    }
    if (named > 8)
        text_add(&b, " and %d more", named - 8);
    if (!code && named && !b.failed)
        code = answers_say(&a->limits, error, "Of those varied here, without a published figure: %s.", b.text);
    text_clear(&b);
    return code;
}

/* Customers are a mix, and the file does not tell how the choice fares with each kind. */
static int say_no_personas(report_answers *a, detente_error *error)
{
    detente_error why = {0};
    int code = 0;
    if (judge_persona_check(a, &why))
        code = why.text ? answers_say(&a->limits, error,
                                      "Whether the choice depends on the kind of customer is not told: %s.", why.text)
                        : detente_no_memory(error);
    detente_error_clear(&why);
    return code;
}

static int say_whose_calls(report_answers *a, detente_error *error)
{
    const detente_config *config = a->config;
    int code = 0;
    if (!is_varied(config->design, "scenario"))
        code = answers_say(&a->limits, error, "All calls are about one complaint; others may come out differently.");
    if (!code && config->n_personas == 1 && !is_varied(config->design, "customer.persona"))
        code = answers_say(&a->limits, error,
                           "All customers are of one kind, spread around the average; a desk with angrier or more "
                           "entitled ones may see other differences.");
    if (!code && judge_has_personas(a) && config->n_strategies > 1)
        code = say_no_personas(a, error);
    if (!code && config->design && config->n_strategies > 1)
        code = answers_say(&a->limits, error,
                           "Where values are varied, the overall answer weighs each combination of them equally, which "
                           "is not how often they occur.");
    return code;
}

int answers_limits(report_answers *a, detente_error *error)
{
    int code =
        answers_say(&a->limits, error,
                    "These calls are simulated from published averages and judgements, not from your desk: compare "
                    "the playbooks, and do not take a figure for a forecast.");
    if (!code)
        code = say_judged(a, error);
    if (!code)
        code = say_whose_calls(a, error);
    if (!code)
        code =
            answers_say(&a->limits, error,
                        "The ranges in brackets hold what chance may do, %g times in 100; they know nothing of wrong "
                        "assumptions.",
                        100 * a->confidence);
    return code;
}

/* ---- notes ------------------------------------------------------------------------------------------------------- */

static int say_cells(report_answers *a, detente_error *error)
{
    const uint32_t cells = detente_results_cells(a->results);
    int code = 0;
    if (a->empty || a->unfinished)
        code =
            answers_say(&a->notes, error,
                        "The run is not finished: of %u combinations of values and playbook %u lack calls, of which %u "
                        "have none at all.",
                        cells, a->empty + a->unfinished, a->empty);
    if (!code && a->failed) {
        uint32_t n;
        char *first = NULL;
        code = detente_results_failures(a->results, &n, &first, error);
        if (!code)
            code = answers_say(
                &a->notes, error,
                "%u of %u combinations of values and playbook could not be played and are left out. The first: %s",
                a->failed, cells, first ? first : "no reason is given");
        detente_free(first);
    }
    if (!code && a->effects.unmatched)
        code = answers_say(
            &a->notes, error,
            "At %u combinations of values some playbook could not be played; averages and curves leave them out "
            "for all playbooks, so that all are compared at the same ones.",
            a->effects.unmatched);
    if (!code && a->most == 1)
        code = answers_say(&a->notes, error,
                           "There is one replication, so nothing tells chance from difference: no ranges, no tests.");
    return code;
}

static int say_shown(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    const uint64_t points = detente_sweep_points(a->sweep);
    int code = 0;
    if (a->n_points < points)
        code =
            answers_say(&a->notes, error,
                        "Of %llu combinations of values %llu are shown one by one, taken evenly; averages and curves "
                        "are over all.",
                        (unsigned long long)points, (unsigned long long)a->n_points);
    if (!code && a->n_metrics < DETENTE_N_METRICS)
        code = answers_say(&a->notes, error,
                           "%d of %d measures are shown, to keep this page small; the others are in the results file.",
                           a->n_metrics, (int)DETENTE_N_METRICS);
    if (!code && design && a->config->n_strategies > ANSWERS_MOST_LINES)
        code = answers_say(&a->notes, error, "There are no curves: more than %d playbooks cannot be told apart in one.",
                           (int)ANSWERS_MOST_LINES);
    else if (!code && design && design->n_factors > ANSWERS_MOST_CURVES)
        code = answers_say(&a->notes, error, "Curves are over the first %d of %d varied parameters.",
                           (int)ANSWERS_MOST_CURVES, design->n_factors);
    return code;
}

int answers_notes(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    const int model = detente_results_model_version(a->results);
    int code = say_cells(a, error);
    if (!code)
        code = say_shown(a, error);
    if (!code && !design)
        code = answers_say(&a->notes, error, "Nothing was varied but the playbook, so there are no curves.");
    if (!code && design && design->type != DETENTE_SALTELLI && design->type != DETENTE_MORRIS)
        code = answers_say(&a->notes, error,
                           "Which parameter matters most is not told: that needs a design of type saltelli or morris, "
                           "this one is of type %s.",
                           detente_design_name(design->type));
    if (!code && model != detente_model_version())
        code =
            answers_say(&a->notes, error,
                        "The file was written by version %d of the model and this program has version %d, so no call "
                        "was played again: there is no course of anger and offers, and no call in full.",
                        model, detente_model_version());
    return code;
}

/* ---- how to get it again ----------------------------------------------------------------------------------------- */

int answers_reproduce(report_answers *a, detente_error *error)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *name = a->config->name;
    if (!*name || name[strspn(name, plain)] || *name == '-')
        name = "results";
    int code = answers_say(&a->reproduce, error, "detente --version    # this page: %s, model %d", detente_version(),
                           detente_results_model_version(a->results));
    if (!code)
        code = answers_say(&a->reproduce, error, "detente run %s.yaml -o %s.h5    # %s.yaml is the config on this page",
                           name, name, name);
    if (!code)
        code = answers_say(&a->reproduce, error, "detente report %s.h5 -o %s.html", name, name);
    if (!code && a->n_stories)
        code = answers_say(
            &a->reproduce, error,
            "detente replay %s.h5 --cell %u --replication %u --encounter %u    # the first call told in full", name,
            a->story[0].cell, a->story[0].replication, a->story[0].encounter);
    return code;
}
