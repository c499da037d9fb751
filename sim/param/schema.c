/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The config language as a JSON schema (draft-07), for an editor's YAML language server. Values come from the registry's rows,
 * the shape of what holds them from here. One schema serves configs, strategy files and persona files, told apart by their keys.
 */
#include <math.h>
#include <string.h>

#include "param/registry.h"

static void add_names(text_buffer *b, const char *const *names, const char *before, const char *after)
{
    for (size_t i = 0; names[i]; i++)
        text_add(b, "%s%s%s%s", i ? "," : "", before, names[i], after);
}

/* The description that an editor shows: words, range, unit, default, where that comes from. */
static void add_description(text_buffer *b, const detente_param *row)
{
    text_buffer words = {0};
    char range[512];
    text_range(row, range, sizeof range);
    text_add(&words, "%s\n\nDefault: %s", row->description, row->default_text);
    if (row->kind != DETENTE_TEXT)
        text_add(&words, "\n\nAllowed: %s%s%s", range, strcmp(row->unit, "1") ? " " : "",
                 strcmp(row->unit, "1") ? row->unit : "");
    if (row->status != DETENTE_STATUS_SETTING) {
        const char *status = detente_status_name(row->status);
        text_add(&words, "\n\nStatus: %s", status);
        if (strcmp(row->source, status) != 0)
            text_add(&words, " (%s)", row->source);
    }
    text_add(b, "\"description\":");
    if (words.failed)
        b->failed = 1;
    else
        text_add_json(b, words.text);
    text_clear(&words);
}

static void add_limit(text_buffer *b, const char *key, double value)
{
    char number[40];
    text_number(value, number);
    text_add(b, ",\"%s\":%s", key, number);
}

/* `"type":…` and the range. A number that must be finite has the largest double as its maximum. */
static void add_range(text_buffer *b, const detente_param *row)
{
    const int open_low = row->bounds == DETENTE_BOUNDS_OC || row->bounds == DETENTE_BOUNDS_OO;
    const int open_high = row->bounds == DETENTE_BOUNDS_CO || row->bounds == DETENTE_BOUNDS_OO;
    text_add(b, "\"type\":\"%s\"", row->kind == DETENTE_INTEGER ? "integer" : "number");
    add_limit(b, open_low ? "exclusiveMinimum" : "minimum", row->low);
    if (isfinite(row->high))
        add_limit(b, open_high ? "exclusiveMaximum" : "maximum", row->high);
    else if (open_high)
        text_add(b, ",\"maximum\":1.7976931348623157e308");
}

/* The schema of one value. */
static void add_value(text_buffer *b, const detente_param *row)
{
    char number[40];
    text_add(b, "{");
    add_description(b, row);
    text_add(b, ",");
    switch (row->kind) {
    case DETENTE_TEXT:
        text_add(b, "\"type\":\"string\"");
        break;
    case DETENTE_FLAG:
        text_add(b, "\"type\":\"boolean\",\"default\":%s", row->fallback > 0 ? "true" : "false");
        break;
    case DETENTE_CHOICE:
        text_add(b, "\"enum\":[");
        add_names(b, row->choices, "\"", "\"");
        text_add(b, "],\"default\":\"%s\"", row->default_text);
        break;
    case DETENTE_DISTRIBUTION:
        text_add(b, "\"anyOf\":[{");
        add_range(b, row);
        text_add(b, "},{\"$ref\":\"#/definitions/distribution\"}]");
        break;
    default:
        add_range(b, row);
        if (isfinite(row->fallback)) {
            text_number(row->fallback, number);
            text_add(b, ",\"default\":%s", number);
        }
    }
    text_add(b, "}");
}

/* `"key":`, after a comma unless it is the first of its object. */
static void add_key(text_buffer *b, const char *key)
{
    text_add(b, "%s\"%s\":", b->size && b->text[b->size - 1] == '{' ? "" : ",", key);
}

/* A member: the value of the row with this path. */
static void add_row(text_buffer *b, const char *key, const char *path)
{
    add_key(b, key);
    add_value(b, registry_row(path));
}

/* Members for every row of a section. */
static void add_section(text_buffer *b, enum section_id id)
{
    const section rows = registry_section(id);
    for (size_t i = 0; i < rows.n; i++)
        add_row(b, rows.param[i].path + strlen(rows.prefix), rows.param[i].path);
}

