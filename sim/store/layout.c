/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The results file as its readers see it: names, dimensions, units, in the order of creation. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <detente/detente.h>

#include "core/memory.h"
#include "store/merge.h"
#include "store/pack.h"

/* A selection's word comes last, and is there in its files only: the others have the bytes that they always had. */
enum stopped_by { BY_REPLICATIONS, UNFINISHED, BY_FAILURE, BY_PRECISION, BY_SELECTION, N_STOPPED_BY };
static const char *const stopped_by_meanings[] = {"replications unfinished failure precision",
                                                  "replications unfinished failure precision selection"};
static const char *const status_meanings = "complete partial not_run failed";

/* A list for datasets that are written whole, whatever was there before; or filled where nothing is written. */
static hid_t filled_list(hdf_writer *out, hid_t type, const void *fill)
{
    const hid_t list = hdf_dataset_list(out);
    /* Where it lies must not depend on what is written first. */
    hdf_check(out, H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY));
    if (fill)
        hdf_check(out, H5Pset_fill_value(list, type, fill));
    else
        hdf_check(out, H5Pset_fill_time(list, H5D_FILL_TIME_NEVER));
    return list;
}

static hid_t by_cell_and_replication(store_merger *self, hid_t parent, const char *name, hid_t type, hid_t memory_type,
                                     const void *fill, const char *unit, const char *long_name)
{
    const hsize_t shape[2] = {self->header->cells, self->header->replications};
    const int whole = self->units == self->header->cells * self->header->replications;
    const hid_t list = filled_list(&self->out, memory_type, whole ? NULL : fill);
    const hid_t dataset = hdf_dataset(&self->out, parent, name, type, 2, shape, list);
    H5Pclose(list);
    hdf_describe(&self->out, dataset, unit, long_name);
    hdf_attach(&self->out, dataset, self->cell, 0);
    hdf_attach(&self->out, dataset, self->replication, 1);
    return dataset;
}

static void root_attributes(store_merger *self)
{
    const store_header *header = self->header;
    hdf_writer *out = &self->out;
    hdf_text(out, out->file, "detente_version", detente_version());
    hdf_number(out, out->file, "format_version", H5T_STD_I32LE, &header->identity.format_version);
    hdf_number(out, out->file, "model_version", H5T_STD_I32LE, &header->identity.model_version);
    hdf_text(out, out->file, "name", header->name);
    hdf_text(out, out->file, "question", header->question);
    hdf_number(out, out->file, "seed", H5T_STD_U64LE, &header->seed);
    hdf_text(out, out->file, "config", header->text);
    hdf_text(out, out->file, "config_sha256", header->config_sha256);
    char *coordinates = store_coordinate_names(header);
    if (!coordinates)
        hdf_no_memory(out);
    hdf_text(out, out->file, "coordinates", coordinates ? coordinates : "");
    detente_free(coordinates);
}

/* A coordinate 0 … n-1, written in pieces: a run may have more replications than memory. */
static hid_t counting_scale(hdf_writer *out, const char *name, uint64_t n, const char *long_name)
{
    enum { PIECE = 4096 };
    uint32_t values[PIECE];
    const hsize_t length = n;
    const hid_t scale = hdf_dataset(out, out->file, name, H5T_STD_U32LE, 1, &length, H5P_DEFAULT);
    for (hsize_t start = 0; start < length; start += PIECE) {
        const hsize_t count = length - start < PIECE ? length - start : PIECE;
        for (hsize_t i = 0; i < count; i++)
            values[i] = (uint32_t)(start + i);
        hdf_write_block(out, scale, H5T_NATIVE_UINT32, 1, &start, &count, values);
    }
    hdf_describe(out, scale, "1", long_name);
    hdf_scale(out, scale, name);
    return scale;
}

static void flags(hdf_writer *out, hid_t dataset, int n, const char *meanings)
{
    int8_t value[INT8_MAX];
    for (int i = 0; i < n; i++)
        value[i] = (int8_t)i;
    hdf_numbers(out, dataset, "flag_values", H5T_STD_I8LE, (size_t)n, value);
    hdf_text(out, dataset, "flag_meanings", meanings);
}

static void root_coordinates(store_merger *self)
{
    const store_header *header = self->header;
    hdf_writer *out = &self->out;
    self->cell = counting_scale(out, "cell", header->cells, "cell: a strategy, at a point of the design");
    self->replication = counting_scale(out, "replication", header->replications, "replication, from 0");
    store_coordinates(self);
}

