/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strategies, playbooks, guards. */
#include <math.h>
#include <string.h>

#include "param/bind.h"

static const char *const NONE[] = {NULL};

/* What an agent cannot see, besides the traits. */
static const char *const LATENT[] = {"anger",           "heard", "rapport",     "procedural",
                                     "fairness",        "limit", "reservation", "satisfaction",
                                     "agent_hostility", "tone",  NULL};

static int is_latent(const char *name)
{
    return find_name(LATENT, name) >= 0 || find_name(TRAIT_NAME, name) >= 0;
}

static void bad_condition(reader *r, const node *n, const char *path)
{
    reader_error(r, n->place, path, "found %s, allowed a comparison such as \"> 0.5\" (%s, then a number)",
                 show_node(r, n), name_list(r, COMPARISON_NAME, count_names(COMPARISON_NAME)));
}

int read_comparison(reader *r, const node *n, int *op, double *value)
{
    if (n->kind != NODE_SCALAR)
        return 0;
    const char *op_text = n->text + strspn(n->text, " ");
    const size_t op_size = strspn(op_text, "<>=!");
    const char *number_text = op_text + op_size + strspn(op_text + op_size, " ");
    const size_t number_size = strcspn(number_text, " ");
    char *sign = reader_text(r, op_text, op_size);
    char *digits = reader_text(r, number_text, number_size);
    if (!sign || !digits)
        return 0;
    const node number = {.kind = NODE_SCALAR, .text = digits, .size = number_size};
    const int ends = number_text[number_size + strspn(number_text + number_size, " ")] == 0;
    *op = find_name(COMPARISON_NAME, !strcmp(sign, "=") ? "==" : sign);
    return *op >= 0 && ends && read_number(&number, value);
}

static void bind_condition(reader *r, const node *n, const char *path, detente_guard *guard)
{
    if (!read_comparison(r, n, &guard->op, &guard->value)) {
        bad_condition(r, n, path);
        return;
    }
    if (!(fabs(guard->value) <= 1e6))
        reader_error(r, n->place, path, "found %s, allowed a number from -1e+06 to 1e+06", show_node(r, n));
}

static void bind_guard(reader *r, const node *n, const char *path, int observable, detente_rule *rule)
{
    if (rule->n_guards == DETENTE_MAX_GUARDS) {
        reader_error(r, n->place, path, "found more than %d conditions, allowed at most %d", DETENTE_MAX_GUARDS,
                     DETENTE_MAX_GUARDS);
        return;
    }
    detente_guard *guard = &rule->guard[rule->n_guards++];
    guard->observable = observable;
    bind_condition(r, n, path, guard);
}

static void bind_when(reader *r, const node *when, const char *path, detente_rule *rule)
{
    if (!when || !expect_map(r, when, path))
        return;
    if (!when->n)
        reader_error(r, when->place, path, "found an empty map, allowed conditions (or no `when` at all)");
    for (const node *child = when->first; child; child = child->next) {
        const int observable = find_name(OBSERVABLE_NAME, child->key);
        const char *below = path_key(r, path, child->key);
        if (observable < 0 && is_latent(child->key)) {
            reader_error(r, child->key_place, below,
                         "%s is latent: a playbook sees only what a person on the phone could see (detente list "
                         "observables)",
                         child->key);
        } else if (observable < 0) {
            reader_error(r, child->key_place, below, "an unknown observable, allowed %s%s",
                         name_list(r, OBSERVABLE_NAME, DETENTE_N_OBSERVABLES),
                         nearest_hint(r, child->key, OBSERVABLE_NAME, DETENTE_N_OBSERVABLES));
        } else if (child->kind == NODE_LIST && child->n) {
            size_t i = 0;
            for (const node *item = child->first; item; item = item->next)
                bind_guard(r, item, path_index(r, below, i++), observable, rule);
        } else {
            bind_guard(r, child, below, observable, rule);
        }
    }
}

static void bind_rule(reader *r, const node *n, const char *path, detente_rule *rule)
{
    static const char *const KEYS[] = {"when", "do", NULL};
    if (!expect_map(r, n, path))
        return;
    double move = 0;
    const node *action = node_get(n, "do");
    check_keys(r, n, path, NULL, 0, KEYS);
    if (!action)
        reader_error(r, n->place, path, "a rule without a move, allowed `do: offer`");
    bind_choice(r, action, path_key(r, path, "do"), MOVE_NAME, &move);
    rule->move = (int)move;
    bind_when(r, node_get(n, "when"), path_key(r, path, "when"), rule);
}

