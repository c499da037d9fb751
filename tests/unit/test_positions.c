/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of units where some cells of the first replications are left out, against counting. */
#include <check.h>
#include <stdlib.h>

#include "store/line.h"
#include "support/suite.h"

START_TEST(positions_and_units)
{
    static const store_line lines[] = {{5, 0, 0}, {5, 3, 4}, {5, 4, 1}, {1, 0, 0}, {7, 1, 2}, {6, 5, 10}};
    const store_line line = lines[_i];
    uint64_t position = 0;
    for (uint64_t unit = 0; unit < 12 * line.cells; unit++) {
        ck_assert_uint_eq(store_line_at(&line, unit), position);
        const uint64_t replication = unit / line.cells, cell = unit % line.cells;
        if (replication < line.replications && cell < line.first_cell)
            continue;
        ck_assert_uint_eq(store_line_unit(&line, position), unit);
        position++;
        if (replication < line.replications)
            ck_assert_uint_le(position, store_line_narrow(&line));
    }
    ck_assert_uint_gt(store_line_at(&line, UINT64_MAX), UINT64_MAX / 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("positions");
    TCase *tests = tcase_create("positions");
    tcase_add_loop_test(tests, positions_and_units, 0, 6);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
