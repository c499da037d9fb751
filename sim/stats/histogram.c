/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/stats.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

enum { PAGES = 256, BINS = 256, FEW = 512, MOST_TIMES = 0xffff };

/* Bins of a float in numeric order: the sign bit is turned over, and of negative numbers every bit. */
static uint32_t bin_of(float value)
{
    const float plain = value + 0.0F; /* -0 becomes 0: one bin for one number */
    uint32_t bits;
    memcpy(&bits, &plain, sizeof bits);
    bits = bits & 0x80000000U ? ~bits : bits | 0x80000000U;
    return bits >> 16;
}

/* The end of a bin that lies nearer to zero (far = 0) or farther from it (far = 1), finite. */
static double bin_edge(uint32_t bin, uint32_t far)
{
    const int negative = bin < 0x8000U;
    const uint32_t magnitude = ((negative ? 0x7fffU - bin : bin - 0x8000U) + far) << 16;
    float edge;
    memcpy(&edge, &magnitude, sizeof edge);
    const double finite = isfinite(edge) ? (double)edge : (double)FLT_MAX;
    return negative ? -finite : finite;
}

static int page_make(detente_histogram *histogram, uint32_t page)
{
    uint64_t *counts = histogram->spare;
    if (counts) {
        uintptr_t next;
        memcpy(&next, counts, sizeof next);
        histogram->spare = (uint64_t *)next;
        counts[0] = 0;
    } else {
        counts = detente_calloc(BINS, sizeof *counts);
        if (!counts)
            return DETENTE_E_MEMORY;
    }
    histogram->page[page] = counts;
    histogram->used[histogram->n_used++] = (uint8_t)page;
    return 0;
}

static inline int count_bin(detente_histogram *histogram, uint32_t bin, uint64_t times)
{
    if (!histogram->page[bin / BINS] && page_make(histogram, bin / BINS))
        return DETENTE_E_MEMORY;
    histogram->page[bin / BINS][bin % BINS] += times;
    return 0;
}

/* Count the list @p few in pages. */
static int count_few(detente_histogram *histogram, const uint32_t *few, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (count_bin(histogram, few[i] & 0xffff, few[i] >> 16))
            return DETENTE_E_MEMORY;
    return 0;
}

/* Whether @p n more entries go to the list; when not, what is in it is moved to pages. */
static int list_takes(detente_histogram *histogram, size_t n, int *takes)
{
    *takes = histogram->n_used == 0 && n <= FEW - histogram->n_few;
    if (*takes && !histogram->few)
        histogram->few = detente_alloc(FEW * sizeof *histogram->few);
    if (*takes)
        return histogram->few ? 0 : DETENTE_E_MEMORY;
    const uint32_t listed = histogram->n_few;
    histogram->n_few = 0;
    return count_few(histogram, histogram->few, listed);
}

int detente_histogram_add_many(detente_histogram *histogram, float value, uint64_t times)
{
    int takes;
    if (times == 0)
        return 0;
    if (list_takes(histogram, times > MOST_TIMES ? FEW + 1 : 1, &takes))
        return DETENTE_E_MEMORY;
    if (!takes)
        return count_bin(histogram, bin_of(value), times);
    histogram->few[histogram->n_few++] = bin_of(value) | (uint32_t)times << 16;
    return 0;
}

int detente_histogram_add(detente_histogram *histogram, const float *values, size_t n)
{
    /* Bins first and counts after: the first loop becomes vector code, the second is all loads and stores. */
    enum { CHUNK = 64 };
    uint32_t bin[CHUNK];
    int takes;
    if (list_takes(histogram, n, &takes))
        return DETENTE_E_MEMORY;
    if (takes) {
        uint32_t *few = histogram->few + histogram->n_few;
        for (size_t i = 0; i < n; i++)
            few[i] = bin_of(values[i]) | 1U << 16;
        histogram->n_few += (uint32_t)n;
        return 0;
    }
    size_t done = 0;
    for (; done + CHUNK <= n; done += CHUNK) {
        for (int i = 0; i < CHUNK; i++)
            bin[i] = bin_of(values[done + (size_t)i]);
        for (int i = 0; i < CHUNK; i++)
            if (count_bin(histogram, bin[i], 1))
                return DETENTE_E_MEMORY;
    }
    for (; done < n; done++)
        if (count_bin(histogram, bin_of(values[done]), 1))
            return DETENTE_E_MEMORY;
    return 0;
}

