/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handing out a line of units to ranks, in made-up time. */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/line.h"
#include "support/suite.h"

enum { MOST_RANKS = 64 };

/* Ranks that play so many units a second, and what came of it. */
typedef struct fleet {
    int ranks;
    double speed[MOST_RANKS], stall[MOST_RANKS]; /* stall: seconds that the first chunk takes longer */
    double end[MOST_RANKS];                      /* when each has played all that it was given */
    uint64_t played[MOST_RANKS], largest;
    int chunks;
    double seconds; /* of the longest chunk */
    double first_end, last_end;
} fleet;

static fleet equal_fleet(int ranks, double speed)
{
    fleet f = {.ranks = ranks};
    for (int r = 0; r < ranks; r++)
        f.speed[r] = speed;
    return f;
}

/* Play a line of n units: whoever is free first asks next. Checks that each unit is handed out once, in order. */
static void play(fleet *f, uint64_t n, uint64_t least)
{
    line l;
    line_rank ranks[MOST_RANKS];
    uint64_t next = 0;
    int asking = f->ranks, ended[MOST_RANKS] = {0};
    const double begun = 1000;
    for (int r = 0; r < f->ranks; r++)
        f->end[r] = begun;
    detente_line_begin(&l, n, least, ranks, f->ranks, begun);
    while (asking > 0) {
        int who = -1;
        for (int r = 0; r < f->ranks; r++)
            if (!ended[r] && (who < 0 || f->end[r] < f->end[who]))
                who = r;
        uint64_t first = UINT64_MAX;
        const uint64_t units = detente_line_take(&l, who, f->end[who], &first);
        if (units == 0) {
            ended[who] = 1;
            asking--;
            continue;
        }
        ck_assert_uint_eq(first, next);
        next += units;
        ck_assert_uint_le(next, n);
        const double seconds = (double)units / f->speed[who] + (f->played[who] ? 0 : f->stall[who]);
        f->end[who] += seconds;
        f->seconds = fmax(f->seconds, seconds);
        f->played[who] += units;
        f->largest = units > f->largest ? units : f->largest;
        f->chunks++;
    }
    ck_assert_uint_eq(next, n);
    f->first_end = f->last_end = f->end[0] - begun;
    for (int r = 0; r < f->ranks; r++) {
        f->first_end = fmin(f->first_end, f->end[r] - begun);
        f->last_end = fmax(f->last_end, f->end[r] - begun);
    }
}

/* Of 4000 units each of two gets 800 first, then half of its share of the 2400 that are left: 600, 300, 150, and with less than
 * two hundred the rest; both end with the last unit. */
START_TEST(equal_ranks_end_together)
{
    fleet two = equal_fleet(2, 100);
    play(&two, 4000, 100);
    ck_assert_uint_eq(two.largest, 800);
    ck_assert_int_eq(two.chunks, 10);
    ck_assert_double_eq_tol(two.first_end, 20, 0.01);
    ck_assert_double_eq_tol(two.last_end, 20, 0.01);
    fleet many = equal_fleet(MOST_RANKS, 10);
    play(&many, 640000, 100);
    /* The last chunk of each is at most 200 units, 20 s; a tenth of a unit's time is lost by rounding each of some ten chunks. */
    ck_assert_double_eq_tol(many.last_end, 1000, 2);
    ck_assert_int_le(many.chunks, 12 * MOST_RANKS);
}
END_TEST

/* A rank that is four times as slow gets a quarter of the work, and one that slept through the beginning what it can still do. */
START_TEST(unequal_ranks_end_together)
{
    fleet slow = equal_fleet(4, 100);
    slow.speed[3] = 25;
    play(&slow, 32500, 100);
    ck_assert_double_eq_tol(slow.last_end, 100, 1);
    ck_assert_double_eq_tol((double)slow.played[3], 2500, 50);
    fleet late = equal_fleet(2, 100);
    late.stall[1] = 10;
    play(&late, 9000, 100);
    ck_assert_double_eq_tol(late.last_end, 50, 1);
}
END_TEST

/* Where there is less than a unit for each rank, each gets one at most; nobody waits for what is not there. */
START_TEST(few_units_are_spread)
{
    fleet few = equal_fleet(MOST_RANKS, 1);
    play(&few, 10, 1);
    ck_assert_int_eq(few.chunks, 10);
    ck_assert_uint_eq(few.largest, 1);
    fleet none = equal_fleet(3, 1);
    play(&none, 0, 1);
    ck_assert_int_eq(none.chunks, 0);
    fleet zero = equal_fleet(2, 1);
    play(&zero, 100, 0); /* taken for 1 */
    ck_assert_double_eq_tol(zero.last_end, 50, 1);
}
END_TEST

/* A chunk lasts ten minutes at most, and before speeds are known it is a small one, so that cells are played evenly. */
START_TEST(chunks_are_not_too_long)
{
    fleet f = equal_fleet(3, 7);
    play(&f, 3000000, 10);
    ck_assert_double_le(f.seconds, 600.001);
    ck_assert_double_ge(f.seconds, 599);
    ck_assert_double_eq_tol(f.last_end, 3000000 / 21., 1);
    /* A unit that takes longer than that is still a chunk. */
    fleet long_units = equal_fleet(2, 1e-4);
    play(&long_units, 10, 1);
    ck_assert_uint_ge(long_units.largest, 1);
    ck_assert_uint_eq(long_units.played[0], 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("line");
    TCase *tests = tcase_create("line");
    tcase_add_test(tests, equal_ranks_end_together);
    tcase_add_test(tests, unequal_ranks_end_together);
    tcase_add_test(tests, few_units_are_spread);
    tcase_add_test(tests, chunks_are_not_too_long);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
