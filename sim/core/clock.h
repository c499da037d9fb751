/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file clock.h Time as it passes, for what is measured and told, never for what is played. */
#ifndef DETENTE_CORE_CLOCK_H
#define DETENTE_CORE_CLOCK_H

/** Seconds of a clock that never goes back, from a moment of its own. Any thread. */
double detente_clock(void);
/** Seconds of the processors that this process has used: a machine that is shared tells no lies by them. */
double detente_cpu_clock(void);

#endif
