/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/quantile.h"

#include <math.h>

#include "core/exact.h"
#include "population/invert.h"

enum { HALF = (QUANTILES - 1) / 2 };

static const double STEP = 12.0 / (QUANTILES - 1);

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

density_invert *detente_invert_select(detente_isa isa)
{
#if defined(__x86_64__)
    static density_invert *const VARIANT[] = {[DETENTE_ISA_V2] = detente_invert_v2,
                                              [DETENTE_ISA_V3] = detente_invert_v3,
                                              [DETENTE_ISA_V4] = detente_invert_v4};
    for (int best = isa == DETENTE_ISA_AUTO ? DETENTE_ISA_V4 : (int)isa; best > DETENTE_ISA_SCALAR; best--)
        if (detente_isa_available((detente_isa)best))
            return VARIANT[best];
#else
    (void)isa;
#endif
    return detente_invert_scalar;
}

void detente_quantiles(int family, double mean, double sd, const double phi[QUANTILES], float table[QUANTILES])
{
    density_invert *const invert = detente_invert_select(DETENTE_ISA_AUTO);
    density f = {family, 0, 0};
    switch (family) {
    case DETENTE_BETA:
        f.a = mean * (mean * (1 - mean) / (sd * sd) - 1);
        f.b = f.a * (1 - mean) / mean;
        invert(&f, detente_exact_log(f.a / f.b), sqrt(1 / f.a + 1 / f.b), 1, phi, table);
        break;
    case DETENTE_GAMMA:
        f.a = mean * mean / (sd * sd);
        invert(&f, detente_exact_log(f.a), sqrt(1 / f.a), sd * sd / mean, phi, table);
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
