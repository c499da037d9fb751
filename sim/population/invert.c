/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The density is integrated by Simpson's rule over panels under its smoothing map, and the integral inverted from the nearer tail.
 * Everything goes over arrays, so that vectors take it. Sums alone are added one after the other, in the order of their panels: their
 * bits depend on it.
 */
#include "population/invert.h"

#include <math.h>

#include "core/exact_lanes.h"

enum { HALF = (QUANTILES - 1) / 2, POINTS = HALF + 1, PANELS = 2048, GRID = 2 * PANELS + 1 };

#if DETENTE_LANES == 16
#define INVERT_NAME detente_invert_v4
#elif DETENTE_LANES == 8
#define INVERT_NAME detente_invert_v3
#elif DETENTE_LANES == 4
#define INVERT_NAME detente_invert_v2
#else
#define INVERT_NAME detente_invert_scalar
#endif

/* Log density under the smoothing map, up to a constant. */
static double log_density(const density *f, double s)
{
    if (f->family == DETENTE_GAMMA)
        return f->a * s - detente_exact_exp(s);
    /* a ln x + b ln(1 - x), without loss at either end */
    const double soft = detente_exact_log(1 + detente_exact_exp(-fabs(s)));
    const double log_x = s < 0 ? s - soft : -soft, log_rest = s < 0 ? -soft : -s - soft;
    return f->a * log_x + f->b * log_rest;
}

/* The same for the points of the grid, in place. */
static void log_densities(const density *f, double *s)
{
    _Alignas(64) double soft[GRID];
    if (f->family == DETENTE_GAMMA) {
        for (int i = 0; i < GRID; i++)
            soft[i] = s[i];
        exact_exp_all(soft, GRID);
        for (int i = 0; i < GRID; i++)
            s[i] = f->a * s[i] - soft[i];
        return;
    }
    for (int i = 0; i < GRID; i++)
        soft[i] = -fabs(s[i]);
    exact_exp_all(soft, GRID);
    for (int i = 0; i < GRID; i++)
        soft[i] = 1 + soft[i];
    exact_log_all(soft, GRID);
    for (int i = 0; i < GRID; i++) {
        const double log_x = s[i] < 0 ? s[i] - soft[i] : -soft[i], log_rest = s[i] < 0 ? -soft[i] : -s[i] - soft[i];
        s[i] = f->a * log_x + f->b * log_rest;
    }
}

/* Points of the map back to the variate, scaled. */
static void unmap(const density *f, double scale, double s[POINTS], float value[POINTS])
{
    if (f->family == DETENTE_GAMMA) {
        exact_exp_all(s, POINTS);
        for (int i = 0; i < POINTS; i++)
            value[i] = (float)(scale * s[i]);
        return;
    }
    for (int i = 0; i < POINTS; i++)
        s[i] = -s[i];
    exact_exp_all(s, POINTS);
    for (int i = 0; i < POINTS; i++)
        value[i] = (float)(scale * (1 / (1 + s[i])));
}

/* How far from the mode the density has fallen by e^40, on the side of @p sign. */
static double reach(const density *f, double mode, double width, double sign)
{
    const double top = log_density(f, mode);
    double d = width;
    while (top - log_density(f, mode + sign * d) < 40 && d < 1e5)
        d *= 1.5;
    return d;
}

/* The density at the ends of panels, PANELS + 1 of them, and then at their middles; and what the panels weigh. */
typedef struct panels {
    double low, h;
    _Alignas(64) double at[GRID];
    _Alignas(64) double mass[PANELS];
} panels;

static void panels_fill(panels *p, const density *f, double mode, double width)
{
    /* Far tails underflow: a little everywhere keeps every panel solvable, and weighs nothing. */
    static const double tiny = 1e-300;
    const double top = log_density(f, mode);
    double *const end = p->at, *const middle = &p->at[PANELS + 1];
    p->low = mode - reach(f, mode, width, -1);
    p->h = (mode + reach(f, mode, width, 1) - p->low) / PANELS;
    for (int i = 0; i <= PANELS; i++)
        end[i] = p->low + i * p->h;
    for (int i = 0; i < PANELS; i++)
        middle[i] = p->low + (i + 0.5) * p->h;
    log_densities(f, p->at);
    for (int i = 0; i < GRID; i++)
        p->at[i] -= top;
    exact_exp_all(p->at, GRID);
    for (int i = 0; i < GRID; i++)
        p->at[i] += tiny;
    for (int i = 0; i < PANELS; i++)
        p->mass[i] = p->h / 6 * (end[i] + 4 * middle[i] + end[i + 1]);
}

