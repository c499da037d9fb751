/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente params: every parameter with its meaning, default, range and source. */
#include "cli/cli.h"

#include <errno.h>

#include "core/memory.h"

typedef int params_writer(char **text, detente_error *error);

static const struct argp_option options[] = {
    {"format", 'f', "FORMAT", 0, "Print a table (default), markdown, json, or json-schema for an editor", 0}, {0}};

static const char doc[] =
    "Print the registry: every parameter with its path, default, range, unit, status and source."
    "\vAn editor with a YAML language server completes and checks configs, strategy files and persona files by the schema:\n\n"
    "  detente params --format json-schema >detente.schema.json\n\n"
    "and as the first line of the file\n\n"
    "  # yaml-language-server: $schema=detente.schema.json";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const formats[] = {"table", "markdown", "json", "json-schema", NULL};
    int *format = state->input;
    switch (key) {
    case 'f':
        *format = cli_choice(state, "--format", argument, formats);
        return *format < 0 ? EINVAL : 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\": takes no argument", argument);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cli_params(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, NULL, doc, NULL, NULL, NULL};
    static params_writer *const writers[] = {detente_registry_table, detente_registry_markdown, detente_registry_json,
                                             detente_registry_json_schema};
    int format = 0;
    detente_error error = {0};
    char *text;
    int status = cli_parse(&argp, argc, argv, &format);
    if (status)
        return status - 1;
    const int code = writers[format](&text, &error);
    if (code)
        return cli_fail(code, &error);
    status = cli_print(text);
    detente_free(text);
    return status;
}
