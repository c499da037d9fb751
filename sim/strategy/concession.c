/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/exact.h"
#include "strategy/strategy.h"

double detente_concession_curve(const detente_concession *concession, double clock)
{
    const int exponential = (int)concession->tactic == DETENTE_EXPONENTIAL;
    const double kappa0 = isnan(concession->kappa0) ? (exponential ? 0.05 : 0) : concession->kappa0;
    const double raw = (clock - concession->start) / concession->horizon, s = raw < 0 ? 0 : raw > 1 ? 1 : raw;
    if (exponential)
        return detente_exact_exp(detente_exact_pow(1 - s, concession->beta) * detente_exact_log(kappa0));
    return kappa0 + (1 - kappa0) * detente_exact_pow(s, 1 / concession->beta);
}
