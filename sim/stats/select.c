/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kim & Nelson's fully sequential selection of the best, and what it shares with OCBA (allocate.c). */
#include <detente/select.h>

#include <math.h>
#include <string.h>

#include <detente/stats.h>

#include "core/exact.h"
#include "core/memory.h"
#include "stats/select.h"

/* ---- what both procedures do ------------------------------------------------------------------------------------- */

static int check_rule(const detente_select_rule *rule, uint32_t n, detente_error *error)
{
    if (n < 2 || n > DETENTE_SELECT_MAX)
        return detente_error_set(error, DETENTE_E_RANGE, "%u to select from: 2 to %d can be compared", n,
                                 DETENTE_SELECT_MAX);
    if (rule->first < 2)
        return detente_error_set(error, DETENTE_E_RANGE, "a first stage needs at least 2 replications");
    if ((rule->budget || rule->procedure == DETENTE_SELECT_OCBA) && rule->budget / n < rule->first)
        return detente_error_set(error, DETENTE_E_RANGE, "the budget is less than the first stage takes");
    if (rule->procedure == DETENTE_SELECT_OCBA)
        return 0;
    if (!(rule->delta > 0 && rule->delta <= 1e300))
        return detente_error_set(error, DETENTE_E_RANGE, "the least lead that matters must be above 0");
    if (!(rule->confidence > 1.0 / n && rule->confidence < 1))
        return detente_error_set(error, DETENTE_E_RANGE,
                                 "a confidence of %g: it must be above %.3g, which is a guess among %u, and below 1",
                                 rule->confidence, 1.0 / n, n);
    return 0;
}

int select_play(select_race *race, detente_error *error)
{
    const int code = race->source->play(race->source->data, race->result->replications, error);
    const double sign = race->rule->smallest ? -1 : 1;
    for (uint32_t i = 0; i < race->source->n && !code; i++)
        for (uint64_t r = race->moments[i].count; r < race->result->replications[i]; r++) {
            const double value = sign * race->source->value(race->source->data, i, r);
            if (!(fabs(value) < INFINITY))
                return detente_error_set(error, DETENTE_E_RANGE, "replication %llu of number %u has no value",
                                         (unsigned long long)r, i);
            detente_moments_add(&race->moments[i], value);
            race->sum[i] += value;
            race->result->total++;
        }
    return code;
}

int select_want(select_race *race, uint32_t system, uint64_t replications, detente_error *error)
{
    if (replications > UINT32_MAX)
        return detente_error_set(error, DETENTE_E_RANGE,
                                 "not decided within %u replications: the least lead that matters is too small for how "
                                 "much replications vary",
                                 UINT32_MAX);
    race->result->replications[system] = replications;
    return 0;
}

/* ---- Kim & Nelson ------------------------------------------------------------------------------------------------ */

typedef struct kn_state {
    select_race *race;
    double *variance; /* of the paired differences, below the diagonal row by row */
    double h2, delta;
    uint8_t *dropped; /* in this round */
} kn_state;

static double *pair(const kn_state *kn, uint32_t i, uint32_t l)
{
    const size_t high = i > l ? i : l, low = i > l ? l : i;
    return &kn->variance[high * (high - 1) / 2 + low];
}

/* S2_il over the first stage. */
static void first_variances(kn_state *kn)
{
    const detente_select_source *source = kn->race->source;
    for (uint32_t i = 1; i < source->n; i++)
        for (uint32_t l = 0; l < i; l++) {
            detente_moments difference;
            detente_moments_init(&difference);
            for (uint64_t r = 0; r < kn->race->rule->first; r++)
                detente_moments_add(&difference, source->value(source->data, i, r) - source->value(source->data, l, r));
            *pair(kn, i, l) = detente_moments_variance(&difference);
        }
}

/* How far i's mean may lie below l's after r replications; by two divisions, so that no square of delta becomes 0. */
static double slack(const kn_state *kn, uint32_t i, uint32_t l, double r)
{
    const double needed = kn->h2 * *pair(kn, i, l) / kn->delta / kn->delta;
    return needed > r ? kn->delta / (2 * r) * (needed - r) : 0;
}

/* Drop what lies too far below another of those that were left. @return whether there is still something to find out */
static int screen(kn_state *kn, uint64_t replications)
{
    detente_selection *result = kn->race->result;
    const double r = (double)replications;
    int open = 0;
    for (uint32_t i = 0; i < result->n; i++) {
        kn->dropped[i] = 0;
        for (uint32_t l = 0; l < result->n && result->left[i] && !kn->dropped[i]; l++)
            kn->dropped[i] =
                result->left[l] && l != i && select_mean(kn->race, i) < select_mean(kn->race, l) - slack(kn, i, l, r);
    }
    result->n_left = 0;
    for (uint32_t i = 0; i < result->n; i++) {
        result->left[i] = result->left[i] && !kn->dropped[i];
        result->n_left += result->left[i];
        for (uint32_t l = 0; l < i && result->left[i] && !open; l++)
            open = result->left[l] && slack(kn, i, l, r) > 0;
    }
    return open;
}

