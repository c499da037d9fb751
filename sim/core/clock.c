/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clock.h"

#include <time.h>

static double seconds_of(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double detente_clock(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double detente_cpu_clock(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}
