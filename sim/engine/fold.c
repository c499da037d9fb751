/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/fold.h"

#include <string.h>

enum { STRIPES = 16 };

enum metric_kind { FLAG, SHARE, AMOUNT };

static const enum metric_kind metric_kinds[DETENTE_N_METRICS] = {
#define X(name, unit, kind, ...) kind,
    DETENTE_METRICS(X)
#undef X
};

/* Sums over a column of the differences d from its first value, by stripe. */
typedef struct column_sums {
    double sum[STRIPES], square[STRIPES];
    float low[STRIPES], high[STRIPES];
} column_sums;

/* The stripes of a column, added in a tree. */
static double tree_sum(const double stripe[STRIPES])
{
    double part[STRIPES];
    memcpy(part, stripe, sizeof part);
    for (int width = STRIPES / 2; width > 0; width /= 2)
        for (int k = 0; k < width; k++)
            part[k] += part[k + width];
    return part[0];
}

/*
 * Shifting by the first value keeps the digits: it lies in the sample, so (first - mean)^2 is at most n times the variance
 * and the difference below loses at most a factor n of the precision of a double (Chan, Golub & LeVeque 1983).
 */
static detente_moments column_moments(const column_sums *s, float first, uint32_t n)
{
    const double sum = tree_sum(s->sum), square = tree_sum(s->square), shift = sum / n;
    const double m2 = square - sum * shift;
    float low = s->low[0], high = s->high[0];
    for (int k = 1; k < STRIPES; k++) {
        low = s->low[k] < low ? s->low[k] : low;
        high = s->high[k] > high ? s->high[k] : high;
    }
    return (detente_moments){
        .count = n, .mean = (double)first + shift, .m2 = m2 > 0 ? m2 : 0, .min = (double)low, .max = (double)high};
}

/* A flag's moments follow from how many are 1, which is exact. */
static detente_moments flag_moments(double ones, uint32_t n)
{
    return (detente_moments){
        .count = n, .mean = ones / n, .m2 = ones * (n - ones) / n, .min = ones < n ? 0 : 1, .max = ones > 0 ? 1 : 0};
}

/* The last n mod 16 values, scalar; vectors took the others. */
static void add_tail(column_sums *s, const float *x, uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < n; i++) {
        const uint32_t k = i % STRIPES;
        const double d = (double)x[i] - (double)x[0];
        s->sum[k] += d;
        s->square[k] += d * d;
        s->low[k] = x[i] < s->low[k] ? x[i] : s->low[k];
        s->high[k] = x[i] > s->high[k] ? x[i] : s->high[k];
    }
}

/* The lesser and the greater of two vectors, the second where they are equal. C has no ?: on vectors; gcc sees no minimum in masks. */
#ifdef __x86_64__
#define LEAST_4(v, than) __builtin_ia32_minps(v, than)
#define MOST_4(v, than) __builtin_ia32_maxps(v, than)
#define LEAST_8(v, than) __builtin_ia32_minps256(v, than)
#define MOST_8(v, than) __builtin_ia32_maxps256(v, than)
#else
typedef float quad __attribute__((vector_size(16), may_alias));
typedef int32_t quad_mask __attribute__((vector_size(16), may_alias));

static inline quad chosen(quad_mask mask, quad yes, quad no)
{
    return (quad)((mask & (quad_mask)yes) | (~mask & (quad_mask)no));
}
#define LEAST_4(v, than) chosen((v) < (than), v, than)
#define MOST_4(v, than) chosen((v) > (than), v, than)
#endif

/*
 * One fold over vectors of W doubles. The sums are stored part by part: as whole arrays gcc would keep them in memory throughout.
 */
#define DEFINE_FOLD(NAME, W, TARGET) \
    typedef double NAME##_double __attribute__((vector_size(8 * (W)), may_alias)); \
    typedef float NAME##_float __attribute__((vector_size(4 * (W)), may_alias)); \
