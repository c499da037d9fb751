/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sweep keeps of the cells it has made: whatever is kept, and however many threads ask, the cells are those of their points. */
#define _GNU_SOURCE
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "design/limits.h"
#include "population/packed.h"
#include "population/quantile.h"
#include "support/opened_design.h"
#include "support/suite.h"

enum { MOST_UNITS = 4096, ENCOUNTERS = 24 };

/* Moments of every unit of a run. */
typedef struct played {
    uint64_t n;
    detente_moments unit[MOST_UNITS][DETENTE_N_METRICS];
} played;

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    played *p = data;
    (void)error;
    ck_assert_ptr_null(unit->failure);
    ck_assert_uint_lt(p->n, MOST_UNITS);
    memcpy(p->unit[p->n++], unit->moments, sizeof p->unit[0]);
    return 0;
}

/* The whole sweep, as a run plays it: all cells of a replication, then all of the next. */
static void play(played *p, sweep_limits limits, int threads)
{
    detente_sweep *limited;
    detente_error error = {0};
    ck_assert_int_eq(sweep_open_within(&limited, &config, limits, &error), 0);
    const detente_cell_source cells = detente_sweep_source(limited);
    const detente_sink sink = {p, NULL, take_unit};
    const detente_run_options options = {.threads = threads};
    p->n = 0;
    ck_assert_int_eq(detente_engine_run(&config, &cells, &sink, &options, NULL, &error), 0);
    ck_assert_uint_eq(p->n, config.replications * cells.n_cells);
    detente_sweep_close(limited);
}

/* The same from configs of points bound one by one, no two cells sharing anything. */
static void play_apart(played *p)
{
    const uint32_t n = detente_sweep_cells(sweep), strategies = (uint32_t)config.n_strategies;
    detente_cell **cell = calloc(n, sizeof *cell);
    for (uint32_t c = 0; c < n; c++) {
        const detente_config *made;
        detente_error error = {0};
        ck_assert_msg(!detente_sweep_config(sweep, c / strategies, &made, &error), "%s", error.text);
        ck_assert_int_eq(detente_cell_create(&cell[c], made, (int)(c % strategies), c, NULL), 0);
    }
    const detente_cell_source cells = detente_cell_array(cell, n);
    const detente_sink sink = {p, NULL, take_unit};
    p->n = 0;
    ck_assert_int_eq(detente_engine_run(&config, &cells, &sink, &(detente_run_options){.threads = 1}, NULL, NULL), 0);
    for (uint32_t c = 0; c < n; c++)
        detente_cell_free(cell[c]);
    free(cell);
}

/* Traits with tables of both families and of none, values of their own, personas, correlations; neighbours that share much or nothing. */
static const char *const DESIGN[] = {
    "type: sobol, points: 150, vary: {customer.anger.mean: {from: 0.1, to: 0.6}, agent.mirroring: {from: 0, to: 1}}}\n#",
    "type: saltelli, points: 24, vary: {customer.anger.mean: {from: 0.1, to: 0.6}, customer.anger.sd: {from: 0.05, to: 0.2}, "
    "customer.entitlement.mean: {from: 0.2, to: 0.8}, customer.patience.mean: {from: 4, to: 20}}}\n"
    "customer: {patience: {dist: gamma}, reactivity: {dist: uniform, mean: 1, sd: 0.3}}\n#",
    "vary: {customer.entitlement.sd: [0.1, 0.2], customer.correlation.anger-entitlement: [-0.4, 0.4], "
    "'customer.personas[b].share': [0.5], strategy.concession.beta: {from: 0.5, to: 2, steps: 12}}}\n"
    "customer: {personas: [{name: a, share: 0.5, openness: {values: [0.1, 0.5, 0.3], weights: [1, 2, 1]}}, "
    "{name: b, share: 0.5, anger: {mean: 0.5}}]}\n#",
    ("vary: {customer.persona: [reasonable, abusive, loyal], customer.reactivity.mean: [0.9, 1], max_turns: [5, 30], "
     "scenario: [billing-dispute, three-part-complaint], agent.mirroring: [0.1, 0.9]}}\n#")};

