/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente: which command was meant. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/text.h"
#include "core/version.h"

static const cli_command commands[] = {
    {"new", "write a commented starter: a scenario, playbook, sweep or experiment", cli_new},
    {"run", "play a config's encounters, write a results file, print a table", cli_run},
    {"merge", "make one results file of the shards that parts of a run wrote", cli_merge},
    {"list", "name the library: strategies, personas, scenarios, moves, metrics, observables", cli_list},
    {"params", "print every parameter with its meaning, range, default and source", cli_params},
    {"trace", "print one encounter of a config, turn by turn", cli_trace},
    {"replay", "play one encounter of a results file again, and compare", cli_replay},
    {"check", "say whether a config is right, and its playbooks in plain words", cli_check},
    {"compare", "compare a results file's strategies, replication by replication", cli_compare},
    {"test", "give the verdicts on a config's hypotheses from its results file", cli_test},
    {"sensitivity", "say which varied parameters drive a metric, beyond noise", cli_sensitivity},
    {"select", "say which strategy is the best, and how sure that is", cli_select},
    {"report", "make one page of a results file: the answer in plain words, tables, plots", cli_report},
    {"plot", "draw a figure of a results file for a paper", cli_plot},
    {"export", "print a table of a results file as CSV", cli_export},
    {"verify", "measure the model's analytic limits on this machine", cli_verify},
};

/* Commands of the language that a later version brings. */
static const char *const later[] = {"fit"};

enum { N_COMMANDS = sizeof commands / sizeof *commands, N_LATER = sizeof later / sizeof *later, NAME_WIDTH = 12 };

static int print_help(void)
{
    text_buffer b = {0};
    char *text;
    text_add(&b, "Usage: detente COMMAND [OPTION...]\n"
                 "Simulate how customer-service strategies fare with angry customers.\n\n"
                 "Commands:\n");
    for (int i = 0; i < N_COMMANDS; i++)
        text_add(&b, "  %-*s %s\n", NAME_WIDTH, commands[i].name, commands[i].summary);
    text_add(
        &b,
        "\n  --version  show the version and what it was built from\n"
        "  --help     show this help; `detente COMMAND --help` shows that of a command\n\n"
        "Example:\n  detente run billing-dispute -o out.h5\n\n"
        "Strategies, personas and scenarios named without a path come from the library compiled into the program;\n"
        "after `make install` its files are in %s.\n"
        "Results go to standard output, messages to standard error. Exit status: 0 done, 1 failed while running,\n"
        "2 wrong usage, 3 bad config or input file, 4 a hypothesis or check did not hold, 128 + n ended by signal n.\n",
        detente_share_folder());
    if (text_finish(&b, &text, NULL)) {
        cli_tell("out of memory");
        return CLI_FAILED;
    }
    const int status = cli_print(text);
    detente_free(text);
    return status;
}

static int print_version(void)
{
    printf("detente %s (model %d, format %d, revision %s)\nBuilt by %s with %s\n"
           "License GPL-3.0-or-later. There is no warranty, to the extent permitted by law.\n",
           detente_version(), detente_model_version(), detente_format_version(), detente_git_revision(),
           detente_compiler(), detente_compiler_flags());
    return CLI_DONE;
}

static int unknown(const char *name)
{
    const char *names[N_COMMANDS + N_LATER];
    for (int i = 0; i < N_LATER; i++) {
        if (strcmp(later[i], name) == 0) {
            cli_tell("%s: this version (%s) has no such command yet; a later one will", name, detente_version());
            return CLI_USAGE;
        }
    }
    for (int i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    const char *near = detente_nearest(name, names, N_COMMANDS);
    if (near)
        cli_tell("%s: no such %s; did you mean \"%s\"?", name, *name == '-' ? "option" : "command", near);
    else
        cli_tell("%s: no such %s; `detente --help` lists the commands", name, *name == '-' ? "option" : "command");
    return CLI_USAGE;
}

static int run_command(const cli_command *command, int argc, char **argv)
{
    static char name[32];
    snprintf(name, sizeof name, "detente %s", command->name);
    argv[1] = name;
    return command->run(argc - 1, argv + 1);
}

static int dispatch(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        cli_tell("no command; `detente --help` lists them");
        return CLI_USAGE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return print_version();
    const int help = strcmp(name, "help") == 0;
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "-?") == 0 || (help && argc == 2))
        return print_help();
    for (int i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i].name, help ? argv[2] : name) == 0) {
            char dashes[] = "--help", *of_help[] = {argv[0], argv[2], dashes, NULL};
            return help ? run_command(&commands[i], 3, of_help) : run_command(&commands[i], argc, argv);
        }
    }
    return unknown(help ? argv[2] : name);
}

/* A results file must never get the number of a closed standard stream, where messages would be written into it. */
static int open_standard_streams(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) != file)
            return -1;
    return 0;
}

int main(int argc, char **argv)
{
    if (open_standard_streams())
        return CLI_FAILED;
    /* A file grown too large is then an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    return cli_finish(dispatch(argc, argv));
}
