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
static void compile_table(cell_trait *trait, const detente_distribution *d, int index)
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
    trait->n = d->n;
    for (int i = 0; i < d->n; i++) {
        trait->value[i] = limited(d->values[order[i]], index);
        trait->threshold[i] = i == 0 ? -INFINITY : (float)detente_exact_normal_quantile(fmin(below / total, 1));
        below += d->weights[order[i]];
    }
}

static void compile_trait(cell_trait *trait, const detente_distribution *d, int index)
{
    trait->family = is_constant(d) ? DETENTE_CONSTANT : (int)d->family;
    trait->constant = limited(d->mean, index);
    trait->low = LOW[index];
    trait->high = HIGH[index];
    if (trait->family == DETENTE_TABLE)
        compile_table(trait, d, index);
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

/* Traits of all personas, and the tables that they draw from. */
static int compile_traits(detente_customers *customers, const detente_config *config, quantile_store *store)
{
    double below = 0;
    for (int k = 0; k < config->n_personas; k++) {
        customers->share_below[k] = (float)below;
        below += config->persona[k].share;
        for (int i = 0; i < DETENTE_N_TRAITS; i++) {
            const detente_distribution *d = &config->persona[k].trait[i];
            cell_trait *trait = &customers->trait[k * DETENTE_N_TRAITS + i];
            compile_trait(trait, d, i);
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

int detente_customers_create(detente_customers **out, const detente_config *config, quantile_store *store,
                             detente_error *error)
{
    int code = DETENTE_E_MEMORY;
    size_t n_tables = 0;
    detente_customers *customers = detente_calloc(1, sizeof *customers);
    *out = NULL;
    if (!customers)
        goto out;
    customers->references = 1;
    customers->n_personas = config->n_personas;
    for (int k = 0; k < config->n_personas; k++)
        for (int i = 0; i < DETENTE_N_TRAITS; i++) {
            n_tables += (size_t)needs_quantiles(&config->persona[k].trait[i]);
            customers->drawn |= (uint32_t)!is_constant(&config->persona[k].trait[i]) << i;
        }
    customers->trait = detente_calloc((size_t)config->n_personas * DETENTE_N_TRAITS, sizeof *customers->trait);
    customers->table = detente_calloc(n_tables + 1, sizeof *customers->table);
    customers->source = detente_calloc((size_t)config->n_personas, sizeof *customers->source);
    if (!customers->trait || !customers->table || !customers->source)
        goto out;
    memcpy(customers->source, config->persona, (size_t)config->n_personas * sizeof *customers->source);
    memcpy(customers->correlation, config->correlation, sizeof customers->correlation);
    code = factor(customers, config, error);
    if (code)
        goto out;
    /* A correlated trait needs the normals of those it is correlated with. */
    for (int i = 0; i < DETENTE_N_TRAITS; i++)
        for (int j = 0; j < i; j++)
            if (customers->cholesky[i][j] != 0 && customers->drawn >> i & 1u)
                customers->drawn |= 1u << j;
    code = compile_traits(customers, config, store);
    if (code)
        goto out;
    *out = customers;
    return 0;
out:
    detente_customers_release(customers);
    return code == DETENTE_E_MEMORY ? detente_error_set(error, code, "out of memory for the customers' tables") : code;
}

int detente_customers_match(const detente_customers *customers, const detente_config *config)
{
    return customers->n_personas == config->n_personas &&
           memcmp(customers->source, config->persona, (size_t)config->n_personas * sizeof *customers->source) == 0 &&
           memcmp(customers->correlation, config->correlation, sizeof customers->correlation) == 0;
}

size_t detente_customers_bytes(const detente_customers *customers)
{
    const size_t n_traits = (size_t)customers->n_personas * DETENTE_N_TRAITS;
    size_t n_own = 0;
    for (size_t i = 0; i < customers->n_tables; i++)
        n_own += !customers->table[i]->in_store;
    return sizeof *customers + n_traits * sizeof *customers->trait + n_own * sizeof **customers->table +
           (size_t)customers->n_personas * sizeof *customers->source;
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
    detente_free(customers->source);
    detente_free(customers->table);
    detente_free(customers->trait);
    detente_free(customers);
}
