/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/hypotheses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <detente/design.h>
#include <detente/registry.h>

#include "analysis/pool.h"
#include "core/memory.h"

/* Sides of a hypothesis: groups of pool.h, and bits of what a cell, or a pair of cells, is. */
enum { WHERE, VERSUS, SIDES };
enum { IS_WHERE = 1 << WHERE, IS_VERSUS = 1 << VERSUS, HAS_FAILED = 4 };
/* Hypotheses about one metric that are tested in one reading of it. */
enum { BATCH = 24 };
#define NO_KEY UINT32_MAX

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* A hypothesis and the points of the design: on which side each is, and what it has in common with its partner. */
typedef struct selection {
    const detente_config *config;
    const detente_hypothesis *h;
    detente_sweep *sweep;
    uint32_t points;
    uint8_t *side; /* by point: IS_WHERE and IS_VERSUS */
    uint32_t *key; /* by point on a side: equal in all that `versus` does not name */
} selection;

static const detente_restriction *find_restriction(const detente_side *side, int factor)
{
    for (int i = 0; i < side->n; i++)
        if (side->at[i].factor == factor)
            return &side->at[i];
    return NULL;
}

/* What `versus` names is as it says, the rest as `where` says. */
static int side_of(const detente_hypothesis *h, const double *values)
{
    int side = IS_WHERE | (h->compared ? IS_VERSUS : 0);
    for (int i = 0; i < h->where.n; i++) {
        const detente_restriction *own = &h->where.at[i], *other = find_restriction(&h->versus, own->factor);
        if (values[own->factor] != own->value)
            side &= ~IS_WHERE;
        if (values[own->factor] != (other ? other->value : own->value))
            side &= ~IS_VERSUS;
    }
    return side;
}

/* A point's values but for those that `versus` names. */
typedef struct leftover {
    const double *value;
    size_t n;
    uint32_t point;
} leftover;

static int by_values(const void *a, const void *b)
{
    const leftover *x = a, *y = b;
    for (size_t i = 0; i < x->n; i++)
        if (x->value[i] != y->value[i])
            return x->value[i] < y->value[i] ? -1 : 1;
    return (x->point > y->point) - (x->point < y->point);
}

static int same_values(const leftover *a, const leftover *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->value[i] != b->value[i])
            return 0;
    return 1;
}

/* Number what the points of both sides are without what `versus` names. */
static int number_leftovers(selection *s, detente_error *error)
{
    const size_t factors = (size_t)s->config->design->n_factors, kept = factors - (size_t)s->h->versus.n;
    double values[DETENTE_MAX_FACTORS];
    size_t n = 0, i = 0;
    uint32_t number = 0;
    int code = 0;
    for (uint32_t p = 0; p < s->points; p++)
        n += s->side[p] != 0;
    leftover *rest = detente_calloc(n + 1, sizeof *rest);
    double *row = detente_calloc(n + 1, (kept + 1) * sizeof *row);
    if (!rest || !row)
        code = detente_no_memory(error);
    for (uint32_t p = 0; p < s->points && !code; p++) {
        size_t k = 0;
        if (!s->side[p])
            continue;
        code = detente_sweep_values(s->sweep, p, values, error);
        for (size_t f = 0; f < factors && !code; f++)
            if (!find_restriction(&s->h->versus, (int)f))
                row[i * kept + k++] = values[f];
        rest[i] = (leftover){row + i * kept, kept, p};
        i++;
    }
    if (!code)
        qsort(rest, n, sizeof *rest, by_values);
    for (i = 0; i < n && !code; i++) {
        number += i > 0 && !same_values(&rest[i - 1], &rest[i]);
        s->key[rest[i].point] = number;
    }
    detente_free(rest);
    detente_free(row);
    return code;
}

static int select_points(selection *s, detente_error *error)
{
    double values[DETENTE_MAX_FACTORS];
    int code = 0;
    for (uint32_t p = 0; p < s->points && !code; p++) {
        if (s->config->design)
            code = detente_sweep_values(s->sweep, p, values, error);
        s->side[p] = (uint8_t)side_of(s->h, values);
        s->key[p] = p;
    }
    return code || s->h->versus.n == 0 ? code : number_leftovers(s, error);
}

