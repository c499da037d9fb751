/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sharing a run: the line of units that is handed out, and stores that several ranks write together. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/files.h"
#include "support/made_up.h"
#include "support/suite.h"

/* ---- the line: one process, whose playing thread takes chunk after chunk ------------------------------------------ */

typedef struct line {
    uint64_t next, chunks, smallest, fails_at;
    int last_calls;
    volatile int caught;
} line;

static int take(void *data, uint64_t first, uint64_t n, const volatile int *stop, detente_error *error)
{
    line *self = data;
    ck_assert_int_eq(self->last_calls, 0);
    if (n == 0) {
        self->last_calls++;
        ck_assert_int_eq(*stop != 0, self->caught != 0);
        return 0;
    }
    ck_assert_uint_eq(first, self->next);
    self->next += n;
    self->chunks++;
    self->smallest = n < self->smallest ? n : self->smallest;
    if (self->next >= self->fails_at)
        return detente_error_set(error, DETENTE_E_IO, "the disk is full");
    return 0;
}

static int play_line(line *self, uint64_t n, uint64_t least, detente_error *error)
{
    detente_ranks *ranks = NULL;
    ck_assert_int_eq(detente_ranks_begin(&ranks, &self->caught, NULL), 0);
    ck_assert_int_eq(detente_ranks_rank(ranks), 0);
    ck_assert_int_eq(detente_ranks_number(ranks), 1);
    const detente_share share = {.n = n, .least = least, .play = take, .data = self};
    const int code = detente_ranks_play(ranks, &share, error);
    ck_assert_int_eq(detente_ranks_signal(ranks), self->caught);
    ck_assert_int_eq(detente_ranks_lost(ranks), 0);
    detente_ranks_end(ranks);
    ck_assert_int_eq(self->last_calls, 1);
    return code;
}

/* Chunks of half of what is left, but for the first ones while speeds are not known, and the last, of twice the least or less. */
START_TEST(the_line_is_handed_out_once)
{
    line self = {.smallest = UINT64_MAX, .fails_at = UINT64_MAX};
    ck_assert_int_eq(play_line(&self, 1000, 4, NULL), 0);
    ck_assert_uint_eq(self.next, 1000);
    ck_assert_uint_ge(self.chunks, 8);
    ck_assert_uint_le(self.chunks, 1000 / 32 + 8);
    ck_assert_uint_le(self.smallest, 8);
    line none = {.fails_at = UINT64_MAX};
    ck_assert_int_eq(play_line(&none, 0, 1, NULL), 0);
    ck_assert_uint_eq(none.chunks, 0);
}
END_TEST

START_TEST(a_failure_ends_it)
{
    line self = {.fails_at = 600};
    detente_error error = {0};
    ck_assert_int_eq(play_line(&self, 1000, 1, &error), DETENTE_E_IO);
    ck_assert_str_eq(error.text, "the disk is full");
    ck_assert_uint_ge(self.next, 600);
    ck_assert_uint_lt(self.next, 1000);
    detente_error_clear(&error);
}
END_TEST

START_TEST(a_signal_ends_it)
{
    line self = {.fails_at = UINT64_MAX, .caught = 15};
    ck_assert_int_eq(play_line(&self, 1000, 1, NULL), DETENTE_E_INTERRUPTED);
    ck_assert_uint_eq(self.next, 0);
}
END_TEST

/* ---- stores of several ranks ---------------------------------------------------------------------------------------- */

enum { RANKS = 3, CHUNK = 2 };

static char folder[] = "/tmp/detente-ranks-XXXXXX";

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void end(void)
{
    test_remove(folder);
}

/* Chunks of CHUNK units in turn: chunk k is played by rank k mod RANKS, those of rank `lost` not at all. */
static void play_share(detente_store *store, const detente_config *config, int rank, int lost)
{
    const uint64_t units = MADE_UP_CELLS * config->replications;
    const detente_sink sink = detente_store_sink(store);
    for (int k = 0; detente_store_left(store) > 0; k++) {
        const uint64_t end_of_chunk = detente_store_reach(store, CHUNK);
        ck_assert_uint_le(detente_store_left_before(store, end_of_chunk), CHUNK);
        ck_assert_uint_ge(detente_store_left_before(store, end_of_chunk), 1);
        ck_assert_uint_le(end_of_chunk, units);
        uint64_t first, last;
        while (k % RANKS == rank && rank != lost && detente_store_next(store, end_of_chunk, &first, &last, NULL) == 1)
            ck_assert_int_eq(made_up_feed(config, &sink, first, last, NULL), 0);
        detente_store_pass(store, end_of_chunk);
    }
}

