/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs at once in one process, from the text of a config to the results file, do not meet: each writes what it writes alone. */
#define _GNU_SOURCE
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <detente/detente.h>

#include "support/files.h"
#include "support/suite.h"

enum { ROUNDS = 3, RUNS = 3, MOST_STRATEGIES = 8 };

/* Different shapes, so that what leaked from one to the other would show; the last has mistakes and writes nothing. */
static const char *const texts[RUNS] = {
    "detente: 1\nextends: billing-dispute\nseed: 5\nreplications: 6\nencounters: 700\nkeep: {encounters: 300}\n"
    "strategies: [typical, listen-then-pay, surrender]\n",
    "detente: 1\nextends: three-part-complaint\nseed: 6\nreplications: 9\nencounters: 300\nkeep: {turns: 40}\n"
    "agent: {mirroring: 0.2}\nstrategies: [{name: mine, extends: typical, concession: {beta: 2}}, hard-first]\n",
    "detente: 1\nextends: billing-dispute\nagent: {mirroring: high, warmht: 0.2}\nstrategies: [nobody]\n"};

typedef struct run {
    const char *text, *path;
    pthread_barrier_t *start; /* NULL: alone */
    int code;
    char *said; /* the error's text */
} run;

static int play(const detente_config *config, detente_cell *const *cells, const char *path, detente_error *error)
{
    static const detente_provenance provenance = {.command = "the same", .started = "then", .finished = "later"};
    const detente_store_options storing = {.threads = 2};
    const detente_run_options options = {.threads = 2};
    detente_store *store = NULL;
    int code = detente_store_create(&store, path, config, &storing, error);
    if (!code) {
        const detente_sink sink = detente_store_sink(store);
        const detente_cell_source source = detente_cell_array(cells, (uint32_t)config->n_strategies);
        code = detente_engine_run(config, &source, &sink, &options, NULL, error);
    }
    if (!code)
        code = detente_store_finish(store, &provenance, error);
    detente_store_free(store);
    return code;
}

static void *whole_run(void *data)
{
    run *r = data;
    detente_config *config = calloc(1, sizeof *config);
    detente_cell *cells[MOST_STRATEGIES] = {NULL};
    detente_error error = {0};
    if (r->start)
        pthread_barrier_wait(r->start);
    r->code = detente_config_parse(config, r->text, strlen(r->text), "made up", NULL, 0, &error, NULL);
    for (int s = 0; !r->code && s < config->n_strategies; s++)
        r->code = detente_cell_create(&cells[s], config, s, (uint32_t)s, &error);
    if (!r->code)
        r->code = play(config, cells, r->path, &error);
    for (int s = 0; s < MOST_STRATEGIES; s++)
        detente_cell_free(cells[s]);
    r->said = error.text ? strdup(error.text) : NULL;
    detente_error_clear(&error);
    detente_config_clear(config);
    free(config);
    return NULL;
}

static void compare(const run *alone, const run *together)
{
    ck_assert_int_eq(alone->code, together->code);
    ck_assert_pstr_eq(alone->said, together->said);
    if (alone->code)
        return;
    size_t sizes[2];
    char *bytes[] = {test_read(alone->path, &sizes[0]), test_read(together->path, &sizes[1])};
    ck_assert_uint_gt(sizes[0], 10000);
    ck_assert_uint_eq(sizes[0], sizes[1]);
    ck_assert_mem_eq(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
    ck_assert_int_eq(unlink(together->path), 0);
}

START_TEST(same_bytes_as_alone)
{
    char folder[] = "/tmp/detente-two-runs-XXXXXX", paths[2][RUNS][64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    run alone[RUNS] = {{0}}, together[RUNS] = {{0}};
    for (int i = 0; i < RUNS; i++) {
        snprintf(paths[0][i], sizeof paths[0][i], "%s/alone%d.h5", folder, i);
        snprintf(paths[1][i], sizeof paths[1][i], "%s/together%d.h5", folder, i);
        alone[i] = (run){.text = texts[i], .path = paths[0][i]};
        whole_run(&alone[i]);
    }
    ck_assert_int_eq(alone[0].code, 0);
    ck_assert_int_eq(alone[1].code, 0);
    ck_assert_int_eq(alone[2].code, DETENTE_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(alone[2].said, "warmht"));

    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_t start;
        pthread_t thread[RUNS];
        pthread_barrier_init(&start, NULL, RUNS);
        for (int i = 0; i < RUNS; i++) {
            together[i] = (run){.text = texts[i], .path = paths[1][i], .start = &start};
            ck_assert_int_eq(pthread_create(&thread[i], NULL, whole_run, &together[i]), 0);
        }
        for (int i = 0; i < RUNS; i++)
            ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        pthread_barrier_destroy(&start);
        for (int i = 0; i < RUNS; i++) {
            compare(&alone[i], &together[i]);
            free(together[i].said);
        }
    }
    for (int i = 0; i < RUNS; i++)
        free(alone[i].said);
    test_remove(folder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("two runs");
    TCase *tests = tcase_create("two runs");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, same_bytes_as_alone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