int detente_histogram_merge(detente_histogram *into, const detente_histogram *from)
{
    for (uint32_t p = 0; from->n_used > 0 && p < PAGES; p++) {
        if (!from->page[p])
            continue;
        if (!into->page[p] && page_make(into, p))
            return DETENTE_E_MEMORY;
        for (uint32_t b = 0; b < BINS; b++)
            into->page[p][b] += from->page[p][b];
    }
    return count_few(into, from->few, from->n_few);
}

void detente_histogram_reset(detente_histogram *histogram)
{
    for (uint32_t u = 0; u < histogram->n_used; u++) {
        uint64_t *counts = histogram->page[histogram->used[u]];
        const uintptr_t next = (uintptr_t)histogram->spare;
        histogram->page[histogram->used[u]] = NULL;
        memset(counts, 0, BINS * sizeof *counts);
        memcpy(counts, &next, sizeof next);
        histogram->spare = counts;
    }
    histogram->n_used = histogram->n_few = 0;
}

void detente_histogram_clear(detente_histogram *histogram)
{
    for (uint32_t p = 0; p < PAGES; p++)
        detente_free(histogram->page[p]);
    while (histogram->spare) {
        uintptr_t next;
        memcpy(&next, histogram->spare, sizeof next);
        detente_free(histogram->spare);
        histogram->spare = (uint64_t *)next;
    }
    detente_free(histogram->few);
    *histogram = (detente_histogram){0};
}

/* Ascending: an entry's bin is its lower half. */
static int compare_bins(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a & 0xffff, y = *(const uint32_t *)b & 0xffff;
    return (x > y) - (x < y);
}

/* The bins that hold something, in order: of the pages and of the sorted list. */
typedef struct bin_walk {
    const detente_histogram *histogram;
    uint32_t few[FEW], next_few, bin;
} bin_walk;

static void walk_begin(bin_walk *walk, const detente_histogram *histogram)
{
    walk->histogram = histogram;
    walk->next_few = walk->bin = 0;
    if (histogram->n_few > 0) {
        memcpy(walk->few, histogram->few, histogram->n_few * sizeof *walk->few);
        qsort(walk->few, histogram->n_few, sizeof *walk->few, compare_bins);
    }
}

/* @return the next count and its bin, or 0 at the end */
static uint64_t walk_next(bin_walk *walk, uint32_t *bin)
{
    for (; walk->bin < PAGES * BINS; walk->bin++) {
        const uint64_t *page = walk->histogram->page[walk->bin / BINS];
        const int listed = walk->next_few < walk->histogram->n_few;
        if (!page && (!listed || (walk->few[walk->next_few] & 0xffff) / BINS != walk->bin / BINS)) {
            walk->bin |= BINS - 1;
            continue;
        }
        uint64_t count = page ? page[walk->bin % BINS] : 0;
        for (; walk->next_few < walk->histogram->n_few && (walk->few[walk->next_few] & 0xffff) == walk->bin;
             walk->next_few++)
            count += walk->few[walk->next_few] >> 16;
        if (count > 0) {
            *bin = walk->bin++;
            return count;
        }
    }
    return 0;
}

static double clamp(double value, double min, double max)
{
    if (value < min)
        return min;
    return value > max ? max : value;
}

double detente_histogram_quantile(const detente_histogram *histogram, double q, double min, double max)
{
    bin_walk walk;
    uint32_t bin;
    uint64_t total = 0;
    walk_begin(&walk, histogram);
    for (uint64_t n = walk_next(&walk, &bin); n > 0; n = walk_next(&walk, &bin))
        total += n;
    if (total == 0 || isnan(q))
        return NAN;
    const double target = clamp(q, 0, 1) * (double)total;
    double before = 0;
    walk_begin(&walk, histogram);
    for (uint64_t n = walk_next(&walk, &bin); n > 0; n = walk_next(&walk, &bin)) {
        const double count = (double)n;
        if (before + count >= target) {
            const uint32_t negative = bin < 0x8000U;
            const double low = bin_edge(bin, negative), high = bin_edge(bin, !negative);
            /* Bins of denormal width hold zero: nothing lies between them that a metric could mean. */
            const double value = fabs(low) < (double)FLT_MIN && fabs(high) < (double)FLT_MIN
                                     ? 0
                                     : low + (high - low) * ((target - before) / count);
            return clamp(value, min, max);
        }
        before += count;
    }
    return max;
}
