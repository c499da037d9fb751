/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file memory.h
 * Memory that runs out when a test says so: this program's malloc, calloc, realloc and aligned_alloc, which the shared
 * libraries call too.
 *
 * Counted, and failed, are the calls of this program (the library is linked into it), libyaml, libdeflate, GSL and nettle. Not
 * those of HDF5, which leaks and leaves files half open when its own allocations fail; of libgomp, which ends the process; of
 * libc and check, which are not what is tested.
 */
#ifndef DETENTE_TESTS_FAULT_MEMORY_H
#define DETENTE_TESTS_FAULT_MEMORY_H

#include <stddef.h>

/** Fail the n-th allocation from now on (n from 1), of any thread; with @p all, every later one as well. */
void fault_arm(size_t n, int all);
/** Fail no more. @return the number of allocations that failed */
size_t fault_disarm(void);
/** Number of allocations counted from fault_arm() to fault_disarm() that did not fail. */
size_t fault_counted(void);

#endif
