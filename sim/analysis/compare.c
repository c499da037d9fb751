/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/compare.h>

#include <math.h>
#include <string.h>

#include <detente/registry.h>

#include "analysis/levels.h"
#include "analysis/persona.h"
#include "core/memory.h"
#include "core/text.h"

static const int default_pareto[] = {DETENTE_METRIC_reported_satisfaction, DETENTE_METRIC_total_cost};

const char *detente_compare_words(int bit)
{
    switch (bit) {
#define X(name, number, words) \
    case DETENTE_COMPARE_##name: \
        return words;
        DETENTE_COMPARE_WORDS(X)
#undef X
    default:
        return NULL;
    }
}

/* A comparison under way. */
typedef struct comparison {
    const detente_results *results;
    const detente_config *config;
    detente_compare *out;
    level_groups levels;
    int persona;       /* which of `by` is the persona, or -1 */
    uint32_t personas; /* 1 unless they are told apart */
    uint32_t strategies;
    uint32_t baseline;  /* strategy */
    uint32_t *group_of; /* owned, by cell: combination of levels x strategy, before personas are told apart */
} comparison;

/* ---- what was asked for ----------------------------------------------------------------------------------------- */

static int check_metrics(const int *metric, int n, int pareto, detente_error *error)
{
    for (int i = 0; i < n; i++) {
        if (metric[i] < 0 || metric[i] >= DETENTE_N_METRICS)
            return detente_error_set(error, DETENTE_E_USAGE, "metric %d: there is none", metric[i]);
        if (pareto && detente_metric_better(metric[i]) == 0)
            return detente_error_set(error, DETENTE_E_USAGE,
                                     "--pareto %s: neither more nor less of it is better, so it has no front",
                                     detente_metric_name(metric[i]));
        for (int other = 0; other < i; other++)
            if (metric[other] == metric[i])
                return detente_error_set(error, DETENTE_E_USAGE, "%s %s: is named twice",
                                         pareto ? "--pareto" : "--metric", detente_metric_name(metric[i]));
    }
    return 0;
}

/* Where everyone at a point is one persona, the persona is what is varied. */
static const char *path_of(const detente_config *config, const char *path)
{
    for (int k = 0; config->design && k < config->design->n_factors && strcmp(path, "persona") == 0; k++)
        if (strcmp(config->design->factor[k].path, "customer.persona") == 0)
            return config->design->factor[k].path;
    return path;
}

static int take_options(comparison *self, const detente_compare_options *options, detente_error *error)
{
    detente_compare *out = self->out;
    const int *metric = detente_metric_defaults(&out->n_metrics);
    const int *pareto = options->n_pareto ? options->pareto : default_pareto;
    if (options->n_metrics) {
        metric = options->metric;
        out->n_metrics = options->n_metrics;
    }
    out->n_pareto = options->n_pareto ? options->n_pareto : (int)(sizeof default_pareto / sizeof *default_pareto);
    out->confidence = options->confidence != 0 ? options->confidence : 0.95;
    out->paired = self->config->common_random_numbers;
    if (!(out->confidence > 0 && out->confidence < 1))
        return detente_error_set(error, DETENTE_E_USAGE, "--confidence %g: is not between 0 and 1", out->confidence);
    int code = check_metrics(metric, out->n_metrics, 0, error);
    if (!code)
        code = check_metrics(pareto, out->n_pareto, 1, error);
    if (code)
        return code;
    out->owned = detente_calloc((size_t)out->n_metrics + (size_t)out->n_pareto, sizeof *out->owned);
    out->by = detente_calloc((size_t)options->n_by, sizeof *out->by);
    if (!out->owned || !out->by)
        return detente_no_memory(error);
    memcpy(out->owned, metric, (size_t)out->n_metrics * sizeof *metric);
    memcpy(out->owned + out->n_metrics, pareto, (size_t)out->n_pareto * sizeof *pareto);
    out->metric = out->owned;
    out->pareto = out->owned + out->n_metrics;
    for (; out->n_by < options->n_by; out->n_by++)
        if (!(out->by[out->n_by] = detente_strdup(path_of(self->config, options->by[out->n_by]))))
            return detente_no_memory(error);
    return 0;
}

