/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file threads.h
 * How many CPUs a process may use, piece by piece so that it can be tested on a made-up file system.
 */
#ifndef DETENTE_ENGINE_THREADS_H
#define DETENTE_ENGINE_THREADS_H

/**
 * CPUs that the control group's quota is worth, rounded up: version 2 (cpu.max) or 1 (cpu.cfs_quota_us), the tightest of the
 * group and its parents.
 * @param root  prefix of /proc and /sys, "" on a real system
 * @return at least 1; INT_MAX when there is no quota
 */
int detente_threads_quota(const char *root);

/** The first number of an OMP_NUM_THREADS list such as "8,2". @return INT_MAX when @p text is NULL or no such number. */
int detente_threads_asked(const char *text);

#endif
