/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and choosing example sentences. */
#include "report/phrases.h"

#include <string.h>

#include "core/embedded.h"
#include "core/fs.h"
#include "core/memory.h"
#include "param/registry.h"
#include "param/tree.h"

enum { LONGEST_SENTENCE = 400 };

static const char *const MOOD[N_PHRASE_MOODS + 1] = {"calm", "hostile", "nothing", "same", NULL};
static const char *const STAGE[N_PHRASE_STAGES + 1] = {"opening", "talking", "bargaining", NULL};
static const char *const TONE[N_TONES + 1] = {"friendly", "calm", "tense", "hostile", "furious", NULL};
static const char *const EVENT[N_PHRASE_EVENTS + 1] = {
    [DETENTE_EVENT_CONTINUE] = "continue",     [DETENTE_EVENT_ACCEPT] = "accept",
    [DETENTE_EVENT_DEFLECTED] = "deflected",   [DETENTE_EVENT_ISSUE_SETTLED] = "issue_settled",
    [DETENTE_EVENT_TRANSFER] = "transfer",     [DETENTE_EVENT_HANG_UP] = "hang_up",
    [DETENTE_EVENT_CALL_BACK] = "call_back",   [DETENTE_EVENT_IMPASSE] = "impasse",
    [DETENTE_EVENT_TERMINATED] = "terminated", [DETENTE_EVENT_SET_ASIDE] = "set_aside",
    [PHRASE_HANDED_UP] = "handed_up"};

/* Lists of sentences lie in the reader's tree. */
struct phrases {
    reader reader;
    const node *agent[DETENTE_N_MOVES][N_PHRASE_MOODS];
    const node *delivery[2];
    const node *customer[N_PHRASE_STAGES][N_TONES];
    const node *event[N_PHRASE_EVENTS][2];
};

const char *phrase_tone_name(enum phrase_tone tone)
{
    return TONE[tone];
}

const char *trace_event_name(int event)
{
    return event >= 0 && event < DETENTE_N_EVENTS ? EVENT[event] : NULL;
}

static size_t count(const char *const *names)
{
    size_t n = 0;
    while (names[n])
        n++;
    return n;
}

