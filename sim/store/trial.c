/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/trial.h"

#include <math.h>

#include "core/memory.h"
#include "store/pending.h"

/* What a results file, and a shard, take without anything in them. */
static const double FILE_BYTES = 1e5, SHARD_BYTES = 2e4;

struct store_trial {
    store_header header;
    store_pending pending;
};

int store_trial_create(store_trial **out, const detente_config *config, uint32_t cells, detente_error *error)
{
    store_trial *trial = *out = detente_calloc(1, sizeof *trial);
    if (!trial)
        return detente_no_memory(error);
    trial->header = (store_header){.cells = cells, .quantiles = config->quantiles};
    store_header_tables(&trial->header, config);
    return store_pending_init(&trial->pending, &trial->header, 1) ? detente_no_memory(error) : 0;
}

static int take_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    store_trial *trial = data;
    return store_pending_rows(&trial->pending, cell, replication, rows) ? detente_no_memory(error) : 0;
}

static int take_unit(void *data, const detente_unit *unit, detente_error *error)
{
    store_trial *trial = data;
    return store_pending_unit(&trial->pending, unit) ? detente_no_memory(error) : 0;
}

detente_sink store_trial_sink(store_trial *trial)
{
    return (detente_sink){.data = trial, .rows = take_rows, .unit = take_unit};
}

/* Rows that do not fill a chunk wait for more of them in a run; here they are deflated as they are. */
static int pack_tail(const store_chunk *chunk, uint64_t *packed)
{
    for (int c = 0; chunk && chunk->rows > 0 && c < chunk->columns->n; c++) {
        size_t size = 0;
        unsigned char *bytes = store_deflate(chunk->raw + chunk->columns->offset[c],
                                             chunk->rows * store_type_size(chunk->columns->column[c].type), &size);
        if (!bytes)
            return DETENTE_E_MEMORY;
        detente_free(bytes);
        *packed += size;
    }
    return 0;
}

int store_trial_end(store_trial *trial, store_trial_found *found, detente_error *error)
{
    store_pending *pending = &trial->pending;
    const store_shard *shard = &pending->shard;
    *found = (store_trial_found){0};
    if (store_pending_pack(pending))
        return detente_no_memory(error);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        found->rows[t] = pending->rows[t];
        if (pack_tail(pending->filling[t], &found->packed[t]))
            return detente_no_memory(error);
    }
    for (size_t i = 0; i < shard->n_pieces; i++)
        found->packed[shard->piece[i].table] += shard->piece[i].size;
    return 0;
}

int store_trial_bins(const store_trial *trial, uint64_t *n, detente_error *error)
{
    uint64_t(*bin)[2] = store_bins_list(trial->pending.histogram, trial->header.quantiles ? trial->header.cells : 0, n);
    const int status = bin ? 0 : detente_no_memory(error);
    detente_free(bin);
    return status;
}

void store_trial_free(store_trial *trial)
{
    if (trial)
        store_pending_clear(&trial->pending);
    detente_free(trial);
}

uint64_t store_plan_units(const detente_config *config, uint64_t cells, uint32_t shard, uint32_t shards)
{
    const uint64_t replications = config->replications;
    const int by_cells = config->until.metric >= 0;
    if (!shards)
        return cells * replications;
    const store_gap range = store_shard_range(by_cells ? cells : cells * replications, shard, shards);
    return (range.last - range.first) * (by_cells ? replications : 1);
}

/* Counts that the histograms of a cell hold: found to grow so with its encounters, then no more. */
static double cell_bins(double encounters)
{
    const double found = 4 * sqrt(encounters);
    return DETENTE_N_METRICS * (found < 300 ? found : 300);
}

static double shards_of(const store_plan *plan, const store_header *header)
{
    double rows = 0;
    for (int t = 0; t < STORE_N_TABLES; t++)
        rows += plan->units * plan->rows[t] * (double)header->row_bytes[t];
    const double by_units = plan->units * STORE_UNIT_BYTES * STORE_UNITS_SHARE / STORE_SHARD_BYTES;
    const double most = fmax(fmax(by_units, rows / STORE_SHARD_BYTES), plan->seconds / STORE_SHARD_SECONDS);
    return fmax(ceil(most), 1);
}

void store_plan_sizes(const store_plan *plan, const detente_config *config, store_sizes *sizes)
{
    store_header header = {0};
    store_header_tables(&header, config);
    const double encounters = (double)config->encounters, shards = shards_of(plan, &header);
    const double units = fmax(plan->units / shards, 1), cells = fmin(plan->cells, units);
    const double factors = config->design ? config->design->n_factors : 0;
    *sizes = (store_sizes){.shards = shards};
    double packed = 0, tails = 0, tables = 0;
    for (int t = 0; t < STORE_N_TABLES; t++) {
        packed += plan->units * plan->packed[t];
        tables += header.keep[t];
        /* Rows of a shard that do not fill a chunk are stored as they are: half a chunk, where there are so many. */
        tails += fmin(units * plan->rows[t], STORE_CHUNK_ROWS / 2.0) * (double)header.row_bytes[t];
    }
    if (config->quantiles)
        sizes->bins = shards * cells * cell_bins(units / cells * encounters);
    sizes->parts =
        plan->units * STORE_UNIT_BYTES + sizes->bins * 2 * sizeof(uint64_t) + packed + shards * (SHARD_BYTES + tails);
    /* By replication, by cell: metrics' means; statistics and sums, coordinates, state, counts of histograms. */
    const double cell_bytes = 8 * (DETENTE_N_STATISTICS + 2) * DETENTE_N_METRICS + 8 * factors + 96 +
                              (config->quantiles ? 16 * cell_bins(plan->units / plan->cells * encounters) : 0);
    sizes->output = FILE_BYTES + plan->units * 8 * (DETENTE_N_METRICS + tables) + plan->cells * cell_bytes + packed;
}
