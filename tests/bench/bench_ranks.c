/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What two processes with a thread each gain over one (build/mpi, mpirun), beside what two threads gain in a loop in registers at
 * the same moment: by the seconds that a run says it played, and by those of the whole command, which has a fixed part: mpirun,
 * MPI's start and end, and the merge. Prints, never asserts.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "spin.h"

enum { ROUNDS = 7 };

static const char CONFIG[] = "detente: 1\nname: bench\nextends: billing-dispute\nreplications: 2000\nencounters: 2560\n"
                             "strategies: [typical, task-focused]\n";

/* Seconds of a run: those in which it played, those of the command, and those of processors; 0 when there is none. */
typedef struct run_seconds {
    double played, whole, processor;
} run_seconds;

static run_seconds run(const char *folder, int ranks)
{
    char command[8192];
    run_seconds seconds = {0};
    snprintf(
        command, sizeof command,
        "cd '%s' && mpirun --allow-run-as-root --oversubscribe -np %d \"$OLDPWD\"/build/mpi/detente run c.yaml -o o.h5 "
        "--threads 1 --keep none --force >out 2>&1",
        folder, ranks);
    const double begun = measure_clock(CLOCK_MONOTONIC);
    if (system(command) != 0)
        return seconds;
    seconds.whole = measure_clock(CLOCK_MONOTONIC) - begun;
    char path[4200];
    detente_results *results = NULL;
    detente_provenance about = {0};
    snprintf(path, sizeof path, "%s/o.h5", folder);
    if (!detente_results_open(&results, path, NULL) && !detente_results_provenance(results, &about, NULL)) {
        seconds.played = about.wall_seconds;
        seconds.processor = about.cpu_seconds;
    }
    detente_results_close(results);
    return seconds;
}

static void print_seconds(const char *name, const double *seconds)
{
    const measure_spread spread = measure_summary(seconds, ROUNDS);
    printf("%-52s %9.3f %9.3f %9.3f\n", name, spread.median, spread.min, spread.max);
}

static int measure(const char *folder)
{
    static pace loop = {.name = "a loop in registers, waiting for itself: two threads"},
                played = {.name = "two ranks of one thread, playing"}, whole = {.name = "… the whole command"};
    double fixed[2][ROUNDS], processor[2][ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        loop.one[r] = spin_seconds(wait_spin, 1);
        loop.two[r] = spin_seconds(wait_spin, 2);
        const run_seconds by[] = {run(folder, 1), run(folder, 2)};
        if (by[0].played <= 0 || by[1].played <= 0)
            return -1;
        played.one[r] = by[0].played;
        played.two[r] = by[1].played;
        whole.one[r] = by[0].whole;
        whole.two[r] = by[1].whole;
        for (int k = 0; k < 2; k++) {
            fixed[k][r] = by[k].whole - by[k].played;
            processor[k][r] = by[k].processor;
        }
    }
    pace_heading("10,240,000 encounters, wall clock");
    pace_print(&loop, ROUNDS);
    pace_print(&played, ROUNDS);
    pace_print_share(&played, &loop, ROUNDS);
    pace_print(&whole, ROUNDS);
    printf("\n%-52s %9s %9s %9s\n", "seconds", "median", "least", "most");
    print_seconds("playing, one rank", played.one);
    print_seconds("playing, two ranks", played.two);
    print_seconds("the rest of the command, one rank", fixed[0]);
    print_seconds("the rest of the command, two ranks", fixed[1]);
    print_seconds("of processors, as the run records them, one rank", processor[0]);
    print_seconds("of processors, as the run records them, two ranks", processor[1]);
    return 0;
}

int main(void)
{
    if (access("build/mpi/detente", X_OK) != 0 || system("command -v mpirun >/dev/null") != 0) {
        printf("left out: needs build/mpi/detente (make MPI=1) and mpirun\n");
        return EXIT_SUCCESS;
    }
    char folder[4096], path[4200];
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/bench-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) {
        perror(folder);
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof path, "%s/c.yaml", folder);
    FILE *file = fopen(path, "w");
    int code = !file || fputs(CONFIG, file) < 0;
    if (file && fclose(file) != 0)
        code = 1;
    if (!code)
        code = measure(folder);
    if (code)
        fprintf(stderr, "a run by mpirun failed: see %s/out\n", folder);
    else if (snprintf(path, sizeof path, "rm -rf '%s'", folder) > 0)
        code = system(path);
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
