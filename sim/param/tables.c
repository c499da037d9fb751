/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry as a table for people, as Markdown and as JSON. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "param/registry.h"

/* Rows under one heading: from the row `first` to the next heading's. */
static const struct {
    const char *first, *heading, *words;
} HEADINGS[] = {
    {"detente", "The run", "What is repeated, and what is kept."},
    {"design.type", "The design",
     "A sweep: which paths vary, and where. Without it one point is played. See docs/designs.md."},
    {"hypotheses", "The hypotheses",
     "What is expected of the results, said before they are there. What is not named is averaged over."},
    {"scenario.name", "The scenario", "What the customer claims, and what it costs."},
    {"customer.anger", "The customer",
     "Each trait is a distribution: a number, or {dist, mean, sd} with dist constant, uniform (also low, high), normal, "
     "lognormal, beta, gamma or table (values, weights). Values beyond the range are set to its end. A persona overrides any "
     "of them for a share of the customers."},
    {"agent.mirroring", "The agent", "Whoever answers first. A strategy may override any of it, at every tier."},
    {"tiers[].name", "The tiers", "Up to three: who answers after a transfer."},
    {"strategies", "The strategies", "What a strategy or a playbook says; `strategy.` paths apply to every strategy."},
    {"affect.turn_minutes", "Affect", "Mirroring, listening, emotional payment: equations (1) to (8)."},
    {"bargaining.demand_decay", "Bargaining", "Offers and demands: equations (9) to (12)."},
    {"decision.accept_utility", "The customer's decision",
     "Accepting, asking for a manager, hanging up: equations (13) to (15). A base of -1000 is never."},
    {"outcome.distributive", "Outcomes", "Satisfaction, return, word of mouth: equations (16) to (19)."},
    {"moves.minutes_scale", "The moves",
     "Each effect of a move is a parameter, `moves.<move>.<effect>`, such as `moves.apologise.warmth`."},
};
enum { N_HEADINGS = sizeof HEADINGS / sizeof HEADINGS[0] };

static const char STATUS_WORDS[] =
    "Status of a default: seen (read in a source), second-hand (quoted by one), derived, fitted (moved by the calibration), "
    "judged (plausible, no number was found), setting (yours to choose).";

/* What is shown of the registry. */
typedef struct selection {
    char *chosen;   /* owned: of each row */
    int all, moves; /* all rows are; all effects of moves are, which then stand in one table */
} selection;

static int select_rows(selection *shown, const char *path, detente_error *error)
{
    const section effects = registry_section(SECTION_MOVE);
    size_t n;
    const detente_param *all = detente_registry(&n);
    *shown = (selection){.all = !path};
    const int code = registry_choose(path, &shown->chosen, error);
    if (!code)
        shown->moves = !memchr(shown->chosen + (effects.param - all), 0, DETENTE_N_MOVES * effects.n);
    return code;
}

/* The next row of the heading @p h from @p row on (NULL: from its first) that is shown as a row of its own; NULL: no more. */
static const detente_param *next_row(const selection *shown, size_t h, const detente_param *row)
{
    size_t n;
    const detente_param *all = detente_registry(&n), *end = all + n;
    if (h + 1 < N_HEADINGS)
        end = registry_row(HEADINGS[h + 1].first);
    else if (shown->moves)
        end = registry_section(SECTION_MOVE).param;
    for (row = row ? row + 1 : registry_row(HEADINGS[h].first); row < end; row++)
        if (shown->chosen[row - all])
            return row;
    return NULL;
}

static const char *unit_of(const detente_param *row)
{
    return strcmp(row->unit, "1") ? row->unit : "-";
}

/* A source says more than the status when it is more than its word. */
static int has_source(const detente_param *row)
{
    return strcmp(row->source, detente_status_name(row->status)) != 0;
}

/* Where the effects of moves come from: judged, but for those named. */
static void add_move_sources(text_buffer *b, int markdown)
{
    static const size_t WIDTH[] = {98};
    const section effects = registry_section(SECTION_MOVE);
    text_buffer words = {0};
    char *line;
    const char *between = " but for ";
    text_add(&words, "Effects are judged");
    for (size_t i = 0; i < DETENTE_N_MOVES * effects.n; i++) {
        const detente_param *row = &effects.param[i];
        if (row->status == DETENTE_STATUS_JUDGED)
            continue;
        text_add(&words, markdown ? "%s`%s` (%s)" : "%s%s (%s)", between, row->path, row->source);
        between = "; ";
    }
    text_add(&words, ".");
    if (text_finish(&words, &line, NULL)) {
        b->failed = 1;
        return;
    }
    text_add(b, "\n");
    if (markdown)
        text_add(b, "%s\n", line);
    else
        text_add_columns(b, 0, (const char *const[]){line}, WIDTH, 1);
    detente_free(line);
}

