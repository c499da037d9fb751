/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points, cells, and curves over a varied parameter. */
#include <math.h>
#include <string.h>

#include <detente/registry.h>

#include "analysis/pool.h"
#include "core/memory.h"
#include "report/answers_parts.h"

enum { BINS = 12, LEAST_BINS = 4, POINTS_A_BIN = 16, FIRST_METRICS = 6, POINT_NUMBERS = 150000, ALL_NUMBERS = 180000 };

/* ---- places ------------------------------------------------------------------------------------------------------ */

static int has_levels(const detente_factor *f)
{
    return f->levels > 0 && f->levels <= ANSWERS_MOST_PLACES;
}

/* How many places a factor has: its levels where they are few, else equal bins of its range. */
static int count_places(const detente_design *design, const detente_factor *f)
{
    if (has_levels(f))
        return (int)f->levels;
    /* So many bins tell the points of a short list apart. */
    if (design->type == DETENTE_LIST && design->n_points <= ANSWERS_MOST_PLACES)
        return ANSWERS_MOST_PLACES;
    const uint64_t bins = design->n_points / POINTS_A_BIN;
    return bins > BINS ? BINS : bins < LEAST_BINS ? LEAST_BINS : (int)bins;
}

static double scaled(const detente_factor *f, double value)
{
    return f->log ? log(value) : value;
}

static int place_of(const detente_factor *f, int n, double value)
{
    if (f->named)
        return (int)value;
    for (uint64_t i = 0; i < f->levels && has_levels(f); i++)
        if (detente_factor_level(f, i) == value)
            return (int)i;
    const double low = scaled(f, f->from), high = scaled(f, f->to);
    const int place = high > low ? (int)((scaled(f, value) - low) / (high - low) * n) : 0;
    return place < 0 ? 0 : place < n ? place : n - 1;
}

/* In a design of one parameter at a time only the points that leave the others at their base tell of a parameter. */
static int belongs(const detente_design *design, const double *values, int k)
{
    if (design->type != DETENTE_ONE_AT_A_TIME)
        return 1;
    for (int j = 0; j < design->n_factors; j++)
        if (j != k && values[j] != design->factor[j].base)
            return 0;
    return 1;
}

/* From sums to means, and places without points closed up. */
static void finish_places(const detente_factor *f, answers_places *p, const uint64_t *count, uint64_t points)
{
    uint8_t to[ANSWERS_MOST_PLACES];
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        const double mean = count[i] ? p->x[i] / (double)count[i] : 0;
        to[i] = count[i] ? (uint8_t)n : ANSWERS_NOWHERE;
        if (count[i])
            p->x[n++] = has_levels(f) ? detente_factor_level(f, (uint64_t)i) : f->log ? exp(mean) : mean;
    }
    for (uint64_t i = 0; i < points; i++)
        if (p->place[i] != ANSWERS_NOWHERE)
            p->place[i] = to[p->place[i]];
    p->n = n;
}

int answers_places_make(const report_answers *a, answers_places *places, int *n, detente_error *error)
{
    const detente_design *design = a->config->design;
    const uint64_t points = detente_sweep_points(a->sweep);
    uint64_t count[ANSWERS_MOST_CURVES][ANSWERS_MOST_PLACES] = {{0}};
    double values[DETENTE_MAX_FACTORS];
    *n = !design || a->config->n_strategies > ANSWERS_MOST_LINES ? 0
         : design->n_factors < ANSWERS_MOST_CURVES               ? design->n_factors
                                                                 : ANSWERS_MOST_CURVES;
    for (int k = 0; k < *n; k++) {
        places[k].n = count_places(design, &design->factor[k]);
        places[k].x = detente_calloc((size_t)places[k].n, sizeof *places[k].x);
        places[k].place = detente_alloc(points);
        if (!places[k].x || !places[k].place)
            return detente_no_memory(error);
    }
    for (uint64_t i = 0; i < points && *n; i++) {
        const int code = detente_sweep_values(a->sweep, i, values, error);
        if (code)
            return code;
        for (int k = 0; k < *n; k++) {
            places[k].place[i] = ANSWERS_NOWHERE;
            if (!belongs(design, values, k))
                continue;
            const int at = place_of(&design->factor[k], places[k].n, values[k]);
            places[k].place[i] = (uint8_t)at;
            places[k].x[at] += scaled(&design->factor[k], values[k]);
            count[k][at]++;
        }
    }
    for (int k = 0; k < *n; k++)
        finish_places(&design->factor[k], &places[k], count[k], points);
    return 0;
}

