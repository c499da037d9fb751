/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer in plain words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "core/text.h"
#include "report/answers_judge.h"

enum { MOST_FACTORS = 8, MOST_LEVELS = 16 };

/* So many decimals that the half-width has a digit; of calls in 1000 one at most, and none from ten on; of the rest three. */
static int decimals_for(double value, double half, double scale)
{
    const int most = scale == 1 ? 3 : fabs(value) * scale < 10 ? 1 : 0;
    if (!(half > 0))
        return most < 2 ? most : 2;
    const double digits = ceil(-log10(half * scale));
    return digits < 0 ? 0 : digits > most ? most : (int)digits;
}

/* "134 fewer", "4.66 less", with @p scale; then " (132 to 136)" where there is an interval. */
static void add_amount(text_buffer *b, const detente_contrast *c, double scale, const char *more, const char *less)
{
    const int decimals = decimals_for(c->difference, (c->high - c->low) / 2, scale);
    text_add(b, "%.*f %s", decimals, fabs(scale * c->difference), c->difference < 0 ? less : more);
}

static void add_range(text_buffer *b, const detente_contrast *c, double scale)
{
    const double half = (c->high - c->low) / 2, sign = c->difference < 0 ? -scale : scale;
    const int decimals = decimals_for(c->difference, half, scale);
    if (isfinite(half))
        text_add(b, " (%.*f to %.*f)", decimals, sign * (c->difference < 0 ? c->high : c->low), decimals,
                 sign * (c->difference < 0 ? c->low : c->high));
}

/* "0.533 (0.532 to 0.534)" */
static void add_level(text_buffer *b, const detente_estimate *e, double scale)
{
    const double half = (e->high - e->low) / 2;
    const int decimals = decimals_for(e->mean, half, scale);
    text_add(b, "%.*f", decimals, scale * e->mean);
    if (isfinite(half))
        text_add(b, " (%.*f to %.*f)", decimals, scale * e->low, decimals, scale * e->high);
}

static const char *name_of(const report_answers *a, int strategy)
{
    return a->config->strategy[strategy].name;
}

static const detente_estimate *level_of(const report_answers *a, const detente_compare *c, int strategy,
                                        enum judge_metric metric)
{
    return &judge_row(a, c, 0, strategy, metric)->mean;
}

static int finish(report_lines *lines, text_buffer *b, detente_error *error)
{
    char *text;
    int code = text_finish(b, &text, error);
    if (!code)
        code = answers_say(lines, error, "%s", text);
    detente_free(text);
    return code;
}

/* ---- one playbook, and several ----------------------------------------------------------------------------------- */

static int say_alone(report_answers *a, const detente_compare *c, detente_error *error)
{
    text_buffer b = {0};
    text_add(&b, "Of 1000 such calls %s settles ", name_of(a, 0));
    add_level(&b, level_of(a, c, 0, JUDGE_SETTLED), 1000);
    text_add(&b, " and sends ");
    add_level(&b, level_of(a, c, 0, JUDGE_SUPERVISOR), 1000);
    text_add(&b, " to a supervisor; a call costs ");
    add_level(&b, level_of(a, c, 0, JUDGE_COST), 1);
    text_add(&b, ". There is no other playbook here to compare it with.");
    return finish(&a->headline, &b, error);
}

