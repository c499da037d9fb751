/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __x86_64__
#ifdef __clang__
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,bmi2"))), \
                             apply_to = function)
#else
#pragma GCC target("arch=x86-64-v4")
#endif
#define DETENTE_LANES 16
#define EXACT_ARRAY(name) exact_##name##_v4
#include "support/exact_arrays.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int exact_v4_is_for_x86_only;
#endif
