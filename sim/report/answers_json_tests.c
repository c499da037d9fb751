/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Effects, verdicts and sensitivity as data of the page. */
#include <math.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "report/answers_json_parts.h"
#include "report/json.h"
#include "report/verdicts.h"

/* ---- verdicts ---------------------------------------------------------------------------------------------------- */

static int add_verdict(text_buffer *b, const report_answers *a, int i, detente_error *error)
{
    const detente_hypothesis *h = &a->config->hypothesis[i];
    const detente_tested *t = &a->verdict[i];
    char *sentence = NULL;
    const int code = detente_hypothesis_explain(a->config, i, &sentence, error);
    json_open(b, NULL, '{');
    json_text(b, "name", h->name);
    json_text(b, "verdict", detente_verdict_name(t->verdict));
    json_text(b, "sentence", sentence);
    json_text(b, "why", verdicts_unknown(t->unknown));
    json_text(b, "metric", detente_metric_name(h->metric));
    json_text(b, "expected", h->above ? ">" : "<");
    json_real(b, "threshold", h->threshold, 6);
    json_real(b, "effect", t->effect, 5);
    json_real(b, "low", t->low, 5);
    json_real(b, "high", t->high, 5);
    json_real(b, "p", t->p, 4);
    json_real(b, "p_holm", t->p_holm, 4);
    json_close(b, '}');
    detente_free(sentence);
    return code;
}

int answers_json_verdicts(text_buffer *b, const report_answers *a, detente_error *error)
{
    int code = 0;
    json_open(b, "verdicts", '[');
    for (int i = 0; i < a->config->n_hypotheses && a->verdict && !code; i++)
        code = add_verdict(b, a, i, error);
    json_close(b, ']');
    return code;
}

/* ---- sensitivity ------------------------------------------------------------------------------------------------- */

static void add_row(text_buffer *b, const report_answers *a, const detente_sensitivity *s, int k)
{
    const int known = s->state != DETENTE_SENSITIVITY_NOISE;
    json_open(b, NULL, '{');
    json_text(b, "parameter", a->config->design->factor[k].path);
    json_text(b, "metric", detente_metric_name(s->metric));
    json_text(b, "strategy", a->config->strategy[s->strategy].name);
    if (s->sobol) {
        json_real(b, "first", s->sobol[k].first, 4);
        json_real(b, "first_low", s->sobol[k].first_low, 4);
        json_real(b, "first_high", s->sobol[k].first_high, 4);
        json_real(b, "total", s->sobol[k].total, 4);
        json_real(b, "total_low", s->sobol[k].total_low, 4);
        json_real(b, "total_high", s->sobol[k].total_high, 4);
    } else if (s->morris) {
        json_real(b, "mu_star", s->morris[k].mu_star, 4);
        json_real(b, "mu_star_low", s->morris[k].mu_star_low, 4);
        json_real(b, "mu_star_high", s->morris[k].mu_star_high, 4);
        json_real(b, "mu", s->morris[k].mu, 4);
        json_real(b, "sigma", s->morris[k].sigma, 4);
        json_real(b, "noise_floor", s->morris[k].noise_floor, 4);
    }
    json_flag(b, "above_noise", known && detente_sensitivity_above(s, k));
    json_close(b, '}');
}

void answers_json_sensitivity(text_buffer *b, const report_answers *a)
{
    if (a->n_sensitivity == 0) {
        json_null(b, "sensitivity");
        return;
    }
    json_open(b, "sensitivity", '{');
    json_text(b, "kind", a->sensitivity->type == DETENTE_SALTELLI ? "sobol" : "morris");
    json_open(b, "rows", '[');
    for (size_t i = 0; i < a->n_sensitivity; i++)
        for (int k = 0; k < a->sensitivity[i].n_factors; k++)
            add_row(b, a, &a->sensitivity[i], k);
    json_close(b, ']');
    json_close(b, '}');
}
