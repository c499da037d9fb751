/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run, the scenario, tiers, moves, and the sections that are rows of the registry and nothing else. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/version.h"
#include "param/bind.h"

static const char *const NONE[] = {NULL};

static void default_config(detente_config *config)
{
    config->seed = (uint64_t)registry_row("seed")->fallback;
    config->replications = (uint64_t)registry_row("replications")->fallback;
    config->until = (detente_until){.metric = -1,
                                    .least = (uint64_t)registry_row("replications.min")->fallback,
                                    .confidence = registry_row("replications.until.confidence")->fallback};
    config->encounters = (uint64_t)registry_row("encounters")->fallback;
    config->max_turns = (uint64_t)registry_row("max_turns")->fallback;
    config->common_random_numbers = registry_row("common_random_numbers")->fallback != 0;
    config->quantiles = registry_row("quantiles")->fallback != 0;
    config->keep.columns = (UINT64_C(1) << DETENTE_N_METRICS) - 1;
}

static void bind_columns(reader *r, const node *list, uint64_t *columns)
{
    size_t i = 0;
    if (!expect_list(r, list, "keep.columns"))
        return;
    *columns = 0;
    for (const node *item = list->first; item; item = item->next) {
        double metric = -1;
        const char *path = path_index(r, "keep.columns", i++);
        bind_choice(r, item, path, METRIC_NAME, &metric);
        const uint64_t bit = metric < 0 ? 0 : UINT64_C(1) << (int)metric;
        if (*columns & bit)
            reader_error(r, item->place, path, "found %s twice, allowed each metric once", show_node(r, item));
        *columns |= bit;
    }
}

/* A number of encounters, or `all` of them. */
static void bind_kept(reader *r, const node *n, const char *path, uint64_t *out)
{
    if (n && n->kind == NODE_SCALAR && !strcmp(n->text, "all"))
        *out = UINT64_MAX;
    else
        bind_whole(r, n, path, 0, UINT32_MAX, out);
}

static void bind_keep(reader *r, const node *keep, detente_keep *out)
{
    static const char *const KEYS[] = {"encounters", "columns", "turns", NULL};
    double word = 0;
    if (keep && keep->kind == NODE_SCALAR) {
        bind_choice(r, keep, "keep", registry_row("keep")->choices, &word);
        out->encounters = word > 0 ? UINT64_MAX : 0;
        out->turns = word > 1 ? UINT64_MAX : 0;
        return;
    }
    if (keep && keep->kind == NODE_LIST)
        reader_error(r, keep->place, "keep", "found %s, allowed none, encounters, turns or a map", show_node(r, keep));
    if (!keep || keep->kind == NODE_LIST)
        return;
    const node *encounters = node_get(keep, "encounters"), *turns = node_get(keep, "turns");
    bind_map(r, keep, "keep", NULL, 0, KEYS);
    bind_columns(r, node_get(keep, "columns"), &out->columns);
    bind_kept(r, turns, "keep.turns", &out->turns);
    /* Turns belong to kept encounters; columns alone mean all encounters. */
    out->encounters = turns ? out->turns : node_get(keep, "columns") ? UINT64_MAX : 0;
    bind_kept(r, encounters, "keep.encounters", &out->encounters);
    if (out->encounters < out->turns)
        reader_error(r, encounters->place, "keep.encounters",
                     "found %s, allowed at least as many as keep.turns: turns are kept beside their encounter",
                     show_node(r, encounters));
}

static void bind_question(reader *r, const node *n, detente_config *config)
{
    enum { LONGEST = 8192 };
    check_text(r, n, "question");
    if (!n || n->kind != NODE_SCALAR || is_nothing(n))
        return;
    if (n->size > LONGEST) {
        reader_error(r, n->place, "question", "found %zu bytes, allowed %d", n->size, LONGEST);
        return;
    }
    config->question = detente_strdup(n->text);
    if (!config->question)
        r->code = DETENTE_E_MEMORY;
}

/* A whole number at the top level, within the range of its row. */
static void bind_setting(reader *r, const node *root, const char *key, uint64_t *out)
{
    const detente_param *row = registry_row(key);
    const uint64_t high = row->high < 0x1p64 ? (uint64_t)row->high : UINT64_MAX;
    bind_whole(r, node_get(root, key), key, (uint64_t)row->low, high, out);
}

