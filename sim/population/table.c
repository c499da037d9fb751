/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantile tables shared by distribution: making one costs more than playing many encounters. */
#include <pthread.h>
#include <string.h>

#include "core/memory.h"
#include "population/quantile.h"

enum { MOST_TABLES = 4096, BUCKETS = 1024 };

struct quantile_store {
    double phi[QUANTILES]; /* takes as long as all the rest of a table */
    pthread_mutex_t lock;  /* guards the rest */
    size_t n;
    quantile_table *bucket[BUCKETS];
};

quantile_store *detente_quantile_store_create(void)
{
    quantile_store *store = detente_calloc(1, sizeof *store);
    if (store) {
        detente_normal_table(store->phi);
        pthread_mutex_init(&store->lock, NULL);
    }
    return store;
}

void detente_quantile_release(quantile_table *table)
{
    if (table && __atomic_sub_fetch(&table->references, 1, __ATOMIC_ACQ_REL) == 0)
        detente_free(table);
}

void detente_quantile_store_free(quantile_store *store)
{
    for (size_t i = 0; store && i < BUCKETS; i++)
        for (quantile_table *table = store->bucket[i], *next; table; table = next) {
            next = table->next;
            detente_quantile_release(table);
        }
    if (store)
        pthread_mutex_destroy(&store->lock);
    detente_free(store);
}

static size_t bucket_of(int family, double mean, double sd)
{
    uint64_t a, b;
    memcpy(&a, &mean, sizeof a);
    memcpy(&b, &sd, sizeof b);
    const uint64_t mixed = (a * UINT64_C(0x9e3779b97f4a7c15) ^ b) * UINT64_C(0xd6e8feb86659fd93) + (uint64_t)family;
    return (size_t)(mixed >> 32) % BUCKETS;
}

/* The table if it is there, held once more. Called with the lock held. */
static quantile_table *find(const quantile_store *store, size_t bucket, int family, double mean, double sd)
{
    quantile_table *table = store->bucket[bucket];
    while (table && (table->family != family || table->mean != mean || table->sd != sd))
        table = table->next;
    if (table)
        __atomic_add_fetch(&table->references, 1, __ATOMIC_RELAXED);
    return table;
}

/* Put a new table in, unless there are enough, or another thread was faster. */
static void keep(quantile_store *store, size_t bucket, quantile_table *table)
{
    pthread_mutex_lock(&store->lock);
    quantile_table *other = find(store, bucket, table->family, table->mean, table->sd);
    if (!other && store->n < MOST_TABLES) {
        table->references++;
        table->in_store = 1;
        table->next = store->bucket[bucket];
        store->bucket[bucket] = table;
        store->n++;
    }
    pthread_mutex_unlock(&store->lock);
    detente_quantile_release(other);
}

quantile_table *detente_quantile_table(quantile_store *store, int family, double mean, double sd)
{
    const size_t bucket = bucket_of(family, mean, sd);
    quantile_table *table = NULL;
    if (store) {
        pthread_mutex_lock(&store->lock);
        table = find(store, bucket, family, mean, sd);
        pthread_mutex_unlock(&store->lock);
    }
    if (table || !(table = detente_calloc(1, sizeof *table)))
        return table;
    table->references = 1;
    table->family = family;
    table->mean = mean;
    table->sd = sd;
    if (store) {
        detente_quantiles(family, mean, sd, store->phi, table->value);
    } else {
        double phi[QUANTILES];
        detente_normal_table(phi);
        detente_quantiles(family, mean, sd, phi, table->value);
    }
    if (store)
        keep(store, bucket, table);
    return table;
}
