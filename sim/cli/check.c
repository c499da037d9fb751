/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente check: is a config right, what do its playbooks say, and how much work does it stand for. */
#include "cli/cli.h"

#include <string.h>

#include "core/memory.h"
#include "core/text.h"

enum { LINE_WIDTH = 98 };

typedef struct check_options {
    const char *path;
    cli_settings settings;
} check_options;

static const struct argp_option options[] = {
    {"set", 's', "PATH=VALUE", 0, "Set a value of the config, after all that the file says; may be repeated", 0}, {0}};

static const char doc[] =
    "Say whether CONFIG is right, read its playbooks and hypotheses back in plain words, name rules that can never apply, and say "
    "how much work a run would be.\vCONFIG is a file, - for standard input, or the name of a scenario of the library.\n\n"
    "Example:\n"
    "  detente check billing-dispute --set agent.mirroring=1";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    check_options *asked = state->input;
    switch (key) {
    case 's':
        return cli_settings_parse(&asked->settings, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "CONFIG", state);
    case ARGP_KEY_END:
        return cli_need(asked->path != NULL, "a CONFIG", state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Lines of @p text, each behind @p label and wrapped under its own beginning. */
static int print_lines(const char *label, char *text)
{
    const size_t widths[] = {strlen(label), LINE_WIDTH - 2 - strlen(label)};
    text_buffer b = {0};
    char *lines;
    for (char *rest = text, *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (*line)
            text_add_columns(&b, 0, (const char *const[]){label, line}, widths, 2);
    if (text_finish(&b, &lines, NULL))
        return cli_fail(DETENTE_E_MEMORY, &(detente_error){0});
    const int status = cli_print(lines);
    detente_free(lines);
    return status;
}

static int print_strategy(const detente_config *config, int s)
{
    detente_error error = {0};
    char *text = NULL, *never = NULL, *numbers = NULL;
    int code = detente_strategy_explain(config, s, &text, &never, &error);
    if (!code)
        code = detente_strategy_numbers(config, s, &numbers, &error);
    if (code) {
        detente_free(text);
        detente_free(never);
        return cli_fail(code, &error);
    }
    printf("\nstrategy %s\n", config->strategy[s].name);
    int status = print_lines("", text);
    if (!status)
        status = print_lines("", numbers);
    detente_free(numbers);
    if (!status)
        status = print_lines("  warning:", never);
    detente_free(text);
    detente_free(never);
    return status;
}

static int print_hypotheses(const detente_config *config)
{
    int status = 0;
    if (config->n_hypotheses)
        status = cli_print("\nhypotheses\n");
    for (int i = 0; i < config->n_hypotheses && !status; i++) {
        detente_error error = {0};
        char *text;
        const int code = detente_hypothesis_explain(config, i, &text, &error);
        if (code)
            return cli_fail(code, &error);
        text_buffer b = {0};
        char *line;
        text_add(&b, "%s: %s", config->hypothesis[i].name, text);
        detente_free(text);
        if (text_finish(&b, &line, NULL))
            return cli_fail(DETENTE_E_MEMORY, &error);
        status = print_lines("", line);
        detente_free(line);
    }
    return status;
}

static int check_config(const check_options *asked, detente_config *config)
{
    detente_error error = {0}, warnings = {0};
    detente_sweep *sweep = NULL;
    detente_isa isa;
    int status = cli_isa(&isa);
    if (status)
        return status;
    int code = cli_config_load(config, asked->path, &asked->settings, &error, &warnings);
    cli_warn(&warnings);
    if (!code)
        code = detente_sweep_open(&sweep, config, &error);
    if (code) {
        status = cli_fail(code, &error);
    } else {
        printf("%s: no mistakes\n", config->name);
        for (int s = 0; s < config->n_strategies && !status; s++)
            status = print_strategy(config, s);
        status = status ? status : print_hypotheses(config);
        if (!status)
            code = cli_print_work("\nwork: ", config, sweep, isa, detente_engine_threads(), 0, 0, &error);
        if (code)
            status = cli_fail(code, &error);
    }
    detente_sweep_close(sweep);
    return status;
}

int cli_check(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "CONFIG", doc, NULL, NULL, NULL};
    check_options asked = {0};
    detente_config config = {0};
    int status = cli_parse(&argp, argc, argv, &asked);
    status = status ? status - 1 : check_config(&asked, &config);
    detente_config_clear(&config);
    cli_settings_clear(&asked.settings);
    return status;
}
