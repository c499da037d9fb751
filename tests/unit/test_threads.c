/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine takes of a machine: threads and memory. */
#define _GNU_SOURCE
#include <check.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/schedule.h"
#include "engine/threads.h"
#include "support/suite.h"

static void constant_play(const detente_cell *cell, detente_isa isa, uint32_t replication, uint32_t first, uint32_t n,
                          detente_block *block)
{
    (void)cell, (void)isa, (void)replication;
    block->n = n;
    if (first == 0)
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            for (uint32_t i = 0; i < DETENTE_BLOCK; i++)
                block->metric[m][i] = (float)(i % 2);
}

static int count_unit(void *data, const detente_unit *unit, detente_error *error)
{
    (void)error;
    *(uint64_t *)data += unit->moments[0].count;
    return 0;
}

static long grown_kilobytes(uint64_t encounters, uint64_t replications)
{
    static const detente_config nothing;
    detente_config config = nothing;
    config.encounters = encounters;
    config.replications = replications;
    config.quantiles = 1;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    uint64_t seen = 0;
    detente_cell *cells[] = {NULL}; /* the player looks at none */
    const detente_sink sink = {&seen, NULL, count_unit};
    const detente_run_options options = {.threads = 8};
    const engine_player player = {.play = constant_play};
    const detente_cell_source source = detente_cell_array(cells, 1);
    ck_assert_int_eq(detente_engine_play(&config, &source, &sink, &options, &player, NULL, NULL), 0);
    ck_assert_uint_eq(seen, encounters * replications);
    getrusage(RUSAGE_SELF, &after);
    return after.ru_maxrss - before.ru_maxrss;
}

/* Memory does not depend on how many encounters or replications there are: 100 MB is the promise for 10^9. */
START_TEST(memory_is_bounded)
{
    ck_assert_int_lt(grown_kilobytes(20 * 1000 * 1000, 1), 100 * 1000);
    ck_assert_int_lt(grown_kilobytes(64, 100 * 1000), 100 * 1000);
}
END_TEST

/* A source that knows how many of its cells are out, and has none of number 5. */
typedef struct lender {
    _Atomic int out, taken;
} lender;

static int lend(void *data, uint32_t cell, const detente_cell **taken, detente_error *error)
{
    lender *l = data;
    if (cell == 5)
        return detente_error_set(error, DETENTE_E_INPUT, "there is no cell 5");
    l->out++;
    l->taken++;
    *taken = data;
    return 0;
}

static void lend_no_more(void *data, const detente_cell *taken)
{
    ck_assert_ptr_eq(taken, data);
    ((lender *)data)->out--;
}

/* Every cell that is taken is given back, once for all blocks of a unit; a source that fails ends the run (a cell whose parameters do not go together does not). */
START_TEST(cells_are_borrowed)
{
    for (uint32_t n_cells = 5; n_cells <= 6; n_cells++) {
        static const detente_config nothing;
        detente_config config = nothing;
        config.encounters = 2 * DETENTE_BLOCK;
        config.replications = 2;
        lender l = {0};
        uint64_t seen = 0;
        detente_error error = {0};
        const detente_sink sink = {&seen, NULL, count_unit};
        const engine_player player = {.play = constant_play};
        const detente_cell_source source = {n_cells, &l, lend, lend_no_more};
        const int code =
            detente_engine_play(&config, &source, &sink, &(detente_run_options){.threads = 2}, &player, NULL, &error);
        ck_assert_int_eq(l.out, 0);
        ck_assert_int_eq(code, n_cells == 5 ? 0 : DETENTE_E_INPUT);
        ck_assert_pstr_eq(error.text, n_cells == 5 ? NULL : "there is no cell 5");
        if (n_cells == 5) {
            ck_assert_uint_eq(seen, 2 * 5 * config.encounters);
            ck_assert_int_ge(l.taken, 10);
            ck_assert_int_le(l.taken, 20);
        }
        detente_error_clear(&error);
    }
}
END_TEST

static void write_file(const char *root, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Made-up /proc and /sys; the files' forms are those of the kernel's cgroup-v1 and cgroup-v2 documentation. */
START_TEST(quotas)
{
    char folder[] = "/tmp/detente-quota-XXXXXX", path[512], command[600];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(detente_threads_quota(folder), INT_MAX);
    snprintf(path, sizeof path, "%s/v2", folder);
    write_file(path, "proc/self/cgroup", "0::/user/job\n");
    ck_assert_int_eq(detente_threads_quota(path), INT_MAX);
    write_file(path, "sys/fs/cgroup/user/job/cpu.max", "max 100000\n");
    ck_assert_int_eq(detente_threads_quota(path), INT_MAX);
    write_file(path, "sys/fs/cgroup/user/cpu.max", "350000 100000\n");
    ck_assert_int_eq(detente_threads_quota(path), 4);
    write_file(path, "sys/fs/cgroup/user/job/cpu.max", "200000 100000\n");
    ck_assert_int_eq(detente_threads_quota(path), 2);
    snprintf(path, sizeof path, "%s/v1", folder);
    write_file(path, "proc/self/cgroup", "5:cpuset:/\n4:cpuacct,cpu:/job\n1:name=systemd:/x\n0::/\n");
    write_file(path, "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    write_file(path, "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    ck_assert_int_eq(detente_threads_quota(path), INT_MAX);
    write_file(path, "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "50000\n");
    ck_assert_int_eq(detente_threads_quota(path), 1);
    snprintf(path, sizeof path, "%s/hidden", folder);
    write_file(path, "proc/self/cgroup", "0::/../elsewhere\n");
    write_file(path, "sys/fs/cgroup/cpu.max", "300000 100000\n");
    ck_assert_int_eq(detente_threads_quota(path), 3);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(threads_asked_for)
{
    ck_assert_int_eq(detente_threads_asked(NULL), INT_MAX);
    ck_assert_int_eq(detente_threads_asked(""), INT_MAX);
    ck_assert_int_eq(detente_threads_asked("many"), INT_MAX);
    ck_assert_int_eq(detente_threads_asked("-3"), INT_MAX);
    ck_assert_int_eq(detente_threads_asked("8,2"), 8);
    setenv("OMP_NUM_THREADS", "1", 1);
    ck_assert_int_eq(detente_engine_threads(), 1);
    unsetenv("OMP_NUM_THREADS");
    ck_assert_int_ge(detente_engine_threads(), 1);
    ck_assert_int_le(detente_engine_threads(), (int)sysconf(_SC_NPROCESSORS_CONF));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine's demands");
    TCase *tests = tcase_create("engine's demands");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, memory_is_bounded);
    tcase_add_test(tests, cells_are_borrowed);
    tcase_add_test(tests, quotas);
    tcase_add_test(tests, threads_asked_for);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