/* The empty variable that netCDF takes for a dimension without coordinates. */
static hid_t bare_dimension(hdf_writer *out, hid_t group, const char *name, uint64_t length)
{
    char label[80];
    snprintf(label, sizeof label, "This is a netCDF dimension but not a netCDF variable.%10llu",
             (unsigned long long)length);
    const hsize_t shape = length;
    const hid_t scale = hdf_dataset(out, group, name, H5T_IEEE_F32BE, 1, &shape, H5P_DEFAULT);
    hdf_scale(out, scale, label);
    return scale;
}

static void table_column(store_merger *self, int table, int c, hid_t row)
{
    const store_header *header = self->header;
    const store_column *column = &header->columns[table].column[c];
    hdf_writer *out = &self->out;
    const hid_t type[] = {H5T_STD_I8LE, H5T_STD_I16LE, H5T_STD_U32LE, H5T_IEEE_F32LE};
    const hsize_t length = self->total_rows[table], chunk = length < STORE_CHUNK_ROWS ? length : STORE_CHUNK_ROWS;
    const hid_t list = hdf_dataset_list(out);
    if (length > 0) {
        hdf_check(out, H5Pset_chunk(list, 1, &chunk));
        hdf_check(out, H5Pset_deflate(list, 1));
    }
    const hid_t dataset = hdf_dataset(out, self->table[table], column->name, type[column->type], 1, &length, list);
    H5Pclose(list);
    hdf_describe(out, dataset, column->unit, column->long_name);
    if (!strcmp(column->name, "persona") && header->n_personas)
        flags(out, dataset, header->n_personas, header->personas);
    if (!strcmp(column->name, "tier"))
        flags(out, dataset, header->n_tiers, header->tiers);
    if (!strcmp(column->name, "move")) {
        char moves[DETENTE_N_MOVES * 16] = "";
        for (int m = 0; m < DETENTE_N_MOVES; m++)
            snprintf(moves + strlen(moves), sizeof moves - strlen(moves), "%s%s", m ? " " : "", store_move_name[m]);
        flags(out, dataset, DETENTE_N_MOVES, moves);
    }
    hdf_attach(out, dataset, row, 0);
    self->column[table][c] = dataset;
}

static void table_group(store_merger *self, int table)
{
    static const int64_t none = -1;
    hdf_writer *out = &self->out;
    self->table[table] = hdf_group(out, out->file, store_table_name[table]);
    const hid_t row = bare_dimension(out, self->table[table], "row", self->total_rows[table]);
    for (int c = 0; c < self->header->columns[table].n; c++)
        table_column(self, table, c, row);
    self->first_row[table] =
        by_cell_and_replication(self, self->table[table], "first_row", H5T_STD_I64LE, H5T_NATIVE_INT64, &none, "1",
                                "first row of the replication's rows, -1 where there are none");
    H5Dclose(row);
}

static void by_cell(store_merger *self, const char *name, hid_t type, hid_t memory_type, const void *values,
                    const char *long_name, int n_flags, const char *meanings)
{
    hdf_writer *out = &self->out;
    const hsize_t cells = self->header->cells;
    const hid_t dataset = hdf_dataset(out, out->file, name, type, 1, &cells, H5P_DEFAULT);
    hdf_write(out, dataset, memory_type, values);
    hdf_describe(out, dataset, "1", long_name);
    if (n_flags)
        flags(out, dataset, n_flags, meanings);
    hdf_attach(out, dataset, self->cell, 0);
    H5Dclose(dataset);
}