/* What the first panels weigh, counted from either end. */
typedef struct sums {
    double up[PANELS + 1], down[PANELS + 1];
} sums;

static void sums_fill(sums *s, const panels *p)
{
    double up = 0, down = 0;
    for (int i = 0; i < PANELS; i++) {
        s->up[i] = up;
        s->down[i] = down;
        up += p->mass[i];
        down += p->mass[PANELS - 1 - i];
    }
    s->up[PANELS] = up;
    s->down[PANELS] = down;
}

/* Where in its panel each point lies, seen from the panel's near end. */
typedef struct points {
    double near[POINTS], middle[POINTS], far[POINTS], share[POINTS], t[POINTS];
    int64_t panel[POINTS]; /* PANELS: beyond the last one */
} points;

/* r / 3 as exact_third() has it. */
static inline double third(double r)
{
    const double q = r * (1.0 / 3);
    return q + ((r - 2 * q) - q) * (1.0 / 3);
}

/* Where a panel's mass reaches the share: Newton's steps on the cubic whose slope is the parabola. */
static void points_solve(points *p)
{
    for (int i = 0; i < POINTS; i++)
        p->t[i] = p->share[i] / (third(p->near[i] + 4 * p->middle[i] + p->far[i]) / 2);
    for (int step = 0; step < 4; step++)
        for (int i = 0; i < POINTS; i++) {
            const double near = p->near[i], b = 4 * p->middle[i] - 3 * near - p->far[i];
            const double a = 2 * (near + p->far[i]) - 4 * p->middle[i], t = p->t[i], slope = near + t * (b + t * a);
            const double next = t - (t * (near + t * (b / 2 + third(t * a))) - p->share[i]) / slope;
            const double moved = slope > 0 ? next : t;
            p->t[i] = moved < 0 ? 0 : moved > 1 ? 1 : moved;
        }
}

/* The panel in which the sum reaches each target: as many as end below it, halving what is left. */
static void find_panels(points *p, const double sum[PANELS + 1], const double target[POINTS])
{
    for (int i = 0; i < POINTS; i++)
        p->panel[i] = 0;
    for (int64_t step = PANELS / 2; step > 0; step /= 2)
        for (int i = 0; i < POINTS; i++)
            p->panel[i] += sum[p->panel[i] + step] < target[i] ? step : 0;
    for (int i = 0; i < POINTS; i++)
        p->panel[i] += sum[p->panel[i] + 1] < target[i];
}

/* Points where the mass, from one end inwards, reaches the targets. */
static void walk_to(const panels *p, int up, const double sum[PANELS + 1], const double target[POINTS],
                    double found[POINTS])
{
    points q;
    const double *const end = p->at, *const middle = &p->at[PANELS + 1];
    find_panels(&q, sum, target);
    for (int i = 0; i < POINTS; i++) {
        const int64_t passed = q.panel[i], inside = passed < PANELS ? passed : 0;
        const int64_t panel = up ? inside : PANELS - 1 - inside;
        q.near[i] = end[up ? panel : panel + 1];
        q.middle[i] = middle[panel];
        q.far[i] = end[up ? panel + 1 : panel];
        q.share[i] = (target[i] - sum[passed]) / p->h;
    }
    points_solve(&q);
    for (int i = 0; i < POINTS; i++) {
        const double passed = (double)q.panel[i], beyond = passed == PANELS ? 0 : q.t[i];
        found[i] = p->low + (up ? passed + beyond : PANELS - 1 - passed + 1 - beyond) * p->h;
    }
}

void INVERT_NAME(const density *f, double mode, double width, double scale, const double phi[QUANTILES],
                 float table[QUANTILES])
{
    panels p;
    sums s;
    _Alignas(64) double target[POINTS], found[POINTS];
    float upper[POINTS];
    panels_fill(&p, f, mode, width);
    sums_fill(&s, &p);
    for (int i = 0; i < POINTS; i++)
        target[i] = phi[i] * s.up[PANELS];
    walk_to(&p, 1, s.up, target, found);
    unmap(f, scale, found, table);
    walk_to(&p, 0, s.down, target, found);
    unmap(f, scale, found, upper);
    for (int i = 0; i < HALF; i++)
        table[QUANTILES - 1 - i] = upper[i];
}
