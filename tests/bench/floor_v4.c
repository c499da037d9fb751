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
#define FLOOR_NAME floor_v4
#include "floor.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int floor_v4_is_for_x86_only;
#endif
