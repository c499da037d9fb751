/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions of traits, personas, correlation. */
#include <math.h>
#include <string.h>

#include "core/exact.h"
#include "param/bind.h"
#include "param/merge.h"

/* Below this shape nearly all of a beta or gamma variate lies at an end of its range; quantiles fail beyond either. */
#define SMALLEST_SHAPE 0.01
#define LARGEST_SHAPE 1e8

static const struct {
    double family, mean, sd, low, high;
} TRAIT[DETENTE_N_TRAITS] = {
#define X(name, family, mean, sd, low, high, unit, description) {DETENTE_##family, mean, sd, low, high},
    DETENTE_TRAITS(X)
#undef X
};

static void bind_constant(reader *r, const node *n, const char *path, int trait, detente_distribution *d)
{
    double value = 0;
    bind_number(r, n, path, TRAIT[trait].low, TRAIT[trait].high, &value);
    memset(d, 0, sizeof *d);
    d->family = DETENTE_CONSTANT;
    d->mean = value;
}

static void bind_values(reader *r, const node *list, const char *path, int trait, detente_distribution *d)
{
    int n = 0;
    if (!expect_list(r, list, path))
        return;
    if (list->n > DETENTE_MAX_TABLE) {
        reader_error(r, list->place, path, "found %zu values, allowed at most %d", list->n, DETENTE_MAX_TABLE);
        return;
    }
    memset(d->values, 0, sizeof d->values);
    memset(d->weights, 0, sizeof d->weights);
    for (const node *item = list->first; item; item = item->next, n++) {
        bind_number(r, item, path_index(r, path, (size_t)n), TRAIT[trait].low, TRAIT[trait].high, &d->values[n]);
        d->weights[n] = 1.0 / (double)list->n;
    }
    d->n = n;
}

static void bind_weights(reader *r, const node *list, const char *path, detente_distribution *d)
{
    double sum = 0;
    int n = 0;
    if (!expect_list(r, list, path))
        return;
    if (list->n != (size_t)d->n) {
        reader_error(r, list->place, path, "found %zu weights, allowed one for each of the %d values", list->n, d->n);
        return;
    }
    for (const node *item = list->first; item; item = item->next, n++) {
        d->weights[n] = 0;
        bind_number(r, item, path_index(r, path, (size_t)n), 0, 1e9, &d->weights[n]);
        sum += d->weights[n];
    }
    if (!(sum > 0))
        reader_error(r, list->place, path, "the weights are all 0, allowed at least one above 0");
    /* Weights that sum to 1 already are kept to the bit. */
    for (int i = 0; sum > 0 && fabs(sum - 1) > 1e-9 && i < d->n; i++)
        d->weights[i] /= sum;
}

/* low and high of a uniform distribution; the one that is not given stays. */
static void bind_ends(reader *r, const node *map, const char *path, detente_distribution *d)
{
    const node *low_node = node_get(map, "low"), *high_node = node_get(map, "high");
    const node *mean = node_get(map, "mean"), *sd = node_get(map, "sd");
    double low = d->mean - sqrt(3) * d->sd, high = d->mean + sqrt(3) * d->sd;
    if (!low_node && !high_node)
        return;
    if (mean || sd) {
        reader_error(r, (mean ? mean : sd)->key_place, path_key(r, path, mean ? "mean" : "sd"),
                     "found beside low or high, allowed either low and high or mean and sd");
        return;
    }
    bind_number(r, low_node, path_key(r, path, "low"), -1e6, 1e6, &low);
    bind_number(r, high_node, path_key(r, path, "high"), -1e6, 1e6, &high);
    if (low > high) {
        reader_error(r, map->place, path, "found low %g above high %g, allowed low up to high", low, high);
        return;
    }
    d->mean = (low + high) / 2;
    d->sd = (high - low) / (2 * sqrt(3));
}