/* A map whose members follow until end_map(). */
static void begin_map(text_buffer *b, const char *key, const char *words)
{
    add_key(b, key);
    text_add(b, "{\"description\":\"%s\",\"type\":\"object\",\"additionalProperties\":false,\"properties\":{", words);
}

static void end_map(text_buffer *b)
{
    text_add(b, "}}");
}

static void add_map(text_buffer *b, const char *key, const char *words, enum section_id id)
{
    begin_map(b, key, words);
    add_section(b, id);
    end_map(b);
}

/* Keys of every file. */
static void add_file_keys(text_buffer *b)
{
    add_row(b, "detente", "detente");
    add_row(b, "description", "description");
    text_add(b, ",\"extends\":{\"$ref\":\"#/definitions/extends\"}");
}

/* What is used more than once, first. */
static void add_shared(text_buffer *b)
{
    text_add(b, "\"extends\":{");
    add_description(b, registry_row("extends"));
    text_add(b,
             ",\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\"}}]}");
    begin_map(
        b, "distribution",
        "A trait's distribution over customers, by mean and standard deviation; uniform also by low and high, table by "
        "values and weights");
    text_add(b, "\"dist\":{\"description\":\"family; left out, the trait's own\",\"enum\":[");
    add_names(b, FAMILY_NAME, "\"", "\"");
    text_add(b, "]},\"mean\":{\"description\":\"mean\",\"type\":\"number\"}"
                ",\"sd\":{\"description\":\"standard deviation\",\"type\":\"number\",\"minimum\":0}"
                ",\"low\":{\"description\":\"uniform: lowest value\",\"type\":\"number\"}"
                ",\"high\":{\"description\":\"uniform: highest value\",\"type\":\"number\"}");
    text_add(
        b,
        ",\"values\":{\"description\":\"table: the values\",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,"
        "\"items\":{\"type\":\"number\"}}"
        ",\"weights\":{\"description\":\"table: their weights; left out, equal\",\"type\":\"array\",\"minItems\":1,"
        "\"maxItems\":%d,\"items\":{\"type\":\"number\",\"minimum\":0}}",
        DETENTE_MAX_TABLE, DETENTE_MAX_TABLE);
    end_map(b);
}

static void add_playbook(text_buffer *b)
{
    static const struct {
        const char *name, *unit, *words;
    } OBSERVABLE[] = {
#define X(name, unit, words) {#name, unit, words},
        DETENTE_OBSERVABLES(X)
#undef X
#define X(name, count, v, w, i, e, c, m, words) {#count, "1", "how often this tier's agent made the move " #name},
            DETENTE_MOVES(X)
#undef X
    };
    static const char COMPARISON[] =
        "{\"type\":\"string\",\"pattern\":\"^ *(<|<=|>|>=|=|==|!=) *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$\"}";
    text_add(
        b,
        ",\"guard\":{\"description\":\"a comparison in quotes, such as \\\"> 0.5\\\", or a list of them\",\"anyOf\":"
        "[%s,{\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":%s}]}",
        COMPARISON, DETENTE_MAX_GUARDS, COMPARISON);
    text_add(
        b,
        ",\"playbook\":{\"description\":\"Rules in order: the first whose conditions all hold is what the agent does; "
        "the last has no conditions\",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":{\"type\":"
        "\"object\",\"additionalProperties\":false,\"required\":[\"do\"],\"properties\":{",
        DETENTE_MAX_RULES);
    add_row(b, "do", "strategy.playbook[].do");
    begin_map(b, "when",
              "Conditions on what the agent can see, all of which must hold, such as hostility: \\\"> 0.5\\\"");
    for (size_t i = 0; i < sizeof OBSERVABLE / sizeof OBSERVABLE[0]; i++) {
        const int plain = !strcmp(OBSERVABLE[i].unit, "1");
        add_key(b, OBSERVABLE[i].name);
        text_add(b, "{\"description\":\"%s%s%s%s\",\"allOf\":[{\"$ref\":\"#/definitions/guard\"}]}",
                 OBSERVABLE[i].words, plain ? "" : " (", plain ? "" : OBSERVABLE[i].unit, plain ? "" : ")");
    }
    text_add(b, "},\"minProperties\":1,\"maxProperties\":%d}}}}", DETENTE_MAX_GUARDS);
}

