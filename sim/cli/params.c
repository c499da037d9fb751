/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente params: every parameter with its meaning, default, range and source. */
#include "cli/cli.h"

#include <errno.h>

#include "core/memory.h"

enum params_format { PARAMS_TABLE, PARAMS_MARKDOWN, PARAMS_JSON, PARAMS_SCHEMA };

typedef struct params_options {
    int format;       /* enum params_format */
    const char *path; /* NULL: all */
} params_options;

static const struct argp_option options[] = {
    {"format", 'f', "FORMAT", 0, "Print a table (default), markdown, json, or json-schema for an editor", 0}, {0}};

static const char doc[] =
    "Print the registry: every parameter with its path, default, range, unit, status and source. With PATH only that one, or "
    "those that begin so."
    "\vAn editor with a YAML language server completes and checks configs, strategy files and persona files by the schema:\n\n"
    "  detente params --format json-schema >detente.schema.json\n\n"
    "and as the first line of the file\n\n"
    "  # yaml-language-server: $schema=detente.schema.json\n\n"
    "Examples:\n"
    "  detente params customer\n"
    "  detente params strategies[typical].concession.beta";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const formats[] = {"table", "markdown", "json", "json-schema", NULL};
    params_options *asked = state->input;
    switch (key) {
    case 'f':
        asked->format = cli_choice(state, "--format", argument, formats);
        return asked->format < 0 ? EINVAL : 0;
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "PATH", state);
    case ARGP_KEY_END:
        if (asked->path && asked->format == PARAMS_SCHEMA) {
            argp_error(state, "--format json-schema is of the whole language: leave out PATH");
            return EINVAL;
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_params(const params_options *asked, char **text, detente_error *error)
{
    switch (asked->format) {
    case PARAMS_MARKDOWN:
        return detente_registry_markdown(asked->path, text, error);
    case PARAMS_JSON:
        return detente_registry_json(asked->path, text, error);
    case PARAMS_SCHEMA:
        return detente_registry_json_schema(text, error);
    default:
        return detente_registry_table(asked->path, text, error);
    }
}

int cli_params(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "[PATH]", doc, NULL, NULL, NULL};
    params_options asked = {0};
    detente_error error = {0};
    char *text;
    int status = cli_parse(&argp, argc, argv, &asked);
    if (status)
        return status - 1;
    const int code = write_params(&asked, &text, &error);
    if (code)
        return cli_fail(code, &error);
    status = cli_print(text);
    detente_free(text);
    return status;
}