/* A half-width: a number, or a share of the mean as 5%. */
static void bind_halfwidth(reader *r, const node *n, detente_until *until)
{
    static const char path[] = "replications.until.halfwidth";
    if (n && n->kind == NODE_SCALAR && n->size > 1 && n->text[n->size - 1] == '%') {
        char text[32];
        node share = *n;
        until->relative = 1;
        if (n->size < sizeof text) {
            memcpy(text, n->text, n->size - 1);
            text[n->size - 1] = '\0';
            share.text = text;
            share.size = n->size - 1;
            if (read_number(&share, &until->halfwidth) && until->halfwidth > 0 && until->halfwidth < 100)
                return;
        }
        reader_error(r, n->place, path, "found %s, allowed above 0%% and below 100%%", show_node(r, n));
        return;
    }
    bind_row(r, n, path, registry_row(path), &until->halfwidth);
}

/* Stop a cell once its interval is narrow enough. */
static void bind_until(reader *r, const node *replications, detente_config *config)
{
    static const char *const KEYS[] = {"min", "max", "until", NULL};
    static const char *const UNTIL[] = {"metric", "halfwidth", "confidence", NULL};
    static const char path[] = "replications.until";
    const node *until = node_get(replications, "until"), *least = node_get(replications, "min");
    double metric = -1;
    check_keys(r, replications, "replications", NULL, 0, KEYS);
    config->replications = (uint64_t)registry_row("replications.max")->fallback;
    bind_whole(r, least, "replications.min", 2, UINT32_MAX, &config->until.least);
    bind_whole(r, node_get(replications, "max"), "replications.max", 1, UINT32_MAX, &config->replications);
    if (config->until.least > config->replications)
        reader_error(r, least ? least->place : replications->place, "replications.min",
                     "is %llu, allowed at most replications.max (%llu)", (unsigned long long)config->until.least,
                     (unsigned long long)config->replications);
    if (!until)
        reader_error(r, replications->place, "replications",
                     "until is missing: {metric: escalated, halfwidth: 0.005}; without it write a whole number");
    if (!until || !expect_map(r, until, path))
        return;
    check_keys(r, until, path, NULL, 0, UNTIL);
    if (!node_get(until, "metric") || !node_get(until, "halfwidth"))
        reader_error(r, until->place, path, "metric or halfwidth is missing: {metric: escalated, halfwidth: 0.005}");
    bind_choice(r, node_get(until, "metric"), "replications.until.metric", METRIC_NAME, &metric);
    bind_halfwidth(r, node_get(until, "halfwidth"), &config->until);
    bind_row(r, node_get(until, "confidence"), "replications.until.confidence",
             registry_row("replications.until.confidence"), &config->until.confidence);
    config->until.metric = (int)metric;
}

void bind_run(reader *r, const node *root, detente_config *config)
{
    const node *replications = node_get(root, "replications");
    bind_name(r, node_get(root, "name"), "name", config->name);
    bind_question(r, node_get(root, "question"), config);
    check_text(r, node_get(root, "description"), "description");
    bind_setting(r, root, "seed", &config->seed);
    if (replications && replications->kind == NODE_MAP)
        bind_until(r, replications, config);
    else
        bind_setting(r, root, "replications", &config->replications);
    bind_setting(r, root, "encounters", &config->encounters);
    bind_flag(r, node_get(root, "common_random_numbers"), "common_random_numbers", &config->common_random_numbers);
    bind_flag(r, node_get(root, "quantiles"), "quantiles", &config->quantiles);
    bind_keep(r, node_get(root, "keep"), &config->keep);
}

static void bind_issues(reader *r, const node *list, detente_config *config)
{
    static const char *const OTHERS[] = {"name", NULL};
    const section rows = registry_section(SECTION_ISSUE);
    double sum = 0;
    int n_weights = 0, n = 0;
    if (!expect_list(r, list, "scenario.issues"))
        return;
    for (const node *item = list->first; item; item = item->next, n++) {
        const char *path = path_index(r, "scenario.issues", (size_t)n);
        if (n == DETENTE_MAX_ISSUES) {
            reader_error(r, item->place, path, "found %zu issues, allowed at most %d", list->n, DETENTE_MAX_ISSUES);
            break;
        }
        detente_issue *issue = &config->issue[n];
        set_defaults(rows, issue);
        bind_map(r, item, path, &(target){rows, issue}, 1, OTHERS);
        if (item->kind == NODE_MAP && !node_get(item, "name"))
            reader_error(r, item->place, path, "an issue without a name, allowed `name: refund`");
        bind_name(r, node_get(item, "name"), path_key(r, path, "name"), issue->name);
        for (int i = 0; i < n; i++)
            if (*issue->name && !strcmp(config->issue[i].name, issue->name))
                reader_error(r, node_get(item, "name")->place, path_key(r, path, "name"),
                             "the name %s is doubled, allowed each name once", show_text(r, issue->name));
        n_weights += node_get(item, "weight") != NULL;
        sum += issue->weight;
    }
    config->n_issues = n;
    /* Without weights, issues weigh the same. */
    for (int i = 0; !n_weights && i < n; i++)
        config->issue[i].weight = 1.0 / n;
    if (n_weights && fabs(sum - 1) > SUM_TOLERANCE && list->n <= DETENTE_MAX_ISSUES)
        reader_error(r, list->place, "scenario.issues", "the weights sum to %g, allowed 1 (a weight left out is 1)",
                     sum);
}

