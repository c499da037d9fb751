/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells that fail while the engine plays: they are handed on as failed, with the reason, and nothing else is touched. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/schedule.h"
#include "support/suite.h"

enum { CELLS = 4, REPLICATIONS = 6, ENCOUNTERS = 2500, NONE = CELLS };

/* What goes wrong: the cell that cannot be made, and a unit with one outcome that is no number. */
typedef struct trouble {
    uint32_t cannot, nan_cell, nan_replication, nan_metric, nan_encounter;
} trouble;

static int numbers[CELLS] = {0, 1, 2, 3};
static trouble now;

static int take(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    (void)data;
    if (cell == now.cannot)
        return detente_error_set(error, DETENTE_E_CONFIG, "cell %u: does not go together", cell);
    *taken = (const void *)&numbers[cell];
    return 0;
}

static void give_back(void *data, const detente_cell *taken)
{
    (void)data;
    ck_assert_ptr_nonnull(taken);
}

static void play(const detente_cell *opaque, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                 detente_block *block)
{
    const uint32_t cell = (uint32_t) * (const int *)(const void *)opaque;
    (void)isa;
    block->n = n;
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        for (uint32_t i = 0; i < n; i++)
            block->metric[m][i] = (float)((cell + replication + first + i) % 2);
    if (cell == now.nan_cell && replication == now.nan_replication && now.nan_encounter >= first &&
        now.nan_encounter < first + n)
        block->metric[now.nan_metric][now.nan_encounter - first] = NAN;
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    int *failed = data;
    (void)error;
    const int cannot = unit->cell == now.cannot;
    const int broken = unit->cell == now.nan_cell && unit->replication == now.nan_replication;
    if (cannot || broken) {
        ck_assert_ptr_nonnull(unit->failure);
        ck_assert_ptr_null(unit->histogram);
        ck_assert_uint_eq(unit->moments[0].count, 0);
        ck_assert(strstr(unit->failure, cannot ? "does not go together" : "is not a finite number") != NULL);
        ck_assert(cannot || now.nan_metric != DETENTE_METRIC_minutes || !strncmp(unit->failure, "minutes ", 8));
        ++*failed;
        return 0;
    }
    ck_assert_ptr_null(unit->failure);
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        ck_assert_uint_eq(unit->moments[m].count, ENCOUNTERS);
        ck_assert_double_eq_tol(unit->moments[m].mean, 0.5, 1e-12);
    }
    return 0;
}

static void check(trouble what, int expected)
{
    static const detente_config nothing;
    static const engine_player player = {.play = play};
    detente_config config = nothing;
    config.replications = REPLICATIONS;
    config.encounters = ENCOUNTERS;
    config.quantiles = 1;
    now = what;
    for (int threads = 1; threads <= 3; threads++) {
        int failed = 0;
        detente_error error = {0};
        detente_progress done;
        const detente_cell_source source = {CELLS, NULL, take, give_back};
        const detente_sink sink = {&failed, NULL, take_unit};
        const detente_run_options options = {.threads = threads};
        ck_assert_int_eq(detente_engine_play(&config, &source, &sink, &options, &player, &done, &error), 0);
        ck_assert_int_eq(error.count, 0);
        ck_assert_int_eq(failed, expected);
        ck_assert_uint_eq(done.units_failed, (uint64_t)expected);
        ck_assert_uint_eq(done.units_done, CELLS * REPLICATIONS);
    }
}

START_TEST(a_cell_that_cannot_be_made)
{
    for (uint32_t c = 0; c < CELLS; c++)
        check((trouble){.cannot = c, .nan_cell = NONE}, REPLICATIONS);
}
END_TEST

/* In the first, a middle and the last block of a unit, as the first and the last of its encounters; a flag and an amount. */
START_TEST(an_outcome_that_is_no_number)
{
    static const uint32_t at[] = {0, 1023, 1024, 1700, ENCOUNTERS - 1};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        check((trouble){NONE, 2, 3, DETENTE_METRIC_minutes, at[i]}, 1);
        check((trouble){NONE, 0, 0, DETENTE_METRIC_resolved, at[i]}, 1);
        check((trouble){1, 3, REPLICATIONS - 1, DETENTE_METRIC_net_value, at[i]}, REPLICATIONS + 1);
    }
}
END_TEST

START_TEST(nothing_goes_wrong)
{
    check((trouble){NONE, NONE, 0, 0, 0}, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("failures");
    TCase *tests = tcase_create("failures");
    tcase_add_test(tests, a_cell_that_cannot_be_made);
    tcase_add_test(tests, an_outcome_that_is_no_number);
    tcase_add_test(tests, nothing_goes_wrong);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
