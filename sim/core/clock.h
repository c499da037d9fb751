/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file clock.h Time as it passes, for what is measured and told, never for what is played. */
#ifndef DETENTE_CORE_CLOCK_H
#define DETENTE_CORE_CLOCK_H

/** Seconds of a clock that never goes back, from a moment of its own. Any thread. */
double detente_clock(void);

#endif
