/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/stats.h>

#include <math.h>

void detente_moments_init(detente_moments *moments)
{
    *moments = (detente_moments){.count = 0, .mean = 0, .m2 = 0, .min = INFINITY, .max = -INFINITY};
}

void detente_moments_add(detente_moments *moments, double value)
{
    moments->count++;
    const double delta = value - moments->mean;
    moments->mean += delta / (double)moments->count;
    moments->m2 += delta * (value - moments->mean);
    if (value < moments->min)
        moments->min = value;
    if (value > moments->max)
        moments->max = value;
}

void detente_moments_merge(detente_moments *into, const detente_moments *from)
{
    if (from->count == 0)
        return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    const double a = (double)into->count, b = (double)from->count, n = a + b;
    const double delta = from->mean - into->mean;
    into->mean += delta * (b / n);
    into->m2 += from->m2 + delta * delta * (a * b / n);
    into->count += from->count;
    if (from->min < into->min)
        into->min = from->min;
    if (from->max > into->max)
        into->max = from->max;
}

double detente_moments_variance(const detente_moments *moments)
{
    return moments->count < 2 ? NAN : moments->m2 / (double)(moments->count - 1);
}
