/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands share: messages, exit statuses, options, output. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "report/table.h"

int cli_status_of(int code)
{
    switch (code) {
    case 0:
        return CLI_DONE;
    case DETENTE_E_CONFIG:
    case DETENTE_E_INPUT:
        return CLI_INPUT;
    case DETENTE_E_RANGE:
    case DETENTE_E_USAGE:
        return CLI_USAGE;
    case DETENTE_E_CHECK:
        return CLI_CHECK;
    case DETENTE_E_INTERRUPTED:
        return CLI_SIGNAL + *cli_signals_caught();
    default:
        return CLI_FAILED;
    }
}

void cli_mute(void)
{
    /* The streams and not the files below them: what libraries and sanitizers say of a crash is still wanted. */
    FILE *nowhere = fopen("/dev/null", "we");
    if (nowhere)
        stdout = stderr = nowhere;
}

void cli_tell(const char *format, ...)
{
    va_list arguments;
    fputs("detente: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* 1 when the line names a place as file:line:column: */
static int names_place(const char *line, size_t length)
{
    for (size_t i = 1; i + 1 < length; i++) {
        size_t at = i, numbers = 0;
        while (numbers < 2 && at + 1 < length && line[at] == ':' && isdigit((unsigned char)line[at + 1])) {
            for (at++; at < length && isdigit((unsigned char)line[at]); at++)
                ;
            numbers++;
        }
        if (numbers == 2 && at < length && line[at] == ':')
            return 1;
    }
    return 0;
}

static void print_lines(const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\n");
        /* A line that is set in belongs to the one before it. */
        const int bare = *text == ' ' || names_place(text, length);
        fprintf(stderr, "%s%.*s\n", bare ? "" : "detente: ", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

int cli_fail(int code, detente_error *error)
{
    if (error->text)
        print_lines(error->text);
    else
        cli_tell("%s", detente_error_string(code));
    detente_error_clear(error);
    return cli_status_of(code);
}

void cli_warn(detente_error *warnings)
{
    if (warnings->text)
        print_lines(warnings->text);
    detente_error_clear(warnings);
}

int cli_settings_put(cli_settings *settings, const char *path, const char *value)
{
    detente_setting *larger = detente_realloc(settings->item, (settings->n + 1) * sizeof *larger);
    if (!larger)
        return ENOMEM;
    settings->item = larger;
    settings->item[settings->n++] = (detente_setting){path, value};
    return 0;
}

int cli_settings_parse(cli_settings *settings, char *argument, struct argp_state *state)
{
    char *equals = strchr(argument, '=');
    if (!equals || equals == argument) {
        argp_error(state, "--set \"%s\": write PATH=VALUE", argument);
        return EINVAL;
    }
    *equals = '\0';
    return cli_settings_put(settings, argument, equals + 1);
}

void cli_settings_clear(cli_settings *settings)
{
    detente_free(settings->item);
    *settings = (cli_settings){0};
}

int cli_number(const char *text, unsigned long long low, unsigned long long high, unsigned long long *number)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return -1;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end || value < low || value > high)
        return -1;
    *number = value;
    return 0;
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

/* argp's own --help ends the program; this one hands a status on. */
enum { KEY_HELP = '?', KEY_USAGE = 0x100 };

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->input;
        return 0;
    case KEY_HELP:
    case KEY_USAGE:
        argp_state_help(state, stdout,
                        key == KEY_HELP ? ARGP_HELP_LONG | ARGP_HELP_DOC | ARGP_HELP_USAGE : ARGP_HELP_USAGE);
        return ECANCELED;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    static const struct argp_option options[] = {{"help", KEY_HELP, 0, 0, "Show this help", -1},
                                                 {"usage", KEY_USAGE, 0, 0, "Show a short usage message", 0},
                                                 {0}};
    struct argp command = *argp;
    command.args_doc = command.doc = NULL;
    const struct argp_child children[] = {{&command, 0, NULL, 0}, {0}};
    const struct argp whole = {options, parse_common, argp->args_doc, argp->doc, children, NULL, NULL};
    argp_err_exit_status = CLI_USAGE;
    const error_t failed = argp_parse(&whole, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, input);
    if (failed == ECANCELED)
        return cli_finish(CLI_DONE) + 1;
    if (failed == ENOMEM)
        cli_tell("out of memory");
    return failed == 0 ? 0 : 1 + (failed == ENOMEM ? CLI_FAILED : CLI_USAGE);
}

int cli_take(const char **path, char *argument, const char *what, struct argp_state *state)
{
    if (*path) {
        argp_error(state, "\"%s\": one %s at a time", argument, what);
        return EINVAL;
    }
    *path = argument;
    return 0;
}

int cli_need(int given, const char *what, struct argp_state *state)
{
    if (given)
        return 0;
    argp_error(state, "name %s", what);
    return EINVAL;
}

const char *cli_suffix(const char *name)
{
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
    return dot && dot > base ? dot : "";
}

int cli_results_take(const char **output, const char *name, struct argp_state *state)
{
    static const char *const others[] = {".html", ".htm", ".yaml", ".yml", ".csv", ".json", ".svg", ".pdf", ".png"};
    *output = name;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcasecmp(cli_suffix(name), others[i]) == 0) {
            argp_error(state,
                       "-o \"%s\": what is written is a results file (HDF5): name it OUT.h5; of that `detente report` "
                       "makes a page, `plot` a figure, `export` a table",
                       name);
            return EINVAL;
        }
    return 0;
}

int cli_choice(struct argp_state *state, const char *what, const char *text, const char *const *names)
{
    char list[256] = "";
    int n = 0;
    for (; names[n]; n++) {
        if (strcmp(names[n], text) == 0)
            return n;
        const size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", n ? ", " : "", names[n]);
    }
    const char *near = detente_nearest(text, names, (size_t)n);
    argp_error(state, "%s: \"%s\": allowed is %s%s%s%s", what, text, list, near ? "; did you mean \"" : "",
               near ? near : "", near ? "\"?" : "");
    return -1;
}

/* ---- output ----------------------------------------------------------------------------------------------------- */

int cli_colour(FILE *stream)
{
    const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
    return isatty(fileno(stream)) && !(none && *none) && !(terminal && strcmp(terminal, "dumb") == 0);
}

/* Said once, whoever meets it first. */
static int cannot_write(void)
{
    static int told;
    if (!told)
        cli_tell("cannot write to standard output%s%s", errno ? ": " : "", errno ? strerror(errno) : "");
    told = 1;
    return CLI_FAILED;
}

int cli_print(const char *text)
{
    errno = 0;
    return fputs(text, stdout) == EOF ? cannot_write() : CLI_DONE;
}

int cli_finish(int status)
{
    errno = 0;
    if (!ferror(stdout) && fflush(stdout) == 0)
        return status;
    cannot_write();
    return status == CLI_DONE ? CLI_FAILED : status;
}

const char *cli_count(uint64_t n, char out[32])
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

/* ---- what a command starts from --------------------------------------------------------------------------------- */

int cli_unknown(const char *folder, const char *name, const char *what, detente_error *error)
{
    const char **names = detente_alloc(detente_embedded_count * sizeof *names + 1);
    size_t n = 0;
    if (!names)
        return detente_no_memory(error);
    for (size_t i = 0; i < detente_embedded_count; i++)
        if (strcmp(detente_embedded[i].folder, folder) == 0)
            names[n++] = detente_embedded[i].name;
    const char *near = detente_nearest(name, names, n);
    detente_error_set(error, DETENTE_E_CONFIG, "%s: %s (`detente list %s`)%s%s%s", name, what, folder,
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    detente_free(names);
    return DETENTE_E_CONFIG;
}

int cli_isa(detente_isa *isa)
{
    detente_error error = {0};
    const char *asked = getenv("DETENTE_ISA");
    *isa = DETENTE_ISA_AUTO;
    const int code = asked && *asked ? detente_isa_parse(asked, isa, &error) : 0;
    return code ? cli_fail(code, &error) : CLI_DONE;
}

/* A name that is neither a file nor a scenario. */
static int refuse_name(const char *name, detente_error *error)
{
    char file[DETENTE_NAME_SIZE + 8];
    snprintf(file, sizeof file, "%s.yaml", name);
    if (access(file, F_OK) == 0)
        return detente_error_set(error, DETENTE_E_CONFIG,
                                 "%s: neither a file nor a scenario of the library; did you mean %s?", name, file);
    if (detente_embedded_find("strategies", name))
        return detente_error_set(error, DETENTE_E_CONFIG,
                                 "%s is a strategy of the library, not a scenario; a scenario or config plays it: "
                                 "--set 'strategies=[%s]'",
                                 name, name);
    if (detente_embedded_find("personas", name))
        return detente_error_set(error, DETENTE_E_CONFIG,
                                 "%s is a persona of the library, not a scenario; a scenario or config has it as its "
                                 "customers: --set customer.persona=%s",
                                 name, name);
    return cli_unknown("scenarios", name, "neither a file nor a scenario of the library", error);
}

/* A folder is no config, but what `detente new experiment` made holds one. @return 0 or DETENTE_E_INPUT */
static int refuse_folder(const char *path, detente_error *error)
{
    struct stat there;
    const size_t length = strlen(path), room = length + sizeof "/config.yaml";
    if (stat(path, &there) || !S_ISDIR(there.st_mode))
        return 0;
    char *inside = detente_alloc(room);
    if (!inside)
        return detente_no_memory(error);
    snprintf(inside, room, "%s%sconfig.yaml", path, length && path[length - 1] == '/' ? "" : "/");
    const int holds = access(inside, F_OK) == 0;
    detente_error_set(error, DETENTE_E_INPUT, "%s: is a folder, not a file%s%s%s", path, holds ? "; did you mean " : "",
                      holds ? inside : "", holds ? "?" : "");
    detente_free(inside);
    return DETENTE_E_INPUT;
}

int cli_config_load(detente_config *config, const char *path, const cli_settings *settings, detente_error *error,
                    detente_error *warnings)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    char text[DETENTE_NAME_SIZE + 16];
    if (strcmp(path, "-") != 0 && path[strspn(path, plain)] == '\0' && strlen(path) < DETENTE_NAME_SIZE &&
        access(path, F_OK) != 0) {
        if (!detente_embedded_find("scenarios", path))
            return refuse_name(path, error);
        /* What a library scenario extends is in the library too, so it is named and not read here. */
        snprintf(text, sizeof text, "extends: %s\n", path);
        return detente_config_parse(config, text, strlen(text), path, settings->item, settings->n, error, warnings);
    }
    const int code = refuse_folder(path, error);
    return code ? code : detente_config_load(config, path, settings->item, settings->n, error, warnings);
}

int cli_print_table(const char *path)
{
    detente_error error = {0};
    detente_results *results = NULL;
    char *table = NULL;
    int code = detente_results_open(&results, path, &error);
    if (!code)
        code = report_table(results, &table, &error);
    detente_results_close(results);
    if (code)
        return cli_fail(code, &error);
    const int status = cli_print(table);
    detente_free(table);
    return status;
}

int cli_tell_failures(const char *path)
{
    detente_error error = {0};
    detente_results *results = NULL;
    char *first = NULL;
    uint32_t n = 0;
    int code = detente_results_open(&results, path, &error);
    if (!code)
        code = detente_results_failures(results, &n, &first, &error);
    const uint32_t cells = code ? 0 : detente_results_cells(results);
    detente_results_close(results);
    if (code)
        return cli_fail(code, &error);
    cli_finish(CLI_DONE);
    if (n)
        cli_tell("%u of %u cells failed; variables status and error of %s say which and why, the first: %s", n, cells,
                 path, first);
    detente_free(first);
    return n ? CLI_FAILED : CLI_DONE;
}