/* Keys of a map that are none of the names. */
static void check_keys(reader *r, const node *map, const char *path, const char *const *names)
{
    const size_t n = count(names);
    for (const node *child = map->first; child; child = child->next) {
        size_t i = 0;
        while (i < n && strcmp(names[i], child->key))
            i++;
        if (i < n)
            continue;
        const char *near = detente_nearest(child->key, names, n);
        reader_error(r, child->key_place, path, "unknown key \"%s\"%s%s%s", show_text(r, child->key),
                     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

/* The map under a key; NULL after an error. */
static const node *get_map(reader *r, const node *from, const char *key, const char *path)
{
    const node *map = node_get(from, key);
    if (map && map->kind == NODE_MAP)
        return map;
    reader_error(r, map ? map->place : from->place, path, "found %s, allowed a map",
                 map ? show_node(r, map) : "nothing");
    return NULL;
}

static void check_sentence(reader *r, const node *sentence, const char *path)
{
    if (sentence->kind != NODE_SCALAR || !sentence->size) {
        reader_error(r, sentence->place, path, "found %s, allowed a sentence", show_node(r, sentence));
        return;
    }
    if (sentence->size > LONGEST_SENTENCE)
        reader_error(r, sentence->place, path, "a sentence has at most %d bytes", LONGEST_SENTENCE);
    for (const char *p = sentence->text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            reader_error(r, sentence->place, path, "a sentence is one line, without control characters");
            break;
        }
    for (const char *p = sentence->text; (p = strchr(p, '{')); p++)
        if (strncmp(p, "{offer}", 7) && strncmp(p, "{demand}", 8))
            reader_error(r, sentence->place, path, "found %s, allowed in braces are {offer} and {demand}",
                         show_node(r, sentence));
}

/* The list of sentences under a key; NULL when there is none, which is an error where it is needed. */
static const node *get_list(reader *r, const node *map, const char *key, const char *path, int needed)
{
    const node *list = node_get(map, key);
    const char *full = reader_format(r, "%s.%s", path, key);
    if (!list && !needed)
        return NULL;
    if (!list || list->kind != NODE_LIST || !list->n) {
        reader_error(r, list ? list->place : map->place, full, "found %s, allowed a list of sentences",
                     list && list->kind == NODE_LIST ? "an empty list"
                     : list                          ? show_node(r, list)
                                                     : "nothing");
        return NULL;
    }
    for (const node *sentence = list->first; sentence; sentence = sentence->next)
        check_sentence(r, sentence, full);
    return list;
}

/* Maps `names` of `below`, each with lists `keys`, the first n_needed of which must be there; stored row by row. */
static void read_part(reader *r, const node *root, const char *part, const char *const *names, const char *const *keys,
                      size_t n_needed, const node **to)
{
    const size_t n_keys = count(keys);
    const node *map = get_map(r, root, part, part);
    if (!map)
        return;
    check_keys(r, map, part, names);
    for (size_t i = 0; names[i]; i++) {
        const char *path = reader_format(r, "%s.%s", part, names[i]);
        const node *below = path ? get_map(r, map, names[i], path) : NULL;
        if (!below)
            continue;
        check_keys(r, below, path, keys);
        for (size_t k = 0; k < n_keys; k++)
            to[i * n_keys + k] = get_list(r, below, keys[k], path, k < n_needed);
    }
}

int phrases_parse(phrases **p, const char *text, size_t size, const char *name, detente_error *error)
{
    static const char *const PARTS[] = {"agent", "delivery", "customer", "events", NULL};
    static const char *const AGENT[] = {"agent", NULL}, *const DELIVERY[] = {"cool", "hostile", NULL};
    static const char *const EVENT_MOOD[] = {"calm", "hostile", NULL};
    *p = NULL;
    phrases *self = detente_calloc(1, sizeof *self);
    if (!self || reader_init(&self->reader)) {
        detente_free(self);
        return detente_no_memory(error);
    }
    reader *r = &self->reader;
    source *from = reader_alloc(r, sizeof *from);
    if (from)
        *from = (source){reader_text(r, name, strlen(name)), "", 0, 0};
    const node *root = from && from->name ? yaml_parse(r, text, size, from) : NULL;
    if (root && root->kind != NODE_MAP) {
        reader_error(r, root->place, NULL, "found %s, allowed a map of agent, delivery, customer and events",
                     show_node(r, root));
    } else if (root) {
        check_keys(r, root, NULL, PARTS);
        read_part(r, root, "agent", MOVE_NAME, MOOD, 2, &self->agent[0][0]);
        read_part(r, root, "delivery", AGENT, DELIVERY, 2, self->delivery);
        read_part(r, root, "customer", STAGE, TONE, N_TONES, &self->customer[0][0]);
        /* Nothing is said to an encounter that goes on. */
        read_part(r, root, "events", &EVENT[1], EVENT_MOOD, 2, &self->event[1][0]);
    }
    const int code = reader_report(r, error, NULL);
    if (code)
        phrases_free(self);
    else
        *p = self;
    return code;
}

int phrases_load(phrases **p, const char *path, detente_error *error)
{
    *p = NULL;
    if (path) {
        char *text;
        size_t size;
        int code = detente_fs_read(path, TREE_MAX_BYTES, &text, &size, error);
        if (!code) {
            code = phrases_parse(p, text, size, path, error);
            detente_free(text);
        }
        return code;
    }
    const struct detente_embedded *own = detente_embedded_find("phrases", "phrases");
    if (own)
        return phrases_parse(p, own->text, own->size, "configs/phrases.yaml", error);
    return detente_error_set(error, DETENTE_E_INPUT, "configs/phrases.yaml: was not there when this program was built");
}

void phrases_free(phrases *p)
{
    if (!p)
        return;
    reader_free(&p->reader);
    detente_free(p);
}

static const char *pick(const node *list, uint32_t number)
{
    if (!list)
        return NULL;
    const node *sentence = list->first;
    for (size_t i = number % list->n; i; i--)
        sentence = sentence->next;
    return sentence->text;
}

const char *phrases_agent(const phrases *p, int move, enum phrase_mood mood, uint32_t number)
{
    return pick(p->agent[move][mood], number);
}

const char *phrases_delivery(const phrases *p, int hostile, uint32_t number)
{
    return pick(p->delivery[hostile != 0], number);
}

const char *phrases_customer(const phrases *p, enum phrase_stage stage, enum phrase_tone tone, uint32_t number)
{
    return pick(p->customer[stage][tone], number);
}

const char *phrases_event(const phrases *p, int event, enum phrase_mood mood, uint32_t number)
{
    return pick(p->event[event][mood == PHRASE_HOSTILE], number);
}