/* Moments that the family cannot have. The bounds that are said are rounded inwards. */
void check_moments(reader *r, const node *map, const char *path, int trait, const detente_distribution *d)
{
    const double m = d->mean, v = d->sd * d->sd, low = TRAIT[trait].low, high = TRAIT[trait].high;
    const int family = (int)d->family;
    const char *name = FAMILY_NAME[family];
    if (!(m >= low && m <= high)) {
        reader_error(r, map->place, path, "found mean %g, allowed a mean from %g to %g", m, low, high);
        return;
    }
    if (v == 0)
        return;
    if (family == DETENTE_BETA && !(m > 0 && m < 1)) {
        reader_error(r, map->place, path, "found mean %g, allowed a mean between 0 and 1 for beta", m);
    } else if ((family == DETENTE_GAMMA || family == DETENTE_LOGNORMAL) && !(m > 0)) {
        reader_error(r, map->place, path, "found mean %g, allowed a mean above 0 for %s", m, name);
    } else if (family == DETENTE_BETA) {
        /* shapes: m n and (1 - m) n */
        const double n = m * (1 - m) / v - 1, least = SMALLEST_SHAPE / fmin(m, 1 - m);
        if (!(n >= least))
            reader_error(r, map->place, path,
                         "found mean %g with sd %g, allowed an sd up to %.4g for this mean of beta", m, d->sd,
                         0.9999 * sqrt(m * (1 - m) / (1 + least)));
        else if (n > LARGEST_SHAPE)
            reader_error(r, map->place, path, "found sd %g, allowed 0 or an sd from %.4g for this mean of beta", d->sd,
                         1.0001 * sqrt(m * (1 - m) / LARGEST_SHAPE));
    } else if (family == DETENTE_GAMMA || family == DETENTE_LOGNORMAL) {
        const double shape = m * m / v;
        if (shape < SMALLEST_SHAPE || shape > LARGEST_SHAPE)
            reader_error(r, map->place, path,
                         "found mean %g with sd %g, allowed an sd from %.4g to %.4g for this mean of %s", m, d->sd,
                         1.0001 * m / sqrt(LARGEST_SHAPE), 0.9999 * m / sqrt(SMALLEST_SHAPE), name);
    }
}

/* Keys that the family has no use for are mistakes. */
static void check_use(reader *r, const node *map, const char *path, int family)
{
    static const char *const FOR_TABLE[] = {"values", "weights"}, *const FOR_OTHERS[] = {"mean", "sd"};
    static const char *const FOR_UNIFORM[] = {"low", "high"};
    for (int i = 0; i < 2; i++) {
        const node *table = node_get(map, FOR_TABLE[i]), *other = node_get(map, FOR_OTHERS[i]);
        const node *end = node_get(map, FOR_UNIFORM[i]), *wrong = NULL;
        if (family == DETENTE_TABLE)
            wrong = other ? other : end;
        else
            wrong = table ? table : family != DETENTE_UNIFORM ? end : NULL;
        if (wrong)
            reader_error(r, wrong->key_place, path_key(r, path, wrong->key), "found %s for %s, allowed for %s",
                         wrong->key, FAMILY_NAME[family],
                         wrong == table ? "table"
                         : wrong == end ? "uniform"
                                        : "the other families");
    }
}

static void bind_family(reader *r, const node *map, const char *path, detente_distribution *d)
{
    const node *dist = node_get(map, "dist");
    double family = d->family;
    if (dist && dist->kind == NODE_SCALAR && !strcmp(dist->text, "empirical"))
        family = DETENTE_TABLE;
    else
        bind_choice(r, dist, path_key(r, path, "dist"), FAMILY_NAME, &family);
    if (!dist && node_get(map, "values"))
        family = DETENTE_TABLE;
    if (family != d->family && ((int)family == DETENTE_TABLE || (int)d->family == DETENTE_TABLE)) {
        const detente_distribution empty = {.family = family};
        memcpy(d, &empty, sizeof *d);
    }
    d->family = family;
    if ((int)family == DETENTE_CONSTANT)
        d->sd = 0;
}

