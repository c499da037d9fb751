/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/stats.h>

#include <math.h>
#include <stdlib.h>

#include "core/memory.h"

typedef struct ranked_p {
    double p;
    size_t at;
} ranked_p;

static int by_p(const void *a, const void *b)
{
    const ranked_p *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

int detente_holm(const double *p, size_t n, double *adjusted)
{
    ranked_p *rank = detente_calloc(n ? n : 1, sizeof *rank);
    size_t family = 0;
    double most = 0;
    if (!rank)
        return DETENTE_E_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i]))
            rank[family++] = (ranked_p){p[i], i};
        adjusted[i] = NAN;
    }
    qsort(rank, family, sizeof *rank, by_p);
    for (size_t i = 0; i < family; i++) {
        const double value = (double)(family - i) * rank[i].p;
        /* No test is rejected before one with a smaller p. */
        most = value > most ? value : most;
        adjusted[rank[i].at] = most < 1 ? most : 1;
    }
    detente_free(rank);
    return 0;
}
