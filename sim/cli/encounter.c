/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Playing one encounter and printing it. */
#include "cli/encounter.h"

#include <errno.h>
#include <string.h>

#include "core/memory.h"

error_t encounter_number(struct argp_state *state, const char *what, const char *argument, uint32_t *number)
{
    unsigned long long value;
    if (cli_number(argument, 0, ENCOUNTER_LAST, &value)) {
        argp_error(state, "%s \"%s\": a whole number from 0 to %u", what, argument, ENCOUNTER_LAST);
        return EINVAL;
    }
    *number = (uint32_t)value;
    return 0;
}

error_t encounter_option(encounter_request *request, int key, char *argument, struct argp_state *state)
{
    static const char *const formats[] = {"text", "csv", "json", NULL};
    switch (key) {
    case 'r':
        return encounter_number(state, "--replication", argument, &request->replication);
    case 'e':
        return encounter_number(state, "--encounter", argument, &request->encounter);
    case KEY_FORMAT:
        request->format = cli_choice(state, "--format", argument, formats);
        return request->format < 0 ? EINVAL : 0;
    case KEY_PHRASES:
        request->phrases = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int encounter_in_range(const char *path, const char *option, uint64_t number, uint64_t count, detente_error *error)
{
    if (number < count)
        return 0;
    return detente_error_set(error, DETENTE_E_USAGE, "%s %llu: %s has %llu of them, from 0 to %llu", option,
                             (unsigned long long)number, strcmp(path, "-") ? path : "the config",
                             (unsigned long long)count, (unsigned long long)(count - 1));
}

int encounter_is_there(const encounter_request *request, const char *path, uint64_t replications, uint64_t encounters,
                       detente_error *error)
{
    const int code = encounter_in_range(path, "--replication", request->replication, replications, error);
    return code ? code : encounter_in_range(path, "--encounter", request->encounter, encounters, error);
}

int encounter_play(encounter *e, const detente_config *config, int strategy, uint32_t cell,
                   const encounter_request *request, detente_error *error)
{
    detente_cell *compiled = NULL;
    *e = (encounter){.trace = {.config = config,
                               .strategy = strategy,
                               .cell = cell,
                               .replication = request->replication,
                               .encounter = request->encounter}};
    e->turns = detente_calloc(config->max_turns, sizeof *e->turns);
    e->block = detente_aligned_calloc(_Alignof(detente_block), sizeof *e->block);
    if (!e->turns || !e->block)
        return detente_no_memory(error);
    const int code = detente_cell_create(&compiled, config, strategy, cell, error);
    if (code)
        return code;
    e->trace.n_turns = detente_cell_trace(compiled, request->replication, request->encounter, e->turns, e->block);
    e->trace.turns = e->turns;
    e->trace.block = e->block;
    detente_cell_free(compiled);
    return 0;
}

void encounter_clear(encounter *e)
{
    detente_free(e->turns);
    detente_free(e->block);
    *e = (encounter){0};
}

int encounter_print(const encounter *e, const encounter_request *request)
{
    detente_error error = {0};
    phrases *sentences = NULL;
    char *text = NULL;
    int code;
    if (request->format == ENCOUNTER_CSV)
        code = trace_csv(&e->trace, &text, &error);
    else if (request->format == ENCOUNTER_JSON)
        code = trace_json(&e->trace, &text, &error);
    else if (!(code = phrases_load(&sentences, request->phrases, &error)))
        code = trace_text(&e->trace, sentences, cli_colour(stdout), &text, &error);
    const int status = code ? cli_fail(code, &error) : cli_finish(cli_print(text));
    phrases_free(sentences);
    detente_free(text);
    return status;
}
