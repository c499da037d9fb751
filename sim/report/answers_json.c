/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers as the data of the page: docs/report.md describes each key. */
#include <stdio.h>
#include <string.h>

#include <detente/detente.h>
#include <detente/registry.h>

#include "core/embedded.h"
#include "core/memory.h"
#include "report/answers.h"
#include "report/answers_json_parts.h"
#include "report/json.h"
#include "report/trace.h"

static void add_lines(text_buffer *b, const char *key, const report_lines *lines)
{
    json_open(b, key, '[');
    for (int i = 0; i < lines->n; i++)
        json_text(b, NULL, lines->line[i]);
    json_close(b, ']');
}

/* ---- what was played --------------------------------------------------------------------------------------------- */

static int add_identity(text_buffer *b, const report_answers *a, detente_error *error)
{
    char *text = NULL, sha256[65];
    int code = detente_config_write(a->config, &text, error);
    if (!code)
        code = detente_config_sha256(a->config, sha256, error);
    if (!code) {
        json_open(b, "detente", '{');
        json_text(b, "version", detente_version());
        json_whole(b, "model", (unsigned long long)detente_results_model_version(a->results));
        json_whole(b, "format", (unsigned long long)detente_format_version());
        json_close(b, '}');
        json_text(b, "name", a->config->name);
        json_text(b, "question", a->config->question && *a->config->question ? a->config->question : NULL);
        /* As text: numbers of JavaScript are exact up to 2^53 only. */
        char seed[32];
        snprintf(seed, sizeof seed, "%llu", (unsigned long long)a->config->seed);
        json_text(b, "seed", seed);
        json_text(b, "config", text);
        json_text(b, "config_sha256", sha256);
    }
    detente_free(text);
    return code;
}

/* The library's strategies of these names, as far as it has them. @return n, with a config to clear; or a code */
static int read_library(const report_answers *a, detente_config *library, detente_error *error)
{
    text_buffer b = {0};
    int n = 0;
    text_add(&b, "{detente: 1, strategies: [");
    for (int s = 0; s < a->config->n_strategies; s++)
        if (detente_embedded_find("strategies", a->config->strategy[s].name))
            text_add(&b, "%s%s", n++ ? ", " : "", a->config->strategy[s].name);
    text_add(&b, "]}");
    int code = b.failed ? detente_no_memory(error) : 0;
    if (!code && n)
        code = detente_config_parse(library, b.text, b.size, "library", NULL, 0, error, NULL);
    text_clear(&b);
    return code ? code : n;
}

/* What the library says of a strategy, if it is the library's; an empty text if there is nothing. */
static int describe(const detente_strategy *strategy, const detente_config *library, int n, char **words,
                    detente_error *error)
{
    *words = NULL;
    for (int i = 0; i < n; i++) {
        const struct detente_embedded *file = detente_embedded_find("strategies", strategy->name);
        if (file && !memcmp(strategy, &library->strategy[i], sizeof *strategy))
            return detente_yaml_text(file->text, file->size, "description", words, error);
    }
    return 0;
}

static int add_strategies(text_buffer *b, const report_answers *a, detente_error *error)
{
    detente_config library = {0};
    const int n = read_library(a, &library, error);
    int code = n < 0 ? n : 0;
    json_open(b, "strategies", '[');
    for (int s = 0; s < a->config->n_strategies && !code; s++) {
        char *words = NULL;
        code = describe(&a->config->strategy[s], &library, n, &words, error);
        json_open(b, NULL, '{');
        json_text(b, "name", a->config->strategy[s].name);
        json_text(b, "words", words);
        json_close(b, '}');
        detente_free(words);
    }
    json_close(b, ']');
    detente_config_clear(&library);
    return code;
}

static void add_metrics(text_buffer *b, const report_answers *a)
{
    json_open(b, "metrics", '[');
    for (int i = 0; i < a->n_metrics; i++) {
        const int m = a->metric[i], better = detente_metric_better(m);
        json_open(b, NULL, '{');
        json_text(b, "name", detente_metric_name(m));
        json_text(b, "title", report_metric_title(m));
        json_text(b, "words", detente_metric_words(m));
        json_text(b, "unit", detente_metric_unit(m));
        json_text(b, "better", better > 0 ? "up" : better < 0 ? "down" : NULL);
        json_flag(b, "share", detente_metric_is_flag(m));
        json_close(b, '}');
    }
    json_close(b, ']');
}

/* ---- the design -------------------------------------------------------------------------------------------------- */

enum { MOST_LEVELS = 1000 };

static void add_factor(text_buffer *b, const detente_factor *f)
{
    const detente_param *param = detente_registry_find(f->path);
    json_open(b, NULL, '{');
    json_text(b, "path", f->path);
    json_text(b, "title", report_factor_title(f));
    json_text(b, "unit", f->named || !param ? "1" : param->unit);
    json_flag(b, "log", f->log);
    json_flag(b, "whole", f->whole);
    json_flag(b, "named", f->named);
    if (f->levels == 0 || f->levels > MOST_LEVELS) {
        json_null(b, "levels");
    } else {
        json_open(b, "levels", '[');
        for (uint64_t i = 0; i < f->levels; i++) {
            if (f->named)
                json_text(b, NULL, f->name[i]);
            else
                json_real(b, NULL, detente_factor_level(f, i), 12);
        }
        json_close(b, ']');
    }
    json_real(b, "from", f->named ? 0 : f->from, 12);
    json_real(b, "to", f->named ? (double)f->levels - 1 : f->to, 12);
    json_close(b, '}');
}

