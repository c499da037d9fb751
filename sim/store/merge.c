/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/merge.h"

#include <math.h>
#include <string.h>

#include <detente/detente.h>

#include "core/memory.h"

/* Units of a metric that are held at once. */
enum { TILE_UNITS = 1 << 17 };

int store_merge_base_damaged(const store_merger *self, int status)
{
    return status == DETENTE_E_MEMORY ? detente_no_memory(self->error)
                                      : detente_error_set(self->error, status, "%s: is damaged", self->base->path);
}

/* A tile of one metric: cells and replications, what was read of it, and what comes of it. */
typedef struct merge_tile {
    uint64_t first_cell, cells, first_replication, replications;
    uint64_t most_cells, most_replications;
    uint64_t *count;
    store_moments *moments;
    double *values;                      /* cells x replications */
    detente_moments *encounters, *means; /* by cell */
} merge_tile;

static int tile_init(merge_tile *tile, const store_header *header)
{
    const uint64_t in_tile = TILE_UNITS / header->replications + 1;
    tile->most_cells = header->cells < in_tile ? header->cells : in_tile;
    const uint64_t most = TILE_UNITS / tile->most_cells;
    tile->most_replications = most == 0 ? 1 : most < header->replications ? most : header->replications;
    const size_t n = tile->most_cells * tile->most_replications;
    tile->count = detente_alloc(n * sizeof *tile->count);
    tile->moments = detente_alloc(n * sizeof *tile->moments);
    tile->values = detente_alloc(n * sizeof *tile->values);
    tile->encounters = detente_alloc(tile->most_cells * sizeof *tile->encounters);
    tile->means = detente_alloc(tile->most_cells * sizeof *tile->means);
    return tile->count && tile->moments && tile->values && tile->encounters && tile->means ? 0 : DETENTE_E_MEMORY;
}

static void tile_clear(merge_tile *tile)
{
    detente_free(tile->count);
    detente_free(tile->moments);
    detente_free(tile->values);
    detente_free(tile->encounters);
    detente_free(tile->means);
}

/* Units lie replication by replication: of a tile of all cells all is one run, else each replication is one. */
static int tile_read(store_merger *self, merge_tile *tile, int metric)
{
    const uint64_t all = self->header->cells;
    const uint64_t runs = tile->cells == all ? 1 : tile->replications;
    const uint64_t n = tile->cells * tile->replications / runs;
    int status = 0;
    for (uint64_t i = 0; i < runs && !status; i++)
        status = store_catalogue_read(self->catalogue, metric, (tile->first_replication + i) * all + tile->first_cell,
                                      n, tile->count + i * n, tile->moments + i * n, self->error);
    return status;
}

/* What the base has of a tile; the catalogue has none of that. */
static int tile_read_base(store_merger *self, merge_tile *tile, int metric)
{
    const store_base *base = self->base;
    const uint64_t from = tile->first_replication, left = from < base->replications ? base->replications - from : 0;
    const uint64_t n = left < tile->replications ? left : tile->replications;
    const uint64_t cells = store_base_part(base, tile->first_cell, tile->cells);
    if (!n || !cells)
        return 0;
    double *means = detente_alloc(cells * n * sizeof *means);
    int status = means ? store_base_means(base, metric, tile->first_cell, cells, from, n, means) : DETENTE_E_MEMORY;
    for (uint64_t r = 0; r < n && !status; r++)
        for (uint64_t c = 0; c < cells; c++)
            if (store_base_has(base, tile->first_cell + c, from + r)) {
                tile->values[c * tile->replications + r] = means[c * n + r];
                if (!isnan(means[c * n + r]))
                    detente_moments_add(&tile->means[c], means[c * n + r]);
            }
    detente_free(means);
    return status ? store_merge_base_damaged(self, status) : 0;
}

static void tile_sum(store_merger *self, merge_tile *tile, int metric)
{
    for (uint64_t r = 0; r < tile->replications; r++) {
        for (uint64_t c = 0; c < tile->cells; c++) {
            const store_moments *from = &tile->moments[r * tile->cells + c];
            const uint64_t count = tile->count[r * tile->cells + c];
            if (!count)
                continue;
            tile->values[c * tile->replications + r] = from->mean;
            const detente_moments unit = {count, from->mean, from->m2, from->min, from->max};
            detente_moments_merge(&tile->encounters[c], &unit);
            detente_moments_add(&tile->means[c], from->mean);
            if (metric == DETENTE_METRIC_turns)
                self->turns += from->mean * (double)count;
        }
    }
    hdf_write_block(&self->out, self->metric[metric], H5T_NATIVE_DOUBLE, 2,
                    (const hsize_t[]){tile->first_cell, tile->first_replication},
                    (const hsize_t[]){tile->cells, tile->replications}, tile->values);
}

