/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file lanes.h
 * Vector lanes: DETENTE_LANES encounters side by side, from 1 (plain C) to 16 (AVX-512).
 *
 * vf holds floats, vu 32-bit words, vm a truth value a lane. The operators + - * / & | ^ << >> work on vf and vu as on scalars
 * (GNU vector types); the rest is below, with one definition an instruction set where the compiler's own is slow. Only
 * operations that IEEE 754 fixes to the bit are used, so that a lane's numbers do not depend on how many there are.
 */
#ifndef DETENTE_CORE_LANES_H
#define DETENTE_CORE_LANES_H

#include <stdint.h>
#include <string.h>

#ifndef DETENTE_LANES
#define DETENTE_LANES 1
#endif

#define LANE_INLINE static inline __attribute__((always_inline, unused))

#if DETENTE_LANES > 1
#include <immintrin.h>
typedef float vf __attribute__((vector_size(4 * DETENTE_LANES), may_alias));
typedef uint32_t vu __attribute__((vector_size(4 * DETENTE_LANES), may_alias));
/** Signed words, for a shift that keeps the sign. */
typedef int32_t vi __attribute__((vector_size(4 * DETENTE_LANES), may_alias));
/** 64-bit words, half as many: the even or the odd lanes of a vu in their lower halves; the upper halves hold anything. */
typedef uint64_t vq __attribute__((vector_size(4 * DETENTE_LANES), may_alias));
#define LANES_ALIGN _Alignas(4 * DETENTE_LANES)
LANE_INLINE vf vf_set(float a)
{
    return a - (vf){0};
}
LANE_INLINE vu vu_set(uint32_t a)
{
    return a - (vu){0};
}
LANE_INLINE vf vf_load(const float *p)
{
    return *(const vf *)(const void *)p;
}
LANE_INLINE void vf_store(float *p, vf a)
{
    *(vf *)(void *)p = a;
}
LANE_INLINE vu vu_load(const uint32_t *p)
{
    return *(const vu *)(const void *)p;
}
LANE_INLINE vu vu_from_bits(vf a)
{
    return (vu)a;
}
LANE_INLINE vf vf_from_bits(vu a)
{
    return (vf)a;
}
#else
typedef float vf;
typedef uint32_t vu;
typedef int32_t vi;
#define LANES_ALIGN
LANE_INLINE vf vf_set(float a)
{
    return a;
}
LANE_INLINE vu vu_set(uint32_t a)
{
    return a;
}
LANE_INLINE vf vf_load(const float *p)
{
    return *p;
}
LANE_INLINE void vf_store(float *p, vf a)
{
    *p = a;
}
LANE_INLINE vu vu_load(const uint32_t *p)
{
    return *p;
}
LANE_INLINE vu vu_from_bits(vf a)
{
    vu bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}
LANE_INLINE vf vf_from_bits(vu a)
{
    vf value;
    memcpy(&value, &a, sizeof value);
    return value;
}
#endif

/* A comparison, a logical operator on masks and a conversion a line; LANE_BITS is a mask as an integer, lane 0 lowest. */
#define LANE_COMPARE(name, type, expression) \
    LANE_INLINE vm name(type a, type b) \
    { \
        return expression; \
    }