static int find_baseline(comparison *self, const char *name, detente_error *error)
{
    const char *names[DETENTE_MAX_STRATEGIES];
    self->strategies = (uint32_t)self->config->n_strategies;
    for (uint32_t s = 0; s < self->strategies; s++) {
        names[s] = self->config->strategy[s].name;
        if (name && strcmp(name, names[s]) == 0) {
            self->baseline = s;
            return 0;
        }
    }
    if (!name)
        return 0;
    const char *near = detente_nearest(name, names, self->strategies);
    char list[1024];
    return detente_error_set(error, DETENTE_E_USAGE, "--baseline %s: no strategy of the file; %s%s%s", name,
                             near ? "did you mean \"" : "it has ",
                             near ? near : text_names(list, sizeof list, names, self->strategies), near ? "\"?" : "");
}

/* ---- groups ----------------------------------------------------------------------------------------------------- */

static int find_levels(comparison *self, detente_error *error)
{
    const char *path[DETENTE_MAX_FACTORS];
    detente_sweep *sweep = NULL;
    int n = 0;
    self->persona = -1;
    self->personas = 1;
    for (int i = 0; i < self->out->n_by; i++) {
        if (strcmp(self->out->by[i], "persona") != 0) {
            if (n == DETENTE_MAX_FACTORS)
                return detente_error_set(error, DETENTE_E_USAGE, "--by: at most %d paths", DETENTE_MAX_FACTORS);
            path[n++] = self->out->by[i];
        } else if (self->persona >= 0) {
            return detente_error_set(error, DETENTE_E_USAGE, "--by persona: is named twice");
        } else {
            self->persona = i;
            self->personas = (uint32_t)self->config->n_personas;
        }
    }
    int code = detente_sweep_open(&sweep, self->config, error);
    if (!code && detente_sweep_cells(sweep) != detente_results_cells(self->results))
        code = detente_error_set(error, DETENTE_E_INPUT, "its %u cells are not those of its config, which makes %u",
                                 detente_results_cells(self->results), detente_sweep_cells(sweep));
    if (!code)
        code = levels_find(self->config, sweep, path, n, &self->levels, error);
    detente_sweep_close(sweep);
    for (int a = 0; a < self->levels.n_axes; a++)
        self->out->ranges |= self->levels.axis[a].ranges;
    return code;
}

/* A group's level of the i-th `by`. */
static int set_level(const comparison *self, uint32_t combination, uint32_t persona, int i,
                     detente_compare_level *level)
{
    char text[LEVEL_SIZE];
    level->value = NAN;
    if (i == self->persona) {
        level->text = detente_strdup(self->config->persona[persona].name);
    } else {
        const int a = i - (self->persona >= 0 && i > self->persona);
        const level_axis *axis = &self->levels.axis[a];
        const uint32_t at = self->levels.level[(size_t)combination * (size_t)self->levels.n_axes + (size_t)a];
        if (!axis->ranges && !axis->factor->named)
            level->value = axis->value[at];
        level->text = detente_strdup(levels_text(axis, at, text));
    }
    return level->text ? 0 : DETENTE_E_MEMORY;
}