static int write_state(store_merger *self)
{
    const uint64_t cells = self->header->cells;
    int8_t *stopped = detente_calloc(cells, 1), *status = detente_calloc(cells, 1);
    const char **text = detente_calloc(cells, sizeof *text);
    const int ok = stopped && status && text, uneven = self->header->uneven;
    for (uint64_t c = 0; c < cells && ok; c++) {
        const int all = self->units_run[c] == self->header->identity.replications;
        const int failed = self->failure[c] != NULL, precise = self->precise[c];
        const int enough = uneven && self->units_run[c] > 0, complete = all || precise || enough;
        stopped[c] = failed    ? BY_FAILURE
                     : precise ? BY_PRECISION
                     : all     ? BY_REPLICATIONS
                     : uneven  ? BY_SELECTION
                               : UNFINISHED;
        status[c] = (int8_t)(failed ? STORE_FAILED : complete ? 0 : self->units_run[c] ? 1 : 2);
        text[c] = failed ? self->failure[c] : "";
    }
    if (ok) {
        by_cell(self, "replications_run", H5T_STD_U32LE, H5T_NATIVE_UINT64, self->units_run, "replications run", 0,
                NULL);
        by_cell(self, "stopped_by", H5T_STD_I8LE, H5T_NATIVE_INT8, stopped, "why the cell has no more replications",
                uneven ? N_STOPPED_BY : BY_SELECTION, stopped_by_meanings[uneven]);
        by_cell(self, "status", H5T_STD_I8LE, H5T_NATIVE_INT8, status, "state of the cell", 4, status_meanings);
        const hid_t error = hdf_strings(&self->out, self->out.file, "error", cells, text);
        hdf_describe(&self->out, error, "1", "what went wrong in the cell; empty where nothing did");
        hdf_attach(&self->out, error, self->cell, 0);
        H5Dclose(error);
    }
    detente_free(stopped);
    detente_free(status);
    detente_free(text);
    return ok ? 0 : DETENTE_E_MEMORY;
}

static void summary_group(store_merger *self)
{
    hdf_writer *out = &self->out;
    const char *names[DETENTE_N_STATISTICS];
    for (int s = 0; s < DETENTE_N_STATISTICS; s++)
        names[s] = detente_statistic_name(s);
    const hid_t group = hdf_group(out, out->file, "summary");
    const hid_t statistic = hdf_strings(out, group, "statistic", DETENTE_N_STATISTICS, names);
    hdf_describe(out, statistic, "1",
                 "mean, se and 95 % t interval over replication means; the others over encounters");
    hdf_scale(out, statistic, "statistic");
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        self->summary[m] = hdf_dataset(out, group, store_metrics[m].name, H5T_IEEE_F64LE, 2,
                                       (const hsize_t[]){self->header->cells, DETENTE_N_STATISTICS}, H5P_DEFAULT);
        hdf_describe(out, self->summary[m], store_metrics[m].unit, store_metrics[m].long_name);
        hdf_attach(out, self->summary[m], self->cell, 0);
        hdf_attach(out, self->summary[m], statistic, 1);
    }
    H5Dclose(statistic);
    H5Gclose(group);
}

/* What a later run needs to go on from this file as if it had not ended. */
static void continuation_group(store_merger *self)
{
    static const char *const moment_names[] = {"mean", "m2"};
    hdf_writer *out = &self->out;
    const char *metric_names[DETENTE_N_METRICS];
    const uint64_t units = self->prefix == self->units && !self->header->uneven ? self->units : 0;
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        metric_names[m] = store_metrics[m].name;
    self->continuation = hdf_group(out, out->file, STORE_CONTINUATION);
    hdf_number(out, self->continuation, STORE_UNITS, H5T_STD_U64LE, &units);
    const hid_t metric = hdf_strings(out, self->continuation, "metric", DETENTE_N_METRICS, metric_names);
    hdf_describe(out, metric, "1", "metric");
    hdf_scale(out, metric, "metric");
    const hid_t moment = hdf_strings(out, self->continuation, "moment", 2, moment_names);
    hdf_describe(out, moment, "1", "mean, and sum of squared deviations from it");
    hdf_scale(out, moment, "moment");
    self->moments = hdf_dataset(out, self->continuation, "moments", H5T_IEEE_F64LE, 3,
                                (const hsize_t[]){DETENTE_N_METRICS, self->header->cells, 2}, H5P_DEFAULT);
    hdf_describe(out, self->moments, "1", "over all encounters of the cell, in the metric's units");
    hdf_attach(out, self->moments, metric, 0);
    hdf_attach(out, self->moments, self->cell, 1);
    hdf_attach(out, self->moments, moment, 2);
    H5Dclose(metric);
    H5Dclose(moment);
}

int store_layout_begin(store_merger *self)
{
    hdf_writer *out = &self->out;
    root_attributes(self);
    root_coordinates(self);
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        self->metric[m] =
            by_cell_and_replication(self, out->file, store_root_name(m), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, NULL,
                                    store_metrics[m].unit, store_metrics[m].long_name);
    for (int t = 0; t < STORE_N_TABLES; t++)
        if (self->header->keep[t])
            table_group(self, t);
    const int status = write_state(self);
    summary_group(self);
    continuation_group(self);
    return status;
}

