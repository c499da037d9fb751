/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __x86_64__
#ifdef __clang__
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("sse4.2,popcnt"))), apply_to = function)
#else
#pragma GCC target("arch=x86-64-v2")
#endif
#define DETENTE_LANES 4
#define FLOOR_NAME floor_v2
#include "floor.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int floor_v2_is_for_x86_only;
#endif