/* Groups in order: combination of levels, persona, strategy. */
static int make_groups(comparison *self, detente_error *error)
{
    detente_compare *out = self->out;
    const uint64_t n = (uint64_t)self->levels.n * self->personas * self->strategies;
    if (n * (uint64_t)out->n_metrics > INT32_MAX)
        return detente_error_set(error, DETENTE_E_USAGE, "--by: these paths make too many groups");
    out->group = detente_calloc(n, sizeof *out->group);
    out->level = detente_calloc(n, (size_t)out->n_by * sizeof *out->level);
    out->row = detente_calloc(n * (uint64_t)out->n_metrics, sizeof *out->row);
    self->group_of = detente_calloc(detente_results_cells(self->results), sizeof *self->group_of);
    if (!out->group || !out->level || !out->row || !self->group_of)
        return detente_no_memory(error);
    out->n_groups = (uint32_t)n;
    for (uint32_t g = 0; g < n; g++) {
        detente_compare_level *level = out->level + (size_t)g * (size_t)out->n_by;
        const uint32_t block = g / self->strategies, strategy = g % self->strategies;
        out->group[g] = (detente_compare_group){.strategy = self->config->strategy[strategy].name,
                                                .level = level,
                                                .block = block,
                                                .first_cell = UINT32_MAX,
                                                .pareto = -1};
        out->group[g].is_baseline = self->strategies > 1 ? strategy == self->baseline : g == 0;
        for (int i = 0; i < out->n_by; i++)
            if (set_level(self, block / self->personas, block % self->personas, i, &level[i]))
                return detente_no_memory(error);
    }
    for (uint32_t c = 0; c < detente_results_cells(self->results); c++) {
        const uint32_t combination = self->levels.of_point[c / self->strategies], s = c % self->strategies;
        self->group_of[c] = combination * self->strategies + s;
        for (uint32_t p = 0; p < self->personas; p++) {
            detente_compare_group *group = &out->group[(combination * self->personas + p) * self->strategies + s];
            group->planned++;
            if (group->first_cell == UINT32_MAX)
                group->first_cell = c;
        }
    }
    out->baseline = self->strategies > 1 ? self->config->strategy[self->baseline].name : NULL;
    return 0;
}

static int match_points(comparison *self, detente_error *error)
{
    return pool_match(self->results, self->strategies, self->levels.n * self->strategies, self->group_of,
                      &self->out->unmatched, error);
}

