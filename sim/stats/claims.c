/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/stats.h>

#include <math.h>

#include "core/exact.h"
#include "core/memory.h"

/* ---- one claim --------------------------------------------------------------------------------------------------- */

/* Replications that are all alike, of a metric that is 0 or 1. */
static int is_alike(const detente_claim *claim)
{
    return claim->encounters > 0 && claim->of.se == 0;
}

/* … because all encounters are. */
static int is_edge(const detente_claim *claim)
{
    const double seen = claim->of.difference;
    return is_alike(claim) && (seen == 0 || seen == 1 || (claim->compared && seen == -1));
}

static int is_known(const detente_claim *claim)
{
    return claim->of.count >= 2 && (!is_alike(claim) || is_edge(claim));
}

/* What one encounter that came out otherwise would change. */
static double step_of(const detente_claim *claim)
{
    return claim->compared && claim->of.difference != 0 ? 2 : 1;
}

/* One-sided p of what is claimed (@p above as in the claim), or of the opposite. */
static double tail(const detente_claim *claim, int above)
{
    detente_contrast seen = claim->of;
    if (is_edge(claim)) {
        /* All of N encounters came out alike, which at the threshold has the probability (1 - gap)^N at most. */
        const double gap = (above ? 1 : -1) * (seen.difference - claim->threshold) / step_of(claim);
        return gap <= 0 ? 1 : gap >= 1 ? 0 : detente_exact_exp(claim->encounters * detente_exact_log(1 - gap));
    }
    if (above)
        return detente_contrast_p_greater(&seen, claim->threshold);
    seen.difference = -seen.difference;
    return detente_contrast_p_greater(&seen, -claim->threshold);
}

/* Distance of a one-sided bound at a level from what was seen. */
static double reach(const detente_claim *claim, double level)
{
    if (is_edge(claim))
        return step_of(claim) * detente_alike_reach(claim->encounters, level);
    return detente_contrast_halfwidth(&claim->of, 1 - 2 * level);
}

static int misses_with_nothing(const detente_claim *claim)
{
    return claim->compared && claim->of.se == 0 && claim->of.difference == 0 &&
           (claim->above ? claim->threshold >= 0 : claim->threshold <= 0);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* What is claimed, or the opposite of it, of all claims: p, Holm's adjustment, the levels that it comes to. */
typedef struct family {
    double *p, *adjusted, *level;
} family;

/* Holm's i-th step compares with alpha / (n - i), and stops at the first that is not rejected. */
static void set_levels(family *f, size_t n, double alpha)
{
    size_t rejected = 0;
    for (size_t i = 0; i < n; i++)
        rejected += f->adjusted[i] <= alpha;
    for (size_t i = 0; i < n; i++) {
        size_t before = 0;
        for (size_t j = 0; j < n; j++)
            before += f->p[j] < f->p[i] || (j < i && f->p[j] == f->p[i]);
        f->level[i] = alpha / (double)(n - (f->adjusted[i] <= alpha ? before : rejected));
    }
}

static int begin(family *f, const detente_claim *claims, size_t n, int opposite, double alpha)
{
    f->p = detente_calloc(n + 1, sizeof *f->p);
    f->adjusted = detente_calloc(n + 1, sizeof *f->adjusted);
    f->level = detente_calloc(n + 1, sizeof *f->level);
    if (!f->p || !f->adjusted || !f->level)
        return DETENTE_E_MEMORY;
    for (size_t i = 0; i < n; i++) {
        f->p[i] = is_known(&claims[i]) ? tail(&claims[i], claims[i].above != opposite) : 1;
        if (opposite && is_known(&claims[i]) && misses_with_nothing(&claims[i]))
            f->p[i] = 0;
    }
    const int code = detente_holm(f->p, n, f->adjusted);
    if (!code)
        set_levels(f, n, alpha);
    return code;
}

static void end(family *f)
{
    detente_free(f->p);
    detente_free(f->adjusted);
    detente_free(f->level);
}

static void judge(detente_claim *claim, const family *own, const family *opposite, size_t i, double alpha)
{
    const double seen = claim->of.difference, least = claim->compared ? -1 : 0;
    claim->p = own->p[i];
    claim->p_holm = own->adjusted[i];
    claim->verdict = own->adjusted[i] <= alpha        ? DETENTE_SUPPORTED
                     : opposite->adjusted[i] <= alpha ? DETENTE_NOT_SUPPORTED
                                                      : DETENTE_UNDECIDED;
    claim->low = claim->high = NAN;
    if (!is_known(claim))
        return;
    claim->low = seen - reach(claim, (claim->above ? own : opposite)->level[i]);
    claim->high = seen + reach(claim, (claim->above ? opposite : own)->level[i]);
    if (is_edge(claim)) {
        claim->low = fmax(claim->low, least);
        claim->high = fmin(claim->high, 1);
    }
}

int detente_claims_judge(detente_claim *claims, size_t n, double alpha)
{
    family own = {0}, opposite = {0};
    int code = begin(&own, claims, n, 0, alpha);
    if (!code)
        code = begin(&opposite, claims, n, 1, alpha);
    for (size_t i = 0; i < n && !code; i++)
        judge(&claims[i], &own, &opposite, i, alpha);
    end(&own);
    end(&opposite);
    return code;
}