/* The side that a cell is on: 0 none. */
static int cell_side(const selection *s, uint32_t point, int strategy)
{
    const detente_hypothesis *h = s->h;
    const int other = h->versus.strategy >= 0 ? h->versus.strategy : h->where.strategy;
    int side = s->side[point];
    if (h->where.strategy >= 0 && h->where.strategy != strategy)
        side &= ~IS_WHERE;
    if (other >= 0 && other != strategy)
        side &= ~IS_VERSUS;
    return side;
}

/* Where what a cell and its partner have in common is kept. */
static size_t slot_of(const selection *s, uint32_t point, int strategy)
{
    return s->h->versus.strategy >= 0 ? s->key[point]
                                      : (size_t)s->key[point] * (size_t)s->config->n_strategies + (size_t)strategy;
}

/* Put the cells of pairs that are whole into the groups WHERE and VERSUS. @p pair has a slot for each cell, all 0 */
static void select_cells(const selection *s, const detente_results *results, uint8_t *pair, uint32_t *group,
                         detente_tested *tested)
{
    const int strategies = s->config->n_strategies, need = IS_WHERE | (s->h->compared ? IS_VERSUS : 0);
    uint32_t cell = 0, alone = 0;
    for (uint32_t p = 0; p < s->points; p++)
        for (int t = 0; t < strategies; t++, cell++) {
            const int side = cell_side(s, p, t);
            if (side)
                pair[slot_of(s, p, t)] |= (uint8_t)(side | (detente_results_failed(results, cell) ? HAS_FAILED : 0));
        }
    cell = 0;
    for (uint32_t p = 0; p < s->points; p++)
        for (int t = 0; t < strategies; t++, cell++) {
            const int side = cell_side(s, p, t), both = side ? pair[slot_of(s, p, t)] : 0;
            group[cell] = POOL_NONE;
            if (!side)
                continue;
            if (both == need)
                group[cell] = side == IS_WHERE ? WHERE : VERSUS;
            tested->cells += both == need && side == IS_WHERE;
            tested->failed += (both & HAS_FAILED) && side == IS_WHERE;
            alone += (both & need) != need && side == IS_WHERE;
        }
    if (tested->cells == 0)
        tested->unknown = tested->failed ? DETENTE_CELLS_FAILED : alone ? DETENTE_NO_PARTNERS : DETENTE_NO_CELLS;
}

static int select_hypothesis(const detente_results *results, detente_sweep *sweep, const detente_hypothesis *h,
                             uint32_t *group, detente_tested *tested, detente_error *error)
{
    const uint32_t points = (uint32_t)detente_sweep_points(sweep), cells = detente_results_cells(results);
    selection s = {detente_results_config(results), h, sweep, points, NULL, NULL};
    uint8_t *pair = detente_calloc((size_t)cells + 1, sizeof *pair);
    s.side = detente_calloc((size_t)points + 1, sizeof *s.side);
    s.key = detente_calloc((size_t)points + 1, sizeof *s.key);
    int code = pair && s.side && s.key ? select_points(&s, error) : detente_no_memory(error);
    if (!code)
        select_cells(&s, results, pair, group, tested);
    detente_free(pair);
    detente_free(s.side);
    detente_free(s.key);
    return code;
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

/* Averages of the same numbers in another order differ in the last digits: that is no difference. */
static void level_rounding(const double *a, double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fabs(a[i] - b[i]) <= 1e-13 * (fabs(a[i]) + fabs(b[i])))
            b[i] = a[i];
}

static int contrast(const detente_config *config, const detente_hypothesis *h, const pool_means *means,
                    detente_contrast *out)
{
    const size_t n = means->replications;
    const double *where = pool_of(means, WHERE);
    double *versus = means->value + VERSUS * n;
    const double confidence = 1 - DETENTE_ERROR_RATE;
    if (!h->compared)
        memset(versus, 0, n * sizeof *versus);
    else
        level_rounding(where, versus, n);
    if (h->compared && !config->common_random_numbers)
        return detente_contrast_unpaired(where, n, versus, n, confidence, out);
    detente_contrast_paired(where, versus, n, confidence, out);
    return 0;
}