void answers_places_clear(answers_places *places, int n)
{
    for (int k = 0; k < n; k++) {
        detente_free(places[k].x);
        detente_free(places[k].place);
    }
}

void answers_places_group(const report_answers *a, const answers_places *places, uint32_t *group)
{
    const uint32_t cells = detente_results_cells(a->results), strategies = (uint32_t)a->config->n_strategies;
    for (uint32_t c = 0; c < cells; c++) {
        const uint8_t place = places->place[c / strategies];
        group[c] = place == ANSWERS_NOWHERE ? POOL_NONE : place * strategies + c % strategies;
    }
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* Metrics that fit beside the points: those most asked for, then the others. */
static void choose_metrics(report_answers *a, const answers_places *places, int n_places)
{
    int n_first;
    const int *first = detente_metric_defaults(&n_first);
    const uint64_t strategies = (uint64_t)a->config->n_strategies;
    const uint64_t points = a->config->design ? a->n_points * (uint64_t)a->config->design->n_factors : 0;
    uint64_t each = 2 * a->n_points * strategies + 24 * strategies;
    for (int k = 0; k < n_places; k++)
        each += strategies * (4 * (uint64_t)places[k].n + 8);
    const uint64_t fit = (ALL_NUMBERS - points) / each;
    const int most = fit > DETENTE_N_METRICS ? DETENTE_N_METRICS : fit < (uint64_t)n_first ? n_first : (int)fit;
    memcpy(a->metric, first, (size_t)n_first * sizeof *first);
    a->n_metrics = n_first;
    for (int m = 0; m < DETENTE_N_METRICS && a->n_metrics < most; m++) {
        int taken = 0;
        for (int i = 0; i < n_first; i++)
            taken |= first[i] == m;
        if (!taken)
            a->metric[a->n_metrics++] = m;
    }
}

/* All points, or as many as fit, scattered by the golden ratio so that no level is passed over. */
static int choose_points(report_answers *a, detente_error *error)
{
    const int factors = a->config->design ? a->config->design->n_factors : 0;
    const uint64_t points = detente_sweep_points(a->sweep);
    const uint64_t fit = POINT_NUMBERS / ((uint64_t)factors + 2 * FIRST_METRICS * (uint64_t)a->config->n_strategies);
    const uint64_t most = points < fit ? points : fit ? fit : 1;
    const double share = (double)most / (double)points * 4294967296.0;
    a->point = detente_calloc(most, sizeof *a->point);
    a->values = detente_calloc(most, ((size_t)factors + 1) * sizeof *a->values);
    if (!a->point || !a->values)
        return detente_no_memory(error);
    int code = 0;
    for (uint64_t i = 0; i < points && a->n_points < most && !code; i++) {
        if (most < points && (double)(uint32_t)(i * 2654435769U) >= share)
            continue;
        a->point[a->n_points] = i;
        if (factors)
            code = detente_sweep_values(a->sweep, i, a->values + a->n_points * (uint64_t)factors, error);
        a->n_points++;
    }
    return code;
}

int answers_cells(report_answers *a, const answers_places *places, int n_places, detente_error *error)
{
    int code = choose_points(a, error);
    if (code)
        return code;
    choose_metrics(a, places, n_places);
    const uint32_t cells = detente_results_cells(a->results), strategies = (uint32_t)a->config->n_strategies;
    const size_t each = (size_t)a->n_points * strategies, all = each * (size_t)a->n_metrics;
    double *summary = detente_calloc(cells, DETENTE_N_STATISTICS * sizeof *summary);
    a->mean = detente_calloc(all, sizeof *a->mean);
    a->half = detente_calloc(all, sizeof *a->half);
    code = summary && a->mean && a->half ? 0 : detente_no_memory(error);
    for (int m = 0; m < a->n_metrics && !code; m++) {
        code = detente_results_summary(a->results, a->metric[m], summary, error);
        for (size_t i = 0; i < each && !code; i++) {
            const size_t cell = (size_t)a->point[i / strategies] * strategies + i % strategies;
            detente_estimate e;
            pool_estimate_cell(a->results, (uint32_t)cell, a->metric[m], summary + cell * DETENTE_N_STATISTICS, &e);
            a->mean[(size_t)m * each + i] = e.mean;
            a->half[(size_t)m * each + i] = detente_estimate_reach(&e);
        }
    }
    detente_free(summary);
    return code;
}

/* ---- curves ------------------------------------------------------------------------------------------------------ */

static int make_curve(report_answers *a, report_curve *curve, const answers_places *places, const pool_means *means,
                      detente_error *error)
{
    const uint32_t strategies = (uint32_t)a->config->n_strategies;
    curve->x = detente_calloc((size_t)places->n, 4 * sizeof *curve->x);
    if (!curve->x)
        return detente_no_memory(error);
    curve->n = places->n;
    curve->mean = curve->x + places->n;
    curve->low = curve->mean + places->n;
    curve->high = curve->low + places->n;
    for (int i = 0; i < places->n; i++) {
        detente_estimate estimate;
        pool_estimate(a->results, means, (uint32_t)i * strategies + (uint32_t)curve->strategy, a->metric[curve->metric],
                      a->confidence, &estimate);
        curve->x[i] = places->x[i];
        curve->mean[i] = estimate.mean;
        curve->low[i] = estimate.low;
        curve->high[i] = estimate.high;
    }
    return 0;
}

int answers_curves(report_answers *a, const answers_places *places, int n_places, detente_error *error)
{
    const int strategies = a->config->n_strategies;
    uint32_t *group = detente_calloc(detente_results_cells(a->results), sizeof *group);
    a->curve = detente_calloc((size_t)n_places * (size_t)a->n_metrics * (size_t)strategies + 1, sizeof *a->curve);
    int code = group && a->curve ? 0 : detente_no_memory(error);
    for (int k = 0; k < n_places && !code; k++) {
        uint32_t unmatched;
        answers_places_group(a, &places[k], group);
        code = pool_match(a->results, (uint32_t)strategies, (uint32_t)(places[k].n * strategies), group, &unmatched,
                          error);
        for (int m = 0; m < a->n_metrics && !code; m++) {
            pool_means means = {0};
            code = pool_read(a->results, a->metric[m], group, (uint32_t)(places[k].n * strategies), &means, error);
            for (int s = 0; s < strategies && !code; s++) {
                report_curve *curve = &a->curve[a->n_curves++];
                *curve = (report_curve){.factor = k, .metric = m, .strategy = s};
                code = make_curve(a, curve, &places[k], &means, error);
            }
            pool_clear(&means);
        }
    }
    detente_free(group);
    return code;
}

/* ---- endings ----------------------------------------------------------------------------------------------------- */

int answers_endings(report_answers *a, detente_error *error)
{
    static const int metric[REPORT_N_ENDINGS] = {DETENTE_METRIC_first_contact, DETENTE_METRIC_resolved,
                                                 DETENTE_METRIC_hung_up, DETENTE_METRIC_impasse,
                                                 DETENTE_METRIC_terminated};
    const uint32_t cells = detente_results_cells(a->results), strategies = (uint32_t)a->config->n_strategies;
    uint32_t unmatched, *group = detente_calloc(cells, sizeof *group);
    a->ending = detente_calloc(strategies, REPORT_N_ENDINGS * sizeof *a->ending);
    int code = group && a->ending ? 0 : detente_no_memory(error);
    for (uint32_t c = 0; c < cells && !code; c++)
        group[c] = c % strategies;
    if (!code)
        code = pool_match(a->results, strategies, strategies, group, &unmatched, error);
    for (int e = 0; e < REPORT_N_ENDINGS && !code; e++) {
        pool_means means = {0};
        code = pool_read(a->results, metric[e], group, strategies, &means, error);
        for (uint32_t s = 0; s < strategies && !code; s++) {
            detente_estimate estimate;
            detente_estimate_of(pool_of(&means, s), means.replications, a->confidence, &estimate);
            a->ending[s * REPORT_N_ENDINGS + (uint32_t)e] = estimate.mean;
        }
        pool_clear(&means);
    }
    /* Those settled at first contact are among those settled. */
    for (uint32_t s = 0; s < strategies && !code; s++)
        a->ending[s * REPORT_N_ENDINGS + 1] -= a->ending[s * REPORT_N_ENDINGS];
    detente_free(group);
    return code;
}