static void summarise(const store_merger *self, uint64_t at, const detente_moments *encounters,
                      const detente_moments *means, double *to)
{
    static const double quantile[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    const double half = detente_t_halfwidth(means->count, detente_moments_variance(means), 0.95);
    for (int s = 0; s < DETENTE_N_STATISTICS; s++)
        to[s] = NAN;
    to[DETENTE_STAT_COUNT] = (double)encounters->count;
    if (encounters->count == 0)
        return;
    to[DETENTE_STAT_MEAN] = means->mean;
    to[DETENTE_STAT_SE] = sqrt(detente_moments_variance(means) / (double)means->count);
    to[DETENTE_STAT_CI_LOW] = means->mean - half;
    to[DETENTE_STAT_CI_HIGH] = means->mean + half;
    to[DETENTE_STAT_SD] = sqrt(detente_moments_variance(encounters));
    to[DETENTE_STAT_MIN] = encounters->min;
    to[DETENTE_STAT_MAX] = encounters->max;
    for (int q = 0; q < 5 && self->histogram; q++)
        to[DETENTE_STAT_Q05 + q] =
            detente_histogram_quantile(&self->histogram[at], quantile[q], encounters->min, encounters->max);
}

/* The statistics of a tile's cells, once all their replications have been summed. */
static int tile_finish(store_merger *self, const merge_tile *tile, int metric)
{
    double *values = detente_alloc(tile->cells * DETENTE_N_STATISTICS * sizeof *values);
    if (!values)
        return detente_no_memory(self->error);
    for (uint64_t c = 0; c < tile->cells; c++)
        summarise(self, (tile->first_cell + c) * DETENTE_N_METRICS + (uint64_t)metric, &tile->encounters[c],
                  &tile->means[c], values + c * DETENTE_N_STATISTICS);
    store_layout_summary(self, metric, tile->first_cell, tile->cells, values);
    for (uint64_t c = 0; c < tile->cells; c++) {
        values[2 * c] = tile->encounters[c].mean;
        values[2 * c + 1] = tile->encounters[c].m2;
    }
    store_layout_moments(self, metric, tile->first_cell, tile->cells, values);
    detente_free(values);
    return 0;
}

/* Sums that go on from those of the base. */
static int tile_begin(store_merger *self, merge_tile *tile, int metric)
{
    for (uint64_t c = 0; c < tile->cells; c++) {
        detente_moments_init(&tile->encounters[c]);
        detente_moments_init(&tile->means[c]);
    }
    const uint64_t cells = store_base_part(self->base, tile->first_cell, tile->cells);
    if (!cells)
        return 0;
    const int status = store_base_moments(self->base, metric, tile->first_cell, cells, tile->encounters);
    for (uint64_t c = 0; c < cells && metric == DETENTE_METRIC_turns && !status; c++) {
        self->turns += tile->encounters[c].mean * (double)tile->encounters[c].count;
        self->encounters += tile->encounters[c].count;
    }
    return status ? store_merge_base_damaged(self, status) : 0;
}

static int merge_metric(store_merger *self, merge_tile *tile, int metric)
{
    const uint64_t cells = self->header->cells, replications = self->header->replications;
    int status = 0;
    for (uint64_t c = 0; c < cells && !status && store_merge_working(self); c += tile->cells) {
        tile->first_cell = c;
        tile->cells = cells - c < tile->most_cells ? cells - c : tile->most_cells;
        status = tile_begin(self, tile, metric);
        for (uint64_t r = 0; r < replications && !status && store_merge_working(self); r += tile->replications) {
            const uint64_t left = replications - r;
            tile->first_replication = r;
            tile->replications = left < tile->most_replications ? left : tile->most_replications;
            for (uint64_t i = 0; i < tile->cells * tile->replications; i++)
                tile->values[i] = NAN;
            status = tile_read_base(self, tile, metric);
            if (!status)
                status = tile_read(self, tile, metric);
            if (!status)
                tile_sum(self, tile, metric);
        }
        if (!status)
            status = tile_finish(self, tile, metric);
    }
    hdf_push(&self->out);
    return status;
}

static int merge_metrics(store_merger *self)
{
    merge_tile tile = {0};
    int status = tile_init(&tile, self->header) ? detente_no_memory(self->error) : 0;
    for (int m = 0; m < DETENTE_N_METRICS && !status; m++)
        status = merge_metric(self, &tile, m);
    tile_clear(&tile);
    return status;
}

static int merge_bins(store_merger *self, const store_set *set, const store_shard *shard)
{
    const uint64_t first = set->first_cell * DETENTE_N_METRICS << 16;
    int status = 0;
    for (size_t i = 0; i < shard->n_bins && !status; i++)
        status = store_bin_add(self->histogram, self->header->cells, first + shard->bin[i][0], shard->bin[i][1]);
    return status;
}

/* What a set holds besides moments, read with its file open. */
static int merge_set(store_merger *self, const store_set *set, hid_t file)
{
    store_shard read = {0};
    const store_shard *shard = set->memory ? set->memory : &read;
    int status = set->memory   ? 0
                 : set->narrow ? store_shard_get_bins(file, set, &read)
                               : store_shard_get(file, set, self->header->row_bytes, &read);
    if (!status)
        status = merge_bins(self, set, shard);
    if (!status && self->packer && !set->narrow)
        status = store_rows_take(self, shard);
    store_shard_clear(&read);
    return status;
}

/* Rows of the base that come before a unit. */
static int merge_base(store_merger *self, uint64_t unit)
{
    const int status = self->packer ? store_rows_base(self, unit) : 0;
    return status ? store_merge_base_damaged(self, status) : 0;
}

/* Rows and bins of all sets, those that have all cells in order, a file opened as long as its sets follow each other. */
static int merge_contents(store_merger *self)
{
    const store_catalogue *catalogue = self->catalogue;
    uint32_t is_open = UINT32_MAX;
    hid_t file = -1;
    int status = self->packer ? store_rows_weave(self) : 0;
    for (size_t i = 0; i < catalogue->n && !status && store_merge_working(self); i++) {
        const store_set *set = &catalogue->set[i];
        if (set->narrow && set->n_bins == 0)
            continue;
        if (!set->memory && set->file != is_open) {
            if (file >= 0)
                H5Fclose(file);
            file = hdf_open(catalogue->path[set->file]);
            is_open = set->file;
            hdf_push(&self->out);
        }
        status = set->narrow ? 0 : merge_base(self, set->first_unit);
        if (status)
            break;
        status = merge_set(self, set, file);
        if (status)
            detente_error_set(self->error, status, "%s%s",
                              status == DETENTE_E_MEMORY ? ""
                              : set->memory              ? "memory"
                                                         : catalogue->path[set->file],
                              status == DETENTE_E_MEMORY ? "out of memory" : ": its rows are damaged");
    }
    if (file >= 0)
        H5Fclose(file);
    return status || !store_merge_working(self) ? status : merge_base(self, self->last);
}

static int merge_all(store_merger *self, int threads)
{
    const int wants_contents = self->header->quantiles || self->header->keep[0] || self->header->keep[1];
    int status = store_layout_begin(self);
    if (!status)
        status = store_rows_begin(self, threads);
    if (status)
        return detente_error_set(self->error, status, "out of memory");
    if (self->base->path && self->histogram && (status = store_base_bins(self->base, self->histogram)))
        return store_merge_base_damaged(self, status);
    if (wants_contents)
        status = merge_contents(self);
    if (!status && store_merge_working(self)) {
        status = store_rows_end(self);
        if (status)
            detente_error_set(self->error, status,
                              status == DETENTE_E_MEMORY ? "out of memory" : "unfinished work does not fit together");
    }
    if (!status)
        status = merge_metrics(self);
    if (!status && store_merge_working(self) && store_layout_bins(self))
        status = detente_no_memory(self->error);
    return status;
}

/* Where a rule may stop cells there are as many replications as were begun. @p own is the header to use then. */
static void cut_replications(store_merger *self, store_header *own)
{
    const uint64_t cells = self->header->cells;
    if (self->header->until.metric < 0)
        return;
    *own = *self->header;
    own->replications = self->last > cells ? (self->last + cells - 1) / cells : 1;
    self->header = own;
}

/* The means of a replication of all cells, NAN where a cell was not played. */
static int replication_means(store_merger *self, int metric, uint64_t replication, uint64_t *count,
                             store_moments *moments, double *means)
{
    const uint64_t cells = self->header->cells, first = replication * cells;
    int status = 0;
    for (uint64_t c = 0; c < cells; c++)
        means[c] = NAN;
    if (store_base_has(self->base, 0, replication) &&
        store_base_means(self->base, metric, 0, self->base->cells, replication, 1, means))
        return store_merge_base_damaged(self, DETENTE_E_INPUT);
    status = store_catalogue_read(self->catalogue, metric, first, cells, count, moments, self->error);
    for (uint64_t c = 0; c < cells && !status; c++)
        if (!store_base_has(self->base, c, replication))
            means[c] = count[c] > 0 ? moments[c].mean : NAN;
    return status;
}

/* Which cells stopped because the rule holds: that can be told from the means of those that have been played. */
static int look_at_rule(store_merger *self)
{
    const detente_until *until = &self->header->until;
    const uint64_t cells = self->header->cells;
    detente_moments *sums = detente_alloc(cells * sizeof *sums);
    store_moments *moments = detente_alloc(cells * sizeof *moments);
    uint64_t *count = detente_alloc(cells * sizeof *count);
    double *means = detente_alloc(cells * sizeof *means);
    int status = sums && moments && count && means ? 0 : detente_no_memory(self->error);
    for (uint64_t c = 0; c < cells && !status; c++)
        detente_moments_init(&sums[c]);
    for (uint64_t r = 0; r < self->header->replications && !status; r++) {
        status = replication_means(self, until->metric, r, count, moments, means);
        for (uint64_t c = 0; c < cells && !status; c++)
            if (!isnan(means[c]))
                detente_moments_add(&sums[c], means[c]);
    }
    for (uint64_t c = 0; c < cells && !status; c++)
        self->precise[c] = (uint8_t)(sums[c].count >= until->least &&
                                     detente_until_met(until, &sums[c], sums[c].count * self->header->encounters));
    detente_free(sums);
    detente_free(moments);
    detente_free(count);
    detente_free(means);
    return status;
}

static int merger_init(store_merger *self)
{
    const size_t n = self->header->cells * DETENTE_N_METRICS;
    self->units_run = detente_calloc(self->header->cells, sizeof *self->units_run);
    self->failure = detente_calloc(self->header->cells, sizeof *self->failure);
    self->precise = detente_calloc(self->header->cells, 1);
    self->histogram = self->header->quantiles ? detente_calloc(n, sizeof *self->histogram) : NULL;
    int status = 0;
    if (!self->units_run || !self->failure || !self->precise || (self->header->quantiles && !self->histogram))
        status = detente_no_memory(self->error);
    if (!status)
        status = store_merge_survey(self);
    if (!status)
        cut_replications(self, &self->own);
    if (!status && self->header->until.metric >= 0)
        status = look_at_rule(self);
    return status;
}

static void merger_clear(store_merger *self)
{
    for (size_t i = 0; self->histogram && i < self->header->cells * DETENTE_N_METRICS; i++)
        detente_histogram_clear(&self->histogram[i]);
    detente_free(self->histogram);
    for (uint64_t c = 0; self->failure && c < self->header->cells; c++)
        detente_free(self->failure[c]);
    detente_free(self->failure);
    detente_free(self->units_run);
    detente_free(self->precise);
    store_rows_clear(self);
}

/* Everything that was played, whoever played it. */
static detente_provenance whole_provenance(const store_merger *self, const detente_provenance *provenance)
{
    detente_provenance whole = {0};
    if (provenance)
        whole = *provenance;
    whole.encounters = self->encounters;
    whole.turns = (uint64_t)(self->turns + 0.5);
    return whole;
}

int store_merge(const store_header *header, store_base *base, store_catalogue *catalogue, const char *path,
                const detente_provenance *provenance, int threads, const volatile int *stop, detente_merged *merged,
                detente_error *error)
{
    store_base none = {.file = -1};
    store_merger self = {.header = header,
                         .base = base ? base : &none,
                         .catalogue = catalogue,
                         .error = error,
                         .stop = stop,
                         .out = {.fd = -1, .file = -1}};
    hdf_session session;
    hdf_enter(&session);
    int status = store_base_open(self.base);
    status = status ? store_merge_base_damaged(&self, status) : merger_init(&self);
    if (!status)
        status = hdf_create(&self.out, path, error);
    if (!status) {
        status = merge_all(&self, threads);
        if (!status && store_merge_stopped(&self))
            status = detente_error_set(error, DETENTE_E_INTERRUPTED, "%s", detente_error_string(DETENTE_E_INTERRUPTED));
        if (!status) {
            const detente_provenance whole = whole_provenance(&self, provenance);
            store_layout_finish(&self, &whole);
        }
        store_layout_close(&self);
        if (status)
            hdf_abandon(&self.out);
        else
            status = hdf_commit(&self.out, error);
    }
    store_base_close(self.base);
    hdf_leave(&session);
    if (merged)
        *merged =
            (detente_merged){catalogue->n_files, self.units, header->cells * header->replications, self.encounters};
    merger_clear(&self);
    return status;
}