void bind_scenario(reader *r, const node *scenario, detente_config *config)
{
    static const char *const OTHERS[] = {"name", "description", "issues", "substitute", NULL};
    static const double RETURN[][3] = {{-0.16, 1.01, 2.10}, {-1.45, 1.61, 1.36}};
    memcpy(config->scenario_name, config->name, sizeof config->scenario_name);
    set_defaults(registry_section(SECTION_SCENARIO), config);
    set_defaults(registry_section(SECTION_SUBSTITUTE), config);
    set_defaults(registry_section(SECTION_OUTCOME), &config->outcome);
    if (expect_map(r, scenario, "scenario")) {
        const node *substitute = node_get(scenario, "substitute");
        bind_map(r, scenario, "scenario", &(target){registry_section(SECTION_SCENARIO), config}, 1, OTHERS);
        bind_name(r, node_get(scenario, "name"), "scenario.name", config->scenario_name);
        check_text(r, node_get(scenario, "description"), "scenario.description");
        bind_issues(r, node_get(scenario, "issues"), config);
        if (substitute)
            bind_map(r, substitute, "scenario.substitute", &(target){registry_section(SECTION_SUBSTITUTE), config}, 1,
                     NONE);
    }
    config->outcome.return_base = RETURN[(int)config->loss][0];
    config->outcome.return_resolved = RETURN[(int)config->loss][1];
    config->outcome.return_quick = RETURN[(int)config->loss][2];
}

/* What the front line's composure and empathy are is said elsewhere, and nobody waits for it. */
static void warn_front_line(reader *r, const node *tier)
{
    static const char *const KEY[] = {"composure", "empathy", "wait"};
    static const char *const WHY[] = {"the front line's composure is agent.composure",
                                      "the front line's empathy is agent.empathy", "the front line answers first"};
    for (size_t i = 0; i < sizeof KEY / sizeof KEY[0]; i++) {
        const node *n = node_get(tier, KEY[i]);
        if (n)
            reader_warn(r, n->key_place, path_key(r, "tiers[0]", KEY[i]), "has no effect: %s", WHY[i]);
    }
}

void bind_tiers(reader *r, const node *list, detente_config *config)
{
    static const detente_tier BY_POSITION[DETENTE_MAX_TIERS] = {{"front line", 0.5, 0.8, 0, 0.6, 0.7},
                                                                {"supervisor", 0.8, 2.4, 4, 0.7, 0.7},
                                                                {"executive", 1, 12, 10, 0.8, 0.7}};
    static const char *const OTHERS[] = {"name", NULL};
    const section rows = registry_section(SECTION_TIER);
    int n = 0;
    if (!expect_list(r, list, "tiers"))
        return;
    for (const node *item = list->first; item; item = item->next, n++) {
        const char *path = path_index(r, "tiers", (size_t)n);
        if (n == DETENTE_MAX_TIERS) {
            reader_error(r, item->place, path, "found %zu tiers, allowed at most %d", list->n, DETENTE_MAX_TIERS);
            break;
        }
        detente_tier *tier = &config->tier[n];
        memcpy(tier, &BY_POSITION[n], sizeof *tier);
        bind_map(r, item, path, &(target){rows, tier}, 1, OTHERS);
        bind_name(r, node_get(item, "name"), path_key(r, path, "name"), tier->name);
        for (int i = 0; i < n; i++)
            if (!strcmp(config->tier[i].name, tier->name))
                reader_error(r, item->place, path, "the name %s is doubled, allowed each name once",
                             show_text(r, tier->name));
        if (n > 0 || item->kind != NODE_MAP)
            continue;
        warn_front_line(r, item);
        tier->composure = BY_POSITION[0].composure;
        tier->empathy = BY_POSITION[0].empathy;
        tier->wait = BY_POSITION[0].wait;
    }
    config->n_tiers = n;
}

void bind_moves(reader *r, const node *moves, detente_config *config)
{
    static const detente_effects MOVE[] = {
#define X(name, count, v, w, i, e, c, m, words) {v, w, i, e, c, m},
        DETENTE_MOVES(X)
#undef X
    };
    const section own = registry_section(SECTION_MOVES);
    set_defaults(own, config);
    memcpy(config->move, MOVE, sizeof config->move);
    if (!moves || !expect_map(r, moves, "moves"))
        return;
    bind_map(r, moves, "moves", &(target){own, config}, 1, MOVE_NAME);
    for (const node *child = moves->first; child; child = child->next) {
        const int move = find_name(MOVE_NAME, child->key);
        if (move >= 0)
            bind_map(r, child, path_key(r, "moves", child->key),
                     &(target){registry_section(SECTION_MOVE), &config->move[move]}, 1, NONE);
    }
}