static int make_claim(const detente_config *config, const detente_hypothesis *h, const pool_means *means,
                      detente_tested *tested, detente_claim *claim)
{
    *claim = (detente_claim){.above = h->above, .threshold = h->threshold, .compared = h->compared};
    const int code = contrast(config, h, means, &claim->of);
    tested->replications = claim->of.count;
    tested->effect = claim->of.difference;
    tested->same = h->compared && claim->of.se == 0 && claim->of.difference == 0;
    if (detente_metric_is_flag(h->metric))
        claim->encounters = (double)claim->of.count * (double)config->encounters;
    const int no_value = pool_has_no_value(means, WHERE) || (h->compared && pool_has_no_value(means, VERSUS));
    if (tested->unknown == DETENTE_KNOWN && claim->of.count < 2)
        tested->unknown = claim->of.count ? DETENTE_ONE_REPLICATION : no_value ? DETENTE_NO_VALUE : DETENTE_NOT_RUN;
    return code;
}

/* Hypotheses number[0 … n-1], all about one metric. */
static int read_batch(const detente_results *results, detente_sweep *sweep, const int *number, size_t n,
                      detente_tested *tested, detente_claim *claims, detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    const uint32_t cells = detente_results_cells(results);
    uint32_t *group[BATCH] = {NULL};
    pool_means means[BATCH] = {{0}};
    int code = 0;
    for (size_t i = 0; i < n && !code; i++) {
        group[i] = detente_calloc((size_t)cells + 1, sizeof *group[i]);
        code = group[i] ? select_hypothesis(results, sweep, &config->hypothesis[number[i]], group[i],
                                            &tested[number[i]], error)
                        : detente_no_memory(error);
    }
    if (!code)
        code = pool_read_many(results, config->hypothesis[number[0]].metric, (const uint32_t *const *)group, SIDES, n,
                              means, error);
    for (size_t i = 0; i < n && !code; i++)
        if (make_claim(config, &config->hypothesis[number[i]], &means[i], &tested[number[i]], &claims[number[i]]))
            code = detente_no_memory(error);
    for (size_t i = 0; i < n; i++) {
        pool_clear(&means[i]);
        detente_free(group[i]);
    }
    return code;
}

static int read_all(const detente_results *results, detente_sweep *sweep, detente_tested *tested, detente_claim *claims,
                    detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    int code = 0;
    for (int metric = 0; metric < DETENTE_N_METRICS && !code; metric++) {
        int number[BATCH];
        size_t n = 0;
        for (int i = 0; i < config->n_hypotheses && !code; i++) {
            if (config->hypothesis[i].metric == metric)
                number[n++] = i;
            if (n == BATCH) {
                code = read_batch(results, sweep, number, n, tested, claims, error);
                n = 0;
            }
        }
        if (n > 0 && !code)
            code = read_batch(results, sweep, number, n, tested, claims, error);
    }
    return code;
}

static void take_verdict(const detente_claim *claim, detente_tested *tested)
{
    tested->verdict = claim->verdict;
    tested->low = claim->low;
    tested->high = claim->high;
    tested->p = claim->threshold != 0 ? claim->p : NAN;
    tested->p_holm = claim->threshold != 0 ? claim->p_holm : NAN;
    if (tested->unknown == DETENTE_KNOWN && isnan(claim->low))
        tested->unknown = DETENTE_ALIKE;
    /* The p that stands for nothing known is Holm's business only. */
    if (tested->unknown != DETENTE_KNOWN)
        tested->p = tested->p_holm = NAN;
}

int detente_hypotheses_test(const detente_results *results, detente_tested *tested, detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    const size_t n = (size_t)config->n_hypotheses;
    detente_sweep *sweep = NULL;
    detente_claim *claims = detente_calloc(n + 1, sizeof *claims);
    memset(tested, 0, n * sizeof *tested);
    int code = claims ? detente_sweep_open(&sweep, config, error) : detente_no_memory(error);
    if (!code && detente_sweep_cells(sweep) != detente_results_cells(results))
        code =
            detente_error_set(error, DETENTE_E_INPUT, "has %lu cells, where its config makes %lu",
                              (unsigned long)detente_results_cells(results), (unsigned long)detente_sweep_cells(sweep));
    if (!code)
        code = read_all(results, sweep, tested, claims, error);
    if (!code && detente_claims_judge(claims, n, DETENTE_ERROR_RATE))
        code = detente_no_memory(error);
    for (size_t i = 0; i < n && !code; i++)
        take_verdict(&claims[i], &tested[i]);
    detente_sweep_close(sweep);
    detente_free(claims);
    return code;
}

const char *detente_verdict_name(int verdict)
{
    static const char *const NAME[] = {"supported", "not supported", "undecided"};
    return verdict >= 0 && verdict <= DETENTE_UNDECIDED ? NAME[verdict] : NULL;
}