static uint32_t baseline_of(const comparison *self, uint32_t group)
{
    return self->strategies > 1 ? group - group % self->strategies + self->baseline : 0;
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

/* One metric of every group, in the order of pooling: personas of a combination and strategy are next to each other. */
typedef struct metric_values {
    pool_means means;
    pool_spread *spread; /* owned */
} metric_values;

/* Where a group's values are. */
static uint32_t pooled(const comparison *self, uint32_t group)
{
    const uint32_t s = group % self->strategies, block = group / self->strategies;
    return (block / self->personas * self->strategies + s) * self->personas + block % self->personas;
}

static int read_values(const comparison *self, int metric, metric_values *values, detente_error *error)
{
    const uint32_t n = self->levels.n * self->strategies;
    *values = (metric_values){0};
    values->spread = detente_calloc(self->out->n_groups, sizeof *values->spread);
    if (!values->spread)
        return detente_no_memory(error);
    if (self->persona >= 0)
        return persona_read(self->results, metric, self->group_of, n, &values->means, values->spread, error);
    const int code = pool_read(self->results, metric, self->group_of, n, &values->means, error);
    return code ? code : pool_read_spread(self->results, metric, self->group_of, n, values->spread, error);
}

static void clear_values(metric_values *values)
{
    pool_clear(&values->means);
    detente_free(values->spread);
}

static void describe_group(const comparison *self, const metric_values *values, uint32_t g)
{
    detente_compare_group *group = &self->out->group[g];
    const uint32_t at = pooled(self, g);
    uint32_t n = 0;
    for (uint32_t r = 0; r < values->means.replications; r++)
        n += isnan(pool_of(&values->means, at)[r]) ? 0 : 1;
    group->cells = values->means.cells[at];
    group->failed = values->means.failed[at];
    group->most = values->means.most[at];
    /* That were run, whatever this metric is like. */
    group->replications = self->persona < 0 && pool_has_no_value(&values->means, at) ? values->means.run[at] : n;
}

static int is_certain(double share)
{
    return share == 0 || share == 1;
}

/*
 * Encounters of which it is known how a flag came out, a replication: those of one cell, since cells may share their customers. Of a
 * persona, at least one in each replication, and what the group has on average where all its cells have the same replications.
 */
static double encounters_of(const comparison *self, const metric_values *values, uint32_t group)
{
    const uint32_t at = pooled(self, group);
    const detente_compare_group *g = &self->out->group[group];
    if (self->persona < 0)
        return (double)self->config->encounters;
    return values->means.least[at] == values->means.most[at] && g->replications
               ? (double)(values->spread[at].encounters / g->cells) / g->replications
               : 1;
}

/* A share that was seen in one replication, or is the same in all, has no width over replications, but one over its encounters. */
static void set_mean(const comparison *self, const metric_values *values, detente_compare_row *row)
{
    const detente_compare_group *group = &self->out->group[row->group];
    const pool_spread *spread = &values->spread[pooled(self, row->group)];
    const double confidence = self->out->confidence;
    detente_estimate *mean = &row->mean;
    detente_estimate_of(pool_of(&values->means, pooled(self, row->group)), values->means.replications, confidence,
                        mean);
    const int no_width = mean->count == 1 || (mean->count > 1 && mean->variance == 0);
    const int share = detente_metric_is_flag(row->metric) && no_width;
    if (share && is_certain(mean->mean)) {
        row->exact = detente_estimate_alike(mean, encounters_of(self, values, row->group), confidence);
    } else if (share && group->cells == 1 && group->most == mean->count) {
        const double middle = detente_wilson_middle(spread->encounters, mean->mean, confidence);
        const double half = detente_wilson_halfwidth(spread->encounters, mean->mean, confidence);
        mean->low = middle - half;
        mean->high = middle + half;
        row->wilson = 1;
    }
    if (mean->count == 0)
        row->why |= group->failed == group->planned                               ? DETENTE_COMPARE_FAILED
                    : group->cells == 0                                           ? DETENTE_COMPARE_UNMATCHED
                    : pool_has_no_value(&values->means, pooled(self, row->group)) ? DETENTE_COMPARE_NO_VALUE
                                                                                  : DETENTE_COMPARE_NOT_RUN;
}

/*
 * Shares of few encounters may differ by as much in every replication by chance; that of what always or never happens does not, nor
 * does an amount.
 */
static int is_alike(const detente_compare_row *row, double baseline)
{
    const detente_contrast *d = &row->difference;
    return d->count > 1 && d->se == 0 && d->difference != 0 && detente_metric_is_flag(row->metric) &&
           !(is_certain(row->mean.mean) && is_certain(baseline));
}

/*
 * Where both of a flag's shares are 0 or 1 in each replication, a difference of encounters may still come out otherwise: as
 * detente_claims_judge() has it, one that is 1 or -1 may change by twice as much.
 */
static void set_certain(const comparison *self, const metric_values *values, detente_compare_row *row)
{
    detente_contrast *d = &row->difference;
    const double of_group = encounters_of(self, values, row->group),
                 of_baseline = encounters_of(self, values, row->baseline);
    const double each = of_group < of_baseline ? of_group : of_baseline;
    const double reach = detente_alike_reach((double)d->count * each, (1 - self->out->confidence) / 2);
    d->low = d->difference > 0 ? 1 - 2 * reach : d->difference < 0 ? -1 : -reach;
    d->high = d->difference > 0 ? 1 : d->difference < 0 ? 2 * reach - 1 : reach;
    row->exact = 1;
}

/* Why numbers of a difference are missing, or what is particular about them. */
static void explain(const comparison *self, detente_compare_row *row, uint64_t replications_of_baseline)
{
    const detente_contrast *d = &row->difference;
    if (d->count == 0 && row->mean.count > 0)
        row->why |= replications_of_baseline ? DETENTE_COMPARE_NO_PAIRS : DETENTE_COMPARE_NO_BASELINE;
    if (d->count == 0)
        return;
    if (d->count == 1)
        row->why |= DETENTE_COMPARE_ONE;
    else if (d->se == 0)
        row->why |= isnan(d->p) ? DETENTE_COMPARE_ALIKE : DETENTE_COMPARE_FIXED;
    if (!self->out->paired)
        row->why |= DETENTE_COMPARE_UNPAIRED;
    else if (d->count > 1 && isnan(d->correlation))
        row->why |= DETENTE_COMPARE_CONSTANT;
    if (isnan(row->effect))
        row->why |= DETENTE_COMPARE_FLAT;
    if (isnan(row->p_better))
        row->why |= DETENTE_COMPARE_NEITHER;
}

static int set_difference(const comparison *self, const metric_values *values, detente_compare_row *row,
                          detente_error *error)
{
    const uint32_t a = pooled(self, row->group), b = pooled(self, row->baseline);
    const size_t n = values->means.replications;
    const double *of_a = pool_of(&values->means, a), *of_b = pool_of(&values->means, b);
    const int better = detente_metric_better(row->metric);
    uint64_t there = 0;
    row->difference = detente_contrast_none();
    row->effect = row->p_holm = row->p_better = NAN;
    if (self->out->group[row->group].is_baseline) {
        row->why |= self->out->n_groups > 1 ? DETENTE_COMPARE_BASELINE : DETENTE_COMPARE_ALONE;
        return 0;
    }
    if (self->out->paired)
        detente_contrast_paired(of_a, of_b, n, self->out->confidence, &row->difference);
    else if (detente_contrast_unpaired(of_a, n, of_b, n, self->out->confidence, &row->difference))
        return detente_no_memory(error);
    for (size_t r = 0; r < n; r++)
        there += isnan(of_b[r]) ? 0 : 1;
    const pool_spread *x = &values->spread[a], *y = &values->spread[b];
    /* Freedom of one cell is its encounters less one; pooled over cells it stands for as many. */
    row->effect =
        detente_cohens_d(row->difference.difference, x->freedom + 1, x->variance, y->freedom + 1, y->variance);
    if (better)
        row->p_better = better > 0 ? row->difference.p_above : 1 - row->difference.p_above;
    if (is_alike(row, row->mean.mean - row->difference.difference))
        row->difference.low = row->difference.high = row->difference.p = NAN;
    else if (row->difference.count > 1 && row->difference.se == 0 && detente_metric_is_flag(row->metric) &&
             is_certain(row->mean.mean) && is_certain(row->mean.mean - row->difference.difference))
        set_certain(self, values, row);
    explain(self, row, there);
    return 0;
}

static int compare_metric(const comparison *self, int m, detente_error *error)
{
    detente_compare *out = self->out;
    metric_values values;
    int code = read_values(self, out->metric[m], &values, error);
    for (uint32_t g = 0; g < out->n_groups && !code; g++) {
        detente_compare_row *row = &out->row[(size_t)m * out->n_groups + g];
        *row = (detente_compare_row){.metric = out->metric[m], .group = g, .baseline = baseline_of(self, g)};
        if (m == 0)
            describe_group(self, &values, g);
        set_mean(self, &values, row);
        code = set_difference(self, &values, row, error);
    }
    clear_values(&values);
    return code;
}

/* ---- all rows together ------------------------------------------------------------------------------------------ */

static int adjust(detente_compare *out, detente_error *error)
{
    const size_t n = (size_t)out->n_metrics * out->n_groups;
    double *p = detente_calloc(n, sizeof *p), *adjusted = detente_calloc(n, sizeof *adjusted);
    int code = p && adjusted ? 0 : DETENTE_E_MEMORY;
    for (size_t i = 0; i < n && !code; i++) {
        p[i] = out->row[i].difference.p;
        out->tests += isnan(p[i]) ? 0 : 1;
    }
    if (!code)
        code = detente_holm(p, n, adjusted);
    for (size_t i = 0; i < n && !code; i++)
        out->row[i].p_holm = adjusted[i];
    detente_free(p);
    detente_free(adjusted);
    return code ? detente_no_memory(error) : 0;
}

/* Whether a is better than b in one of the metrics and as good in the others. */
static int dominates(const double *a, const double *b, const detente_compare *out)
{
    int better = 0;
    for (int m = 0; m < out->n_pareto; m++) {
        const double gain = (a[m] - b[m]) * detente_metric_better(out->pareto[m]);
        if (gain < 0)
            return 0;
        better |= gain > 0;
    }
    return better;
}

static int is_complete(const double *mean, int n)
{
    for (int m = 0; m < n; m++)
        if (isnan(mean[m]))
            return 0;
    return 1;
}

/* Marks among groups [first, first + n). */
static void mark_front(detente_compare *out, const double *mean, uint32_t first, uint32_t n)
{
    const size_t width = (size_t)out->n_pareto;
    for (uint32_t a = first; a < first + n; a++) {
        if (!is_complete(mean + a * width, out->n_pareto))
            continue;
        out->group[a].pareto = 1;
        for (uint32_t b = first; b < first + n && out->group[a].pareto; b++)
            if (is_complete(mean + b * width, out->n_pareto) && dominates(mean + b * width, mean + a * width, out))
                out->group[a].pareto = 0;
    }
}

static int find_front(const comparison *self, detente_error *error)
{
    detente_compare *out = self->out;
    double *mean = detente_calloc(out->n_groups, (size_t)out->n_pareto * sizeof *mean);
    int code = mean ? 0 : detente_no_memory(error);
    for (int m = 0; m < out->n_pareto && !code; m++) {
        metric_values values;
        code = read_values(self, out->pareto[m], &values, error);
        for (uint32_t g = 0; g < out->n_groups && !code; g++) {
            detente_estimate estimate;
            detente_estimate_of(pool_of(&values.means, pooled(self, g)), values.means.replications, out->confidence,
                                &estimate);
            mean[(size_t)g * (size_t)out->n_pareto + (size_t)m] = estimate.mean;
        }
        clear_values(&values);
    }
    const uint32_t together = self->strategies > 1 ? self->strategies : out->n_groups;
    for (uint32_t first = 0; first < out->n_groups && !code && out->n_groups > 1 && out->n_pareto > 0;
         first += together)
        mark_front(out, mean, first, together);
    detente_free(mean);
    return code;
}

static int check_replications(const comparison *self, detente_error *error)
{
    const uint32_t cells = detente_results_cells(self->results);
    uint32_t failed = 0;
    for (uint32_t c = 0; c < cells; c++) {
        if (detente_results_replications_run(self->results, c) > 0 && !detente_results_failed(self->results, c))
            return 0;
        failed += detente_results_failed(self->results, c) ? 1 : 0;
    }
    if (failed)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "nothing to compare: %u of %u cells failed, the others were not run", failed, cells);
    return detente_error_set(error, DETENTE_E_INPUT,
                             "nothing to compare: no replication was run yet; go on with --resume");
}

