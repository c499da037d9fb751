/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From numbers of levels, and from shares of a range, to values. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <detente/config.h>

#include "core/exact.h"

static double within(const detente_factor *f, double value)
{
    return value < f->from ? f->from : value > f->to ? f->to : value;
}

/* (n - share) from + share to, over n; of the logarithms when it is a log scale. Both ends are exact. */
static double mix(const detente_factor *f, double share, double n)
{
    if (share <= 0)
        return f->from;
    if (share >= n)
        return f->to;
    if (!f->log)
        return within(f, ((n - share) * f->from + share * f->to) / n);
    const double low = detente_exact_log(f->from), high = detente_exact_log(f->to);
    return within(f, detente_exact_exp(((n - share) * low + share * high) / n));
}

double detente_factor_level(const detente_factor *f, uint64_t level)
{
    char digits[40];
    if (f->named)
        return (double)level;
    if (f->value)
        return f->value[level];
    if (f->whole)
        return f->from + (double)level;
    const double value = mix(f, (double)level, (double)(f->levels - 1));
    if (!f->log || level == 0 || level + 1 == f->levels)
        return value;
    /* The middle of 0.2 to 5 is 1: what people look for is not hidden in the last digits. */
    snprintf(digits, sizeof digits, "%.12g", value);
    return within(f, strtod(digits, NULL));
}

double detente_factor_share(const detente_factor *f, double share)
{
    if (f->levels == 0)
        return mix(f, share, 1);
    const uint64_t level = (uint64_t)(share * (double)f->levels);
    return detente_factor_level(f, level < f->levels ? level : f->levels - 1);
}