/* "Of 1000 such calls, X settles 45 more than typical (43 to 47), reaches a supervisor 134 fewer times (…) and costs 4.66 less a call (…)." */
static int say_comparison(report_answers *a, const detente_compare *c, int strategy, detente_error *error)
{
    static const struct {
        enum judge_metric metric;
        double scale;
        const char *verb, *more, *less, *unclear;
    } PART[] = {
        {JUDGE_SETTLED, 1000, "settles", "more", "fewer", "how many are settled"},
        {JUDGE_SUPERVISOR, 1000, "reaches a supervisor", "more times", "fewer times", "how many reach a supervisor"},
        {JUDGE_COST, 1, "costs", "more a call", "less a call", "what a call costs"}};
    enum { PARTS = sizeof PART / sizeof *PART };
    text_buffer b = {0}, unclear = {0};
    int told = 0, clear = 0, open = 0;
    for (int i = 0; i < PARTS; i++)
        clear += judge_sign(c, judge_row(a, c, 0, strategy, PART[i].metric)) != 0;
    text_add(&b, "Of 1000 such calls, %s", name_of(a, strategy));
    for (int i = 0; i < PARTS; i++) {
        const detente_compare_row *row = judge_row(a, c, 0, strategy, PART[i].metric);
        if (!judge_sign(c, row)) {
            text_add(&unclear, "%s%s", open++ ? " or in " : "", PART[i].unclear);
            continue;
        }
        text_add(&b, "%s %s ", !told ? "" : told + 1 == clear ? " and" : ",", PART[i].verb);
        add_amount(&b, &row->difference, PART[i].scale, PART[i].more, PART[i].less);
        if (!told++)
            text_add(&b, " than %s", name_of(a, a->baseline));
        add_range(&b, &row->difference, PART[i].scale);
    }
    text_add(&b, ".");
    int code = clear ? finish(&a->headline, &b, error) : 0;
    text_clear(&b);
    if (!code && open && !unclear.failed)
        code = answers_say(&a->headline, error, "No difference to %s beyond chance was found in %s.",
                           name_of(a, a->baseline), unclear.text);
    text_clear(&unclear);
    return code;
}

static int say_satisfaction(report_answers *a, const detente_compare *c, int strategy, detente_error *error)
{
    const int sign = judge_sign(c, judge_row(a, c, 0, strategy, JUDGE_SATISFIED));
    text_buffer b = {0};
    if (!sign)
        return answers_say(&a->headline, error, "Its customers are about as satisfied.");
    text_add(&b, "Its customers are %s satisfied: ", sign > 0 ? "more" : "less");
    add_level(&b, level_of(a, c, strategy, JUDGE_SATISFIED), 1);
    text_add(&b, " instead of ");
    add_level(&b, level_of(a, c, a->baseline, JUDGE_SATISFIED), 1);
    text_add(&b, ", on a scale from 0 to 1.");
    return finish(&a->headline, &b, error);
}

/* What the sentences so far leave out: what a kept customer is worth, less cost and word of mouth. */
static int say_net(report_answers *a, const detente_compare *c, int strategy, detente_error *error)
{
    const detente_compare_row *row = judge_row(a, c, 0, strategy, JUDGE_NET);
    const int sign = judge_sign(c, row);
    text_buffer b = {0};
    if (!sign)
        return 0;
    text_add(&b, sign > 0
                     ? "With what a kept customer is worth it comes out better too: net value of a call is "
                     : "Against it: with what a kept customer is worth it comes out worse: net value of a call is ");
    add_amount(&b, &row->difference, 1, "higher", "lower");
    add_range(&b, &row->difference, 1);
    text_add(&b, ".");
    return finish(&a->headline, &b, error);
}

/* The others that no playbook beats in both: the one that satisfies most, and the cheapest, where they buy one with the other. */
static int say_others(report_answers *a, const detente_compare *c, detente_error *error)
{
    const int n = a->config->n_strategies;
    int most = a->best, least = a->best, code = 0;
    for (int s = 0; s < n; s++) {
        if (!judge_on_front(a, c, 0, s))
            continue;
        if (level_of(a, c, s, JUDGE_SATISFIED)->mean > level_of(a, c, most, JUDGE_SATISFIED)->mean)
            most = s;
        if (level_of(a, c, s, JUDGE_COST)->mean < level_of(a, c, least, JUDGE_COST)->mean)
            least = s;
    }
    for (int i = 0; i < 2 && !code; i++) {
        const int s = i ? least : most;
        const char *than = a->best == a->baseline ? name_of(a, a->baseline) : "that";
        if (s == a->best)
            continue;
        text_buffer b = {0};
        text_add(&b,
                 i ? "Cheaper than %s but less satisfying is %s: a call costs "
                   : "More satisfying than %s but dearer is %s: a call costs ",
                 than, name_of(a, s));
        add_level(&b, level_of(a, c, s, JUDGE_COST), 1);
        text_add(&b, ", satisfaction is ");
        add_level(&b, level_of(a, c, s, JUDGE_SATISFIED), 1);
        text_add(&b, ", and ");
        add_level(&b, level_of(a, c, s, JUDGE_SETTLED), 1000);
        text_add(&b, " of 1000 are settled.");
        code = finish(&a->headline, &b, error);
    }
    return code;
}

