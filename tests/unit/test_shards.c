/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shards of a run whose cells stop at a precision: of cells, each with all its replications. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/files.h"
#include "support/made_up.h"
#include "support/suite.h"

enum { REPLICATIONS = 7, ENCOUNTERS = 50, PATH_SIZE = 256 };

/* Replications after which each cell has enough. */
static const uint32_t enough[MADE_UP_CELLS] = {4, REPLICATIONS, 2};

static char folder[] = "/tmp/detente-shards-XXXXXX"; /* each test is a process of its own */
static detente_config config;

static void begin(void)
{
    detente_error error = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_msg(!made_up_config(&config, REPLICATIONS, ENCOUNTERS, &error), "%s", error.text);
    config.keep.encounters = config.keep.turns = 0;
    config.quantiles = 1;
    config.until = (detente_until){.metric = DETENTE_METRIC_minutes, .least = 2, .halfwidth = 0.1, .confidence = 0.95};
}

static void end(void)
{
    detente_config_clear(&config);
    test_remove(folder);
}

/* Hands a store those cells that are its own, numbered among themselves; what was not needed is empty. */
typedef struct filter {
    detente_sink store;
    uint32_t first, n;
} filter;

static int take_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    const filter *f = data;
    if (cell < f->first || cell >= f->first + f->n || replication >= enough[cell])
        return 0;
    return f->store.rows(f->store.data, cell - f->first, replication, rows, error);
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    const filter *f = data;
    detente_moments none[DETENTE_N_METRICS];
    detente_unit own = *unit;
    if (unit->cell < f->first || unit->cell >= f->first + f->n)
        return 0;
    own.cell = unit->cell - f->first;
    own.unit = (uint64_t)unit->replication * f->n + own.cell;
    if (unit->replication >= enough[unit->cell]) {
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            detente_moments_init(&none[m]);
        own.moments = none;
        own.histogram = NULL;
    }
    return f->store.unit(f->store.data, &own, error);
}

/* A shard of a run, or all of it (shards 0), as far as its cells need it. */
static void play(const char *path, uint32_t shard, uint32_t shards)
{
    const detente_store_options options = {.shard = shard, .shards = shards, .shard_bytes = shard == 2 ? 1 : 0};
    detente_error error = {0};
    detente_store *store;
    filter f;
    uint32_t most = 0;
    ck_assert_msg(!detente_store_create(&store, path, &config, &options, &error), "%s", error.text);
    detente_store_cells(store, &f.first, &f.n);
    f.store = detente_store_sink(store);
    for (uint32_t c = f.first; c < f.first + f.n; c++)
        most = enough[c] > most ? enough[c] : most;
    const detente_sink sink = {.data = &f, .rows = take_rows, .unit = take_unit};
    ck_assert_uint_eq(detente_store_left(store), (uint64_t)f.n * REPLICATIONS);
    ck_assert_int_eq(made_up_feed(&config, &sink, 0, (uint64_t)most * MADE_UP_CELLS, &error), 0);
    ck_assert_msg(!detente_store_finish(store, NULL, &error), "%s", error.text);
    detente_store_free(store);
}

static char *name(char path[PATH_SIZE], const char *what, uint32_t shard, uint32_t shards)
{
    snprintf(path, PATH_SIZE, "%s/%s-%u-%u.h5", folder, what, shard, shards);
    return path;
}

/* Rows that are kept: none; some, fewer than a chunk; of each replication more than a chunk. */
static const struct {
    uint64_t encounters, turns, of;
} kept[] = {{0, 0, ENCOUNTERS}, {20, 5, ENCOUNTERS}, {UINT64_MAX, 0, 20000}, {UINT64_MAX, UINT64_MAX, 3000}};

/* One to five of them, the last of which have no cell left to them: merged they are, byte for byte, the run in one piece. */
START_TEST(shards_by_cells)
{
    config.keep.encounters = kept[_i].encounters;
    config.keep.turns = kept[_i].turns;
    config.encounters = kept[_i].of;
    char whole[PATH_SIZE], merged[PATH_SIZE], part[5][PATH_SIZE];
    size_t size, expected_size;
    play(name(whole, "whole", 0, 0), 0, 0);
    char *expected = test_read(whole, &expected_size);
    for (uint32_t n = 1; n <= 5; n++) {
        const char *source[5];
        detente_error error = {0};
        detente_merged done;
        for (uint32_t i = 0; i < n; i++) {
            play(name(part[i], "part", i + 1, n), i + 1, n);
            source[n - 1 - i] = part[i];
        }
        const int code = detente_store_merge(name(merged, "merged", 0, n), source, n, &(detente_merge_options){0}, NULL,
                                             &done, &error);
        ck_assert_msg(!code, "%s", error.text);
        ck_assert(done.units == done.units_planned && done.encounters == (4 + 7 + 2) * kept[_i].of);
        char *bytes = test_read(merged, &size);
        ck_assert_msg(size == expected_size && !memcmp(bytes, expected, size), "%u shards", n);
        free(bytes);
    }
    free(expected);
}
END_TEST

/* A shard of other cells cannot stand in for one that is missing, nor the same one twice. */
START_TEST(shards_that_are_not_all)
{
    char part[3][PATH_SIZE], other[PATH_SIZE], merged[PATH_SIZE];
    detente_merged done;
    for (uint32_t i = 0; i < 3; i++)
        play(name(part[i], "part", i + 1, 3), i + 1, 3);
    play(name(other, "other", 2, 2), 2, 2);
    name(merged, "merged", 0, 0);
    const char *const wrong[][2] = {{part[0], part[0]}, {part[2], other}};
    const detente_merge_options partial = {.partial = 1};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(detente_store_merge(merged, wrong[i], 2, &partial, NULL, &done, NULL), DETENTE_E_INPUT);
        ck_assert_int_eq(detente_store_merge(merged, wrong[i], 2, &(detente_merge_options){0}, NULL, &done, NULL),
                         DETENTE_E_INPUT);
    }
    const char *const some[] = {part[2], part[0]};
    ck_assert_int_eq(detente_store_merge(merged, some, 2, &partial, NULL, &done, NULL), 0);
    ck_assert(done.units == 4 + 2 && done.units_planned == 3 * REPLICATIONS && done.encounters == 6 * ENCOUNTERS);
    detente_results *results;
    ck_assert_int_eq(detente_results_open(&results, merged, NULL), 0);
    ck_assert_uint_eq(detente_results_replications_run(results, 0), 4);
    ck_assert_uint_eq(detente_results_replications_run(results, 1), 0);
    ck_assert_uint_eq(detente_results_replications_run(results, 2), 2);
    detente_results_close(results);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shards");
    TCase *tests = tcase_create("by_cells");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, shards_by_cells, 0, sizeof kept / sizeof *kept);
    tcase_add_test(tests, shards_that_are_not_all);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
