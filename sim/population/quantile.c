/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/quantile.h"

#include <math.h>

#include "core/exact.h"

enum { HALF = (QUANTILES - 1) / 2, PANELS = 2048, GRID = 2 * PANELS + 1 };

static const double STEP = 12.0 / (QUANTILES - 1);

/* Log density of a beta or gamma variate under its smoothing map, up to a constant. */
typedef struct density {
    int family;
    double a, b; /* shapes; gamma has rate 1 */
} density;

static double log_density(const density *f, double s)
{
    if (f->family == DETENTE_GAMMA)
        return f->a * s - detente_exact_exp(s);
    /* a ln x + b ln(1 - x), without loss at either end */
    const double soft = detente_exact_log(1 + detente_exact_exp(-fabs(s)));
    const double log_x = s < 0 ? s - soft : -soft, log_rest = s < 0 ? -soft : -s - soft;
    return f->a * log_x + f->b * log_rest;
}

/* The same for an array, in place. */
static void log_densities(const density *f, double *s, int n)
{
    double soft[GRID];
    for (int i = 0; i < n; i++)
        soft[i] = f->family == DETENTE_GAMMA ? s[i] : -fabs(s[i]);
    detente_exact_exp_all(soft, n);
    if (f->family == DETENTE_GAMMA) {
        for (int i = 0; i < n; i++)
            s[i] = f->a * s[i] - soft[i];
        return;
    }
    for (int i = 0; i < n; i++)
        soft[i] = 1 + soft[i];
    detente_exact_log_all(soft, n);
    for (int i = 0; i < n; i++) {
        const double log_x = s[i] < 0 ? s[i] - soft[i] : -soft[i], log_rest = s[i] < 0 ? -soft[i] : -s[i] - soft[i];
        s[i] = f->a * log_x + f->b * log_rest;
    }
}

/* Points of the map back to the variate, scaled, in place. */
static void unmap(const density *f, double scale, double *s, int n)
{
    for (int i = 0; i < n && f->family != DETENTE_GAMMA; i++)
        s[i] = -s[i];
    detente_exact_exp_all(s, n);
    for (int i = 0; i < n; i++)
        s[i] = scale * (f->family == DETENTE_GAMMA ? s[i] : 1 / (1 + s[i]));
}