/* Effects down, then moves down and effects across. @p markdown: as tables of Markdown */
static void add_moves(text_buffer *b, int markdown)
{
    static const size_t EFFECT_WIDTH[] = {12, 20, 4, 56}, MOVE_WIDTH[] = {12, 10, 8, 10, 11, 8, 8};
    enum { EFFECTS = sizeof MOVE_WIDTH / sizeof MOVE_WIDTH[0] - 1 };
    const section effects = registry_section(SECTION_MOVE);
    const char *cells[EFFECTS + 1] = {"move"};
    char range[128];
    if (markdown)
        text_add(b, "\n| effect | range | unit | description |\n|---|---|---|---|\n");
    else
        text_add(b, "\n");
    for (size_t i = 0; i < EFFECTS; i++) {
        const detente_param *row = &effects.param[i];
        cells[i + 1] = row->path + strlen(effects.prefix);
        text_range(row, range, sizeof range);
        const char *const cell[] = {cells[i + 1], range, unit_of(row), strchr(row->description, ':') + 2};
        if (markdown)
            text_add(b, "| `%s` | %s | %s | %s |\n", cell[0], cell[1], cell[2], cell[3]);
        else
            text_add_columns(b, 2, cell, EFFECT_WIDTH, 4);
    }
    text_add(b, "\n");
    for (size_t i = 0; markdown && i <= EFFECTS; i++)
        text_add(b, "| %s %s", cells[i], i < EFFECTS ? "" : "|\n|---|---|---|---|---|---|---|\n");
    if (!markdown)
        text_add_columns(b, 2, cells, MOVE_WIDTH, EFFECTS + 1);
    for (size_t m = 0; m < DETENTE_N_MOVES; m++) {
        cells[0] = MOVE_NAME[m];
        for (size_t i = 0; i < EFFECTS; i++)
            cells[i + 1] = effects.param[m * EFFECTS + i].default_text;
        for (size_t i = 0; markdown && i <= EFFECTS; i++)
            text_add(b, i ? "| %s %s" : "| `%s` %s", cells[i], i < EFFECTS ? "" : "|\n");
        if (!markdown)
            text_add_columns(b, 2, cells, MOVE_WIDTH, EFFECTS + 1);
    }
}

/* A row of the table, its description below it. */
static void add_row(text_buffer *b, const detente_param *row, const size_t *width)
{
    static const size_t BELOW[] = {94};
    char range[512];
    text_buffer words = {0};
    text_range(row, range, sizeof range);
    const char *const cell[] = {row->path, row->default_text, range, unit_of(row), detente_status_name(row->status)};
    text_add_columns(b, 0, cell, width, 5);
    text_add(&words, has_source(row) ? "%s [%s]" : "%s", row->description, row->source);
    if (words.failed)
        b->failed = 1;
    else
        text_add_columns(b, 4, (const char *const[]){words.text}, BELOW, 1);
    text_clear(&words);
}

int detente_registry_table(const char *path, char **text, detente_error *error)
{
    static const size_t WIDTH[] = {32, 17, 21, 9, 11}, WHOLE[] = {98};
    static const char *const HEAD[] = {"path", "default", "range", "unit", "status"};
    static const char *const WORDS[] = {STATUS_WORDS};
    text_buffer b = {0};
    selection shown;
    const int code = select_rows(&shown, path, error);
    if (code)
        return code;
    if (shown.all)
        text_add_columns(&b, 0, WORDS, WHOLE, 1);
    for (size_t h = 0; h < N_HEADINGS; h++) {
        const detente_param *row = next_row(&shown, h, NULL);
        if (!row)
            continue;
        text_add(&b, "%s%s\n", b.size ? "\n" : "", HEADINGS[h].heading);
        text_add_columns(&b, 0, &HEADINGS[h].words, WHOLE, 1);
        text_add(&b, "\n");
        text_add_columns(&b, 0, HEAD, WIDTH, 5);
        for (; row; row = next_row(&shown, h, row))
            add_row(&b, row, WIDTH);
    }
    if (shown.moves) {
        add_moves(&b, 0);
        add_move_sources(&b, 0);
    }
    detente_free(shown.chosen);
    return text_finish(&b, text, error);
}

