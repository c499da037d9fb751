/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hypotheses as YAML that reads back the same, and as plain sentences. */
#include <math.h>
#include <string.h>

#include "param/dump.h"
#include "param/registry.h"

/* ---- YAML -------------------------------------------------------------------------------------------------------- */

static void dump_level(text_buffer *b, const detente_factor *f, double value)
{
    if (f->named)
        dump_text(b, f->name[(size_t)value]);
    else
        dump_number(b, value);
}

static void dump_restrictions(text_buffer *b, const detente_config *config, const detente_side *side)
{
    for (int i = 0; i < side->n; i++) {
        const detente_factor *f = &config->design->factor[side->at[i].factor];
        text_add(b, i ? ", " : "");
        dump_text(b, f->path);
        text_add(b, ": ");
        dump_level(b, f, side->at[i].value);
    }
}

static void dump_strategy(text_buffer *b, const detente_config *config, int strategy)
{
    text_add(b, "strategy: ");
    dump_text(b, config->strategy[strategy].name);
}

void dump_hypotheses(text_buffer *b, const detente_config *config)
{
    text_add(b, "hypotheses:\n");
    for (int i = 0; i < config->n_hypotheses; i++) {
        const detente_hypothesis *h = &config->hypothesis[i];
        text_add(b, "  - name: ");
        dump_text(b, h->name);
        text_add(b, "\n    expect: {metric: %s, ", METRIC_NAME[h->metric]);
        if (h->where.strategy >= 0) {
            dump_strategy(b, config, h->where.strategy);
            text_add(b, ", ");
        }
        if (h->where.n) {
            text_add(b, "where: {");
            dump_restrictions(b, config, &h->where);
            text_add(b, "}, ");
        }
        if (h->compared) {
            text_add(b, "versus: {");
            dump_restrictions(b, config, &h->versus);
            text_add(b, h->versus.n && h->versus.strategy >= 0 ? ", " : "");
            if (h->versus.strategy >= 0)
                dump_strategy(b, config, h->versus.strategy);
            text_add(b, "}, ");
        }
        text_add(b, "%s: \"%c ", h->compared ? "difference" : "value", h->above ? '>' : '<');
        dump_number(b, h->threshold);
        text_add(b, "\"}\n");
    }
}

/* ---- sentences --------------------------------------------------------------------------------------------------- */

static int is_in(const detente_side *side, int factor)
{
    for (int i = 0; i < side->n; i++)
        if (side->at[i].factor == factor)
            return 1;
    return 0;
}

/* "agent.mirroring 1, strategy typical": what of @p side is, or is not, among what @p versus says. @return how many */
static int add_side(text_buffer *b, const detente_config *config, const detente_side *side, const detente_side *versus,
                    int among, const char *before)
{
    int n = 0;
    if (side->strategy >= 0 && (versus->strategy >= 0) == among)
        text_add(b, "%sstrategy %s", n++ ? ", " : before, config->strategy[side->strategy].name);
    for (int i = 0; i < side->n; i++) {
        const detente_factor *f = &config->design->factor[side->at[i].factor];
        char number[40];
        if (is_in(versus, side->at[i].factor) != among)
            continue;
        text_level(side->at[i].value, number);
        text_add(b, "%s%s %s", n++ ? ", " : before, f->path, f->named ? f->name[(size_t)side->at[i].value] : number);
    }
    return n;
}

/* "more than 0.02 higher", "less than 0.02 lower, if at all" */
static void add_difference(text_buffer *b, const detente_hypothesis *h)
{
    char size[40];
    text_number(fabs(h->threshold), size);
    const int same_way = h->threshold != 0 && h->above == (h->threshold > 0);
    const int higher = h->threshold > 0 || (h->threshold == 0 && h->above);
    const char *unit = detente_metric_unit(h->metric), *gap = strcmp(unit, "1") ? " " : "";
    if (h->threshold == 0)
        text_add(b, "%s", higher ? "higher" : "lower");
    else if (same_way)
        text_add(b, "more than %s%s%s %s", size, gap, *gap ? unit : "", higher ? "higher" : "lower");
    else
        text_add(b, "less than %s%s%s %s, if at all,", size, gap, *gap ? unit : "", higher ? "higher" : "lower");
}

/* What neither side restricts. */
static void add_averaged(text_buffer *b, const detente_config *config, const detente_hypothesis *h)
{
    const int n_factors = config->design ? config->design->n_factors : 0;
    const char *between = " Averaged over ";
    if (h->where.strategy < 0 && config->n_strategies > 1) {
        text_add(b, "%sthe %d strategies", between, config->n_strategies);
        between = ", ";
    }
    for (int k = 0; k < n_factors; k++)
        if (!is_in(&h->where, k)) {
            text_add(b, "%s%s", between, config->design->factor[k].path);
            between = ", ";
        }
    text_add(b, *between == ',' ? "." : "");
}

int detente_hypothesis_explain(const detente_config *config, int hypothesis, char **text, detente_error *error)
{
    text_buffer b = {0};
    *text = NULL;
    if (hypothesis < 0 || hypothesis >= config->n_hypotheses)
        return detente_error_set(error, DETENTE_E_RANGE, "hypothesis %d is not one of the config's %d", hypothesis,
                                 config->n_hypotheses);
    const detente_hypothesis *h = &config->hypothesis[hypothesis];
    text_add(&b, "%s (%s) is ", METRIC_NAME[h->metric], detente_metric_words(h->metric));
    if (h->compared) {
        add_difference(&b, h);
        add_side(&b, config, &h->where, &h->versus, 1, " with ");
        add_side(&b, config, &h->versus, &h->versus, 1, " than with ");
    } else {
        const char *unit = detente_metric_unit(h->metric), *gap = strcmp(unit, "1") ? " " : "";
        char number[40];
        text_number(h->threshold, number);
        text_add(&b, "%s %s%s%s", h->above ? "above" : "below", number, gap, *gap ? unit : "");
    }
    add_side(&b, config, &h->where, &h->versus, 0, h->compared ? "; on both sides " : " with ");
    text_add(&b, ".");
    add_averaged(&b, config, h);
    return text_finish(&b, text, error);
}