/* A top-level map that is one section's and nothing else. */
static void bind_section(reader *r, const node *root, const char *key, enum section_id id, void *into)
{
    const node *map = node_get(root, key);
    set_defaults(registry_section(id), into);
    if (map)
        bind_map(r, map, key, &(target){registry_section(id), into}, 1, NONE);
}

/* The scenario says which rates of return are the default, so the outcome comes after it. */
static void bind_outcome(reader *r, const node *root, detente_config *config)
{
    const detente_outcome *o = &config->outcome;
    const node *map = node_get(root, "outcome");
    bind_scenario(r, node_get(root, "scenario"), config);
    if (map)
        bind_map(r, map, "outcome", &(target){registry_section(SECTION_OUTCOME), &config->outcome}, 1, NONE);
    if (o->distributive + o->procedural + o->interactional <= 0)
        reader_error(r, map->place, "outcome",
                     "distributive, procedural and interactional are all 0, allowed at least one above 0");
}

void bind_parts(reader *r, const node *root, unsigned parts, detente_config *config)
{
    if (parts & (BRANCH_SCENARIO | BRANCH_OUTCOME))
        bind_outcome(r, root, config);
    if (parts & BRANCH_TIERS)
        bind_tiers(r, node_get(root, "tiers"), config);
    if (parts & BRANCH_MOVES)
        bind_moves(r, node_get(root, "moves"), config);
    if (parts & BRANCH_AGENT)
        bind_section(r, root, "agent", SECTION_AGENT, &config->agent);
    if (parts & BRANCH_AFFECT)
        bind_section(r, root, "affect", SECTION_AFFECT, &config->affect);
    if (parts & BRANCH_BARGAINING)
        bind_section(r, root, "bargaining", SECTION_BARGAINING, &config->bargaining);
    if (parts & BRANCH_DECISION)
        bind_section(r, root, "decision", SECTION_DECISION, &config->decision);
    if (parts & BRANCH_TURNS)
        bind_setting(r, root, "max_turns", &config->max_turns);
    if (parts & BRANCH_CUSTOMER)
        bind_customer(r, node_get(root, "customer"), config);
    if (parts & BRANCH_STRATEGIES)
        bind_strategies(r, node_get(root, "strategies"), config);
}

static void bind_version(reader *r, const node *root)
{
    const node *n = node_get(root, "detente");
    uint64_t version = 0;
    if (!n) {
        reader_error(r, root->place, NULL, "the version of the format is missing: add `detente: %d`",
                     detente_format_version());
        return;
    }
    bind_whole(r, n, "detente", 1, UINT32_MAX, &version);
    if (version > (uint64_t)detente_format_version())
        reader_error(r, n->place, "detente", "found format %llu, allowed up to %d: it is of a newer detente",
                     (unsigned long long)version, detente_format_version());
}

static void check_top_level(reader *r, const node *root)
{
    static const char *const KEYS[] = {"detente",     "name",       "question",
                                       "description", "seed",       "replications",
                                       "encounters",  "max_turns",  "common_random_numbers",
                                       "quantiles",   "keep",       "scenario",
                                       "customer",    "agent",      "tiers",
                                       "affect",      "bargaining", "decision",
                                       "outcome",     "moves",      "strategies",
                                       "strategy",    "extends",    "design",
                                       "hypotheses",  "centre",     "fit",
                                       NULL};
    static const char *const LATER[] = {"centre", "fit"};
    check_keys(r, root, "", NULL, 0, KEYS);
    for (size_t i = 0; i < sizeof LATER / sizeof LATER[0]; i++) {
        const node *n = node_get(root, LATER[i]);
        if (n)
            reader_error(r, n->key_place, LATER[i], "found `%s`, which is not part of this version", LATER[i]);
    }
    const node *overlay = node_get(root, "strategy");
    if (overlay)
        expect_map(r, overlay, "strategy");
}

void bind_config(reader *r, const node *root, detente_config *config)
{
    default_config(config);
    bind_version(r, root);
    check_top_level(r, root);
    bind_run(r, root, config);
    bind_parts(r, root, ~0u, config);
    const node *design = node_get(root, "design");
    if (design && !r->errors->n)
        bind_design(r, design, root, config);
    bind_hypotheses(r, node_get(root, "hypotheses"), !r->errors->n, config);
}
