/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente verify: the model's analytic limits, measured on this machine. */
#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <detente/verify.h>

#include "core/memory.h"
#include "core/text.h"

static const unsigned long long SEED = 20241005;

typedef struct options {
    unsigned long long seed;
    const char *limit; /* print its configs instead */
} options;

static error_t take(int key, char *argument, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case 's':
        if (!cli_number(argument, 0, UINT64_MAX, &o->seed))
            return 0;
        argp_error(state, "--seed \"%s\": a whole number from 0 to 2^64 - 1", argument);
        return EINVAL;
    case 'c':
        o->limit = argument;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\": takes no argument", argument);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The configs of a limit, as one would save them. */
static int print_configs(const char *limit)
{
    const char *of, *config;
    int found = 0;
    for (size_t i = 0; (config = detente_verify_config(i, &of)); i++)
        if (strcmp(of, limit) == 0) {
            if (found++ && cli_print("---\n"))
                return CLI_FAILED;
            if (cli_print(config))
                return CLI_FAILED;
        }
    if (found)
        return CLI_DONE;
    cli_tell("--config %s: no such limit; one of L1, L2, L3, L4, L5, L6, L8, L9", limit);
    return CLI_USAGE;
}

static int print_lines(const detente_verify_line *line, size_t n, unsigned long long seed)
{
    text_buffer b = {0};
    char *text;
    detente_error error = {0};
    size_t off = 0;
    text_add(&b, "%-5s %-46s %12s %12s %9s %6s\n", "limit", "what", "expected", "measured", "error", "z");
    for (size_t i = 0; i < n; i++) {
        const int bad = fabs(line[i].z) > DETENTE_VERIFY_Z;
        off += (size_t)bad;
        text_add(&b, "%-5s %-46s %12.7g %12.7g %9.2g %6.2f%s\n", line[i].limit, line[i].what, line[i].expected,
                 line[i].measured, line[i].error, line[i].z, bad ? "  does not hold" : "");
    }
    text_add(&b, "\n%zu comparisons, seed %llu: ", n, seed);
    if (off)
        text_add(&b, "%zu with |z| above %g\n", off, DETENTE_VERIFY_Z);
    else
        text_add(&b, "|z| is at most %g in all\n", DETENTE_VERIFY_Z);
    text_add(&b, "error: the standard error, or the tolerance where no chance is involved (z is then 0 or infinite)\n");
    if (text_finish(&b, &text, &error))
        return cli_fail(DETENTE_E_MEMORY, &error);
    const int status = cli_print(text);
    detente_free(text);
    return status;
}

int cli_verify(int argc, char **argv)
{
    static const struct argp_option table[] = {
        {"seed", 's', "N", 0, "seed of the draws (20241005)", 0},
        {"config", 'c', "LIMIT", 0, "print the configs that LIMIT (L1 … L9) is measured with, and measure nothing", 0},
        {0}};
    static const struct argp argp = {
        table,
        take,
        NULL,
        "Measure the model's analytic limits on this machine: a line each with what mathematics expects and what was played.\v"
        "Exit status 4 when |z| is above 4 anywhere; by chance that happens with one seed in four hundred.\n\n"
        "Example:\n  detente verify --seed 7",
        NULL,
        NULL,
        NULL};
    options o = {.seed = SEED};
    detente_verify_line *line;
    detente_error error = {0};
    size_t n;
    const int stop = cli_parse(&argp, argc, argv, &o);
    if (stop)
        return stop - 1;
    if (o.limit)
        return print_configs(o.limit);
    detente_isa isa;
    int status = cli_isa(&isa);
    if (status)
        return status;
    const int code = detente_verify(o.seed, isa, &line, &n, &error);
    if (code)
        return cli_fail(code, &error);
    status = print_lines(line, n, o.seed);
    if (status == CLI_DONE && !detente_verify_holds(line, n))
        status = CLI_CHECK;
    detente_free(line);
    return status;
}