/* Members of a strategy, but for its name. */
static void add_strategy_keys(text_buffer *b)
{
    add_section(b, SECTION_STRATEGY);
    add_map(b, "concession", "How offers grow: equations (9) and (10)", SECTION_CONCESSION);
    add_map(b, "exception", "The surprise after the customer has agreed: equation (12)", SECTION_EXCEPTION);
    text_add(b, ",\"agent\":{\"$ref\":\"#/definitions/agent\"},\"playbook\":{\"$ref\":\"#/definitions/playbook\"}");
}

static void add_traits(text_buffer *b)
{
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        add_row(b, TRAIT_NAME[i], registry_trait(i)->path);
}

static void add_parts(text_buffer *b)
{
    add_map(b, "agent", "Whoever answers first; in a strategy, what it changes at every tier", SECTION_AGENT);
    add_playbook(b);
    begin_map(b, "strategy", "Numbers and a playbook");
    add_file_keys(b);
    add_row(b, "name", "strategy.name");
    add_strategy_keys(b);
    end_map(b);
    begin_map(b, "persona", "A kind of customer: a share of them, and the traits in which they differ");
    add_file_keys(b);
    add_row(b, "name", "customer.personas[].name");
    add_row(b, "share", "customer.personas[].share");
    add_traits(b);
    end_map(b);
    begin_map(b, "scenario", "What the customer claims, and what it costs");
    add_row(b, "description", "description");
    text_add(b,
             ",\"extends\":{\"description\":\"name or file of a scenario that this one changes\",\"type\":\"string\"}");
    add_row(b, "name", "scenario.name");
    add_section(b, SECTION_SCENARIO);
    add_map(b, "substitute", "Something else that the move `substitute` offers", SECTION_SUBSTITUTE);
    text_add(
        b,
        ",\"issues\":{\"description\":\"What is claimed\",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":"
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
        DETENTE_MAX_ISSUES);
    add_row(b, "name", "scenario.issues[].name");
    add_section(b, SECTION_ISSUE);
    text_add(b, "}}}");
    end_map(b);
}

/* How many, or `all`. */
static void add_kept(text_buffer *b, const char *key, const char *path)
{
    const detente_param *row = registry_row(path);
    add_key(b, key);
    text_add(b, "{");
    add_description(b, row);
    text_add(b, ",\"anyOf\":[{");
    add_range(b, row);
    text_add(b, "},{\"enum\":[\"all\"]}]}");
}

/* How many, or {min, max, until}. */
static void add_replications(text_buffer *b)
{
    text_add(b, ",\"replications\":{");
    add_description(b, registry_row("replications"));
    text_add(b, ",\"anyOf\":[{");
    add_range(b, registry_row("replications"));
    text_add(
        b, "},{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"until\"],\"properties\":{\"min\":{");
    add_description(b, registry_row("replications.min"));
    text_add(b, ",");
    add_range(b, registry_row("replications.min"));
    text_add(b, "}");
    add_row(b, "max", "replications.max");
    text_add(b,
             ",\"until\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"metric\",\"halfwidth\"],"
             "\"properties\":{\"metric\":{");
    add_description(b, registry_row("replications.until.metric"));
    text_add(b, ",\"enum\":[");
    add_names(b, METRIC_NAME, "\"", "\"");
    text_add(b, "]},\"halfwidth\":{");
    add_description(b, registry_row("replications.until.halfwidth"));
    text_add(b, ",\"anyOf\":[{");
    add_range(b, registry_row("replications.until.halfwidth"));
    text_add(b, "},{\"type\":\"string\",\"pattern\":\"^[0-9.]+%%$\"}]}");
    add_row(b, "confidence", "replications.until.confidence");
    text_add(b, "}}}}]}");
}

static void add_keep(text_buffer *b)
{
    text_add(b, ",\"keep\":{");
    add_description(b, registry_row("keep"));
    text_add(
        b,
        ",\"anyOf\":[{\"enum\":[\"none\",\"encounters\",\"turns\"]},{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{");
    add_kept(b, "encounters", "keep.encounters");
    add_kept(b, "turns", "keep.turns");
    text_add(b, ",\"columns\":{");
    add_description(b, registry_row("keep.columns"));
    text_add(b, ",\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true,\"items\":{\"enum\":[");
    add_names(b, METRIC_NAME, "\"", "\"");
    text_add(b, "]}}}}]}");
}

