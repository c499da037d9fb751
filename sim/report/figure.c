/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a figure is of: the kind that fits, strategies and paths that were asked for. */
#include "report/figure.h"

#include <math.h>
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "report/figure_parts.h"

enum { MAP_LEVELS = 3, MAP_STRATEGIES = 12 };

const char *const figure_kinds[] = {"effects",     "curves",  "map",          "pareto",
                                    "sensitivity", "endings", "trajectories", NULL};

static int choose_strategies(figure *f, detente_error *error)
{
    const figure_request *request = f->request;
    const detente_config *config = f->a->config;
    f->strategy = detente_calloc((size_t)config->n_strategies, sizeof *f->strategy);
    if (!f->strategy)
        return detente_no_memory(error);
    for (int s = 0; s < config->n_strategies; s++) {
        int asked = request->n_strategies == 0;
        for (int i = 0; i < request->n_strategies; i++)
            asked |= strcmp(request->strategy[i], config->strategy[s].name) == 0;
        if (asked)
            f->strategy[f->n_strategies++] = s;
    }
    return 0;
}

static int choose_factors(figure *f, detente_error *error)
{
    const figure_request *request = f->request;
    const detente_design *design = f->a->config->design;
    const int n = design ? design->n_factors : 0;
    for (int i = 0; i < request->n_by; i++) {
        int k = 0;
        while (k < n && strcmp(design->factor[k].path, request->by[i]) != 0)
            k++;
        if (k == n) {
            const char *names[DETENTE_MAX_FACTORS];
            for (int j = 0; j < n; j++)
                names[j] = design->factor[j].path;
            const char *near = detente_nearest(request->by[i], names, (size_t)n);
            return detente_error_set(error, DETENTE_E_USAGE, "%s: not varied in this file%s%s%s", request->by[i],
                                     near ? "; did you mean \""
                                     : n  ? ""
                                          : ", in which nothing is",
                                     near ? near : "", near ? "\"?" : "");
        }
        f->factor[f->n_factors++] = k;
    }
    for (int k = 0; k < n && request->n_by == 0; k++)
        f->factor[f->n_factors++] = k;
    return 0;
}

/* Two paths that the factorial plays on a grid that is worth a map. */
static int is_grid(const figure *f)
{
    const detente_design *design = f->a->config->design;
    if (design->type != DETENTE_FACTORIAL || f->n_factors != 2 || f->n_strategies > MAP_STRATEGIES)
        return 0;
    for (int i = 0; i < 2; i++) {
        const detente_factor *factor = &design->factor[f->factor[i]];
        if (factor->named || factor->levels < MAP_LEVELS || factor->levels > ANSWERS_MOST_PLACES)
            return 0;
    }
    return 1;
}

static int what_fits(const figure *f)
{
    const detente_design *design = f->a->config->design;
    if (!design)
        return FIGURE_EFFECTS;
    if (f->request->n_by == 0 && (design->type == DETENTE_SALTELLI || design->type == DETENTE_MORRIS))
        return FIGURE_SENSITIVITY;
    return is_grid(f) ? FIGURE_MAP : FIGURE_CURVES;
}

/* Something must have been played; what is missing is said. */
static int look(const figure *f, detente_error *error)
{
    const report_answers *a = f->a;
    const uint32_t cells = detente_results_cells(a->results);
    uint32_t most = 0, failed = 0, unfinished = 0;
    if (cells != detente_sweep_cells(a->sweep))
        return detente_error_set(error, DETENTE_E_INPUT, "the file's cells are not those of its config");
    for (uint32_t c = 0; c < cells; c++) {
        const uint32_t run = detente_results_replications_run(a->results, c);
        if (detente_results_failed(a->results, c)) {
            failed++;
            continue;
        }
        most = run > most ? run : most;
        unfinished += a->config->until.metric < 0 && run < a->config->replications;
    }
    if (most == 0)
        return detente_error_set(error, DETENTE_E_INPUT, "no replication of any cell is finished: nothing to show");
    int code = 0;
    if (failed)
        code = answers_say(f->notes, error, "%u of %u cells failed, and are left out.", failed, cells);
    if (unfinished && !code)
        code = answers_say(f->notes, error, "The run is not finished: %u of %u cells lack replications.", unfinished,
                           cells);
    return code;
}

/* A metric that is NAN everywhere has no figure, and gnuplot no words for it. */
static int look_at_metrics(const report_answers *a, detente_error *error)
{
    const uint32_t cells = detente_results_cells(a->results);
    double *summary = detente_calloc(cells, DETENTE_N_STATISTICS * sizeof *summary);
    int code = summary ? 0 : detente_no_memory(error);
    for (int m = 0; m < a->n_metrics && !code; m++) {
        uint32_t known = 0;
        code = detente_results_summary(a->results, a->metric[m], summary, error);
        for (uint32_t c = 0; c < cells && !code; c++)
            known += isfinite(summary[(size_t)c * DETENTE_N_STATISTICS + DETENTE_STAT_MEAN]) ? 1 : 0;
        if (!code && known == 0)
            code = detente_error_set(error, DETENTE_E_INPUT, "%s has no value in any cell: nothing to draw",
                                     detente_metric_name(a->metric[m]));
    }
    detente_free(summary);
    return code;
}

static int draw(figure *f, int kind, detente_error *error)
{
    static int (*const DRAW[FIGURE_N_KINDS])(figure * f,
                                             detente_error * error) = {[FIGURE_EFFECTS] = figure_effects,
                                                                       [FIGURE_CURVES] = figure_curves,
                                                                       [FIGURE_MAP] = figure_map,
                                                                       [FIGURE_PARETO] = figure_pareto,
                                                                       [FIGURE_SENSITIVITY] = figure_sensitivity,
                                                                       [FIGURE_ENDINGS] = figure_endings,
                                                                       [FIGURE_TRAJECTORIES] = figure_trajectories};
    if (!f->a->config->design && (kind == FIGURE_CURVES || kind == FIGURE_MAP))
        return detente_error_set(error, DETENTE_E_INPUT, "nothing is varied in this file, so there are no %s",
                                 kind == FIGURE_MAP ? "maps" : "curves");
    return DRAW[kind](f, error);
}

int figure_make(figure_script *script, detente_results *results, const figure_request *request, detente_error *error)
{
    report_answers a = {
        .results = results, .config = detente_results_config(results), .confidence = request->confidence};
    figure f = {.request = request, .a = &a, .notes = &script->notes};
    for (int i = 0; i < request->n_metrics; i++)
        a.metric[a.n_metrics++] = request->metric[i];
    int code = detente_sweep_open(&a.sweep, a.config, error);
    if (!code)
        code = look(&f, error);
    if (!code)
        code = look_at_metrics(&a, error);
    if (!code)
        code = choose_strategies(&f, error);
    if (!code)
        code = choose_factors(&f, error);
    if (!code) {
        script->kind = request->kind == FIGURE_AUTO ? what_fits(&f) : request->kind;
        code = draw(&f, script->kind, error);
    }
    if (!code)
        code = text_finish(&f.b, &script->text, error);
    text_clear(&f.b);
    detente_free(f.strategy);
    report_answers_clear(&a);
    return code;
}

void figure_script_clear(figure_script *script)
{
    detente_free(script->text);
    for (int i = 0; i < script->notes.n; i++)
        detente_free(script->notes.line[i]);
    *script = (figure_script){0};
}
