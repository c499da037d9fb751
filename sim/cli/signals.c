/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that ask a run to stop. */
#include "cli/cli.h"

#include <signal.h>
#include <time.h>

/* Within so many seconds another signal is the same wish, told by a launcher and by who ended the launcher; a later one is impatience. */
static const double same_wish = 1;

static volatile int caught;
static double caught_at;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void note(int number)
{
    if (!caught) {
        caught_at = now();
        caught = number;
    } else if (now() - caught_at > same_wish) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void cli_signals_catch(void)
{
    /* USR1 is what mpirun passes on, and then waits as long as it takes. */
    static const int asking[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1};
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
        struct sigaction before, action = {.sa_handler = note, .sa_flags = SA_RESTART};
        /* One handler at a time. */
        sigemptyset(&action.sa_mask);
        for (size_t other = 0; other < sizeof asking / sizeof *asking; other++)
            sigaddset(&action.sa_mask, asking[other]);
        /* nohup and background jobs of a shell ignore some on purpose. */
        if (sigaction(asking[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(asking[i], &action, NULL);
    }
}

void cli_signals_note(int number)
{
    if (caught)
        return;
    caught_at = now();
    caught = number;
}

const volatile int *cli_signals_caught(void)
{
    return &caught;
}
