/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/customers.h"

#include <math.h>
#include <string.h>

#include "core/exact.h"
#include "core/memory.h"
#include "population/quantile.h"

static const float LOW[DETENTE_N_TRAITS] = {
#define X(name, family, mean, sd, low, ...) (float)(low),
    DETENTE_TRAITS(X)
#undef X
};
static const float HIGH[DETENTE_N_TRAITS] = {
#define X(name, family, mean, sd, low, high, ...) (float)(high),
    DETENTE_TRAITS(X)
#undef X
};

static float limited(double value, int trait)
{
    const float v = (float)value;
    return v < LOW[trait] ? LOW[trait] : v > HIGH[trait] ? HIGH[trait] : v;
}

static int is_constant(const detente_distribution *d)
{
    return (int)d->family == DETENTE_CONSTANT || ((int)d->family != DETENTE_TABLE && d->sd == 0);
}

static int needs_quantiles(const detente_distribution *d)
{
    const int family = (int)d->family;
    return !is_constant(d) && (family == DETENTE_BETA || family == DETENTE_GAMMA || family == DETENTE_UNIFORM);
}

/* Values of a table in rising order, with the normal quantile of the probability below each. */
static void compile_table(float *value, float *threshold, const detente_distribution *d, int index)
{
    int order[DETENTE_MAX_TABLE];
    double total = 0, below = 0;
    for (int i = 0; i < d->n; i++) {
        int k = i;
        for (; k > 0 && d->values[order[k - 1]] > d->values[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
        total += d->weights[i];
    }
    for (int i = 0; i < d->n; i++) {
        value[i] = limited(d->values[order[i]], index);
        threshold[i] = i == 0 ? -INFINITY : (float)detente_exact_normal_quantile(fmin(below / total, 1));
        below += d->weights[order[i]];
    }
}

static void compile_trait(cell_trait *trait, const detente_distribution *d, int index)
{
    trait->family = is_constant(d) ? DETENTE_CONSTANT : (int)d->family;
    trait->constant = limited(d->mean, index);
    trait->low = LOW[index];
    trait->high = HIGH[index];
    if (trait->family == DETENTE_NORMAL) {
        trait->constant = (float)d->mean;
        trait->scale = (float)d->sd;
    }
    if (trait->family == DETENTE_LOGNORMAL) {
        double mu, sigma;
        detente_lognormal(d->mean, d->sd, &mu, &sigma);
        trait->constant = (float)mu;
        trait->scale = (float)sigma;
    }
}

/* Where a table's values go, in the order of its law. */
typedef struct table_room {
    double *exact;  /* two for each value */
    float *rounded; /* two for each value */
} table_room;

static int has_values(const detente_distribution *d)
{
    return (int)d->family == DETENTE_TABLE;
}

/* What a trait is compiled from, with values that it may have of its own. */
static void keep_law(customer_law *law, const detente_distribution *d, table_room *room)
{
    *law = (customer_law){.family = (int)d->family, .mean = d->mean, .sd = d->sd};
    if (!has_values(d))
        return;
    const size_t n = (size_t)d->n;
    law->n = d->n;
    law->values = memcpy(room->exact, d->values, n * sizeof *d->values);
    law->weights = memcpy(room->exact + n, d->weights, n * sizeof *d->weights);
    room->exact += 2 * n;
}

/* Traits of all personas, and the tables that they draw from. */
static int compile_traits(detente_customers *customers, const detente_config *config, table_room room,
                          quantile_store *store)
{
    double below = 0;
    for (int k = 0; k < config->n_personas; k++) {
        customers->share_below[k] = (float)below;
        customers->share[k] = config->persona[k].share;
        below += config->persona[k].share;
        for (int i = 0; i < DETENTE_N_TRAITS; i++) {
            const detente_distribution *d = &config->persona[k].trait[i];
            cell_trait *trait = &customers->trait[k * DETENTE_N_TRAITS + i];
            keep_law(&customers->law[k * DETENTE_N_TRAITS + i], d, &room);
            compile_trait(trait, d, i);
            if (has_values(d)) {
                trait->n = d->n;
                trait->value = room.rounded;
                trait->threshold = room.rounded + d->n;
                compile_table(room.rounded, room.rounded + d->n, d, i);
                room.rounded += 2 * d->n;
            }
            if (!needs_quantiles(d))
                continue;
            quantile_table *table = detente_quantile_table(store, trait->family, d->mean, d->sd);
            if (!table)
                return DETENTE_E_MEMORY;
            customers->table[customers->n_tables++] = table;
            trait->quantile = table->value;
        }
    }
    return 0;
}

static int factor(detente_customers *customers, const detente_config *config, detente_error *error)
{
    double L[DETENTE_N_TRAITS][DETENTE_N_TRAITS];
    if (detente_exact_cholesky(DETENTE_N_TRAITS, &config->correlation[0][0], &L[0][0]))
        return detente_error_set(error, DETENTE_E_CONFIG,
                                 "customer.correlation: these correlations cannot hold together "
                                 "(the matrix is not positive definite)");
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        for (int j = 0; j <= i; j++) {
            customers->cholesky[i][j] = (float)L[i][j];
            customers->correlated |= i != j && config->correlation[i][j] != 0;
        }
    return 0;
}

/* All arrays in one piece, laid out by falling alignment. */
static int reserve(detente_customers *customers, const detente_config *config, table_room *room)
{
    const size_t n_personas = (size_t)config->n_personas, n_traits = n_personas * DETENTE_N_TRAITS;
    size_t n_tables = 0, n_values = 0;
    for (int k = 0; k < config->n_personas; k++)
        for (int i = 0; i < DETENTE_N_TRAITS; i++) {
            const detente_distribution *d = &config->persona[k].trait[i];
            n_tables += (size_t)needs_quantiles(d);
            n_values += has_values(d) ? (size_t)d->n : 0;
        }
    customers->bytes = n_traits * (sizeof *customers->trait + sizeof *customers->law) +
                       n_tables * sizeof *customers->table + n_personas * sizeof *customers->share +
                       2 * n_values * (sizeof *room->exact + sizeof *room->rounded);
    customers->trait = detente_calloc(1, customers->bytes);
    if (!customers->trait)
        return DETENTE_E_MEMORY;
    customers->law = (customer_law *)(void *)(customers->trait + n_traits);
    customers->table = (quantile_table **)(void *)(customers->law + n_traits);
    customers->share = (double *)(void *)(customers->table + n_tables);
    room->exact = customers->share + n_personas;
    room->rounded = (float *)(void *)(room->exact + 2 * n_values);
    return 0;
}

/* Traits whose normals are drawn: those that vary for some persona, and those that these are correlated with. */
static uint32_t find_drawn(const detente_customers *customers, const detente_config *config)
{
    uint32_t drawn = 0;
    for (int k = 0; k < config->n_personas; k++)
        for (int i = 0; i < DETENTE_N_TRAITS; i++)
            drawn |= (uint32_t)!is_constant(&config->persona[k].trait[i]) << i;
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        for (int j = 0; j < i; j++)
            if (customers->cholesky[i][j] != 0 && drawn >> i & 1u)
                drawn |= 1u << j;
    return drawn;
}

int detente_customers_create(detente_customers **out, const detente_config *config, quantile_store *store,
                             detente_error *error)
{
    int code = DETENTE_E_MEMORY;
    table_room room;
    detente_customers *customers = detente_calloc(1, sizeof *customers);
    *out = NULL;
    if (!customers)
        goto out;
    customers->references = 1;
    customers->n_personas = config->n_personas;
    if (reserve(customers, config, &room))
        goto out;
    memcpy(customers->correlation, config->correlation, sizeof customers->correlation);
    code = factor(customers, config, error);
    if (code)
        goto out;
    customers->drawn = find_drawn(customers, config);
    code = compile_traits(customers, config, room, store);
    if (code)
        goto out;
    *out = customers;
    return 0;
out:
    detente_customers_release(customers);
    return code == DETENTE_E_MEMORY ? detente_error_set(error, code, "out of memory for the customers' tables") : code;
}

/* To the bit. */
static int same(const double *a, const double *b, size_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

static int is_law(const customer_law *law, const detente_distribution *d)
{
    if (law->family != (int)d->family || !same(&law->mean, &d->mean, 1) || !same(&law->sd, &d->sd, 1))
        return 0;
    const size_t n = (size_t)law->n;
    return !has_values(d) || (law->n == d->n && same(law->values, d->values, n) && same(law->weights, d->weights, n));
}

int detente_customers_match(const detente_customers *customers, const detente_config *config)
{
    if (customers->n_personas != config->n_personas ||
        !same(&customers->correlation[0][0], &config->correlation[0][0], DETENTE_N_TRAITS * DETENTE_N_TRAITS))
        return 0;
    for (int k = 0; k < config->n_personas; k++) {
        if (!same(&customers->share[k], &config->persona[k].share, 1))
            return 0;
        for (int i = 0; i < DETENTE_N_TRAITS; i++)
            if (!is_law(&customers->law[k * DETENTE_N_TRAITS + i], &config->persona[k].trait[i]))
                return 0;
    }
    return 1;
}

size_t detente_customers_bytes(const detente_customers *customers)
{
    size_t n_own = 0;
    for (size_t i = 0; i < customers->n_tables; i++)
        n_own += !__atomic_exchange_n(&customers->table[i]->counted, 1, __ATOMIC_RELAXED);
    return sizeof *customers + customers->bytes + n_own * sizeof **customers->table;
}

void detente_customers_hold(detente_customers *customers)
{
    __atomic_add_fetch(&customers->references, 1, __ATOMIC_RELAXED);
}

void detente_customers_release(detente_customers *customers)
{
    if (!customers || __atomic_sub_fetch(&customers->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < customers->n_tables; i++)
        detente_quantile_release(customers->table[i]);
    detente_free(customers->trait);
    detente_free(customers);
}