void bind_playbook(reader *r, const node *playbook, const char *path, detente_strategy *strategy)
{
    if (!expect_list(r, playbook, path))
        return;
    for (const node *item = playbook->first; item; item = item->next) {
        if (strategy->n_rules == DETENTE_MAX_RULES) {
            reader_error(r, item->place, path, "found %zu rules, allowed at most %d", playbook->n, DETENTE_MAX_RULES);
            return;
        }
        const char *below = path_index(r, path, (size_t)strategy->n_rules);
        bind_rule(r, item, below, &strategy->rule[strategy->n_rules++]);
    }
    const node *last = playbook->last, *when = node_get(last, "when");
    if (when)
        reader_error(r, when->key_place, path_key(r, path_index(r, path, playbook->n - 1), "when"),
                     "the last rule has conditions, allowed none: it is made when no other rule holds");
}

/* What only some tactics need: model equations (9) and (10). */
static void bind_concession(reader *r, const node *n, const char *path, const node *at, detente_concession *out)
{
    out->kappa0 = NAN;
    if (n)
        bind_map(r, n, path, &(target){registry_section(SECTION_CONCESSION), out}, 1, NONE);
    const int tactic = (int)out->tactic;
    const node *where = n ? n : at;
    if (isnan(out->kappa0))
        out->kappa0 = tactic == DETENTE_EXPONENTIAL ? 0.05 : 0;
    if (tactic == DETENTE_EXPONENTIAL && !(out->kappa0 > 0)) {
        const node *kappa0 = node_get(n, "kappa0");
        reader_error(r, kappa0 ? kappa0->place : where->place, path_key(r, path, "kappa0"),
                     "found 0, allowed above 0 for the exponential tactic");
    }
    if ((tactic == DETENTE_RELATIVE || tactic == DETENTE_AVERAGED || tactic == DETENTE_RANDOM_ABSOLUTE) &&
        !(out->opening > 0)) {
        const node *opening = node_get(n, "opening");
        reader_error(r, opening ? opening->place : where->place, path_key(r, path, "opening"),
                     "found 0, allowed above 0 for the %s tactic: it answers in proportion to its own offer",
                     TACTIC_NAME[tactic]);
    }
}

static void bind_strategy(reader *r, const node *n, const char *path, detente_strategy *out)
{
    static const char *const OTHERS[] = {"name", "description", "concession", "exception", "agent", "playbook", NULL};
    const section agent = registry_section(SECTION_AGENT), own = registry_section(SECTION_STRATEGY);
    const section exception = registry_section(SECTION_EXCEPTION);
    set_defaults(own, out);
    set_defaults(exception, out);
    set_defaults(registry_section(SECTION_CONCESSION), &out->concession);
    for (size_t i = 0; i < agent.n; i++)
        *(double *)(void *)((char *)&out->agent + agent.offset[i]) = NAN;
    /* What stands for a strategy that could not be read has no mistakes of its own. */
    if (n->overlaid < 0 || !expect_map(r, n, path))
        return;
    bind_map(r, n, path, &(target){own, out}, 1, OTHERS);
    if (!node_get(n, "name"))
        reader_error(r, n->place, path, "a strategy without a name, allowed `name: mine`");
    bind_name(r, node_get(n, "name"), path_key(r, path, "name"), out->name);
    check_text(r, node_get(n, "description"), path_key(r, path, "description"));
    bind_concession(r, node_get(n, "concession"), path_key(r, path, "concession"), n, &out->concession);
    if (node_get(n, "exception"))
        bind_map(r, node_get(n, "exception"), path_key(r, path, "exception"), &(target){exception, out}, 1, NONE);
    if (node_get(n, "agent"))
        bind_map(r, node_get(n, "agent"), path_key(r, path, "agent"), &(target){agent, &out->agent}, 1, NONE);
    if (node_get(n, "playbook"))
        bind_playbook(r, node_get(n, "playbook"), path_key(r, path, "playbook"), out);
    else
        reader_error(r, n->place, path,
                     "a strategy without a playbook, allowed `playbook: [{do: offer}]` or `extends`");
}

void bind_strategies(reader *r, const node *list, detente_config *config)
{
    if (!expect_list(r, list, "strategies"))
        return;
    if (list->n > DETENTE_MAX_STRATEGIES) {
        reader_error(r, list->place, "strategies", "found %zu strategies, allowed at most %d", list->n,
                     DETENTE_MAX_STRATEGIES);
        return;
    }
    config->strategy = bind_alloc(r, list->n, sizeof *config->strategy);
    if (!config->strategy)
        return;
    for (const node *item = list->first; item && !r->code; item = item->next) {
        detente_strategy *strategy = &config->strategy[config->n_strategies];
        const char *path = path_index(r, "strategies", (size_t)config->n_strategies);
        bind_strategy(r, item, path, strategy);
        for (int i = 0; i < config->n_strategies; i++)
            if (*strategy->name && !strcmp(config->strategy[i].name, strategy->name)) {
                reader_error(r, item->key_place, path, "the name %s is doubled, allowed each name once",
                             show_text(r, strategy->name));
                break;
            }
        config->n_strategies++;
    }
}