void bind_distribution(reader *r, const node *n, const char *path, int trait, detente_distribution *d)
{
    static const char *const KEYS[] = {"dist", "mean", "sd", "low", "high", "values", "weights", NULL};
    const size_t before = r->errors->n;
    if (n->kind == NODE_SCALAR && !is_nothing(n)) {
        bind_constant(r, n, path, trait, d);
        return;
    }
    if (n->kind != NODE_MAP || !n->n) {
        reader_error(r, n->place, path,
                     "found %s, allowed a number or a map such as {dist: normal, mean: 0.5, sd: 0.1}", show_node(r, n));
        return;
    }
    const int was_table = (int)d->family == DETENTE_TABLE;
    check_keys(r, n, path, NULL, 0, KEYS);
    bind_family(r, n, path, d);
    const int family = (int)d->family;
    check_use(r, n, path, family);
    if (r->errors->n != before)
        return;
    if (family == DETENTE_TABLE) {
        bind_values(r, node_get(n, "values"), path_key(r, path, "values"), trait, d);
        bind_weights(r, node_get(n, "weights"), path_key(r, path, "weights"), d);
        if (!d->n && r->errors->n == before)
            reader_error(r, n->place, path, "a table without values, allowed `values: [0.2, 0.5]`");
        return;
    }
    if (was_table && !node_get(n, "mean") && !node_get(n, "low"))
        reader_error(r, n->place, path, "a distribution in place of a table without a mean, allowed `mean: 0.5`");
    bind_number(r, node_get(n, "mean"), path_key(r, path, "mean"), -MOST_MOMENT, MOST_MOMENT, &d->mean);
    bind_number(r, node_get(n, "sd"), path_key(r, path, "sd"), 0, MOST_MOMENT, &d->sd);
    bind_ends(r, n, path, d);
    if (family == DETENTE_CONSTANT && d->sd > 0) {
        reader_error(r, node_get(n, "sd")->place, path_key(r, path, "sd"),
                     "found %s, allowed 0 for a constant: say which `dist` it is", show_node(r, node_get(n, "sd")));
        return;
    }
    if (r->errors->n == before)
        check_moments(r, n, path, trait, d);
}

/* The traits that a map names, over what is there. */
static void bind_traits(reader *r, const node *map, const char *path, detente_distribution trait[DETENTE_N_TRAITS])
{
    for (const node *child = map->first; child; child = child->next) {
        const int which = find_name(TRAIT_NAME, child->key);
        if (which >= 0)
            bind_distribution(r, child, path_key(r, path, child->key), which, &trait[which]);
    }
}

static const char *const *persona_keys(reader *r, const char *const *own, size_t n)
{
    const char **keys = reader_alloc(r, (n + DETENTE_N_TRAITS + 1) * sizeof *keys);
    if (!keys)
        return NULL;
    memcpy(keys, own, n * sizeof *keys);
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        keys[n + (size_t)i] = TRAIT_NAME[i];
    return keys;
}

static void bind_persona(reader *r, const node *map, const char *path, detente_persona *persona)
{
    static const char *const OWN[] = {"name", "share", "description"};
    const char *const *keys = persona_keys(r, OWN, sizeof OWN / sizeof OWN[0]);
    if (!keys || !expect_map(r, map, path))
        return;
    const node *name = node_get(map, "name"), *share = node_get(map, "share");
    check_keys(r, map, path, NULL, 0, keys);
    if (!name && map->overlaid >= 0)
        reader_error(r, map->place, path, "a persona without a name, allowed `name: reasonable`");
    bind_name(r, name, path_key(r, path, "name"), persona->name);
    bind_number(r, share, path_key(r, path, "share"), 0, 1, &persona->share);
    check_text(r, node_get(map, "description"), path_key(r, path, "description"));
    bind_traits(r, map, path, persona->trait);
}