#if DETENTE_LANES == 16
typedef __mmask16 vm;
LANE_COMPARE(vf_lt, vf, _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ))
LANE_COMPARE(vf_le, vf, _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ))
LANE_COMPARE(vu_eq, vu, _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b))
LANE_COMPARE(vu_has, vu, _mm512_test_epi32_mask((__m512i)a, (__m512i)b))
LANE_COMPARE(vm_and, vm, (vm)(a &b))
LANE_COMPARE(vm_or, vm, (vm)(a | b))
LANE_COMPARE(vm_without, vm, (vm)(a & ~b))
LANE_INLINE vm vm_set(int a)
{
    return (vm)(a ? 0xffff : 0);
}
LANE_INLINE unsigned vm_bits(vm a)
{
    return a;
}
LANE_INLINE vf vf_select(vm m, vf a, vf b)
{
    return (vf)_mm512_mask_blend_ps(m, (__m512)b, (__m512)a);
}
LANE_INLINE vu vu_select(vm m, vu a, vu b)
{
    return (vu)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a);
}
/* a where the mask holds, else 0: cheaper than a choice between two. */
LANE_INLINE vf vf_where(vm m, vf a)
{
    return (vf)_mm512_maskz_mov_ps(m, (__m512)a);
}
LANE_INLINE vu vu_where(vm m, vu a)
{
    return (vu)_mm512_maskz_mov_epi32(m, (__m512i)a);
}
LANE_INLINE vf vf_min(vf a, vf b)
{
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}
LANE_INLINE vf vf_max(vf a, vf b)
{
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}
LANE_INLINE vf vf_sqrt(vf a)
{
    return (vf)_mm512_sqrt_ps((__m512)a);
}
/* Exact for words below 2^31. */
LANE_INLINE vf vf_from_vu(vu a)
{
    return (vf)_mm512_cvtepi32_ps((__m512i)a);
}
LANE_INLINE vu vu_from_vf(vf a)
{
    return (vu)_mm512_cvttps_epi32((__m512)a);
}
LANE_INLINE vf vf_gather(const float *table, vu index)
{
    return (vf)_mm512_i32gather_ps((__m512i)index, table, 4);
}
/* Entries of a table of 32, indices 0 to 31. */
LANE_INLINE vf vf_lookup(const float *table, vu index)
{
    return (vf)_mm512_permutex2var_ps(_mm512_load_ps(table), (__m512i)index, _mm512_load_ps(table + 16));
}
LANE_INLINE vu vu_lookup(const uint32_t *table, vu index)
{
    return (vu)_mm512_permutex2var_epi32(_mm512_load_si512(table), (__m512i)index, _mm512_load_si512(table + 16));
}
/* Entries of a table whose first eight are all that indices name. */
LANE_INLINE vf vf_lookup_few(const float *table, vu index)
{
    return (vf)_mm512_permutexvar_ps((__m512i)index, _mm512_load_ps(table));
}
LANE_INLINE vu vu_lookup_few(const uint32_t *table, vu index)
{
    return (vu)_mm512_permutexvar_epi32((__m512i)index, _mm512_load_si512(table));
}
/* Product of the lower words of a and b. */
LANE_INLINE vq vq_multiply(vq a, vq b)
{
    return (vq)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
LANE_INLINE vq vq_xor3(vq a, vq b, vq c)
{
    return (vq)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
}
/* Words from the lower words of the even and of the odd lanes. */
LANE_INLINE vu vu_interleave(vq even, vq odd)
{
    return (vu)_mm512_mask_blend_epi32(0xaaaa, (__m512i)even, _mm512_slli_epi64((__m512i)odd, 32));
}

#elif DETENTE_LANES == 8
typedef vu vm;
LANE_COMPARE(vf_lt, vf, (vm)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ))
LANE_COMPARE(vf_le, vf, (vm)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LE_OQ))
LANE_COMPARE(vu_eq, vu, (vm)(a == b))
LANE_COMPARE(vu_has, vu, (vm)((a & b) == b))
LANE_COMPARE(vm_and, vm, a &b)
LANE_COMPARE(vm_or, vm, a | b)
LANE_COMPARE(vm_without, vm, a & ~b)
LANE_INLINE vm vm_set(int a)
{
    return vu_set(a ? 0xffffffffu : 0);
}
LANE_INLINE unsigned vm_bits(vm a)
{
    return (unsigned)_mm256_movemask_ps((__m256)a);
}
LANE_INLINE vf vf_select(vm m, vf a, vf b)
{
    return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m);
}
LANE_INLINE vu vu_select(vm m, vu a, vu b)
{
    return (vu)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m);
}
LANE_INLINE vf vf_where(vm m, vf a)
{
    return vf_from_bits(m & vu_from_bits(a));
}
LANE_INLINE vu vu_where(vm m, vu a)
{
    return m & a;
}
LANE_INLINE vf vf_min(vf a, vf b)
{
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}
LANE_INLINE vf vf_max(vf a, vf b)
{
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}
LANE_INLINE vf vf_sqrt(vf a)
{
    return (vf)_mm256_sqrt_ps((__m256)a);
}
LANE_INLINE vf vf_from_vu(vu a)
{
    return (vf)_mm256_cvtepi32_ps((__m256i)a);
}
LANE_INLINE vu vu_from_vf(vf a)
{
    return (vu)_mm256_cvttps_epi32((__m256)a);
}
LANE_INLINE vf vf_gather(const float *table, vu index)
{
    return (vf)_mm256_i32gather_ps(table, (__m256i)index, 4);
}
LANE_INLINE vf vf_lookup(const float *table, vu index)
{
    const __m256i i = (__m256i)index, bit3 = _mm256_slli_epi32(i, 28), bit4 = _mm256_slli_epi32(i, 27);
    const __m256 a = _mm256_permutevar8x32_ps(_mm256_load_ps(table), i);
    const __m256 b = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8), i);
    const __m256 c = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 16), i);
    const __m256 d = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 24), i);
    const __m256 low = _mm256_blendv_ps(a, b, (__m256)bit3), high = _mm256_blendv_ps(c, d, (__m256)bit3);
    return (vf)_mm256_blendv_ps(low, high, (__m256)bit4);
}
LANE_INLINE vu vu_lookup(const uint32_t *table, vu index)
{
    return vu_from_bits(vf_lookup((const float *)(const void *)table, index));
}
LANE_INLINE vf vf_lookup_few(const float *table, vu index)
{
    return (vf)_mm256_permutevar8x32_ps(_mm256_load_ps(table), (__m256i)index);
}
LANE_INLINE vu vu_lookup_few(const uint32_t *table, vu index)
{
    return vu_from_bits(vf_lookup_few((const float *)(const void *)table, index));
}
/* Product of the lower words of a and b. */
LANE_INLINE vq vq_multiply(vq a, vq b)
{
    return (vq)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
LANE_INLINE vq vq_xor3(vq a, vq b, vq c)
{
    return a ^ b ^ c;
}
/* Words from the lower words of the even and of the odd lanes. */
LANE_INLINE vu vu_interleave(vq even, vq odd)
{
    return (vu)_mm256_blend_epi32((__m256i)even, _mm256_slli_epi64((__m256i)odd, 32), 0xaa);
}

#elif DETENTE_LANES == 4
typedef vu vm;
LANE_COMPARE(vf_lt, vf, (vm)_mm_cmplt_ps((__m128)a, (__m128)b))
LANE_COMPARE(vf_le, vf, (vm)_mm_cmple_ps((__m128)a, (__m128)b))
LANE_COMPARE(vu_eq, vu, (vm)(a == b))
LANE_COMPARE(vu_has, vu, (vm)((a & b) == b))
LANE_COMPARE(vm_and, vm, a &b)
LANE_COMPARE(vm_or, vm, a | b)
LANE_COMPARE(vm_without, vm, a & ~b)
LANE_INLINE vm vm_set(int a)
{
    return vu_set(a ? 0xffffffffu : 0);
}
LANE_INLINE unsigned vm_bits(vm a)
{
    return (unsigned)_mm_movemask_ps((__m128)a);
}
LANE_INLINE vf vf_select(vm m, vf a, vf b)
{
    return (vf)_mm_blendv_ps((__m128)b, (__m128)a, (__m128)m);
}
LANE_INLINE vu vu_select(vm m, vu a, vu b)
{
    return (vu)_mm_blendv_ps((__m128)b, (__m128)a, (__m128)m);
}
LANE_INLINE vf vf_where(vm m, vf a)
{
    return vf_from_bits(m & vu_from_bits(a));
}
LANE_INLINE vu vu_where(vm m, vu a)
{
    return m & a;
}
LANE_INLINE vf vf_min(vf a, vf b)
{
    return (vf)_mm_min_ps((__m128)a, (__m128)b);
}
LANE_INLINE vf vf_max(vf a, vf b)
{
    return (vf)_mm_max_ps((__m128)a, (__m128)b);
}
LANE_INLINE vf vf_sqrt(vf a)
{
    return (vf)_mm_sqrt_ps((__m128)a);
}
LANE_INLINE vf vf_from_vu(vu a)
{
    return (vf)_mm_cvtepi32_ps((__m128i)a);
}
LANE_INLINE vu vu_from_vf(vf a)
{
    return (vu)_mm_cvttps_epi32((__m128)a);
}
LANE_INLINE vf vf_gather(const float *table, vu index)
{
    return (vf){table[index[0]], table[index[1]], table[index[2]], table[index[3]]};
}
LANE_INLINE vf vf_lookup(const float *table, vu index)
{
    return vf_gather(table, index);
}
LANE_INLINE vu vu_lookup(const uint32_t *table, vu index)
{
    return (vu){table[index[0]], table[index[1]], table[index[2]], table[index[3]]};
}
/* Product of the lower words of a and b. */
LANE_INLINE vq vq_multiply(vq a, vq b)
{
    return (vq)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
LANE_INLINE vq vq_xor3(vq a, vq b, vq c)
{
    return a ^ b ^ c;
}
/* Words from the lower words of the even and of the odd lanes. */
LANE_INLINE vu vu_interleave(vq even, vq odd)
{
    return (vu)_mm_blend_epi16((__m128i)even, _mm_slli_epi64((__m128i)odd, 32), 0xcc);
}

#else
typedef int vm;
LANE_COMPARE(vf_lt, vf, a < b)
LANE_COMPARE(vf_le, vf, a <= b)
LANE_COMPARE(vu_eq, vu, a == b)
LANE_COMPARE(vu_has, vu, (a & b) != 0)
LANE_COMPARE(vm_and, vm, a &b)
LANE_COMPARE(vm_or, vm, a | b)
LANE_COMPARE(vm_without, vm, a & !b)
LANE_INLINE vm vm_set(int a)
{
    return a != 0;
}
LANE_INLINE unsigned vm_bits(vm a)
{
    return (unsigned)a;
}
LANE_INLINE vf vf_select(vm m, vf a, vf b)
{
    return m ? a : b;
}
LANE_INLINE vu vu_select(vm m, vu a, vu b)
{
    return m ? a : b;
}
LANE_INLINE vf vf_where(vm m, vf a)
{
    return m ? a : 0;
}
LANE_INLINE vu vu_where(vm m, vu a)
{
    return m ? a : 0;
}
/* As the instructions do it: the second operand when the two compare equal. */
LANE_INLINE vf vf_min(vf a, vf b)
{
    return a < b ? a : b;
}
LANE_INLINE vf vf_max(vf a, vf b)
{
    return a > b ? a : b;
}
LANE_INLINE vf vf_sqrt(vf a)
{
    return __builtin_sqrtf(a);
}
LANE_INLINE vf vf_from_vu(vu a)
{
    return (vf)(int32_t)a;
}
LANE_INLINE vu vu_from_vf(vf a)
{
    return (vu)(int32_t)a;
}
LANE_INLINE vf vf_gather(const float *table, vu index)
{
    return table[index];
}
LANE_INLINE vf vf_lookup(const float *table, vu index)
{
    return table[index];
}
LANE_INLINE vu vu_lookup(const uint32_t *table, vu index)
{
    return table[index];
}
#endif

#if DETENTE_LANES <= 4
LANE_INLINE vf vf_lookup_few(const float *table, vu index)
{
    return vf_lookup(table, index);
}
LANE_INLINE vu vu_lookup_few(const uint32_t *table, vu index)
{
    return vu_lookup(table, index);
}
#endif

/** All lanes' bits set. */
#define LANE_ALL ((1u << DETENTE_LANES) - 1u)

LANE_INLINE vf vf_clip(vf a, float low, float high)
{
    return vf_min(vf_max(a, vf_set(low)), vf_set(high));
}
LANE_INLINE vf vf_positive(vf a)
{
    return vf_max(a, vf_set(0));
}
/** 1 where the mask holds, else 0. */
LANE_INLINE vf vf_indicator(vm m)
{
    return vf_where(m, vf_set(1));
}

/**
 * e^x, error below 2 ulp for x in [-87, 88]; beyond, x is set to the end of that range (so that "never", -1000, is 1e-38).
 * Cody-Waite reduction and the minimax polynomial of Cephes expf (Moshier).
 */
LANE_INLINE vf vf_exp(vf x)
{
    x = vf_clip(x, -87.0f, 88.0f);
    const float magic = 12582912.0f; /* 1.5 2^23: its sum rounds to a whole number in the low bits */
    const vf shifted = x * 1.44269504088896341f + magic;
    const vf n = shifted - magic;
    vf r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    return vf_from_bits(vu_from_bits(p) + (vu_from_bits(shifted) << 23));
}

/** ln x for normal x > 0, error below 2 ulp. The polynomial of Cephes logf (Moshier). */
LANE_INLINE vf vf_log(vf x)
{
    const vu bits = vu_from_bits(x);
    /* Mantissa in [sqrt(1/2), sqrt(2)): subtracting sqrt(1/2)'s bits carries into the exponent just there. */
    const vu shifted = bits - 0x3f3504f3u;
    const vf exponent = vf_from_vu((vu)((vi)shifted >> 23));
    const vf m = vf_from_bits((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    const vf z = m * m;
    vf p = m * 7.0376836292e-2f - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    vf y = m * z * p;
    y = y + exponent * -2.12194440e-4f;
    y = y - 0.5f * z;
    return m + y + exponent * 0.693359375f;
}

/** sin and cos of 2 pi turns, turns in [0, 1), error below 2e-7. Quadrant reduction and Cephes' polynomials. */
LANE_INLINE void vf_sincos(vf turns, vf *sine, vf *cosine)
{
    const vf shifted = turns * 4.0f + 12582912.0f;
    const vu quadrant = vu_from_bits(shifted);
    const vf r = (turns - (shifted - 12582912.0f) * 0.25f) * 6.28318530717958648f;
    const vf z = r * r;
    const vf s = ((z * -1.9515295891e-4f + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * r + r;
    const vf c =
        ((z * 2.443315711809948e-5f - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * (z * z) - 0.5f * z + 1.0f;
    const vm swap = vu_has(quadrant, vu_set(1));
    const vu sine_sign = (quadrant & 2u) << 30, cosine_sign = ((quadrant + 1u) & 2u) << 30;
    *sine = vf_from_bits(vu_from_bits(vf_select(swap, c, s)) ^ sine_sign);
    *cosine = vf_from_bits(vu_from_bits(vf_select(swap, s, c)) ^ cosine_sign);
}

#endif