int detente_registry_markdown(const char *path, char **text, detente_error *error)
{
    text_buffer b = {0};
    selection shown;
    const int code = select_rows(&shown, path, error);
    if (code)
        return code;
    if (shown.all)
        text_add(
            &b,
            "# Parameters\n\nMade by `detente params --format markdown`; do not edit.\n\n%s\n\nA unit of - is a pure "
            "number. List elements are written `[]`: `tiers[0].wait` and `tiers[supervisor].wait` are both "
            "`tiers[].wait`.\n",
            STATUS_WORDS);
    for (size_t h = 0; h < N_HEADINGS; h++) {
        const detente_param *row = next_row(&shown, h, NULL);
        if (!row)
            continue;
        text_add(&b,
                 "%s## %s\n\n%s\n\n| path | default | range | unit | status | description | source |\n"
                 "|---|---|---|---|---|---|---|\n",
                 b.size ? "\n" : "", HEADINGS[h].heading, HEADINGS[h].words);
        for (; row; row = next_row(&shown, h, row)) {
            char range[512];
            text_range(row, range, sizeof range);
            text_add(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", row->path, row->default_text, range, unit_of(row),
                     detente_status_name(row->status), row->description, has_source(row) ? row->source : "");
        }
    }
    if (shown.moves) {
        add_moves(&b, 1);
        add_move_sources(&b, 1);
    }
    detente_free(shown.chosen);
    return text_finish(&b, text, error);
}

static void add_member(text_buffer *b, const char *key, const char *value)
{
    text_add(b, ", \"%s\": ", key);
    text_add_json(b, value);
}

/* JSON has no infinity: null. */
static void add_number(text_buffer *b, const char *key, double value)
{
    char number[40];
    text_number(value, number);
    text_add(b, ", \"%s\": %s", key, isfinite(value) ? number : "null");
}

static void add_object(text_buffer *b, const detente_param *row)
{
    static const char *const KIND[] = {"real", "integer", "choice", "text", "flag", "distribution"};
    char range[512];
    text_add(b, "  {\"path\": ");
    text_add_json(b, row->path);
    add_member(b, "kind", KIND[row->kind]);
    add_member(b, "unit", row->unit);
    if (row->kind == DETENTE_FLAG)
        text_add(b, ", \"default\": %s", row->fallback > 0 ? "true" : "false");
    else if (row->kind == DETENTE_CHOICE)
        add_member(b, "default", row->choices[(size_t)row->fallback]);
    else
        add_number(b, "default", row->kind == DETENTE_TEXT ? NAN : row->fallback);
    add_member(b, "default_text", row->default_text);
    if (row->kind == DETENTE_REAL || row->kind == DETENTE_INTEGER || row->kind == DETENTE_DISTRIBUTION) {
        add_number(b, "low", row->low);
        add_number(b, "high", row->high);
    }
    text_range(row, range, sizeof range);
    add_member(b, "range", range);
    if (row->choices) {
        text_add(b, ", \"choices\": [");
        for (size_t i = 0; row->choices[i]; i++) {
            text_add(b, i ? ", " : "");
            text_add_json(b, row->choices[i]);
        }
        text_add(b, "]");
    }
    add_member(b, "status", detente_status_name(row->status));
    add_member(b, "source", row->source);
    add_member(b, "description", row->description);
    text_add(b, "}");
}

int detente_registry_json(const char *path, char **text, detente_error *error)
{
    text_buffer b = {0};
    size_t n;
    const detente_param *row = detente_registry(&n);
    const char *between = "[\n";
    char *chosen;
    const int code = registry_choose(path, &chosen, error);
    if (code)
        return code;
    for (size_t i = 0; i < n; i++) {
        if (!chosen[i])
            continue;
        text_add(&b, "%s", between);
        add_object(&b, &row[i]);
        between = ",\n";
    }
    text_add(&b, "\n]\n");
    detente_free(chosen);
    return text_finish(&b, text, error);
}
