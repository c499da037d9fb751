/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A config as YAML that names no other file and leaves nothing out. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/version.h"
#include "param/bind.h"
#include "param/dump.h"
#include "param/registry.h"

static void add_value(text_buffer *b, const detente_param *row, double value)
{
    if (row->kind == DETENTE_CHOICE)
        text_add(b, "%s", row->choices[(int)value]);
    else
        dump_number(b, value);
}

/* The rows of a section as `key: value` with what stands between them, leaving out NAN. @return how many */
static int add_rows(text_buffer *b, enum section_id id, const void *from, const char *before, const char *between)
{
    const section rows = registry_section(id);
    int n = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const double value = *(const double *)(const void *)((const char *)from + rows.offset[i]);
        if (isnan(value))
            continue;
        text_add(b, "%s%s: ", n++ ? between : before, rows.param[i].path + strlen(rows.prefix));
        add_value(b, &rows.param[i], value);
    }
    return n;
}

static void add_section(text_buffer *b, const char *key, enum section_id id, const void *from)
{
    text_add(b, "%s:\n", key);
    add_rows(b, id, from, "  ", "\n  ");
    text_add(b, "\n");
}

static void add_kept(text_buffer *b, uint64_t n)
{
    if (n == UINT64_MAX)
        text_add(b, "all");
    else
        text_add(b, "%llu", (unsigned long long)n);
}

static void add_replications(text_buffer *b, const detente_config *config)
{
    const detente_until *until = &config->until;
    if (until->metric < 0) {
        text_add(b, "%llu", (unsigned long long)config->replications);
        return;
    }
    text_add(b, "{min: %llu, max: %llu, until: {metric: %s, halfwidth: ", (unsigned long long)until->least,
             (unsigned long long)config->replications, METRIC_NAME[until->metric]);
    dump_number(b, until->halfwidth);
    text_add(b, "%s, confidence: ", until->relative ? "%" : "");
    dump_number(b, until->confidence);
    text_add(b, "}}");
}

static void add_run(text_buffer *b, const detente_config *config)
{
    const uint64_t all = (UINT64_C(1) << DETENTE_N_METRICS) - 1;
    text_add(b, "detente: %d\nname: ", detente_format_version());
    dump_text(b, config->name);
    if (config->question) {
        text_add(b, "\nquestion: ");
        dump_text(b, config->question);
    }
    text_add(b, "\nseed: %llu\nreplications: ", (unsigned long long)config->seed);
    add_replications(b, config);
    text_add(b, "\nencounters: %llu\nmax_turns: %llu\n", (unsigned long long)config->encounters,
             (unsigned long long)config->max_turns);
    text_add(b, "common_random_numbers: %s\nquantiles: %s\nkeep: {encounters: ",
             config->common_random_numbers ? "true" : "false", config->quantiles ? "true" : "false");
    add_kept(b, config->keep.encounters);
    text_add(b, ", turns: ");
    add_kept(b, config->keep.turns);
    if (config->keep.columns != all) {
        const char *between = ", columns: [";
        for (int i = 0; i < DETENTE_N_METRICS; i++)
            if (config->keep.columns >> i & 1) {
                text_add(b, "%s%s", between, METRIC_NAME[i]);
                between = ", ";
            }
        text_add(b, "]");
    }
    text_add(b, "}\n");
}

static void add_scenario(text_buffer *b, const detente_config *config)
{
    text_add(b, "scenario:\n  name: ");
    dump_text(b, config->scenario_name);
    text_add(b, "\n");
    add_rows(b, SECTION_SCENARIO, config, "  ", "\n  ");
    text_add(b, "\n  substitute: ");
    add_rows(b, SECTION_SUBSTITUTE, config, "{", ", ");
    text_add(b, "}\n  issues:\n");
    for (int i = 0; i < config->n_issues; i++) {
        text_add(b, "    - {name: ");
        dump_text(b, config->issue[i].name);
        add_rows(b, SECTION_ISSUE, &config->issue[i], ", ", ", ");
        text_add(b, "}\n");
    }
}

static void add_list(text_buffer *b, const char *key, const double *values, int n)
{
    text_add(b, ", %s: [", key);
    for (int i = 0; i < n; i++) {
        text_add(b, i ? ", " : "");
        dump_number(b, values[i]);
    }
    text_add(b, "]");
}

static void add_trait(text_buffer *b, int trait, const detente_distribution *d)
{
    text_add(b, "%s: {dist: %s", TRAIT_NAME[trait], FAMILY_NAME[(int)d->family]);
    if ((int)d->family == DETENTE_TABLE) {
        add_list(b, "values", d->values, d->n);
        add_list(b, "weights", d->weights, d->n);
    } else {
        text_add(b, ", mean: ");
        dump_number(b, d->mean);
        text_add(b, ", sd: ");
        dump_number(b, d->sd);
    }
    text_add(b, "}");
}

/* Traits that all personas share stand once, above them. */
static void add_customer(text_buffer *b, const detente_config *config)
{
    int shared[DETENTE_N_TRAITS], correlated = 0;
    text_add(b, "customer:\n");
    for (int i = 0; i < DETENTE_N_TRAITS; i++) {
        shared[i] = trait_is_shared(config, i);
        if (shared[i]) {
            text_add(b, "  ");
            add_trait(b, i, &config->persona[0].trait[i]);
            text_add(b, "\n");
        }
    }
    text_add(b, "  personas:\n");
    for (int k = 0; k < config->n_personas; k++) {
        text_add(b, "    - name: ");
        dump_text(b, config->persona[k].name);
        text_add(b, "\n      share: ");
        dump_number(b, config->persona[k].share);
        for (int i = 0; i < DETENTE_N_TRAITS; i++)
            if (!shared[i]) {
                text_add(b, "\n      ");
                add_trait(b, i, &config->persona[k].trait[i]);
            }
        text_add(b, "\n");
    }
    text_add(b, "  correlation: {");
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        for (int j = i + 1; j < DETENTE_N_TRAITS; j++)
            if (config->correlation[i][j] != 0) {
                text_add(b, "%s%s-%s: ", correlated++ ? ", " : "", TRAIT_NAME[i], TRAIT_NAME[j]);
                dump_number(b, config->correlation[i][j]);
            }
    text_add(b, "}\n");
}