/* The choice is by satisfaction and cost; where another brings clearly more of net value, that is not passed over. */
static int say_most_value(report_answers *a, const detente_compare *c, detente_error *error)
{
    const detente_estimate *best = level_of(a, c, a->best, JUDGE_NET);
    int most = a->best;
    for (int s = 0; s < a->config->n_strategies; s++)
        if (level_of(a, c, s, JUDGE_NET)->mean > level_of(a, c, most, JUDGE_NET)->mean)
            most = s;
    if (most == a->best || !(level_of(a, c, most, JUDGE_NET)->low > best->high))
        return 0;
    text_buffer b = {0};
    text_add(
        &b, "This goes by satisfaction and cost. With what a kept customer is worth, %s leads: net value of a call is ",
        name_of(a, most));
    add_level(&b, level_of(a, c, most, JUDGE_NET), 1);
    text_add(&b, ", of %s ", name_of(a, a->best));
    add_level(&b, best, 1);
    text_add(&b, ".");
    return finish(&a->headline, &b, error);
}

/* A strategy that is the baseline under another name: nothing it did made any difference, in any replication. */
static int is_copy(const report_answers *a, const detente_compare *c, int strategy)
{
    for (int m = JUDGE_SATISFIED; m < JUDGE_N_METRICS; m++) {
        const detente_contrast *d = &judge_row(a, c, 0, strategy, (enum judge_metric)m)->difference;
        if (!(d->difference == 0 && d->low == 0 && d->high == 0))
            return 0;
    }
    return 1;
}

static int all_are_copies(const report_answers *a, const detente_compare *c)
{
    for (int s = 0; s < a->config->n_strategies; s++)
        if (s != a->baseline && !is_copy(a, c, s))
            return 0;
    return 1;
}

static int say_copies(report_answers *a, const detente_compare *c, detente_error *error)
{
    int code = 0;
    for (int s = 0; s < a->config->n_strategies && !code; s++)
        if (s != a->baseline && is_copy(a, c, s))
            code = answers_say(
                &a->headline, error,
                "%s does exactly what %s does, in every call: what is different about it never comes into play.",
                name_of(a, s), name_of(a, a->baseline));
    return code;
}

/* Whether any playbook differs from the baseline in what is chosen by. */
static int anything_is_clear(const report_answers *a, const detente_compare *c)
{
    for (int s = 0; s < a->config->n_strategies; s++)
        if (judge_sign(c, judge_row(a, c, 0, s, JUDGE_SATISFIED)) || judge_sign(c, judge_row(a, c, 0, s, JUDGE_COST)))
            return 1;
    return 0;
}

/* Replications by which the baseline can be compared with any other; of a strategy alone its own. */
static uint64_t shared_replications(const report_answers *a, const detente_compare *c)
{
    uint64_t most = 0;
    if (a->config->n_strategies == 1)
        return level_of(a, c, 0, JUDGE_SATISFIED)->count;
    for (int s = 0; s < a->config->n_strategies; s++) {
        const uint64_t count = judge_row(a, c, 0, s, JUDGE_SATISFIED)->difference.count;
        most = s != a->baseline && count > most ? count : most;
    }
    return most;
}

static int say_overall(report_answers *a, const detente_compare *c, detente_error *error)
{
    const char *baseline = name_of(a, a->baseline);
    const uint64_t count = shared_replications(a, c);
    if (count == 0)
        return answers_say(&a->headline, error,
                           "Nothing can be said yet over all combinations of values: some of them lack "
                           "the replications that the others have.");
    if (a->config->n_strategies == 1)
        return say_alone(a, c, error);
    if (count == 1)
        return answers_say(
            &a->headline, error,
            "Which playbook is better cannot be said: with one replication, chance and difference look the "
            "same. Run it with more (--set replications=40).");
    if (all_are_copies(a, c))
        return say_copies(a, c, error);
    int code;
    if (!anything_is_clear(a, c))
        return answers_say(&a->headline, error,
                           "No playbook differs from %s in satisfaction or cost beyond chance. More replications "
                           "(--extend) would show smaller differences.",
                           baseline);
    if (a->best == a->baseline) {
        code = answers_say(&a->headline, error,
                           "No playbook satisfies more than %s at about its cost, or costs less and satisfies as much.",
                           baseline);
    } else {
        code = say_comparison(a, c, a->best, error);
        if (!code)
            code = say_satisfaction(a, c, a->best, error);
        if (!code)
            code = say_net(a, c, a->best, error);
    }
    if (!code)
        code = say_others(a, c, error);
    if (!code)
        code = say_most_value(a, c, error);
    return code ? code : say_copies(a, c, error);
}