static void add_design(text_buffer *b, const report_answers *a)
{
    const detente_design *design = a->config->design;
    const int factors = design ? design->n_factors : 0;
    json_open(b, "factors", '[');
    for (int k = 0; k < factors; k++)
        add_factor(b, &design->factor[k]);
    json_close(b, ']');
    json_text(b, "design", design ? detente_design_name(design->type) : NULL);
    json_flag(b, "grid", design && design->type == DETENTE_FACTORIAL && a->n_points == design->n_points);
    json_open(b, "points", '[');
    for (uint64_t i = 0; i < a->n_points && factors; i++)
        /* The levels' digits, so that the page finds a value among them. */
        json_reals(b, NULL, a->values + i * (uint64_t)factors, (size_t)factors,
                   design->type == DETENTE_FACTORIAL ? 12 : 4);
    json_close(b, ']');
}

static void add_matrix(text_buffer *b, const char *key, const double *value, size_t rows, size_t columns, int digits)
{
    json_open(b, key, '[');
    for (size_t i = 0; i < rows; i++)
        json_reals(b, NULL, value + i * columns, columns, digits);
    json_close(b, ']');
}

static void add_cells(text_buffer *b, const report_answers *a)
{
    const size_t strategies = (size_t)a->config->n_strategies, each = (size_t)a->n_points * strategies;
    json_open(b, "cells", '{');
    for (int part = 0; part < 2; part++) {
        json_open(b, part ? "half" : "mean", '{');
        for (int m = 0; m < a->n_metrics; m++)
            add_matrix(b, detente_metric_name(a->metric[m]), (part ? a->half : a->mean) + (size_t)m * each,
                       (size_t)a->n_points, strategies, part ? 2 : 5);
        json_close(b, '}');
    }
    json_close(b, '}');
}

/* ---- effects ----------------------------------------------------------------------------------------------------- */

static void add_effect(text_buffer *b, const report_answers *a, int m, int s)
{
    const detente_compare_row *e = &a->effects.row[m * a->config->n_strategies + s];
    json_open(b, NULL, '{');
    json_whole(b, "strategy", (unsigned long long)s);
    json_text(b, "metric", detente_metric_name(a->metric[m]));
    json_whole(b, "count", e->mean.count);
    json_real(b, "mean", e->mean.mean, 5);
    json_real(b, "low", e->mean.low, 5);
    json_real(b, "high", e->mean.high, 5);
    json_real(b, "difference", e->difference.difference, 5);
    json_real(b, "difference_low", e->difference.low, 5);
    json_real(b, "difference_high", e->difference.high, 5);
    json_real(b, "effect_size", e->effect, 4);
    json_real(b, "correlation", e->difference.correlation, 4);
    json_real(b, "variance_saved", e->difference.variance_saved, 4);
    json_real(b, "p_holm", e->p_holm, 4);
    json_real(b, "p_better", e->p_better, 4);
    json_flag(b, "pareto", a->effects.group[s].pareto);
    json_close(b, '}');
}

static void add_effects(text_buffer *b, const report_answers *a)
{
    json_open(b, "effects", '[');
    for (int m = 0; m < a->n_metrics; m++)
        for (int s = 0; s < a->config->n_strategies; s++)
            add_effect(b, a, m, s);
    json_close(b, ']');
    json_open(b, "pareto", '{');
    json_text(b, "x", detente_metric_name(DETENTE_METRIC_total_cost));
    json_text(b, "y", detente_metric_name(DETENTE_METRIC_reported_satisfaction));
    json_close(b, '}');
}

/* ---- curves, endings, calls -------------------------------------------------------------------------------------- */

static void add_curves(text_buffer *b, const report_answers *a)
{
    json_open(b, "curves", '[');
    for (size_t i = 0; i < a->n_curves; i++) {
        const report_curve *c = &a->curve[i];
        const size_t n = (size_t)c->n;
        json_open(b, NULL, '{');
        json_whole(b, "factor", (unsigned long long)c->factor);
        json_text(b, "metric", detente_metric_name(a->metric[c->metric]));
        json_whole(b, "strategy", (unsigned long long)c->strategy);
        json_reals(b, "x", c->x, n, 5);
        json_reals(b, "mean", c->mean, n, 5);
        json_reals(b, "low", c->low, n, 5);
        json_reals(b, "high", c->high, n, 5);
        json_close(b, '}');
    }
    json_close(b, ']');
}

