/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a results file once, from its frame to its sentences. */
#include "report/answers.h"

#include <detente/detente.h>

#include "core/memory.h"
#include "report/answers_parts.h"

/* How far the cells came. A file in which nothing is finished answers nothing. */
static int look(report_answers *a, detente_error *error)
{
    const uint32_t cells = detente_results_cells(a->results);
    a->least = UINT32_MAX;
    for (uint32_t c = 0; c < cells; c++) {
        const uint32_t run = detente_results_replications_run(a->results, c);
        if (detente_results_failed(a->results, c)) {
            a->failed++;
            continue;
        }
        a->empty += run == 0;
        a->unfinished += run > 0 && a->config->until.metric < 0 && run < a->config->replications;
        a->least = run < a->least ? run : a->least;
        a->most = run > a->most ? run : a->most;
    }
    if (a->failed == cells)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "every cell failed: there is nothing to report (`detente check` "
                                 "the config)");
    if (a->most == 0)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "no replication of any cell is finished: there is nothing to "
                                 "report yet");
    return 0;
}

static int gather(report_answers *a, const report_request *request, answers_places *places, int *n_places,
                  detente_error *error)
{
    const uint64_t cells = detente_results_cells(a->results);
    int code = detente_sweep_open(&a->sweep, a->config, error);
    if (!code && cells != detente_sweep_cells(a->sweep))
        code = detente_error_set(error, DETENTE_E_INPUT, "the file has %u cells, its config %u", (unsigned)cells,
                                 detente_sweep_cells(a->sweep));
    if (!code)
        code = look(a, error);
    if (!code)
        code = answers_places_make(a, places, n_places, error);
    if (!code)
        code = answers_cells(a, places, *n_places, error);
    if (!code)
        code = answers_effects(a, request->baseline, error);
    if (!code)
        code = answers_curves(a, places, *n_places, error);
    if (!code)
        code = answers_endings(a, error);
    /* What the config asked comes first. */
    if (!code)
        code = answers_verdicts(a, error);
    if (!code)
        code = answers_headline(a, error);
    if (!code)
        code = answers_sensitivity(a, error);
    return code;
}

int report_answers_gather(report_answers *a, detente_results *results, const report_request *request,
                          detente_error *error)
{
    answers_places places[ANSWERS_MOST_CURVES] = {{0}};
    int n_places = 0;
    *a = (report_answers){
        .results = results, .config = detente_results_config(results), .confidence = request->confidence};
    int code = gather(a, request, places, &n_places, error);
    answers_places_clear(places, n_places);
    const int same_model = detente_results_model_version(results) == detente_model_version();
    if (!code && same_model)
        code = answers_calls(a, error);
    if (!code && same_model)
        code = answers_stories(a, error);
    if (!code)
        code = answers_limits(a, error);
    if (!code)
        code = answers_notes(a, error);
    if (!code)
        code = answers_reproduce(a, error);
    return code;
}

static void clear_lines(report_lines *lines)
{
    for (int i = 0; i < lines->n; i++)
        detente_free(lines->line[i]);
}

void report_answers_clear(report_answers *a)
{
    detente_sweep_close(a->sweep);
    detente_free(a->point);
    detente_free(a->values);
    detente_free(a->mean);
    detente_free(a->half);
    detente_compare_clear(&a->effects);
    for (size_t i = 0; i < a->n_curves; i++)
        detente_free(a->curve[i].x);
    detente_free(a->curve);
    detente_free(a->verdict);
    answers_sensitivity_clear(a);
    detente_free(a->ending);
    detente_free(a->calls.anger);
    detente_free(a->calls.words);
    for (int i = 0; i < a->n_stories; i++) {
        detente_free(a->story[i].why);
        detente_free(a->story[i].text);
        detente_free(a->story[i].turns);
    }
    clear_lines(&a->headline);
    clear_lines(&a->limits);
    clear_lines(&a->notes);
    clear_lines(&a->reproduce);
    *a = (report_answers){0};
}
