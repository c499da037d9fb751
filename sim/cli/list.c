/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente list: names that configs and commands take, and what they mean. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "core/embedded.h"
#include "core/memory.h"
#include "core/text.h"

enum { LINE_WIDTH = 98 };

/* What can be listed; the first three are folders of the library. */
enum { LIST_STRATEGIES, LIST_PERSONAS, LIST_SCENARIOS, LIST_MOVES, LIST_METRICS, LIST_OBSERVABLES };
static const char *const kinds[] = {"strategies", "personas", "scenarios", "moves", "metrics", "observables", NULL};

typedef struct list_entry {
    const char *name, *words, *unit;
} list_entry;

static const list_entry moves[] = {
#define X(name, count, v, w, i, e, c, m, words) {#name, words, "1"},
    DETENTE_MOVES(X)
#undef X
};
/* The better way stands behind the words. */
#define BETTER_UP "; more is better"
#define BETTER_DOWN "; less is better"
#define BETTER_NEITHER ""
static const list_entry metrics[] = {
#define X(name, unit, kind, better, words) {#name, words BETTER_##better, unit},
    DETENTE_METRICS(X)
#undef X
};
static const list_entry observables[] = {
#define X(name, unit, words) {#name, words, unit},
    DETENTE_OBSERVABLES(X)
#undef X
#define X(name, count, v, w, i, e, c, m, words) {#count, "how often the move " #name " was made at this tier", "1"},
        DETENTE_MOVES(X)
#undef X
};

static const char doc[] =
    "List names that configs and commands take, with what they mean."
    "\vStrategies, personas and scenarios are the library compiled into the program; a config takes them by name. Moves "
    "and observables are what playbooks are made of, metrics are what results hold.\n\n"
    "Example:\n"
    "  detente list strategies";

static void add_entry(text_buffer *b, const list_entry *entry, size_t width)
{
    const size_t widths[] = {width, LINE_WIDTH - 2 - width};
    text_buffer words = {0};
    /* A pure number has the unit 1, which says nothing. */
    text_add(&words, strcmp(entry->unit, "1") ? "%s [%s]" : "%s", entry->words, entry->unit);
    if (words.failed)
        b->failed = 1;
    else
        text_add_columns(b, 0, (const char *const[]){entry->name, words.text}, widths, 2);
    text_clear(&words);
}

static void add_entries(text_buffer *b, const list_entry *entries, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n; i++)
        width = strlen(entries[i].name) > width ? strlen(entries[i].name) : width;
    for (size_t i = 0; i < n; i++)
        add_entry(b, &entries[i], width);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const list_entry *)a)->name, ((const list_entry *)b)->name);
}

/* The library's files of a folder, by their descriptions. */
static int add_folder(text_buffer *b, const char *folder, detente_error *error)
{
    int code = 0;
    size_t n = 0;
    list_entry *entries = detente_calloc(detente_embedded_count + 1, sizeof *entries);
    char **words = detente_calloc(detente_embedded_count + 1, sizeof *words);
    if (!entries || !words) {
        code = detente_no_memory(error);
        goto out;
    }
    for (size_t i = 0; i < detente_embedded_count; i++) {
        const struct detente_embedded *file = &detente_embedded[i];
        if (strcmp(file->folder, folder) != 0)
            continue;
        code = detente_yaml_text(file->text, file->size, "description", &words[n], error);
        if (code)
            goto out;
        entries[n] = (list_entry){file->name, words[n] ? words[n] : "", "1"};
        n++;
    }
    qsort(entries, n, sizeof *entries, by_name);
    add_entries(b, entries, n);
out:
    for (size_t i = 0; words && i < n; i++)
        detente_free(words[i]);
    detente_free(words);
    detente_free(entries);
    return code;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    int *kind = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*kind >= 0) {
            argp_error(state, "\"%s\": one list at a time", argument);
            return EINVAL;
        }
        *kind = cli_choice(state, "what to list", argument, kinds);
        return *kind < 0 ? EINVAL : 0;
    case ARGP_KEY_END:
        return cli_need(*kind >= 0, "what to list: strategies, personas, scenarios, moves, metrics or observables",
                        state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cli_list(int argc, char **argv)
{
    static const struct argp argp = {
        NULL, parse_option, "strategies|personas|scenarios|moves|metrics|observables", doc, NULL, NULL, NULL};
    int kind = -1, code = 0;
    text_buffer b = {0};
    detente_error error = {0};
    char *text;
    int status = cli_parse(&argp, argc, argv, &kind);
    if (status)
        return status - 1;
    if (kind <= LIST_SCENARIOS)
        code = add_folder(&b, kinds[kind], &error);
    else if (kind == LIST_MOVES)
        add_entries(&b, moves, sizeof moves / sizeof moves[0]);
    else if (kind == LIST_METRICS)
        add_entries(&b, metrics, sizeof metrics / sizeof metrics[0]);
    else
        add_entries(&b, observables, sizeof observables / sizeof observables[0]);
    if (!code)
        code = text_finish(&b, &text, &error);
    if (code) {
        text_clear(&b);
        return cli_fail(code, &error);
    }
    status = cli_print(text);
    detente_free(text);
    return status;
}