static void add_endings(text_buffer *b, const report_answers *a)
{
    json_open(b, "endings", '{');
    json_open(b, "names", '[');
    for (int e = 0; e < REPORT_N_ENDINGS; e++)
        json_text(b, NULL, report_ending_name(e));
    json_close(b, ']');
    add_matrix(b, "share", a->ending, (size_t)a->config->n_strategies, REPORT_N_ENDINGS, 4);
    json_close(b, '}');
}

static void add_trajectories(text_buffer *b, const report_answers *a)
{
    const report_calls *calls = &a->calls;
    const size_t strategies = (size_t)a->config->n_strategies;
    if (!calls->encounters) {
        json_null(b, "trajectories");
        return;
    }
    json_open(b, "trajectories", '{');
    json_whole(b, "encounters", calls->encounters);
    json_text(b, "words", calls->words);
    json_open(b, "turn", '[');
    for (uint32_t t = 0; t < calls->n_turns; t++)
        json_whole(b, NULL, t + 1);
    json_close(b, ']');
    add_matrix(b, "anger", calls->anger, strategies, calls->n_turns, 3);
    add_matrix(b, "offer", calls->offer, strategies, calls->n_turns, 3);
    add_matrix(b, "going", calls->going, strategies, calls->n_turns, 3);
    json_close(b, '}');
}

static void add_story(text_buffer *b, const report_story *story)
{
    json_open(b, NULL, '{');
    json_whole(b, "strategy", (unsigned long long)story->strategy);
    json_whole(b, "cell", story->cell);
    json_whole(b, "replication", story->replication);
    json_whole(b, "encounter", story->encounter);
    json_text(b, "ending", report_ending_name(story->ending));
    json_text(b, "why", story->why);
    json_text(b, "text", story->text);
    json_open(b, "turns", '[');
    for (uint32_t t = 0; t < story->n_turns; t++) {
        const detente_turn *turn = &story->turns[t];
        json_open(b, NULL, '{');
        json_whole(b, "turn", turn->turn);
        json_text(b, "move", detente_move_name(turn->move));
        json_real(b, "anger", (double)turn->anger, 3);
        json_real(b, "hostility", (double)turn->hostility, 3);
        json_real(b, "demand", (double)turn->demand, 3);
        json_real(b, "offer", (double)turn->offer, 3);
        json_real(b, "minutes", (double)turn->minutes, 4);
        json_close(b, '}');
    }
    json_close(b, ']');
    json_close(b, '}');
}

static void add_stories(text_buffer *b, const report_answers *a)
{
    json_open(b, "traces", '[');
    for (int i = 0; i < a->n_stories; i++)
        add_story(b, &a->story[i]);
    json_close(b, ']');
}

/* ---- how it was run ---------------------------------------------------------------------------------------------- */

static int add_run(text_buffer *b, const report_answers *a, detente_error *error)
{
    detente_provenance from;
    const int code = detente_results_provenance(a->results, &from, error);
    if (code)
        return code;
    json_open(b, "run", '{');
    json_text(b, "command", from.command);
    json_text(b, "started", from.started);
    json_text(b, "finished", from.finished);
    json_text(b, "host", from.host);
    json_text(b, "revision", from.git_revision);
    json_text(b, "compiler", from.compiler);
    json_text(b, "isa", from.isa);
    json_whole(b, "threads", from.threads > 0 ? (unsigned long long)from.threads : 0);
    json_whole(b, "ranks", from.ranks > 0 ? (unsigned long long)from.ranks : 0);
    json_whole(b, "encounters", from.encounters);
    json_whole(b, "turns", from.turns);
    json_real(b, "wall_seconds", from.wall_seconds, 4);
    json_whole(b, "cells", detente_results_cells(a->results));
    json_whole(b, "replications_least", a->least);
    json_whole(b, "replications_most", a->most);
    json_whole(b, "failed", a->failed);
    json_whole(b, "unfinished", (unsigned long long)a->unfinished + a->empty);
    json_close(b, '}');
    return 0;
}

int report_answers_json(const report_answers *a, char **text, detente_error *error)
{
    text_buffer b = {0};
    *text = NULL;
    json_open(&b, NULL, '{');
    int code = add_identity(&b, a, error);
    if (!code) {
        add_lines(&b, "headline", &a->headline);
        add_lines(&b, "limits", &a->limits);
        json_real(&b, "confidence", a->confidence, 6);
        json_whole(&b, "baseline", (unsigned long long)a->baseline);
        json_whole(&b, "best", (unsigned long long)a->best);
        code = add_strategies(&b, a, error);
    }
    if (!code) {
        add_metrics(&b, a);
        add_design(&b, a);
        add_cells(&b, a);
        add_effects(&b, a);
        answers_json_sensitivity(&b, a);
        code = answers_json_verdicts(&b, a, error);
    }
    if (!code) {
        add_curves(&b, a);
        add_endings(&b, a);
        add_trajectories(&b, a);
        add_stories(&b, a);
        code = add_run(&b, a, error);
    }
    if (!code) {
        add_lines(&b, "reproduce", &a->reproduce);
        add_lines(&b, "notes", &a->notes);
        json_close(&b, '}');
        code = text_finish(&b, text, error);
    }
    text_clear(&b);
    return code;
}
