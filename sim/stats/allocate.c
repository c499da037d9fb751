/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optimal computing budget allocation. */
#include <math.h>

#include "core/exact.h"
#include "core/memory.h"
#include "stats/select.h"

/* A round is this part of what has been spent. */
enum { ROUND_PART = 10 };

typedef struct ocba_state {
    select_race *race;
    double *mean, *variance, *share; /* by system */
    uint64_t *target;
} ocba_state;

int detente_ocba_shares(uint32_t n, const double *mean, const double *variance, uint32_t best, double *share)
{
    double of_best = 0, sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        share[i] = 0;
        if (i == best)
            continue;
        const double spread = sqrt(variance[i] + variance[best]);
        const double distance = fmax(fabs(mean[best] - mean[i]), 1e-6 * spread);
        /* N_i^2 / s_i^2 of N_i = s_i^2 / d_i^2, so that no variance divides. */
        const double deviation = distance > 0 ? sqrt(variance[i]) / distance : 0;
        share[i] = deviation * deviation;
        of_best += distance > 0 ? deviation / distance * (deviation / distance) : 0;
    }
    share[best] = sqrt(variance[best] * of_best);
    for (uint32_t i = 0; i < n; i++)
        sum += share[i];
    /* Against rivals that do not vary only the best itself can teach anything. */
    if (sum == 0 && variance[best] > 0)
        sum = share[best] = 1;
    for (uint32_t i = 0; i < n && sum > 0; i++)
        share[i] /= sum;
    return sum > 0 ? 0 : -1;
}

/* P(Z < -z) for z >= 0: Abramowitz & Stegun (1964), 26.2.11. Absolute error below 1e-15. */
static double normal_tail(double z)
{
    if (!(z < 8.5))
        return 0;
    double term = z, sum = z;
    for (int k = 3; term > 1e-18 * sum; k += 2)
        sum += term *= z * z / k;
    const double tail = 0.5 - sum * detente_exact_exp(-z * z / 2) * 0.39894228040143267794;
    return tail > 0 ? tail : 0;
}

/* The approximate probability of correct selection; @p alike: as if each had so many replications. */
static double correct(const ocba_state *ocba, double alike)
{
    const detente_selection *result = ocba->race->result;
    const uint32_t b = result->best;
    double p = 1;
    for (uint32_t i = 0; i < result->n; i++) {
        if (i == b)
            continue;
        const double n_b = alike > 0 ? alike : (double)result->replications[b];
        const double n_i = alike > 0 ? alike : (double)result->replications[i];
        const double error = sqrt(ocba->variance[b] / n_b + ocba->variance[i] / n_i);
        const double lead = ocba->mean[b] - ocba->mean[i];
        p -= error > 0 ? normal_tail(lead / error) : lead > 0 ? 0 : 0.5;
    }
    return p > 0 ? p : 0;
}

/* The fewest replications of each by which equal shares reach what was reached. */
static double equal_allocation(const ocba_state *ocba, double probability)
{
    double low = 0, high = 1;
    while (high < 0x1p53 && correct(ocba, high) < probability) {
        low = high;
        high *= 2;
    }
    if (high >= 0x1p53)
        return INFINITY;
    while (high - low > 1) {
        const double middle = floor((low + high) / 2);
        if (correct(ocba, middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void look(ocba_state *ocba)
{
    detente_selection *result = ocba->race->result;
    result->best = 0;
    for (uint32_t i = 0; i < result->n; i++) {
        ocba->mean[i] = select_mean(ocba->race, i);
        ocba->variance[i] = detente_moments_variance(&ocba->race->moments[i]);
        if (ocba->mean[i] > ocba->mean[result->best])
            result->best = i;
    }
}

/*
 * How many replications each is to have when all together have @p total. Who has more than its share keeps that, and the
 * others share the rest; what rounding leaves goes to the best.
 */
static void aim(ocba_state *ocba, uint64_t total)
{
    const detente_selection *result = ocba->race->result;
    uint64_t rest = total, given = 0;
    int again = 1;
    for (uint32_t i = 0; i < result->n; i++)
        ocba->target[i] = 0;
    while (again) {
        double sum = 0;
        again = 0;
        for (uint32_t i = 0; i < result->n; i++)
            sum += ocba->target[i] ? 0 : ocba->share[i];
        /* A little less, so that no rounding spends more than there is. */
        const double each = sum > 0 ? (double)rest / sum * (1 - 1e-12) : 0;
        for (uint32_t i = 0; i < result->n; i++)
            if (!ocba->target[i] && each * ocba->share[i] < (double)result->replications[i]) {
                ocba->target[i] = result->replications[i];
                again = 1;
            }
        rest = total;
        for (uint32_t i = 0; i < result->n; i++)
            rest -= ocba->target[i];
        for (uint32_t i = 0; i < result->n && !again; i++)
            if (!ocba->target[i])
                ocba->target[i] = (uint64_t)(each * ocba->share[i]);
    }
    for (uint32_t i = 0; i < result->n; i++)
        given += ocba->target[i];
    ocba->target[result->best] += total - given;
}

static int rounds(ocba_state *ocba, detente_error *error)
{
    select_race *race = ocba->race;
    detente_selection *result = race->result;
    int code = 0;
    for (;;) {
        look(ocba);
        const uint64_t left = race->rule->budget - result->total, part = result->total / ROUND_PART;
        const uint64_t more = part < 1 ? 1 : part;
        if (left == 0 || detente_ocba_shares(result->n, ocba->mean, ocba->variance, result->best, ocba->share))
            return 0;
        aim(ocba, result->total + (more < left ? more : left));
        for (uint32_t i = 0; i < result->n && !code; i++)
            code = select_want(race, i, ocba->target[i], error);
        if (!code)
            code = select_play(race, error);
        if (code)
            return code;
    }
}

int select_ocba(select_race *race, detente_error *error)
{
    const uint32_t n = race->source->n;
    ocba_state ocba = {.race = race};
    ocba.mean = detente_calloc(n, sizeof *ocba.mean);
    ocba.variance = detente_calloc(n, sizeof *ocba.variance);
    ocba.share = detente_calloc(n, sizeof *ocba.share);
    ocba.target = detente_calloc(n, sizeof *ocba.target);
    int code =
        ocba.mean && ocba.variance && ocba.share && ocba.target ? rounds(&ocba, error) : detente_no_memory(error);
    if (!code) {
        race->result->probability = correct(&ocba, 0);
        race->result->equal = equal_allocation(&ocba, race->result->probability);
    }
    detente_free(ocba.mean);
    detente_free(ocba.variance);
    detente_free(ocba.share);
    detente_free(ocba.target);
    return code;
}
