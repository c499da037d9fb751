/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file suite.h How every test program ends. */
#ifndef DETENTE_TESTS_SUPPORT_SUITE_H
#define DETENTE_TESTS_SUPPORT_SUITE_H

#include <check.h>
#include <stdlib.h>

/** Run a suite, which is released, as loudly as CK_VERBOSITY says. @return what main() returns */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