/* @return what rank 0's finishing returned */
static int write_together(const detente_config *config, const char *path, int resume, int lost)
{
    detente_store *store[RANKS];
    detente_error error = {0};
    for (int r = 0; r < RANKS; r++) {
        const detente_store_options options = {.resume = resume, .threads = 1, .rank = r, .ranks = RANKS};
        ck_assert_msg(!detente_store_create(&store[r], path, config, &options, &error), "%s", error.text);
        ck_assert_uint_eq(detente_store_left(store[r]), detente_store_left(store[0]));
    }
    for (int r = RANKS - 1; r >= 0; r--)
        play_share(store[r], config, r, lost);
    for (int r = 1; r < RANKS; r++) {
        ck_assert_msg(!detente_store_finish(store[r], NULL, &error), "%s", error.text);
        detente_store_free(store[r]);
    }
    const int code = detente_store_finish(store[0], &(detente_provenance){.command = "made up"}, NULL);
    detente_store_free(store[0]);
    return code;
}

static void check_same(const char *a, const char *b)
{
    size_t a_size = 0, b_size = 0;
    char *a_bytes = test_read(a, &a_size), *b_bytes = test_read(b, &b_size);
    ck_assert_uint_eq(a_size, b_size);
    ck_assert_mem_eq(a_bytes, b_bytes, a_size);
    free(a_bytes);
    free(b_bytes);
}

/* Written by three, and by three of which one's work was lost, and resumed by three: the bytes of one. */
START_TEST(together_the_same_bytes)
{
    char one[256], many[256], parts[272];
    detente_config config;
    const detente_store_options options = {.threads = 1};
    ck_assert_int_eq(made_up_config(&config, 7, 300, NULL), 0);
    config.keep.encounters = 20;
    config.keep.turns = 5;
    snprintf(one, sizeof one, "%s/one.h5", folder);
    snprintf(many, sizeof many, "%s/many.h5", folder);
    snprintf(parts, sizeof parts, "%s.parts", many);
    ck_assert_int_eq(made_up_store(&config, one, &options, &(detente_provenance){.command = "made up"}, NULL), 0);
    ck_assert_int_eq(write_together(&config, many, 0, -1), 0);
    ck_assert_int_eq(test_entries(parts), -1);
    check_same(one, many);
    remove(many);
    for (int lost = 0; lost < RANKS; lost++) {
        ck_assert_int_eq(write_together(&config, many, 0, lost), DETENTE_E_INPUT);
        ck_assert_int_ge(test_entries(parts), 2);
        ck_assert_int_eq(write_together(&config, many, 1, -1), 0);
        ck_assert_int_eq(test_entries(parts), -1);
        check_same(one, many);
        remove(many);
    }
    detente_config_clear(&config);
}
END_TEST

/* A rank that finds no folder is on another file system than rank 0. */
START_TEST(a_rank_finds_the_folder_or_fails)
{
    char path[256];
    detente_config config;
    detente_store *store = NULL;
    ck_assert_int_eq(made_up_config(&config, 2, 10, NULL), 0);
    snprintf(path, sizeof path, "%s/out.h5", folder);
    const detente_store_options options = {.rank = 1, .ranks = 2};
    ck_assert_int_eq(detente_store_create(&store, path, &config, &options, NULL), DETENTE_E_IO);
    ck_assert_ptr_null(store);
    ck_assert_int_eq(test_entries(folder), 0);
    detente_config_clear(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranks");
    TCase *tests = tcase_create("ranks");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, the_line_is_handed_out_once);
    tcase_add_test(tests, a_failure_ends_it);
    tcase_add_test(tests, a_signal_ends_it);
    tcase_add_test(tests, together_the_same_bytes);
    tcase_add_test(tests, a_rank_finds_the_folder_or_fails);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