static void add_customer(text_buffer *b)
{
    begin_map(b, "customer", "Traits of customers, personas, and how traits go together");
    add_traits(b);
    text_add(
        b,
        ",\"personas\":{\"description\":\"Kinds of customers: names of the library, files, or maps; their shares sum to "
        "1\",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":{\"anyOf\":[{\"type\":"
        "\"string\"},{\"$ref\":\"#/definitions/persona\"}]}}",
        DETENTE_MAX_PERSONAS);
    add_row(b, "persona", "customer.persona");
    text_add(b, ",\"correlation\":{");
    add_description(b, registry_row("customer.correlation"));
    text_add(b, ",\"type\":\"object\",\"additionalProperties\":false,\"patternProperties\":{\"^(");
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; TRAIT_NAME[i]; i++)
            text_add(b, "%s%s", i ? "|" : "", TRAIT_NAME[i]);
        text_add(b, side ? ")$\":{" : ")-(");
    }
    add_range(b, registry_row("customer.correlation"));
    text_add(b, "}}}");
    end_map(b);
}

static void add_moves(text_buffer *b)
{
    const section effects = registry_section(SECTION_MOVE);
    begin_map(b, "moves", "Effects and minutes of the moves");
    add_section(b, SECTION_MOVES);
    for (size_t m = 0; m < DETENTE_N_MOVES; m++) {
        begin_map(b, MOVE_NAME[m], MOVE_WORDS[m]);
        for (size_t i = 0; i < effects.n; i++)
            add_row(b, effects.param[i].path + strlen(effects.prefix), effects.param[m * effects.n + i].path);
        end_map(b);
    }
    end_map(b);
}

static void add_design(text_buffer *b)
{
    begin_map(b, "design", "A sweep: which paths vary, and which points of their ranges are played");
    add_row(b, "type", "design.type");
    add_row(b, "levels", "design.levels");
    add_row(b, "file", "design.file");
    text_add(b, ",\"sha256\":{\"description\":\"list: of the file, when results hold the config\",\"type\":\"string\"}"
                ",\"points\":{");
    add_description(b, registry_row("design.points"));
    text_add(b, ",\"anyOf\":[{");
    add_range(b, registry_row("design.points"));
    text_add(b,
             "},{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\",\"minProperties\":1}}]},\"vary\":{");
    add_description(b, registry_row("design.vary"));
    text_add(
        b,
        ",\"type\":\"object\",\"minProperties\":1,\"maxProperties\":%d,\"additionalProperties\":{\"anyOf\":["
        "{\"type\":\"array\",\"minItems\":1},{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
        "\"from\":{\"description\":\"least value\",\"type\":\"number\"}"
        ",\"to\":{\"description\":\"greatest value\",\"type\":\"number\"}"
        ",\"steps\":{\"description\":\"factorial, one-at-a-time: number of values, both ends among them\","
        "\"type\":\"integer\",\"minimum\":2}"
        ",\"log\":{\"description\":\"equal steps of the logarithm\",\"type\":\"boolean\"}"
        ",\"integer\":{\"description\":\"whole numbers only\",\"type\":\"boolean\"}"
        ",\"values\":{\"description\":\"a list in place of a range\",\"type\":\"array\",\"minItems\":1}"
        ",\"base\":{\"description\":\"one-at-a-time: the value while others vary\",\"type\":[\"number\",\"string\"]}"
        "}}]}}",
        DETENTE_MAX_FACTORS);
    end_map(b);
}

