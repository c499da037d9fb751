/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a merge knows before it takes any metric: how far each cell has come, and which of them failed. */
#include <string.h>

#include "core/memory.h"
#include "store/merge.h"

/* Units whose counts are read at a time. */
enum { PIECE = 4096 };

static int do_not_fit(store_merger *self)
{
    return detente_error_set(self->error, DETENTE_E_INPUT, "unfinished work does not fit together");
}

/* One past the last unit of a set. A run by one process has whole replications where shards by cells have some of their cells. */
static uint64_t end_of(const store_merger *self, const store_set *set)
{
    const uint64_t cells = self->header->cells, last = set->first_unit + set->n_units - 1;
    const uint64_t replication = last / set->cells;
    return self->catalogue->by_cells ? (replication + 1) * cells
                                     : replication * cells + set->first_cell + last % set->cells + 1;
}

/* Each set must lie in the run; of shards by cells each must go on from where its last set ended, unless some may be missing. */
static int survey_sets(store_merger *self)
{
    const store_catalogue *catalogue = self->catalogue;
    const store_set *before = NULL;
    for (size_t i = 0; i < catalogue->n; i++) {
        const store_set *set = &catalogue->set[i];
        const uint64_t end = set->first_unit + set->n_units;
        if (set->n_units == 0)
            continue;
        if (end < set->n_units || end > set->cells * self->header->replications)
            return do_not_fit(self);
        const int goes_on = before && before->first_cell == set->first_cell;
        const uint64_t next = goes_on ? before->first_unit + before->n_units : 0;
        if (catalogue->by_cells && !catalogue->partial && set->first_unit != next)
            return detente_error_set(self->error, DETENTE_E_INPUT, "the shards do not hold all units");
        before = set;
        self->units += set->n_units;
        self->last = end_of(self, set) > self->last ? end_of(self, set) : self->last;
        if (!set->narrow && set->first_unit <= self->prefix)
            self->prefix = end;
    }
    /* A run by one process holds them all as units, those of cells that have enough with nothing in them. */
    if (catalogue->by_cells && !catalogue->partial)
        self->units = self->last;
    if (self->units == self->last)
        self->prefix = self->last;
    return 0;
}

static int count_set(store_merger *self, const store_set *set)
{
    uint64_t count[PIECE];
    int status = 0;
    for (uint64_t u = 0; u < set->n_units && !status; u += PIECE) {
        const uint64_t n = set->n_units - u < PIECE ? set->n_units - u : PIECE;
        status = store_catalogue_counts(self->catalogue, set, u, n, count, self->error);
        for (uint64_t k = 0; k < n && !status; k++) {
            self->units_run[set->first_cell + (set->first_unit + u + k) % set->cells] += count[k] > 0;
            self->encounters += count[k];
        }
    }
    return status;
}

static int count_units(store_merger *self)
{
    const uint64_t cells = self->header->cells;
    const store_base *base = self->base;
    int status = base->path ? store_base_counts(base, self->units_run) : 0;
    if (status)
        return store_merge_base_damaged(self, status);
    self->units = base->units;
    self->last = base->path ? (base->units - 1) / base->cells * cells + (base->units - 1) % base->cells + 1 : 0;
    self->prefix = base->cells == cells ? base->units : 0;
    status = survey_sets(self);
    for (size_t i = 0; i < self->catalogue->n && !status; i++)
        status = count_set(self, &self->catalogue->set[i]);
    for (int t = 0; t < STORE_N_TABLES; t++)
        self->total_rows[t] = self->catalogue->rows[t] + base->rows[t];
    return status;
}

/* The first failure of each cell: its sets come in the order of units, after the base. */
static int note_failures(store_merger *self, const store_set *set, const store_shard *shard)
{
    for (size_t i = 0; i < shard->n_failures; i++) {
        if (set->cells == 0)
            return DETENTE_E_INPUT;
        char **failure = &self->failure[set->first_cell + shard->failed[i] % set->cells];
        if (!*failure && !(*failure = detente_strdup(shard->failure[i])))
            return DETENTE_E_MEMORY;
    }
    return 0;
}

static int find_failures(store_merger *self)
{
    const store_catalogue *catalogue = self->catalogue;
    int status = self->base->path ? store_base_failures(self->base, self->failure) : 0;
    if (status)
        return store_merge_base_damaged(self, status);
    for (size_t i = 0; i < catalogue->n && !status; i++) {
        const store_set *set = &catalogue->set[i];
        store_shard read = {0};
        if (set->n_failures == 0)
            continue;
        const hid_t file = set->memory ? -1 : hdf_open(catalogue->path[set->file]);
        status = set->memory ? 0 : store_shard_get_failures(file, set, &read);
        if (!status)
            status = note_failures(self, set, set->memory ? set->memory : &read);
        store_shard_clear(&read);
        if (file >= 0)
            H5Fclose(file);
        if (status)
            detente_error_set(self->error, status, "%s",
                              status == DETENTE_E_MEMORY ? "out of memory" : "a shard's failures are damaged");
    }
    return status;
}

int store_merge_survey(store_merger *self)
{
    const int status = count_units(self);
    return status ? status : find_failures(self);
}
