/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory runs out, at each allocation once and from there on, while shards of cells that keep rows are merged. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/memory.h"
#include "support/files.h"
#include "support/made_up.h"
#include "support/suite.h"

enum { SHARDS = 2, REPLICATIONS = 3, ENCOUNTERS = 300, PATH_SIZE = 256 };

static char folder[] = "/tmp/detente-memory-shards-XXXXXX";
static char part[SHARDS][PATH_SIZE], merged[PATH_SIZE];
static char *expected; /* bytes of the merged file */
static size_t expected_size;
static detente_config config;

/* Those cells that a store wants, numbered among themselves. */
typedef struct filter {
    detente_sink store;
    uint32_t first, n;
} filter;

static int take_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    const filter *f = data;
    if (cell < f->first || cell >= f->first + f->n)
        return 0;
    return f->store.rows(f->store.data, cell - f->first, replication, rows, error);
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    const filter *f = data;
    detente_unit own = *unit;
    if (unit->cell < f->first || unit->cell >= f->first + f->n)
        return 0;
    own.cell = unit->cell - f->first;
    own.unit = (uint64_t)unit->replication * f->n + own.cell;
    return f->store.unit(f->store.data, &own, error);
}

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(made_up_config(&config, REPLICATIONS, ENCOUNTERS, NULL), 0);
    config.keep.encounters = config.keep.turns = ENCOUNTERS; /* turns: several chunks */
    config.quantiles = 0;
    config.until = (detente_until){.metric = DETENTE_METRIC_minutes, .least = 2, .halfwidth = 0.1, .confidence = 0.95};
    snprintf(merged, sizeof merged, "%s/merged.h5", folder);
    for (uint32_t i = 0; i < SHARDS; i++) {
        const detente_store_options options = {.shard = i + 1, .shards = SHARDS, .threads = 1, .shard_bytes = i};
        detente_store *store;
        filter f;
        snprintf(part[i], sizeof part[i], "%s/%u.h5", folder, i + 1);
        ck_assert_int_eq(detente_store_create(&store, part[i], &config, &options, NULL), 0);
        detente_store_cells(store, &f.first, &f.n);
        f.store = detente_store_sink(store);
        const detente_sink sink = {.data = &f, .rows = take_rows, .unit = take_unit};
        ck_assert_int_eq(made_up_feed(&config, &sink, 0, (uint64_t)REPLICATIONS * MADE_UP_CELLS, NULL), 0);
        ck_assert_int_eq(detente_store_finish(store, NULL, NULL), 0);
        detente_store_free(store);
    }
}

static void end(void)
{
    detente_config_clear(&config);
    test_remove(folder);
}

static int merge(detente_error *error)
{
    const char *const source[SHARDS] = {part[1], part[0]};
    return detente_store_merge(merged, source, SHARDS, &(detente_merge_options){.threads = 1}, NULL, NULL, error);
}

/* @return 1 when the n-th allocation was reached */
static int fail_at(size_t n, int all)
{
    detente_error error = {0};
    fault_arm(n, all);
    const int code = merge(&error);
    const int failed = fault_disarm() > 0;
    ck_assert_msg(code == 0 || (failed && code == DETENTE_E_MEMORY), "allocation %zu: %d, %s", n, code, error.text);
    ck_assert_int_eq(error.code, code);
    ck_assert_int_eq(test_entries(folder), SHARDS + !code); /* nothing is left of what failed */
    if (!code) {                                            /* what could be done without changes nothing */
        size_t size;
        char *bytes = test_read(merged, &size);
        ck_assert(size == expected_size && !memcmp(bytes, expected, size));
        free(bytes);
    }
    remove(merged);
    detente_error_clear(&error);
    return failed;
}

START_TEST(memory_runs_out)
{
    size_t n = 1;
    ck_assert_int_eq(merge(NULL), 0);
    expected = test_read(merged, &expected_size);
    remove(merged);
    while (fail_at(n, _i))
        n += n < 40 || getenv("DETENTE_LONG") ? 1 : 97;
    ck_assert_uint_gt(n, 1000);
    free(expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory_shards");
    TCase *tests = tcase_create("memory_shards");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 600);
    tcase_add_loop_test(tests, memory_runs_out, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
