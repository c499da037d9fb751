/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that ask a run to stop. */
#include "cli/cli.h"

#include <signal.h>

static volatile int caught;

static void note(int number)
{
    caught = number;
}

void cli_signals_catch(void)
{
    static const int asking[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
        struct sigaction before, action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
        sigemptyset(&action.sa_mask);
        /* nohup and background jobs of a shell ignore some on purpose. */
        if (sigaction(asking[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(asking[i], &action, NULL);
    }
}

void cli_signals_note(int number)
{
    if (!caught)
        caught = number;
}

const volatile int *cli_signals_caught(void)
{
    return &caught;
}