static int check_personas(const comparison *self, const int *metric, int n_metrics, detente_error *error)
{
    detente_error why = {0};
    const int code = self->persona < 0 ? 0 : persona_check(self->results, metric, n_metrics, &why);
    if (code)
        detente_error_set(error, code, "--by persona: %s", why.text ? why.text : "they cannot be told apart");
    detente_error_clear(&why);
    return code;
}

int detente_compare_results(detente_compare *compare, const detente_results *results,
                            const detente_compare_options *options, detente_error *error)
{
    comparison self = {.results = results, .config = detente_results_config(results), .out = compare};
    *compare = (detente_compare){0};
    int code = take_options(&self, options, error);
    if (!code)
        code = find_baseline(&self, options->baseline, error);
    if (!code)
        code = find_levels(&self, error);
    if (!code)
        code = check_personas(&self, compare->metric, compare->n_metrics, error);
    /* A front that nobody asked for is left out where its metrics were not kept. */
    if (!code && options->n_pareto)
        code = check_personas(&self, compare->pareto, compare->n_pareto, error);
    else if (!code && check_personas(&self, compare->pareto, compare->n_pareto, NULL))
        compare->n_pareto = 0;
    if (!code)
        code = check_replications(&self, error);
    if (!code)
        code = make_groups(&self, error);
    if (!code)
        code = match_points(&self, error);
    for (int m = 0; m < compare->n_metrics && !code; m++)
        code = compare_metric(&self, m, error);
    if (!code)
        code = adjust(compare, error);
    if (!code)
        code = find_front(&self, error);
    levels_clear(&self.levels);
    detente_free(self.group_of);
    if (code)
        detente_compare_clear(compare);
    return code;
}

void detente_compare_clear(detente_compare *compare)
{
    if (!compare)
        return;
    for (size_t i = 0; compare->level && i < (size_t)compare->n_groups * (size_t)compare->n_by; i++)
        detente_free(compare->level[i].text);
    for (int i = 0; compare->by && i < compare->n_by; i++)
        detente_free(compare->by[i]);
    detente_free(compare->by);
    detente_free(compare->group);
    detente_free(compare->level);
    detente_free(compare->row);
    detente_free(compare->owned);
    *compare = (detente_compare){0};
}
