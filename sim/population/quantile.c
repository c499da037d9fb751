/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/quantile.h"

#include <math.h>

#include "core/exact.h"

enum { HALF = (QUANTILES - 1) / 2, PANELS = 2048 };

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

static double unmap(const density *f, double s)
{
    return f->family == DETENTE_GAMMA ? detente_exact_exp(s) : 1 / (1 + detente_exact_exp(-s));
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

/* The density over a grid of panels: at their ends and middles. */
typedef struct panels {
    double low, h, end[PANELS + 1], middle[PANELS];
} panels;

static double panel_mass(const panels *p, int i)
{
    return p->h / 6 * (p->end[i] + 4 * p->middle[i] + p->end[i + 1]);
}

/* Point of a panel, from its near end, where the mass reaches @p share: Newton's steps on the cubic whose slope is the parabola. */
static double panel_point(double near, double middle, double far, double share)
{
    const double b = 4 * middle - 3 * near - far, a = 2 * (near + far) - 4 * middle;
    double t = share / ((near + 4 * middle + far) / 6);
    for (int step = 0; step < 4; step++) {
        const double slope = near + t * (b + t * a);
        if (slope > 0)
            t -= (t * (near + t * (b / 2 + t * a / 3)) - share) / slope;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
    }
    return t;
}

/* Where the search for rising targets has come to, walking inwards from one end: each panel is passed once. */
typedef struct walk {
    int at, direction;
    double sum;
} walk;

static double walk_to(walk *w, const panels *p, double target)
{
    while (w->at >= 0 && w->at < PANELS && w->sum + panel_mass(p, w->at) < target) {
        w->sum += panel_mass(p, w->at);
        w->at += w->direction;
    }
    if (w->at < 0 || w->at >= PANELS)
        return w->direction > 0 ? p->low + PANELS * p->h : p->low;
    const int up = w->direction > 0;
    const double t = panel_point(p->end[w->at + !up], p->middle[w->at], p->end[w->at + up], (target - w->sum) / p->h);
    return p->low + (up ? w->at + t : w->at + 1 - t) * p->h;
}

static void invert_density(const density *f, double mode, double width, double scale, const double phi[QUANTILES],
                           float table[QUANTILES])
{
    /* Far tails underflow: a little everywhere keeps every panel solvable, and weighs nothing. */
    static const double tiny = 1e-300;
    panels p;
    double total = 0;
    const double top = log_density(f, mode);
    p.low = mode - reach(f, mode, width, -1);
    p.h = (mode + reach(f, mode, width, 1) - p.low) / PANELS;
    for (int i = 0; i <= PANELS; i++)
        p.end[i] = detente_exact_exp(log_density(f, p.low + i * p.h) - top) + tiny;
    for (int i = 0; i < PANELS; i++) {
        p.middle[i] = detente_exact_exp(log_density(f, p.low + (i + 0.5) * p.h) - top) + tiny;
        total += panel_mass(&p, i);
    }
    walk left = {0, 1, 0}, right = {PANELS - 1, -1, 0};
    for (int i = 0; i <= HALF; i++)
        table[i] = (float)(scale * unmap(f, walk_to(&left, &p, phi[i] * total)));
    for (int i = 0; i < HALF; i++)
        table[QUANTILES - 1 - i] = (float)(scale * unmap(f, walk_to(&right, &p, phi[i] * total)));
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
