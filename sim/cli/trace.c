/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente trace: one encounter of a config, turn by turn. */
#include <string.h>

#include "cli/encounter.h"
#include "core/memory.h"
#include "core/text.h"

typedef struct trace_options {
    const char *path, *strategy;
    cli_settings settings;
    encounter_request request;
} trace_options;

static const struct argp_option options[] = {
    {"strategy", 'S', "NAME", 0,
     "Strategy to play: one of the config's (default: its first), one of the library, or a file ending in .yaml", 0},
    ENCOUNTER_OPTIONS,
    {"set", 's', "PATH=VALUE", 0, "Set a value of the config, after all that the file says; may be repeated", 0},
    {0}};

static const char doc[] =
    "Play one encounter of CONFIG and print it turn by turn: what each side did and in which tone, which rule of the "
    "playbook fired and why, and what the customer was likely to do next."
    "\vCONFIG is a file, - for standard input, or the name of a scenario of the library. Without -r and -e it is the first "
    "encounter. The same number is the same customer, whatever the strategy.\n\n"
    "Examples:\n"
    "  detente trace billing-dispute\n"
    "  detente trace billing-dispute --strategy listen-then-pay -e 7\n"
    "  detente trace billing-dispute -e 7 --set agent.warmth=0.4 --format csv";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    trace_options *asked = state->input;
    switch (key) {
    case 'S':
        asked->strategy = argument;
        return 0;
    case 's':
        return cli_settings_parse(&asked->settings, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "CONFIG", state);
    case ARGP_KEY_END:
        return cli_need(asked->path != NULL, "a CONFIG", state);
    default:
        return encounter_option(&asked->request, key, argument, state);
    }
}

/* Number of a strategy of the config, or -1. */
static int find_strategy(const detente_config *config, const char *name)
{
    for (int i = 0; i < config->n_strategies; i++)
        if (!strcmp(config->strategy[i].name, name))
            return i;
    return -1;
}

/* Read the config with the one strategy that was named, from the library or a file, in place of its own. */
static int load_with(detente_config *config, const trace_options *asked, detente_error *error, detente_error *warnings)
{
    text_buffer b = {0};
    char *list = NULL;
    cli_settings settings = {0};
    text_add(&b, "[");
    text_add_json(&b, asked->strategy);
    text_add(&b, "]");
    int code = text_finish(&b, &list, error);
    if (!code && cli_settings_put(&settings, "strategies", list))
        code = detente_no_memory(error);
    /* The user's own come after it, so that they reach this strategy too. */
    for (size_t i = 0; i < asked->settings.n && !code; i++)
        if (cli_settings_put(&settings, asked->settings.item[i].path, asked->settings.item[i].value))
            code = detente_no_memory(error);
    if (!code)
        code = cli_config_load(config, asked->path, &settings, error, warnings);
    cli_settings_clear(&settings);
    detente_free(list);
    return code;
}

/* Does the config, as it is without settings, lack the strategy? Its mistakes are for whoever reads it next. */
static int lacks_strategy(const trace_options *asked)
{
    detente_config config = {0};
    detente_error error = {0};
    if (!asked->strategy || !strcmp(asked->path, "-"))
        return 0; /* standard input is read once */
    const int lacks = cli_config_load(&config, asked->path, &(cli_settings){0}, &error, NULL) == 0 &&
                      find_strategy(&config, asked->strategy) < 0;
    detente_config_clear(&config);
    detente_error_clear(&error);
    return lacks;
}

static int load(detente_config *config, const trace_options *asked, int *strategy, detente_error *error)
{
    detente_error warnings = {0};
    const int lacks = lacks_strategy(asked);
    const char *name = asked->strategy;
    if (lacks && !strpbrk(name, "/.") && !detente_embedded_find("strategies", name))
        return cli_unknown("strategies", name, "neither a strategy of the config nor one of the library", error);
    int code = lacks ? load_with(config, asked, error, &warnings)
                     : cli_config_load(config, asked->path, &asked->settings, error, &warnings);
    cli_warn(&warnings);
    *strategy = 0;
    if (code || !asked->strategy)
        return code;
    *strategy = find_strategy(config, asked->strategy);
    if (*strategy < 0 && lacks)
        *strategy = 0; /* a file, which names its strategy otherwise */
    if (*strategy < 0)
        code = detente_error_set(error, DETENTE_E_USAGE, "--strategy \"%s\": not a strategy of the config",
                                 asked->strategy);
    return code;
}

int cli_trace(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "CONFIG", doc, NULL, NULL, NULL};
    trace_options asked = {0};
    detente_config config = {0};
    detente_error error = {0};
    encounter played = {0};
    int strategy, status = cli_parse(&argp, argc, argv, &asked);
    if (status) {
        status--;
        goto out;
    }
    int code = load(&config, &asked, &strategy, &error);
    if (!code)
        code = encounter_is_there(&asked.request, asked.path, config.replications, config.encounters, &error);
    if (!code)
        code = encounter_play(&played, &config, strategy, (uint32_t)strategy, &asked.request, &error);
    status = code ? cli_fail(code, &error) : encounter_print(&played, &asked.request);
out:
    encounter_clear(&played);
    detente_config_clear(&config);
    cli_settings_clear(&asked.settings);
    return status;
}