static void check_shares(reader *r, const node *list, detente_config *config, int n_shares)
{
    double sum = 0;
    for (int i = 0; i < config->n_personas; i++)
        sum += config->persona[i].share;
    for (int i = 0; !n_shares && i < config->n_personas; i++)
        config->persona[i].share = 1.0 / config->n_personas;
    if (n_shares && fabs(sum - 1) > SUM_TOLERANCE)
        reader_error(r, list->place, "customer.personas", "the shares sum to %g, allowed 1%s", sum,
                     n_shares < config->n_personas ? " (a share left out is 0)" : "");
}

static void bind_personas(reader *r, const node *list, detente_config *config, const detente_persona *base)
{
    size_t i = 0;
    int n_shares = 0, n = 0, broken = 0;
    if (!expect_list(r, list, "customer.personas"))
        return;
    if (list->n > DETENTE_MAX_PERSONAS) {
        reader_error(r, list->place, "customer.personas", "found %zu personas, allowed at most %d", list->n,
                     DETENTE_MAX_PERSONAS);
        return;
    }
    config->persona = bind_alloc(r, list->n, sizeof *config->persona);
    if (!config->persona)
        return;
    for (const node *item = list->first; item; item = item->next, n++) {
        detente_persona *persona = &config->persona[n];
        const char *path = path_index(r, "customer.personas", i++);
        memcpy(persona, base, sizeof *persona);
        persona->name[0] = 0;
        persona->share = 0;
        bind_persona(r, item, path, persona);
        n_shares += node_get(item, "share") != NULL;
        broken |= item->overlaid < 0;
        for (int k = 0; k < n; k++)
            if (*persona->name && !strcmp(config->persona[k].name, persona->name))
                reader_error(r, node_get(item, "name")->place, path_key(r, path, "name"),
                             "the name %s is doubled, allowed each name once", show_text(r, persona->name));
    }
    config->n_personas = n;
    if (!broken)
        check_shares(r, list, config, n_shares);
}

/* customer.persona: everyone is the one of this name, from the list or from the library, or the one that stands there. */
static void bind_everyone(reader *r, const node *customer, const node *chosen, detente_config *config,
                          const detente_persona *base)
{
    const node *list = node_get(customer, "personas");
    const node *found = NULL;
    for (const node *item = list && list->kind == NODE_LIST ? list->first : NULL; item; item = item->next) {
        const node *name = node_get(item, "name");
        if (chosen->kind == NODE_SCALAR && name && name->kind == NODE_SCALAR && !strcmp(name->text, chosen->text))
            found = item;
    }
    if (!found)
        found = chosen->kind == NODE_MAP ? chosen : load_reference(r, chosen, LIBRARY_PERSONAS, "customer.persona");
    config->persona = found ? bind_alloc(r, 1, sizeof *config->persona) : NULL;
    if (!config->persona)
        return;
    memcpy(config->persona, base, sizeof *base);
    bind_persona(r, found, "customer.persona", config->persona);
    config->persona->share = 1;
    config->n_personas = 1;
}

/* Pairs of traits: the normals behind them are correlated. */
static void bind_correlation(reader *r, const node *map, detente_config *config)
{
    const char *path = "customer.correlation";
    memset(config->correlation, 0, sizeof config->correlation);
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        config->correlation[i][i] = 1;
    if (!map || !expect_map(r, map, path))
        return;
    for (const node *child = map->first; child; child = child->next) {
        const char *dash = strchr(child->key, '-');
        char *first = reader_text(r, child->key, dash ? (size_t)(dash - child->key) : strlen(child->key));
        const char *second = dash ? dash + 1 : "", *below = path_key(r, path, child->key);
        if (!first)
            return;
        const int a = find_name(TRAIT_NAME, first), b = find_name(TRAIT_NAME, second);
        double value = 0;
        if (a < 0 || b < 0 || a == b) {
            const char *unknown = a < 0 ? first : second;
            reader_error(r, child->key_place, below,
                         "found %s, allowed two different traits such as anger-entitlement%s", show_text(r, child->key),
                         a == b && a >= 0 ? "" : nearest_hint(r, unknown, TRAIT_NAME, DETENTE_N_TRAITS));
            continue;
        }
        bind_row(r, child, below, registry_row(path), &value);
        if (config->correlation[a][b] != 0)
            reader_error(r, child->key_place, below, "this pair is doubled, allowed each pair once");
        config->correlation[a][b] = config->correlation[b][a] = value;
    }
}