static double equal_allocation(const kn_state *kn)
{
    const detente_select_rule *rule = kn->race->rule;
    const uint32_t n = kn->race->source->n;
    const double first = (double)rule->first, alpha = 1 - rule->confidence;
    const double t = detente_t_quantile(first - 1, 1 - 2 * alpha / (n - 1));
    double most = 0;
    for (size_t p = 0; p < (size_t)n * (n - 1) / 2; p++)
        most = fmax(most, kn->variance[p]);
    return fmax(first, ceil(t * t * most / kn->delta / kn->delta));
}

static void take_best(select_race *race)
{
    detente_selection *result = race->result;
    int found = 0;
    for (uint32_t i = 0; i < result->n; i++)
        if (result->left[i] && (!found || select_mean(race, i) > select_mean(race, result->best))) {
            result->best = i;
            found = 1;
        }
}

static int kn_rounds(kn_state *kn, detente_error *error)
{
    select_race *race = kn->race;
    detente_selection *result = race->result;
    uint64_t r = race->rule->first;
    int code = 0;
    while (!code && screen(kn, r)) {
        if (race->rule->budget && race->rule->budget - result->total < result->n_left) {
            result->decided = 0;
            return 0;
        }
        r++;
        for (uint32_t i = 0; i < result->n && !code; i++)
            if (result->left[i])
                code = select_want(race, i, r, error);
        if (!code)
            code = select_play(race, error);
    }
    return code;
}

static int select_kn(select_race *race, detente_error *error)
{
    const detente_select_rule *rule = race->rule;
    const uint32_t n = race->source->n;
    const double freedom = (double)(rule->first - 1);
    const double eta = (detente_exact_pow(2 * (1 - rule->confidence) / (n - 1), -2 / freedom) - 1) / 2;
    kn_state kn = {.race = race, .h2 = 2 * eta * freedom, .delta = rule->delta};
    kn.variance = detente_alloc((size_t)n * (n - 1) / 2 * sizeof *kn.variance);
    kn.dropped = detente_alloc(n);
    int code = kn.variance && kn.dropped ? 0 : detente_no_memory(error);
    if (!code) {
        first_variances(&kn);
        race->result->equal = equal_allocation(&kn);
        race->result->probability = rule->confidence;
        code = kn_rounds(&kn, error);
    }
    detente_free(kn.variance);
    detente_free(kn.dropped);
    if (!code)
        take_best(race);
    return code;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static int race_begin(select_race *race, detente_error *error)
{
    detente_selection *result = race->result;
    const uint32_t n = race->source->n;
    *result = (detente_selection){.n = n, .n_left = n, .decided = 1};
    result->mean = detente_calloc(n, sizeof *result->mean);
    result->replications = detente_calloc(n, sizeof *result->replications);
    result->left = detente_calloc(n, 1);
    race->moments = detente_calloc(n, sizeof *race->moments);
    race->sum = detente_calloc(n, sizeof *race->sum);
    if (!result->mean || !result->replications || !result->left || !race->moments || !race->sum)
        return detente_no_memory(error);
    memset(result->left, 1, n);
    int code = 0;
    for (uint32_t i = 0; i < n && !code; i++) {
        detente_moments_init(&race->moments[i]);
        code = select_want(race, i, race->rule->first, error);
    }
    return code ? code : select_play(race, error);
}

int detente_select(const detente_select_rule *rule, const detente_select_source *source, detente_selection *selection,
                   detente_error *error)
{
    select_race race = {.rule = rule, .source = source, .result = selection};
    *selection = (detente_selection){0};
    int code = check_rule(rule, source->n, error);
    if (!code)
        code = race_begin(&race, error);
    if (!code)
        code = rule->procedure == DETENTE_SELECT_OCBA ? select_ocba(&race, error) : select_kn(&race, error);
    for (uint32_t i = 0; i < source->n && !code; i++)
        selection->mean[i] = rule->smallest ? 0 - select_mean(&race, i) : select_mean(&race, i);
    detente_free(race.moments);
    detente_free(race.sum);
    if (code)
        detente_selection_clear(selection);
    return code;
}

void detente_selection_clear(detente_selection *selection)
{
    if (!selection)
        return;
    detente_free(selection->mean);
    detente_free(selection->replications);
    detente_free(selection->left);
    *selection = (detente_selection){0};
}
