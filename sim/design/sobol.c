/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sobol's sequence in Gray code (Antonov & Saleev 1979, equations 1 to 3): point n is the exclusive or of the direction numbers
 * that stand for the ones in the Gray code of n, so any point is had at once.
 */
#include "design/sobol.h"

/*
 * A primitive polynomial over two elements for each dimension, its coefficients as bits, and odd starting values m with
 * m[j] < 2^(j + 1), as many as its degree (Bratley & Fox 1988, algorithm 659). The first dimension is van der Corput's sequence.
 */
static const struct {
    unsigned polynomial, start[8];
} DIMENSION[DETENTE_SOBOL_DIMENSIONS] = {
    {1, {1}},
    {3, {1}},
    {7, {1, 1}},
    {11, {1, 3, 7}},
    {13, {1, 1, 5}},
    {19, {1, 3, 1, 1}},
    {25, {1, 1, 3, 7}},
    {37, {1, 3, 3, 9, 9}},
    {59, {1, 3, 7, 13, 3}},
    {47, {1, 1, 5, 11, 27}},
    {61, {1, 3, 5, 1, 15}},
    {55, {1, 1, 7, 3, 29}},
    {41, {1, 3, 7, 7, 21}},
    {67, {1, 1, 1, 9, 23, 37}},
    {97, {1, 3, 3, 5, 19, 33}},
    {91, {1, 1, 3, 13, 11, 7}},
    {109, {1, 1, 7, 13, 25, 5}},
    {103, {1, 3, 5, 11, 7, 11}},
    {115, {1, 1, 1, 3, 13, 39}},
    {131, {1, 3, 1, 15, 17, 63, 13}},
    {193, {1, 1, 5, 5, 1, 27, 33}},
    {137, {1, 3, 3, 3, 25, 17, 115}},
    {145, {1, 1, 3, 15, 29, 15, 41}},
    {143, {1, 3, 1, 7, 3, 23, 79}},
    {241, {1, 3, 7, 9, 31, 29, 17}},
    {157, {1, 1, 5, 13, 11, 3, 29}},
    {185, {1, 3, 1, 9, 5, 21, 119}},
    {167, {1, 1, 3, 1, 23, 13, 75}},
    {229, {1, 3, 3, 11, 27, 31, 73}},
    {171, {1, 1, 7, 7, 19, 25, 105}},
    {213, {1, 3, 5, 5, 21, 9, 7}},
    {191, {1, 1, 1, 15, 5, 49, 59}},
    {253, {1, 1, 1, 1, 1, 33, 65}},
    {203, {1, 3, 5, 15, 17, 19, 21}},
    {211, {1, 1, 7, 11, 13, 29, 3}},
    {239, {1, 3, 7, 5, 7, 11, 113}},
    {247, {1, 1, 5, 3, 15, 19, 61}},
    {285, {1, 3, 1, 1, 9, 27, 89, 7}},
    {369, {1, 1, 3, 7, 31, 15, 45, 23}},
    {299, {1, 3, 3, 9, 9, 25, 107, 39}},
};

void sobol_directions(unsigned dimension, uint32_t direction[SOBOL_BITS])
{
    const unsigned polynomial = DIMENSION[dimension].polynomial, *start = DIMENSION[dimension].start;
    unsigned degree = 0;
    while (polynomial >> (degree + 1))
        degree++;
    for (unsigned j = 0; j < SOBOL_BITS; j++) {
        if (degree == 0 || j < degree) {
            direction[j] = (uint32_t)start[degree ? j : 0] << (SOBOL_BITS - 1 - j);
            continue;
        }
        direction[j] = direction[j - degree] ^ direction[j - degree] >> degree;
        for (unsigned k = 1; k < degree; k++)
            if (polynomial >> (degree - k) & 1)
                direction[j] ^= direction[j - k];
    }
}

double sobol(const uint32_t direction[SOBOL_BITS], uint32_t point)
{
    uint32_t x = 0, gray = point ^ point >> 1;
    for (unsigned bit = 0; gray; bit++, gray >>= 1)
        if (gray & 1)
            x ^= direction[bit];
    return (double)x * 0x1p-32;
}