/* Cholesky's factor must exist, as the draw of customers needs it. */
static void check_correlation(reader *r, const node *map, const detente_config *config)
{
    double L[DETENTE_N_TRAITS][DETENTE_N_TRAITS];
    if (detente_exact_cholesky(DETENTE_N_TRAITS, &config->correlation[0][0], &L[0][0]))
        reader_error(r, map->place, "customer.correlation",
                     "these correlations cannot hold together (the matrix is not positive definite)");
}

/* A trait that is one number for everybody goes with nothing. */
static void warn_constants(reader *r, const node *map, const detente_config *config)
{
    for (const node *child = map->first; child; child = child->next) {
        for (int i = 0; i < DETENTE_N_TRAITS; i++) {
            const size_t length = strlen(TRAIT_NAME[i]);
            const char *rest = strchr(child->key, '-');
            const int named = (!strncmp(child->key, TRAIT_NAME[i], length) && child->key[length] == '-') ||
                              (rest && !strcmp(rest + 1, TRAIT_NAME[i]));
            int varies = 0;
            for (int k = 0; k < config->n_personas; k++) {
                const detente_distribution *d = &config->persona[k].trait[i];
                varies |= d->sd > 0 || d->n > 1;
            }
            if (named && !varies)
                reader_warn(r, child->key_place, path_key(r, "customer.correlation", child->key),
                            "has no effect: %s is constant", TRAIT_NAME[i]);
        }
    }
}

static int same_distribution(const detente_distribution *a, const detente_distribution *b)
{
    return !memcmp(&a->family, &b->family, sizeof a->family) && !memcmp(&a->mean, &b->mean, sizeof a->mean) &&
           !memcmp(&a->sd, &b->sd, sizeof a->sd) && a->n == b->n && !memcmp(a->values, b->values, sizeof a->values) &&
           !memcmp(a->weights, b->weights, sizeof a->weights);
}

int trait_is_shared(const detente_config *config, int trait)
{
    int shared = 1;
    for (int k = 1; k < config->n_personas; k++)
        shared &= same_distribution(&config->persona[0].trait[trait], &config->persona[k].trait[trait]);
    return shared;
}

void bind_customer(reader *r, const node *customer, detente_config *config)
{
    static const char *const OWN[] = {"personas", "persona", "correlation"};
    const char *const *keys = persona_keys(r, OWN, sizeof OWN / sizeof OWN[0]);
    detente_persona *base = reader_alloc(r, sizeof *base);
    const size_t before = r->errors->n;
    if (!keys || !base)
        return;
    strcpy(base->name, "everyone");
    base->share = 1;
    for (int i = 0; i < DETENTE_N_TRAITS; i++) {
        base->trait[i].family = TRAIT[i].family;
        base->trait[i].mean = TRAIT[i].mean;
        base->trait[i].sd = TRAIT[i].sd;
    }
    if (customer && expect_map(r, customer, "customer")) {
        check_keys(r, customer, "customer", NULL, 0, keys);
        bind_traits(r, customer, "customer", base->trait);
    }
    const node *correlation = node_get(customer, "correlation"), *chosen = node_get(customer, "persona");
    const node *personas = node_get(customer, "personas");
    bind_correlation(r, correlation, config);
    if (chosen)
        bind_everyone(r, customer, chosen, config, base);
    else if (personas)
        bind_personas(r, personas, config, base);
    if (!personas && !chosen) {
        config->persona = bind_alloc(r, 1, sizeof *config->persona);
        if (!config->persona)
            return;
        memcpy(config->persona, base, sizeof *base);
        config->n_personas = 1;
    }
    if (correlation && r->errors->n == before) {
        check_correlation(r, correlation, config);
        warn_constants(r, correlation, config);
    }
}
