/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file often.h Assertions that are made by the million. */
#ifndef DETENTE_TESTS_OFTEN_H
#define DETENTE_TESTS_OFTEN_H

#include <check.h>

/**
 * Make an assertion of libcheck's only where @p holds is not 1: libcheck writes each one that holds to a file, by a system call of
 * its own, which takes longer than what is tested.
 */
#define often(holds, assertion) \
    do { \
        if (!(holds)) \
            assertion; \
    } while (0)

/** ck_assert_double_eq(), and ck_assert_double_le(). */
#define often_double_eq(x, y) often((x) == (y), ck_assert_double_eq(x, y))
#define often_double_le(x, y) often((x) <= (y), ck_assert_double_le(x, y))

#endif