/* ---- by the values of a parameter -------------------------------------------------------------------------------- */

/* What is best at each level of a parameter; -1 where too little was run to tell. */
typedef struct by_level {
    const detente_compare *compare;
    int n, best[MOST_LEVELS];
} by_level;

/* 1 when at a level the baseline and another share the two replications that a difference takes. */
static int can_tell(const report_answers *a, const detente_compare *c, int level)
{
    for (int s = 0; s < a->config->n_strategies; s++)
        if (s != a->baseline && judge_row(a, c, level, s, JUDGE_SATISFIED)->difference.count > 1)
            return 1;
    return 0;
}

/* The levels at which a strategy is best: "reasonable, anxious and loyal". */
static void add_levels(text_buffer *b, const report_answers *a, const by_level *by, int strategy)
{
    int n = 0, told = 0;
    for (int i = 0; i < by->n; i++)
        n += by->best[i] == strategy;
    for (int i = 0; i < by->n; i++) {
        if (by->best[i] != strategy)
            continue;
        text_add(b, "%s%s",
                 !told           ? ""
                 : told + 1 == n ? " and "
                                 : ", ",
                 by->compare->group[i * a->config->n_strategies].level->text);
        told++;
    }
}

static const char *words_of(const char *path)
{
    return strcmp(path, "customer.persona") && strcmp(path, JUDGE_PERSONA) ? path : "the kind of customer";
}

static int say_levels(report_answers *a, const char *path, const by_level *by, detente_error *error)
{
    text_buffer b = {0};
    int parts = 0;
    text_add(&b, "It depends on %s: judged so", words_of(path));
    for (int s = 0; s <= a->config->n_strategies; s++) {
        const int best = s < a->config->n_strategies ? s : -1;
        int here = 0;
        for (int i = 0; i < by->n; i++)
            here |= by->best[i] == best;
        if (!here)
            continue;
        text_add(&b, "%s %s%s for ", parts++ ? ";" : "", best == a->baseline ? "nothing better than " : "",
                 best < 0 ? "too little was run to say" : name_of(a, best));
        add_levels(&b, a, by, best);
    }
    text_add(&b, ".");
    return finish(&a->headline, &b, error);
}

/* @param same gets the parameter's name where the choice is that of the headline at each of its values. */
static int judge_by(report_answers *a, const char *path, text_buffer *same, detente_error *error)
{
    detente_compare compare = {0};
    int code = judge_read(a, path, &compare, error), differs = 0, told = 0;
    by_level by = {.compare = &compare, .n = code ? 0 : (int)compare.n_groups / a->config->n_strategies};
    if (!code && by.n > 1 && by.n <= MOST_LEVELS) {
        for (int i = 0; i < by.n; i++) {
            by.best[i] = can_tell(a, &compare, i) ? judge_best(a, &compare, i) : -1;
            told += by.best[i] >= 0;
            differs |= by.best[i] >= 0 && by.best[i] != a->best;
        }
        if (differs)
            code = say_levels(a, path, &by, error);
        else if (told == by.n)
            text_add(same, "%s%s", same->size ? " and " : "", words_of(path));
    }
    detente_compare_clear(&compare);
    return code;
}

static int say_by_values(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    /* Where one parameter at a time is varied, its base stands for all points of the others: not like with like. */
    const int factors = design && design->type != DETENTE_ONE_AT_A_TIME ? design->n_factors : 0;
    text_buffer same = {0};
    int code = 0;
    for (int k = 0; k < factors && k < MOST_FACTORS && !code; k++)
        code = judge_by(a, design->factor[k].path, &same, error);
    if (!code && judge_has_personas(a) && !judge_persona_check(a, NULL))
        code = judge_by(a, JUDGE_PERSONA, &same, error);
    if (!code && same.failed)
        code = detente_no_memory(error);
    if (!code && same.size && a->best != a->baseline)
        code = answers_say(&a->headline, error, "Judged so, %s is the choice whatever %s may be.", name_of(a, a->best),
                           same.text);
    text_clear(&same);
    return code;
}

