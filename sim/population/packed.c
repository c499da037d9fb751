/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/packed.h"

#include <string.h>

enum { ORDER = 4 };

size_t detente_table_pack(const float table[QUANTILES], uint8_t *packed)
{
    uint32_t last[ORDER] = {0};
    size_t n = 0;
    for (int i = 0; i < QUANTILES; i++) {
        uint32_t value;
        memcpy(&value, &table[i], sizeof value);
        for (int k = 0; k < ORDER; k++) {
            const uint32_t difference = value - last[k];
            last[k] = value;
            value = difference;
        }
        /* The sign goes to the lowest bit, so that small differences of either sign are small; then seven bits a byte. */
        uint32_t left = value << 1 ^ (value >> 31 ? ~UINT32_C(0) : 0);
        for (; left > 127; left >>= 7)
            packed[n++] = (uint8_t)(left | 128);
        packed[n++] = (uint8_t)left;
    }
    return n;
}

void detente_table_unpack(const uint8_t *packed, float table[QUANTILES])
{
    uint32_t sum[ORDER] = {0};
    for (int i = 0; i < QUANTILES; i++) {
        uint32_t left = *packed & 127u;
        for (int shift = 7; *packed++ & 128u; shift += 7)
            left |= (*packed & 127u) << shift;
        uint32_t value = left >> 1 ^ (left & 1u ? ~UINT32_C(0) : 0);
        for (int k = ORDER - 1; k >= 0; k--)
            value = sum[k] += value;
        memcpy(&table[i], &value, sizeof value);
    }
}
