/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __x86_64__
#ifdef __clang__
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,bmi2"))), apply_to = function)
#else
#pragma GCC target("arch=x86-64-v3")
#endif
#define DETENTE_LANES 8
#define EXACT_ARRAY(name) exact_##name##_v3
#include "support/exact_arrays.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int exact_v3_is_for_x86_only;
#endif