START_TEST(any_limit_any_thread)
{
    static const sweep_limits LIMITS[] = {{0}, {.cells = 60000, .passing = 16000, .tables = 20000}, {.tables = 3000}};
    static played expected, found;
    char text[2048];
    snprintf(text, sizeof text, "%s", DESIGN[_i]);
    char *const end = strrchr(text, '#');
    snprintf(end, (size_t)(text + sizeof text - end), "replications: 2\nencounters: %d\n#", ENCOUNTERS);
    open_design(text);
    play_apart(&expected);
    for (size_t i = 0; i < sizeof LIMITS / sizeof LIMITS[0]; i++)
        for (int threads = 1; threads <= 4; threads += 3) {
            play(&found, LIMITS[i], threads);
            ck_assert_mem_eq(found.unit, expected.unit, expected.n * sizeof *expected.unit);
        }
    play(&found, SWEEP_LIMITS, 4);
    ck_assert_mem_eq(found.unit, expected.unit, expected.n * sizeof *expected.unit);
    /* The cells differ, or a wrong one would not be seen. */
    uint64_t differ = 0;
    for (uint64_t u = 1; u < expected.n; u++)
        differ += memcmp(expected.unit[u], expected.unit[u - 1], sizeof *expected.unit) != 0;
    ck_assert_uint_gt(differ, expected.n * 9 / 10);
    close_design();
}
END_TEST

/* A sweep of some thousand cells is made once, though a trait varies. */
START_TEST(thousands_are_kept)
{
    open_design(
        "type: sobol, points: 2048, vary: {customer.anger.mean: {from: 0.1, to: 0.6}, agent.warmth: {from: 0, to: 1}}");
    const detente_cell_source cells = detente_sweep_source(sweep);
    const detente_cell **first = calloc(cells.n_cells, sizeof *first);
    for (int round = 0; round < 2; round++)
        for (uint32_t c = 0; c < cells.n_cells; c++) {
            const detente_cell *cell;
            ck_assert_int_eq(cells.take(cells.data, c, &cell, NULL), 0);
            cells.give_back(cells.data, cell);
            ck_assert(round == 0 || cell == first[c]);
            first[c] = cell;
        }
    ck_assert_uint_eq(cells.n_cells, 4096);
    double tables = 0;
    ck_assert_double_eq(detente_sweep_kept(sweep, &tables), 1);
    ck_assert_double_eq(tables, 1);
    free(first);
    close_design();
}
END_TEST

/* What a run's estimate goes by, after a few cells. */
static double foreseen(const char *design, double *tables)
{
    open_design(design);
    const detente_cell_source cells = detente_sweep_source(sweep);
    for (uint32_t c = 0; c < cells.n_cells; c += cells.n_cells / 32 + 1) {
        const detente_cell *cell;
        ck_assert_int_eq(cells.take(cells.data, c, &cell, NULL), 0);
        cells.give_back(cells.data, cell);
    }
    const double kept = detente_sweep_kept(sweep, tables);
    close_design();
    return kept;
}

START_TEST(making_is_foreseen)
{
    double tables;
    /* All are kept; tables are, or about half of them; there are none but the base's. */
    ck_assert_double_eq(foreseen("vary: {customer.anger.mean: {from: 0.2, to: 0.6, steps: 100}}", &tables), 1);
    ck_assert_double_eq(tables, 1);
    double kept = foreseen(
        "type: sobol, points: 30000, vary: {customer.anger.mean: {from: 0.2, to: 0.6}, agent.warmth: {from: 0, to: 1}}",
        &tables);
    ck_assert(kept > 0.01 && kept < 0.5);
    ck_assert_double_eq(tables, 1);
    foreseen("type: sobol, points: 50000, vary: {customer.anger.mean: {from: 0.2, to: 0.6}, "
             "customer.entitlement.mean: {from: 0.3, to: 0.6}}",
             &tables);
    ck_assert(tables > 0.3 && tables < 0.7);
    kept = foreseen(
        "type: sobol, points: 50000, vary: {agent.warmth: {from: 0, to: 1}, agent.empathy: {from: 0, to: 1}}", &tables);
    ck_assert(kept > 0.01 && kept < 0.5);
}
END_TEST