static void add_tiers(text_buffer *b, const detente_config *config)
{
    const detente_tier *front = &config->tier[0];
    text_add(b, "tiers:\n");
    for (int i = 0; i < config->n_tiers; i++) {
        text_add(b, "  - {name: ");
        dump_text(b, config->tier[i].name);
        if (i == 0) {
            text_add(b, ", authority: ");
            dump_number(b, front->authority);
            text_add(b, ", cost_per_minute: ");
            dump_number(b, front->cost_per_minute);
        } else {
            add_rows(b, SECTION_TIER, &config->tier[i], ", ", ", ");
        }
        text_add(b, "}\n");
    }
}

static void add_moves(text_buffer *b, const detente_config *config)
{
    add_section(b, "moves", SECTION_MOVES, config);
    for (int i = 0; i < DETENTE_N_MOVES; i++) {
        text_add(b, "  %s: ", MOVE_NAME[i]);
        add_rows(b, SECTION_MOVE, &config->move[i], "{", ", ");
        text_add(b, "}\n");
    }
}

static void add_condition(text_buffer *b, const detente_guard *guard)
{
    text_add(b, "\"%s ", COMPARISON_NAME[guard->op]);
    dump_number(b, guard->value);
    text_add(b, "\"");
}

/* Conditions on one observable stand in one list, in their order. */
static void add_guards(text_buffer *b, const detente_rule *rule)
{
    uint64_t done = 0;
    const char *between = "";
    for (int i = 0; i < rule->n_guards; i++) {
        const int observable = rule->guard[i].observable;
        int n = 0, k = 0;
        if (done >> observable & 1)
            continue;
        done |= UINT64_C(1) << observable;
        for (int j = i; j < rule->n_guards; j++)
            n += rule->guard[j].observable == observable;
        text_add(b, "%s%s: %s", between, OBSERVABLE_NAME[observable], n > 1 ? "[" : "");
        for (int j = i; j < rule->n_guards; j++)
            if (rule->guard[j].observable == observable) {
                text_add(b, k++ ? ", " : "");
                add_condition(b, &rule->guard[j]);
            }
        text_add(b, n > 1 ? "]" : "");
        between = ", ";
    }
}

static void add_strategy(text_buffer *b, const detente_strategy *strategy)
{
    text_add(b, "  - name: ");
    dump_text(b, strategy->name);
    text_add(b, "\n    concession: ");
    add_rows(b, SECTION_CONCESSION, &strategy->concession, "{", ", ");
    text_add(b, "}\n    ");
    add_rows(b, SECTION_STRATEGY, strategy, "", "\n    ");
    text_add(b, "\n    exception: ");
    add_rows(b, SECTION_EXCEPTION, strategy, "{", ", ");
    text_add(b, "}\n    agent: ");
    text_add(b, add_rows(b, SECTION_AGENT, &strategy->agent, "{", ", ") ? "}" : "{}");
    text_add(b, "\n    playbook:\n");
    for (int i = 0; i < strategy->n_rules; i++) {
        const detente_rule *rule = &strategy->rule[i];
        text_add(b, "      - {");
        if (rule->n_guards) {
            text_add(b, "when: {");
            add_guards(b, rule);
            text_add(b, "}, ");
        }
        text_add(b, "do: %s}\n", MOVE_NAME[rule->move]);
    }
}

/* A part that points of a design change stands as it was read: defaults may depend on what is changed. */
static int add_part(text_buffer *b, const detente_design *design, enum detente_design_part part)
{
    if (!design || !design->part[part])
        return 0;
    text_add_bytes(b, design->part[part], strlen(design->part[part]));
    return 1;
}

int detente_config_write(const detente_config *config, char **text, detente_error *error)
{
    text_buffer b = {0};
    *text = NULL;
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return detente_no_memory(error);
    const locale_t before = uselocale(plain);
    add_run(&b, config);
    const detente_design *design = config->design;
    if (!add_part(&b, design, DETENTE_PART_SCENARIO))
        add_scenario(&b, config);
    if (!add_part(&b, design, DETENTE_PART_CUSTOMER))
        add_customer(&b, config);
    add_section(&b, "agent", SECTION_AGENT, &config->agent);
    add_tiers(&b, config);
    add_section(&b, "affect", SECTION_AFFECT, &config->affect);
    add_section(&b, "bargaining", SECTION_BARGAINING, &config->bargaining);
    add_section(&b, "decision", SECTION_DECISION, &config->decision);
    if (!design || !design->part[DETENTE_PART_SCENARIO])
        add_section(&b, "outcome", SECTION_OUTCOME, &config->outcome);
    add_moves(&b, config);
    if (!add_part(&b, design, DETENTE_PART_STRATEGIES)) {
        text_add(&b, "strategies:\n");
        for (int i = 0; i < config->n_strategies; i++)
            add_strategy(&b, &config->strategy[i]);
    }
    if (design)
        dump_design(&b, design);
    if (config->n_hypotheses)
        dump_hypotheses(&b, config);
    uselocale(before);
    freelocale(plain);
    return text_finish(&b, text, error);
}