void store_layout_summary(store_merger *self, int metric, uint64_t first_cell, uint64_t n, const double *values)
{
    hdf_write_block(&self->out, self->summary[metric], H5T_NATIVE_DOUBLE, 2, (const hsize_t[]){first_cell, 0},
                    (const hsize_t[]){n, DETENTE_N_STATISTICS}, values);
}

void store_layout_moments(store_merger *self, int metric, uint64_t first_cell, uint64_t n, const double *values)
{
    hdf_write_block(&self->out, self->moments, H5T_NATIVE_DOUBLE, 3, (const hsize_t[]){(hsize_t)metric, first_cell, 0},
                    (const hsize_t[]){1, n, 2}, values);
}

static void put_by_entry(store_merger *self, const char *name, uint64_t n, const uint64_t *values, hid_t entry,
                         const char *long_name)
{
    const hsize_t shape = n;
    const hid_t dataset = hdf_dataset(&self->out, self->continuation, name, H5T_STD_U64LE, 1, &shape, H5P_DEFAULT);
    if (n)
        hdf_write(&self->out, dataset, H5T_NATIVE_UINT64, values);
    hdf_describe(&self->out, dataset, "1", long_name);
    hdf_attach(&self->out, dataset, entry, 0);
    H5Dclose(dataset);
}

int store_layout_bins(store_merger *self)
{
    if (!self->histogram)
        return 0;
    uint64_t n = 0;
    uint64_t(*bin)[2] = store_bins_list(self->histogram, self->header->cells, &n);
    uint64_t *column = detente_alloc((n + 1) * sizeof *column);
    if (bin && column) {
        const hid_t entry = bare_dimension(&self->out, self->continuation, "entry", n);
        for (int k = 0; k < 2; k++) {
            for (uint64_t i = 0; i < n; i++)
                column[i] = bin[i][k];
            put_by_entry(self, k ? "count" : "bin", n, column, entry,
                         k ? "encounters in the bin" : "((cell * metrics + metric) * 2^16) + bin of the histogram");
        }
        H5Dclose(entry);
    }
    const int status = bin && column ? 0 : DETENTE_E_MEMORY;
    detente_free(bin);
    detente_free(column);
    return status;
}

/* The last thing written, so that its strings move nothing else. */
void store_layout_finish(store_merger *self, const detente_provenance *provenance)
{
    const detente_provenance *from = provenance;
    hdf_writer *out = &self->out;
    const hid_t group = hdf_group(out, out->file, "provenance");
    hdf_text(out, group, "git_revision", from->git_revision);
    hdf_text(out, group, "command", from->command);
    hdf_text(out, group, "host", from->host);
    hdf_text(out, group, "compiler", from->compiler);
    hdf_text(out, group, "flags", from->flags);
    hdf_text(out, group, "isa", from->isa);
    hdf_number(out, group, "threads", H5T_NATIVE_INT, &from->threads);
    hdf_number(out, group, "ranks", H5T_NATIVE_INT, &from->ranks);
    hdf_text(out, group, "started", from->started);
    hdf_text(out, group, "finished", from->finished);
    hdf_number(out, group, "encounters", H5T_NATIVE_UINT64, &from->encounters);
    hdf_number(out, group, "turns", H5T_NATIVE_UINT64, &from->turns);
    hdf_number(out, group, "cpu_seconds", H5T_NATIVE_DOUBLE, &from->cpu_seconds);
    hdf_number(out, group, "wall_seconds", H5T_NATIVE_DOUBLE, &from->wall_seconds);
    H5Gclose(group);
}

/* Identifiers that were never opened are 0 or negative, which HDF5 declines. */
void store_layout_close(store_merger *self)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        H5Dclose(self->metric[m]);
        H5Dclose(self->summary[m]);
    }
    for (int t = 0; t < STORE_N_TABLES; t++) {
        for (int c = 0; c < self->header->columns[t].n; c++)
            H5Dclose(self->column[t][c]);
        H5Dclose(self->first_row[t]);
        H5Gclose(self->table[t]);
    }
    H5Dclose(self->moments);
    H5Gclose(self->continuation);
    H5Dclose(self->cell);
    H5Dclose(self->replication);
}