/* A cell that was let go is made again, and of those in use none is let go. */
START_TEST(forgetting_spares_what_is_in_use)
{
    open_design("vary: {customer.anger.mean: {from: 0.2, to: 0.6, steps: 10}}");
    const detente_cell_source cells = detente_sweep_source(sweep);
    const detente_cell *held, *cell;
    ck_assert_int_eq(cells.take(cells.data, 0, &held, NULL), 0);
    ck_assert_int_eq(cells.take(cells.data, 5, &cell, NULL), 0);
    cells.give_back(cells.data, cell);
    detente_sweep_forget(sweep);
    ck_assert_int_eq(cells.take(cells.data, 0, &cell, NULL), 0);
    ck_assert_ptr_eq(cell, held);
    cells.give_back(cells.data, cell);
    cells.give_back(cells.data, held);
    ck_assert_int_eq(cells.take(cells.data, 5, &cell, NULL), 0);
    cells.give_back(cells.data, cell);
    close_design();
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 32;
}

static size_t expect_same_table(const float table[QUANTILES])
{
    static uint8_t packed[PACKED_MOST];
    static float unpacked[QUANTILES];
    memset(unpacked, 7, sizeof unpacked);
    const size_t n = detente_table_pack(table, packed);
    ck_assert_uint_le(n, PACKED_MOST);
    detente_table_unpack(packed, unpacked);
    ck_assert_mem_eq(unpacked, table, sizeof unpacked);
    return n;
}

/* Tables of all kinds, and what no table is: any bits at all. */
START_TEST(tables_are_packed_without_loss)
{
    static float table[QUANTILES];
    static double phi[QUANTILES];
    uint64_t state = 20241005;
    detente_normal_table(phi);
    size_t most = 0;
    for (int k = 1; k < 100; k++) {
        detente_quantiles(DETENTE_BETA, k / 100.0, 0.099 * sqrt(k / 100.0 * (1 - k / 100.0)) * (1 + k % 7), phi, table);
        expect_same_table(table);
        detente_quantiles(DETENTE_GAMMA, k, k * (0.05 + k % 13 / 8.0), phi, table);
        expect_same_table(table);
        detente_quantiles(DETENTE_BETA, 0.25 + k / 250.0, 0.15, phi, table);
        const size_t n = expect_same_table(table);
        most = n > most ? n : most;
        detente_quantiles(DETENTE_UNIFORM, k / 50.0 - 1, 0.1, phi, table);
        expect_same_table(table);
    }
    ck_assert_uint_lt(most, sizeof table / 3);
    for (int k = 0; k < 100; k++) {
        for (int i = 0; i < QUANTILES; i++) {
            const uint32_t bits = (uint32_t)next_random(&state);
            memcpy(&table[i], &bits, sizeof bits);
        }
        expect_same_table(table);
    }
    memset(table, 0xff, sizeof table);
    expect_same_table(table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kept");
    TCase *tests = tcase_create("kept");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, any_limit_any_thread, 0, sizeof DESIGN / sizeof DESIGN[0]);
    tcase_add_test(tests, thousands_are_kept);
    tcase_add_test(tests, making_is_foreseen);
    tcase_add_test(tests, forgetting_spares_what_is_in_use);
    tcase_add_test(tests, tables_are_packed_without_loss);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