/* A map of varied paths and a value of each. @p versus: a strategy may be among them */
static void add_side(text_buffer *b, const char *key, const char *path, int versus)
{
    add_key(b, key);
    text_add(b, "{");
    add_description(b, registry_row(path));
    text_add(b, ",\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":{\"type\":[\"number\",\"string\"]}");
    if (versus)
        text_add(b,
                 ",\"properties\":{\"strategy\":{\"description\":\"strategy of the other side\",\"type\":\"string\"}}");
    else
        text_add(b, ",\"not\":{\"required\":[\"strategy\"]}");
    text_add(b, "}");
}

static void add_expected(text_buffer *b, const char *key, const char *path)
{
    add_key(b, key);
    text_add(b, "{");
    add_description(b, registry_row(path));
    text_add(b,
             ",\"type\":\"string\",\"pattern\":\"^ *[<>] *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$\"}");
}

static void add_hypotheses(text_buffer *b)
{
    text_add(b, ",\"hypotheses\":{");
    add_description(b, registry_row("hypotheses"));
    text_add(
        b,
        ",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":{\"type\":\"object\",\"additionalProperties\":"
        "false,\"required\":[\"name\",\"expect\"],\"properties\":{",
        DETENTE_MAX_HYPOTHESES);
    add_row(b, "name", "hypotheses[].name");
    begin_map(b, "expect", "A metric, the cells it is about, what is expected");
    add_key(b, "metric");
    text_add(b, "{");
    add_description(b, registry_row("hypotheses[].expect.metric"));
    text_add(b, ",\"enum\":[");
    add_names(b, METRIC_NAME, "\"", "\"");
    text_add(b, "]}");
    add_row(b, "strategy", "hypotheses[].expect.strategy");
    add_side(b, "where", "hypotheses[].expect.where", 0);
    add_side(b, "versus", "hypotheses[].expect.versus", 1);
    add_expected(b, "difference", "hypotheses[].expect.difference");
    add_expected(b, "value", "hypotheses[].expect.value");
    text_add(b,
             "},\"required\":[\"metric\"],\"oneOf\":[{\"required\":[\"versus\",\"difference\"],\"not\":{\"required\":"
             "[\"value\"]}},{\"required\":[\"value\"],\"not\":{\"anyOf\":[{\"required\":[\"versus\"]},{\"required\":"
             "[\"difference\"]}]}}]}}}}");
}

static void add_config(text_buffer *b)
{
    static const char *const RUN[] = {
        "name", "question", "seed", "encounters", "max_turns", "common_random_numbers", "quantiles", NULL};
    begin_map(b, "config", "What a run depends on");
    add_file_keys(b);
    for (size_t i = 0; RUN[i]; i++)
        add_row(b, RUN[i], RUN[i]);
    add_replications(b);
    add_keep(b);
    text_add(
        b,
        ",\"scenario\":{\"description\":\"What the customer claims: a name of the library, a file, or a map\",\"anyOf\":"
        "[{\"type\":\"string\"},{\"$ref\":\"#/definitions/scenario\"}]}");
    add_customer(b);
    text_add(b, ",\"agent\":{\"$ref\":\"#/definitions/agent\"}");
    text_add(
        b,
        ",\"tiers\":{\"description\":\"Who answers, front line first\",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,"
        "\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
        DETENTE_MAX_TIERS);
    add_row(b, "name", "tiers[].name");
    add_section(b, SECTION_TIER);
    text_add(b, "}}},\"strategies\":{");
    add_description(b, registry_row("strategies"));
    text_add(b,
             ",\"type\":\"array\",\"minItems\":1,\"maxItems\":%d,\"items\":{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":"
             "\"#/definitions/strategy\"}]}}",
             DETENTE_MAX_STRATEGIES);
    text_add(b, ",\"strategy\":{\"description\":\"What is changed in every strategy\",\"allOf\":[{\"$ref\":"
                "\"#/definitions/strategy\"}]}");
    add_map(b, "affect", "Mirroring, listening, emotional payment: equations (1) to (8)", SECTION_AFFECT);
    add_map(b, "bargaining", "Offers and demands: equations (9) to (12)", SECTION_BARGAINING);
    add_map(b, "decision", "Accepting, asking for a manager, hanging up: equations (13) to (15)", SECTION_DECISION);
    add_map(b, "outcome", "Satisfaction, return, word of mouth: equations (16) to (19)", SECTION_OUTCOME);
    add_moves(b);
    add_design(b);
    add_hypotheses(b);
    end_map(b);
}

/* `"if"` a file has one of these keys, which configs do not have, "then" it is of that kind. */
static void add_kind(text_buffer *b, const char *const *keys, const char *definition)
{
    text_add(b, "\"if\":{\"anyOf\":[");
    add_names(b, keys, "{\"required\":[\"", "\"]}");
    text_add(b, "]},\"then\":{\"$ref\":\"#/definitions/%s\"},\"else\":", definition);
}

int detente_registry_json_schema(char **text, detente_error *error)
{
    static const char *const STRATEGY_KEYS[] = {"playbook",    "concession", "exception", "agenda",
                                                "persistence", "options",    "set_aside", NULL};
    text_buffer b = {0};
    text_add(&b, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"Detente\",\"description\":"
                 "\"Configs, strategies and personas of Detente\",\"type\":\"object\",");
    add_kind(&b, STRATEGY_KEYS, "strategy");
    text_add(&b, "{");
    add_kind(&b, TRAIT_NAME, "persona");
    text_add(&b, "{\"$ref\":\"#/definitions/config\"}},\"definitions\":{");
    add_shared(&b);
    add_parts(&b);
    add_config(&b);
    text_add(&b, "}}\n");
    return text_finish(&b, text, error);
}
