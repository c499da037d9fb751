/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace for programs: csv and json. */
#include "report/trace.h"

#include <math.h>
#include <stddef.h>

#include <detente/detente.h>

#include "core/text.h"
#include "param/registry.h"

enum column_kind { WHOLE, COUNT, FLOAT };

typedef struct trace_field {
    const char *name;
    size_t offset;
    enum column_kind kind;
} trace_field;

#define COLUMN(name, kind) \
    { \
#name, offsetof(detente_turn, name), kind \
    }
static const trace_field COLUMNS[N_TRACE_COLUMNS] = {COLUMN(turn, COUNT),
                                                     COLUMN(rule, WHOLE),
                                                     COLUMN(move, WHOLE),
                                                     COLUMN(tier, WHOLE),
                                                     COLUMN(anger, FLOAT),
                                                     COLUMN(hostility, FLOAT),
                                                     COLUMN(agent_hostility, FLOAT),
                                                     COLUMN(heard, FLOAT),
                                                     COLUMN(rapport, FLOAT),
                                                     COLUMN(demand, FLOAT),
                                                     COLUMN(offer, FLOAT),
                                                     COLUMN(minutes, FLOAT),
                                                     COLUMN(perceived, FLOAT),
                                                     COLUMN(procedural, FLOAT),
                                                     COLUMN(strain, FLOAT),
                                                     COLUMN(limit, FLOAT),
                                                     COLUMN(cap, FLOAT),
                                                     COLUMN(p_accept, FLOAT),
                                                     COLUMN(p_manager, FLOAT),
                                                     COLUMN(p_hangup, FLOAT),
                                                     COLUMN(lapsed, WHOLE)};
#undef COLUMN

const char *trace_column_name(int column)
{
    return column >= 0 && column < N_TRACE_COLUMNS ? COLUMNS[column].name : NULL;
}

double trace_column_value(const detente_turn *turn, int column)
{
    const char *at = (const char *)turn + COLUMNS[column].offset;
    switch (COLUMNS[column].kind) {
    case WHOLE:
        return *(const int *)(const void *)at;
    case COUNT:
        return *(const uint32_t *)(const void *)at;
    default:
        return *(const float *)(const void *)at;
    }
}

int trace_csv(const trace *t, char **text, detente_error *error)
{
    text_buffer b = {0};
    char number[40];
    text_add(&b, "cell,replication,encounter");
    for (int c = 0; c < N_TRACE_COLUMNS; c++)
        text_add(&b, ",%s", COLUMNS[c].name);
    text_add(&b, ",event,move_name\n");
    for (uint32_t i = 0; i < t->n_turns; i++) {
        const detente_turn *turn = &t->turns[i];
        text_add(&b, "%u,%u,%u", t->cell, t->replication, t->encounter);
        for (int c = 0; c < N_TRACE_COLUMNS; c++) {
            text_number(trace_column_value(turn, c), number);
            text_add(&b, ",%s", number);
        }
        text_add(&b, ",%s,%s\n", trace_event_name(turn->event), detente_move_name(turn->move));
    }
    return text_finish(&b, text, error);
}

static void add_number(text_buffer *b, const char *name, double value, const char *after)
{
    char number[40];
    text_number(value, number);
    text_add(b, "\"%s\": %s%s", name, isfinite(value) ? number : "null", after);
}

static void add_string(text_buffer *b, const char *name, const char *value, const char *after)
{
    text_add(b, "\"%s\": ", name);
    text_add_json(b, value);
    text_add(b, "%s", after);
}

static void add_turn(text_buffer *b, const trace *t, const detente_turn *turn)
{
    const detente_rule *rule = &t->config->strategy[t->strategy].rule[turn->rule];
    text_add(b, "    {");
    for (int c = 0; c < N_TRACE_COLUMNS; c++)
        add_number(b, COLUMNS[c].name, trace_column_value(turn, c), ", ");
    add_string(b, "event", trace_event_name(turn->event), ", ");
    add_string(b, "move_name", detente_move_name(turn->move), ",\n     \"because\": [");
    for (int i = 0; i < rule->n_guards; i++) {
        const detente_guard *guard = &rule->guard[i];
        text_add(b, "%s{", i ? ", " : "");
        add_string(b, "observable", detente_observable_name(guard->observable), ", ");
        add_number(b, "observed", turn->observed[guard->observable], ", ");
        add_string(b, "is", COMPARISON_NAME[guard->op], ", ");
        add_number(b, "value", guard->value, "}");
    }
    text_add(b, "]}");
}

int trace_json(const trace *t, char **text, detente_error *error)
{
    const detente_config *config = t->config;
    text_buffer b = {0};
    text_add(&b, "{\n  \"detente_version\": \"%s\",\n  \"model_version\": %d,\n  ", detente_version(),
             detente_model_version());
    add_string(&b, "config", config->name, ",\n  ");
    add_string(&b, "scenario", config->scenario_name, ",\n  ");
    add_string(&b, "strategy", config->strategy[t->strategy].name, ",\n  ");
    text_add(&b, "\"seed\": %llu,\n  \"cell\": %u,\n  \"replication\": %u,\n  \"encounter\": %u,\n  ",
             (unsigned long long)config->seed, t->cell, t->replication, t->encounter);
    add_string(&b, "persona", config->persona[t->block->persona[0]].name, ",\n  \"traits\": {");
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        add_number(&b, detente_trait_name(i), t->block->trait[i][0], i + 1 < DETENTE_N_TRAITS ? ", " : "},\n");
    text_add(&b, "  \"turns\": [\n");
    for (uint32_t i = 0; i < t->n_turns; i++) {
        add_turn(&b, t, &t->turns[i]);
        text_add(&b, i + 1 < t->n_turns ? ",\n" : "\n  ],\n  \"metrics\": {");
    }
    for (int i = 0; i < DETENTE_N_METRICS; i++)
        add_number(&b, detente_metric_name(i), t->block->metric[i][0], i + 1 < DETENTE_N_METRICS ? ", " : "}\n}\n");
    return text_finish(&b, text, error);
}