\
    TARGET static void NAME##_column(column_sums *s, const float *x, uint32_t n) \
    { \
        enum { PARTS = STRIPES / (W) }; \
        const NAME##_double shift = (double)x[0] - (NAME##_double){0}; \
        NAME##_double sum[PARTS], square[PARTS]; \
        NAME##_float low[PARTS], high[PARTS]; \
        _Pragma("GCC unroll 8") for (int p = 0; p < PARTS; p++) \
        { \
            sum[p] = square[p] = (NAME##_double){0}; \
            low[p] = high[p] = x[0] - (NAME##_float){0}; \
        } \
        const uint32_t whole = n - n % STRIPES; \
        for (uint32_t i = 0; i < whole; i += STRIPES) { \
            _Pragma("GCC unroll 8") for (int p = 0; p < PARTS; p++) \
            { \
                const NAME##_float v = *(const NAME##_float *)(const void *)&x[i + (uint32_t)(p * (W))]; \
                const NAME##_double d = __builtin_convertvector(v, NAME##_double) - shift; \
                sum[p] += d; \
                square[p] += d * d; \
                low[p] = LEAST_##W(v, low[p]); \
                high[p] = MOST_##W(v, high[p]); \
            } \
        } \
        _Pragma("GCC unroll 8") for (int p = 0; p < PARTS; p++) \
        { \
            memcpy(&s->sum[p * (W)], &sum[p], sizeof sum[p]); \
            memcpy(&s->square[p * (W)], &square[p], sizeof square[p]); \
            memcpy(&s->low[p * (W)], &low[p], sizeof low[p]); \
            memcpy(&s->high[p * (W)], &high[p], sizeof high[p]); \
        } \
        add_tail(s, x, whole, n); \
    } \
\
    /* Sums of ones stay below 2^24, where a float counts exactly. */ \
    TARGET static double NAME##_ones(const float *x, uint32_t n) \
    { \
        NAME##_float sum[2] = {{0}, {0}}; \
        const uint32_t whole = n - n % (2 * (W)); \
        for (uint32_t i = 0; i < whole; i += 2 * (W)) { \
            sum[0] += *(const NAME##_float *)(const void *)&x[i]; \
            sum[1] += *(const NAME##_float *)(const void *)&x[i + (W)]; \
        } \
        sum[0] += sum[1]; \
        double ones = 0; \
        for (int k = 0; k < (W); k++) \
            ones += (double)sum[0][k]; \
        for (uint32_t i = whole; i < n; i++) \
            ones += (double)x[i]; \
        return ones; \
    } \
\
    static void NAME(const detente_block *block, detente_moments moments[DETENTE_N_METRICS]) \
    { \
        for (int m = 0; m < DETENTE_N_METRICS; m++) { \
            const float *x = block->metric[m]; \
            if (metric_kinds[m] == FLAG) { \
                moments[m] = flag_moments(NAME##_ones(x, block->n), block->n); \
            } else { \
                column_sums sums; \
                NAME##_column(&sums, x, block->n); \
                moments[m] = column_moments(&sums, x[0], block->n); \
            } \
        } \
    }

DEFINE_FOLD(fold_baseline, 4, )
#ifdef __x86_64__
DEFINE_FOLD(fold_v3, 4, __attribute__((target("avx2"))))
DEFINE_FOLD(fold_v4, 8, __attribute__((target("avx512f"))))
#endif

detente_fold *detente_fold_select(detente_isa isa)
{
#ifdef __x86_64__
    if ((isa == DETENTE_ISA_V4 || isa == DETENTE_ISA_AUTO) && __builtin_cpu_supports("avx512f"))
        return fold_v4;
    if ((isa >= DETENTE_ISA_V3 || isa == DETENTE_ISA_AUTO) && __builtin_cpu_supports("avx2"))
        return fold_v3;
#else
    (void)isa;
#endif
    return fold_baseline;
}

void detente_fold_merge(detente_moments unit[DETENTE_N_METRICS], const detente_moments block[DETENTE_N_METRICS])
{
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_moments_merge(&unit[m], &block[m]);
}

int detente_fold_histograms(const detente_block *block, const detente_moments *moments, detente_histogram *histogram)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        const float *x = block->metric[m];
        int code;
        if (metric_kinds[m] == FLAG) {
            const uint64_t ones = (uint64_t)(moments[m].mean * block->n + 0.5);
            code = detente_histogram_add_many(&histogram[m], 0, block->n - ones);
            if (!code)
                code = detente_histogram_add_many(&histogram[m], 1, ones);
        } else if (moments[m].min == moments[m].max) {
            code = detente_histogram_add_many(&histogram[m], x[0], block->n);
        } else {
            code = detente_histogram_add(&histogram[m], x, block->n);
        }
        if (code)
            return code;
    }
    return 0;
}