/* ---- one playbook, and what is varied ---------------------------------------------------------------------------- */

/* What the values of a parameter do to a metric of the one playbook: the greatest difference to the first of them. */
typedef struct along {
    const detente_factor *factor;
    detente_contrast of;
    char from[DETENTE_NAME_SIZE + 96], to[DETENTE_NAME_SIZE + 96];
    int ranges; /**< 1: these are ranges of values */
} along;

/* Take what one parameter does, where it is beyond chance and more than what is known so far. */
static int look_along(const report_answers *a, const detente_factor *f, int metric, along *most, detente_error *error)
{
    const char *const path[] = {f->path};
    const detente_compare_options options = {
        .metric = &metric, .n_metrics = 1, .by = path, .n_by = 1, .confidence = a->confidence};
    detente_compare compare = {0};
    const int code = detente_compare_results(&compare, a->results, &options, error);
    for (uint32_t i = 0; i < compare.n_groups && !code; i++) {
        const detente_compare_row *row = &compare.row[i];
        if (!judge_sign(&compare, row) ||
            (most->factor && fabs(row->difference.difference) <= fabs(most->of.difference)))
            continue;
        *most = (along){.factor = f, .of = row->difference, .ranges = compare.ranges != 0};
        snprintf(most->from, sizeof most->from, "%s", compare.group[row->baseline].level->text);
        snprintf(most->to, sizeof most->to, "%s", compare.group[row->group].level->text);
    }
    detente_compare_clear(&compare);
    return code;
}

/* "Along agent.mirroring, from 0 to 1.6, 53 more of 1000 calls reach a supervisor (49 to 57)." */
static int say_along(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    const int metric = a->config->n_hypotheses ? a->config->hypothesis[0].metric : DETENTE_METRIC_reported_satisfaction;
    const int share = detente_metric_is_flag(metric);
    along most = {0};
    text_buffer b = {0};
    int code = 0;
    for (int k = 0; k < design->n_factors && k < MOST_FACTORS && !code; k++)
        code = look_along(a, &design->factor[k], metric, &most, error);
    if (code)
        return code;
    if (!most.factor)
        return answers_say(&a->headline, error, "Nothing that is varied changes \"%s\" beyond chance.",
                           report_metric_title(metric));
    if (most.ranges)
        text_add(&b, "Between %s %s and %s, ", most.factor->path, most.from, most.to);
    else
        text_add(&b, "Along %s, from %s to %s, ", most.factor->path, most.from, most.to);
    if (share) {
        add_amount(&b, &most.of, 1000, "more of 1000 calls", "fewer of 1000 calls");
        if (metric == DETENTE_METRIC_escalated || metric == DETENTE_METRIC_resolved)
            text_add(&b, " %s", metric == DETENTE_METRIC_escalated ? "reach a supervisor" : "are settled");
        else
            text_add(&b, " count as \"%s\"", report_metric_title(metric));
    } else {
        text_add(&b, "\"%s\" %s by %.*f", report_metric_title(metric), most.of.difference < 0 ? "falls" : "rises",
                 decimals_for(most.of.difference, (most.of.high - most.of.low) / 2, 1), fabs(most.of.difference));
    }
    add_range(&b, &most.of, share ? 1000 : 1);
    text_add(&b, ".");
    return finish(&a->headline, &b, error);
}

/* Where all that a level stands for is the same but for the level: like is compared with like. */
static int has_like_levels(const detente_design *design)
{
    return design->type == DETENTE_FACTORIAL || design->n_factors == 1;
}

int answers_headline(report_answers *a, detente_error *error)
{
    const detente_design *design = a->config->design;
    detente_compare compare = {0};
    int code = judge_read(a, NULL, &compare, error);
    if (!code) {
        a->best = judge_best(a, &compare, 0);
        code = say_overall(a, &compare, error);
    }
    detente_compare_clear(&compare);
    if (!code && (a->empty || a->unfinished))
        code = answers_say(&a->headline, error, "The run is not finished, so this may still change (see the notes).");
    if (!code && a->config->n_strategies > 1 && a->most > 1)
        code = say_by_values(a, error);
    if (!code && design && has_like_levels(design) && a->config->n_strategies == 1 && a->most > 1)
        code = say_along(a, error);
    return code;
}