void detente_normal_table(double phi[QUANTILES])
{
    const int parts = 4;
    const double h = STEP / parts;
    double sum = 0, left = detente_exact_exp(-72);
    /* From -12, where nothing is left, to 0; the upper half is the mirror image. */
    for (int i = -HALF; i < HALF; i++) {
        if (i >= 0)
            phi[i] = sum;
        for (int k = 0; k < parts; k++) {
            const double z = -6 + i * STEP + k * h;
            const double middle = detente_exact_exp(-0.5 * (z + h / 2) * (z + h / 2));
            const double right = detente_exact_exp(-0.5 * (z + h) * (z + h));
            sum += h / 6 * (left + 4 * middle + right);
            left = right;
        }
    }
    for (int i = 0; i < HALF; i++) {
        phi[i] /= 2 * sum;
        phi[QUANTILES - 1 - i] = 1 - phi[i];
    }
    phi[HALF] = 0.5;
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

/* The density over a grid of panels: at their ends, and their middles between. */
typedef struct panels {
    double low, h, at[GRID];
} panels;

static void panels_fill(panels *p, const density *f, double mode, double width)
{
    /* Far tails underflow: a little everywhere keeps every panel solvable, and weighs nothing. */
    static const double tiny = 1e-300;
    const double top = log_density(f, mode);
    p->low = mode - reach(f, mode, width, -1);
    p->h = (mode + reach(f, mode, width, 1) - p->low) / PANELS;
    for (int i = 0; i < GRID; i++)
        p->at[i] = p->low + 0.5 * i * p->h;
    log_densities(f, p->at, GRID);
    for (int i = 0; i < GRID; i++)
        p->at[i] -= top;
    detente_exact_exp_all(p->at, GRID);
    for (int i = 0; i < GRID; i++)
        p->at[i] += tiny;
}

static double panel_mass(const panels *p, int i)
{
    const double *at = &p->at[2 * i];
    return p->h / 6 * (at[0] + 4 * at[1] + at[2]);
}

/* Where in its panel each of an array of points lies, seen from the panel's near end. */
typedef struct points {
    double near[HALF + 1], middle[HALF + 1], far[HALF + 1], share[HALF + 1], t[HALF + 1];
    int panel[HALF + 1]; /* -1: beyond the last one */
} points;

/* Where a panel's mass reaches the share: Newton's steps on the cubic whose slope is the parabola. */
static void points_solve(points *p, int n)
{
    for (int i = 0; i < n; i++)
        p->t[i] = p->share[i] / ((p->near[i] + 4 * p->middle[i] + p->far[i]) / 6);
    for (int step = 0; step < 4; step++)
        for (int i = 0; i < n; i++) {
            const double near = p->near[i], b = 4 * p->middle[i] - 3 * near - p->far[i];
            const double a = 2 * (near + p->far[i]) - 4 * p->middle[i], t = p->t[i], slope = near + t * (b + t * a);
            const double next = t - (t * (near + t * (b / 2 + t * a / 3)) - p->share[i]) / slope;
            const double moved = slope > 0 ? next : t;
            p->t[i] = moved < 0 ? 0 : moved > 1 ? 1 : moved;
        }
}

/* Points where the mass, from one end inwards, reaches rising targets: each panel is passed once. */
static void walk_to(const panels *p, int direction, const double *target, int n, double *found)
{
    points q;
    const int up = direction > 0;
    double sum = 0;
    int panel = up ? 0 : PANELS - 1;
    for (int i = 0; i < n; i++) {
        while (panel >= 0 && panel < PANELS && sum + panel_mass(p, panel) < target[i]) {
            sum += panel_mass(p, panel);
            panel += direction;
        }
        const int inside = panel >= 0 && panel < PANELS;
        const double *at = &p->at[inside ? 2 * panel : 0];
        q.near[i] = at[up ? 0 : 2];
        q.middle[i] = at[1];
        q.far[i] = at[up ? 2 : 0];
        q.share[i] = (target[i] - sum) / p->h;
        q.panel[i] = inside ? panel : -1;
    }
    points_solve(&q, n);
    for (int i = 0; i < n; i++)
        found[i] = q.panel[i] < 0 ? (up ? p->low + PANELS * p->h : p->low)
                                  : p->low + (up ? q.panel[i] + q.t[i] : q.panel[i] + 1 - q.t[i]) * p->h;
}

static void invert_density(const density *f, double mode, double width, double scale, const double phi[QUANTILES],
                           float table[QUANTILES])
{
    panels p;
    double total = 0, target[HALF + 1], found[HALF + 1];
    panels_fill(&p, f, mode, width);
    for (int i = 0; i < PANELS; i++)
        total += panel_mass(&p, i);
    for (int i = 0; i <= HALF; i++)
        target[i] = phi[i] * total;
    walk_to(&p, 1, target, HALF + 1, found);
    unmap(f, scale, found, HALF + 1);
    for (int i = 0; i <= HALF; i++)
        table[i] = (float)found[i];
    walk_to(&p, -1, target, HALF, found);
    unmap(f, scale, found, HALF);
    for (int i = 0; i < HALF; i++)
        table[QUANTILES - 1 - i] = (float)found[i];
}

void detente_quantiles(int family, double mean, double sd, const double phi[QUANTILES], float table[QUANTILES])
{
    density f = {family, 0, 0};
    switch (family) {
    case DETENTE_BETA:
        f.a = mean * (mean * (1 - mean) / (sd * sd) - 1);
        f.b = f.a * (1 - mean) / mean;
        invert_density(&f, detente_exact_log(f.a / f.b), sqrt(1 / f.a + 1 / f.b), 1, phi, table);
        break;
    case DETENTE_GAMMA:
        f.a = mean * mean / (sd * sd);
        invert_density(&f, detente_exact_log(f.a), sqrt(1 / f.a), sd * sd / mean, phi, table);
        break;
    default: /* uniform */
        for (int i = 0; i < QUANTILES; i++)
            table[i] = (float)(mean + sd * sqrt(3) * (2 * phi[i] - 1));
    }
}

void detente_lognormal(double mean, double sd, double *mu, double *sigma)
{
    const double variance = detente_exact_log(1 + sd * sd / (mean * mean));
    *sigma = sqrt(variance);
    *mu = detente_exact_log(mean) - variance / 2;
}
