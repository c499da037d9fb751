/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quantile tables shared by distribution: making one costs as much as playing a hundred encounters.
 *
 * Points that follow each other share most of theirs, so that the last ones are there as they are, one for each slot. All others, the
 * first that were made up to a limit, are kept packed: a sweep goes through its points round and round, so that keeping the last would
 * find none again.
 */
#include <pthread.h>
#include <string.h>

#include "core/memory.h"
#include "population/packed.h"
#include "population/quantile.h"

enum { BUCKETS = 16384, SLOTS = 512 };

/** What a table is known by. */
typedef struct table_law {
    int family;
    double mean, sd;
} table_law;

typedef struct packed_table {
    table_law law;
    struct packed_table *next; /* of its bucket */
    uint8_t bytes[];
} packed_table;

struct quantile_store {
    double phi[QUANTILES]; /* takes as long as all the rest of a table */
    size_t most;
    pthread_mutex_t lock; /* guards the rest; what is packed stays as it is */
    size_t packed_bytes;
    packed_table *bucket[BUCKETS];
    quantile_table *slot[SLOTS];
};

quantile_store *detente_quantile_store_create(size_t most)
{
    quantile_store *store = detente_calloc(1, sizeof *store);
    if (store) {
        store->most = most;
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
        for (packed_table *packed = store->bucket[i], *next; packed; packed = next) {
            next = packed->next;
            detente_free(packed);
        }
    for (size_t i = 0; store && i < SLOTS; i++)
        detente_quantile_release(store->slot[i]);
    if (store)
        pthread_mutex_destroy(&store->lock);
    detente_free(store);
}

double detente_quantile_kept(quantile_store *store, double more)
{
    pthread_mutex_lock(&store->lock);
    const double bytes = (double)store->packed_bytes * more, most = (double)store->most;
    pthread_mutex_unlock(&store->lock);
    return bytes <= most ? 1 : most / bytes;
}

static uint64_t hash(const table_law *law)
{
    uint64_t a, b;
    memcpy(&a, &law->mean, sizeof a);
    memcpy(&b, &law->sd, sizeof b);
    const uint64_t mixed =
        (a * UINT64_C(0x9e3779b97f4a7c15) ^ b) * UINT64_C(0xd6e8feb86659fd93) + (uint64_t)law->family;
    return mixed >> 32;
}

static int same_law(const table_law *a, const table_law *b)
{
    return a->family == b->family && a->mean == b->mean && a->sd == b->sd;
}

/* Called with the lock held. */
static const packed_table *find_packed(const quantile_store *store, const table_law *law)
{
    const packed_table *packed = store->bucket[hash(law) % BUCKETS];
    while (packed && !same_law(&packed->law, law))
        packed = packed->next;
    return packed;
}

/* The table as it is, held once more, or packed; neither when there is none. */
static quantile_table *find(quantile_store *store, const table_law *law, const packed_table **packed)
{
    pthread_mutex_lock(&store->lock);
    quantile_table *table = store->slot[hash(law) % SLOTS];
    const int found = table && same_law(&(table_law){table->family, table->mean, table->sd}, law);
    *packed = found ? NULL : find_packed(store, law);
    if (found)
        __atomic_add_fetch(&table->references, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&store->lock);
    return found ? table : NULL;
}

/* Keep a new table packed, unless there is no room, or another thread was faster. Without memory it is made again. */
static void keep(quantile_store *store, const table_law *law, const quantile_table *table)
{
    uint8_t bytes[PACKED_MOST];
    const size_t n = detente_table_pack(table->value, bytes), size = sizeof(packed_table) + n;
    pthread_mutex_lock(&store->lock);
    const int room = store->packed_bytes + size <= store->most && !find_packed(store, law);
    packed_table *packed = room ? detente_alloc(size) : NULL;
    if (packed) {
        packed_table **const bucket = &store->bucket[hash(law) % BUCKETS];
        packed->law = *law;
        packed->next = *bucket;
        memcpy(packed->bytes, bytes, n);
        *bucket = packed;
        store->packed_bytes += size;
    }
    pthread_mutex_unlock(&store->lock);
}

/* Have it at hand for the next points. */
static void put_in_slot(quantile_store *store, const table_law *law, quantile_table *table)
{
    __atomic_add_fetch(&table->references, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&store->lock);
    quantile_table **const slot = &store->slot[hash(law) % SLOTS], *const before = *slot;
    *slot = table;
    pthread_mutex_unlock(&store->lock);
    detente_quantile_release(before);
}

static void make(const double *phi, const table_law *law, quantile_table *table)
{
    double own[QUANTILES];
    if (!phi)
        detente_normal_table(own);
    detente_quantiles(law->family, law->mean, law->sd, phi ? phi : own, table->value);
}

quantile_table *detente_quantile_table(quantile_store *store, int family, double mean, double sd)
{
    const table_law law = {family, mean, sd};
    const packed_table *packed = NULL;
    quantile_table *table = store ? find(store, &law, &packed) : NULL;
    if (table || !(table = detente_alloc(sizeof *table)))
        return table;
    *table = (quantile_table){.references = 1, .family = family, .mean = mean, .sd = sd};
    if (packed)
        detente_table_unpack(packed->bytes, table->value);
    else
        make(store ? store->phi : NULL, &law, table);
    if (store && store->most > 0) {
        if (!packed)
            keep(store, &law, table);
        put_in_slot(store, &law, table);
    }
    return table;
}
