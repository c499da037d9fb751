/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What two processes with a thread each gain over one (build/mpi, mpirun): the seconds that a run itself says it took, from its
 * start to the end of its work, beside what two threads gain in a loop in registers at the same moment. Prints, never asserts.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "spin.h"

enum { ROUNDS = 7 };

static const char CONFIG[] = "detente: 1\nname: bench\nextends: billing-dispute\nreplications: 2000\nencounters: 2560\n"
                             "strategies: [typical, task-focused]\n";

/* wall_seconds of a run by so many ranks; 0 when there is none. */
static double run_seconds(const char *folder, int ranks)
{
    char command[8192];
    snprintf(
        command, sizeof command,
        "cd '%s' && mpirun --allow-run-as-root --oversubscribe -np %d \"$OLDPWD\"/build/mpi/detente run c.yaml -o o.h5 "
        "--threads 1 --keep none --force >out 2>&1",
        folder, ranks);
    if (system(command) != 0)
        return 0;
    char path[4200];
    detente_results *results = NULL;
    detente_provenance about = {0};
    snprintf(path, sizeof path, "%s/o.h5", folder);
    double seconds = 0;
    if (!detente_results_open(&results, path, NULL) && !detente_results_provenance(results, &about, NULL))
        seconds = about.wall_seconds;
    detente_results_close(results);
    return seconds;
}

static int measure(const char *folder)
{
    static pace loop = {.name = "a loop in registers, waiting for itself: two threads"},
                ranks = {.name = "two ranks of one thread"};
    for (int r = 0; r < ROUNDS; r++) {
        loop.one[r] = spin_seconds(wait_spin, 1);
        loop.two[r] = spin_seconds(wait_spin, 2);
        ranks.one[r] = run_seconds(folder, 1);
        ranks.two[r] = run_seconds(folder, 2);
        if (ranks.one[r] <= 0 || ranks.two[r] <= 0)
            return -1;
    }
    pace_heading("10,240,000 encounters, wall clock");
    pace_print(&loop, ROUNDS);
    pace_print(&ranks, ROUNDS);
    pace_print_share(&ranks, &loop, ROUNDS);
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
