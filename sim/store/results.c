/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/store.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <detente/detente.h>

#include "core/fs.h"
#include "core/memory.h"
#include "store/hdf.h"
#include "store/schema.h"

enum { MAX_READ_COLUMNS = 256, COLUMN_NAME_SIZE = 64, MADE_TEXTS = 8 };

typedef struct results_table {
    hid_t group; /* -1 when the file has none */
    uint64_t rows;
    int n;
    char (*name)[COLUMN_NAME_SIZE]; /* owned, n of them */
} results_table;

struct detente_results {
    hid_t file;
    char *path;
    uint64_t size; /* bytes of the file */
    detente_config config;
    int model_version;
    uint32_t cells, replications;
    uint32_t *run;   /* owned, replications run by cell */
    int8_t *state;   /* owned, status by cell */
    char **strategy; /* owned, cells of them */
    results_table table[STORE_N_TABLES];
    char *made[MADE_TEXTS]; /* owned, texts of group provenance */
};

static int not_ours(detente_error *error, const char *path, const char *why)
{
    return detente_error_set(error, DETENTE_E_INPUT, "%s: not a results file of detente: %s", path, why);
}

/* HDF5 could not open it: what begins as its files do was one, all else perhaps what a run begins with. */
static int refuse_opening(detente_error *error, const char *path)
{
    return detente_fs_begins_as_hdf5(path)
               ? not_ours(error, path, "damaged or truncated")
               : not_ours(error, path, "no HDF5; a config is played first: `detente run CONFIG -o OUT.h5`");
}

/* Length of a coordinate: at most what the file has bytes for, so that nothing is sized by a mere claim. */
static int read_length(const detente_results *self, const char *name, uint32_t *length)
{
    hsize_t shape = 0;
    const hid_t dataset = hdf_open_dataset(self->file, name, 1, &shape);
    if (dataset < 0)
        return -1;
    H5Dclose(dataset);
    if (shape < 1 || shape > UINT32_MAX || shape > self->size / sizeof(uint32_t))
        return -1;
    *length = (uint32_t)shape;
    return 0;
}

/* 0, DETENTE_E_INPUT or DETENTE_E_MEMORY */
static int read_strategies(detente_results *self)
{
    self->strategy = detente_calloc(self->cells, sizeof *self->strategy);
    return self->strategy ? hdf_read_texts(self->file, "strategy", self->cells, self->strategy) : DETENTE_E_MEMORY;
}

/* How far each cell came. 0 or DETENTE_E_MEMORY: a file that does not say, of another writer, counts as complete. */
static int read_run(detente_results *self)
{
    const hsize_t cells = self->cells;
    self->run = detente_alloc(self->cells * sizeof *self->run);
    self->state = detente_calloc(self->cells, sizeof *self->state);
    if (!self->run || !self->state)
        return DETENTE_E_MEMORY;
    if (hdf_read(self->file, "replications_run", H5T_NATIVE_UINT32, 1, &cells, self->run))
        for (uint32_t c = 0; c < self->cells; c++)
            self->run[c] = self->replications;
    if (hdf_read(self->file, "status", H5T_NATIVE_INT8, 1, &cells, self->state))
        memset(self->state, 0, self->cells * sizeof *self->state);
    return 0;
}

/* A column is a dataset of numbers as long as the table; `row` and `first_row` are the table's frame. */
static int is_column(const results_table *table, const char *name)
{
    hsize_t shape = 0;
    const hid_t dataset = strcmp(name, "row") ? hdf_open_dataset(table->group, name, 1, &shape) : -1;
    if (dataset < 0)
        return 0;
    const hid_t type = H5Dget_type(dataset);
    const int fits = shape == table->rows && hdf_is_number(type);
    H5Tclose(type);
    H5Dclose(dataset);
    return fits;
}

static int read_table(detente_results *self, store_table which)
{
    results_table *table = &self->table[which];
    const char *name = store_table_name[which];
    H5L_info_t link;
    H5G_info_t info;
    /* A row takes a byte, of which deflate makes no less than a 1032nd. */
    const uint64_t most_rows = self->size * 1032;
    hsize_t rows = 0;
    if (H5Lexists(self->file, name, H5P_DEFAULT) <= 0)
        return 0;
    if (H5Lget_info(self->file, name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
        return DETENTE_E_INPUT;
    table->group = H5Gopen2(self->file, name, H5P_DEFAULT);
    const hid_t row = table->group < 0 ? -1 : hdf_open_dataset(table->group, "row", 1, &rows);
    const int known = row >= 0 && H5Gget_info(table->group, &info) >= 0 && rows <= most_rows;
    if (row >= 0)
        H5Dclose(row);
    if (!known)
        return DETENTE_E_INPUT;
    table->rows = rows;
    table->name = detente_calloc(MAX_READ_COLUMNS, sizeof *table->name);
    if (!table->name)
        return DETENTE_E_MEMORY;
    for (hsize_t i = 0; i < info.nlinks && table->n < MAX_READ_COLUMNS; i++) {
        char column[COLUMN_NAME_SIZE] = "";
        const ssize_t length = H5Lget_name_by_idx(table->group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, column,
                                                  sizeof column, H5P_DEFAULT);
        if (length > 0 && length < COLUMN_NAME_SIZE && is_column(table, column))
            strcpy(table->name[table->n++], column);
    }
    return 0;
}

/* The file's own words for itself: its version and the config it came from. */
static int read_identity(detente_results *self, detente_error *error)
{
    int format = 0;
    if (hdf_read_number(self->file, "format_version", H5T_NATIVE_INT, &format) || format < 1)
        return not_ours(error, self->path, "it names no format_version");
    if (format > detente_format_version())
        return detente_error_set(error, DETENTE_E_INPUT, "%s: format version %d is newer than this program's %d",
                                 self->path, format, detente_format_version());
    if (hdf_read_number(self->file, "model_version", H5T_NATIVE_INT, &self->model_version))
        self->model_version = 0;
    char *text;
    int status = hdf_read_text(self->file, "config", &text);
    if (status)
        return status == DETENTE_E_MEMORY ? detente_no_memory(error)
                                          : not_ours(error, self->path, "it holds no config");
    detente_error parse = {0};
    status = detente_config_parse(&self->config, text, strlen(text), self->path, NULL, 0, &parse, NULL);
    detente_free(text);
    if (status == DETENTE_E_MEMORY)
        detente_no_memory(error);
    else if (status)
        detente_error_set(error, DETENTE_E_INPUT,
                          "%s: not a results file of detente: its config cannot be read back: %s", self->path,
                          parse.text ? parse.text : "");
    detente_error_clear(&parse);
    return status == DETENTE_E_MEMORY ? status : status ? DETENTE_E_INPUT : 0;
}

/* Numbers of the names of a varied path, one for each point. */
static int read_names(const detente_results *self, const detente_factor *f, double *row, size_t n_factors)
{
    const uint32_t strategies = (uint32_t)self->config.n_strategies;
    char **text = detente_calloc(self->cells, sizeof *text);
    int status = text ? hdf_read_texts(self->file, f->path, self->cells, text) : DETENTE_E_MEMORY;
    for (uint32_t c = 0; c < self->cells && !status; c += strategies) {
        uint64_t i = 0;
        while (i < f->levels && strcmp(f->name[i], text[c]) != 0)
            i++;
        if (i == f->levels)
            status = DETENTE_E_INPUT;
        row[c / strategies * n_factors] = (double)i;
    }
    for (uint32_t c = 0; text && c < self->cells; c++)
        detente_free(text[c]);
    detente_free(text);
    return status;
}

static int read_numbers(const detente_results *self, const detente_factor *f, double *row, size_t n_factors)
{
    const hsize_t cells = self->cells;
    double *value = detente_calloc(self->cells, sizeof *value);
    int status = value ? 0 : DETENTE_E_MEMORY;
    if (value && hdf_read(self->file, f->path, H5T_NATIVE_DOUBLE, 1, &cells, value))
        status = DETENTE_E_INPUT;
    for (uint64_t i = 0; i < self->config.design->n_points && !status; i++)
        row[i * n_factors] = value[i * (uint64_t)self->config.n_strategies];
    detente_free(value);
    return status;
}

/* Points that stood in a file of their own are here too, so that the file is not needed. */
static int read_points(detente_results *self)
{
    detente_design *design = self->config.design;
    const size_t n = design ? (size_t)design->n_factors : 0;
    int status = 0;
    if (!design || !design->file)
        return 0;
    if (self->cells != design->n_points * (uint64_t)self->config.n_strategies)
        return DETENTE_E_INPUT;
    design->row = detente_calloc((size_t)design->n_points, n * sizeof *design->row);
    if (!design->row)
        return DETENTE_E_MEMORY;
    for (size_t k = 0; k < n && !status; k++)
        status = design->factor[k].named ? read_names(self, &design->factor[k], design->row + k, n)
                                         : read_numbers(self, &design->factor[k], design->row + k, n);
    return status;
}

static int read_frame(detente_results *self, detente_error *error)
{
    if (H5Aexists(self->file, "sweep_sha256") > 0)
        return detente_error_set(error, DETENTE_E_INPUT,
                                 "%s: is a shard: `detente merge` makes a results file of all of them", self->path);
    int status = read_identity(self, error);
    if (status)
        return status;
    if (read_length(self, "cell", &self->cells) || read_length(self, "replication", &self->replications) ||
        (uint64_t)self->cells * self->replications > self->size / sizeof(double))
        return not_ours(error, self->path, "cells and replications do not fit its size");
    status = read_strategies(self);
    if (!status)
        status = read_points(self);
    if (!status)
        status = read_run(self);
    for (int t = 0; t < STORE_N_TABLES && !status; t++)
        status = read_table(self, (store_table)t);
    if (status == DETENTE_E_MEMORY)
        return detente_no_memory(error);
    return status ? not_ours(error, self->path, "its tables are damaged") : 0;
}

/* What the file system has to say, in better words than HDF5's. */
static int look_at(detente_results *self, detente_error *error)
{
    struct stat there;
    if (stat(self->path, &there) || access(self->path, R_OK))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: cannot read it: %s", self->path, strerror(errno));
    if (S_ISDIR(there.st_mode))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is a folder, not a results file", self->path);
    if (!S_ISREG(there.st_mode))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: is not an ordinary file", self->path);
    self->size = (uint64_t)there.st_size;
    return 0;
}

int detente_results_open(detente_results **results, const char *path, detente_error *error)
{
    *results = NULL;
    detente_results *self = detente_calloc(1, sizeof *self);
    if (!self)
        return detente_no_memory(error);
    self->file = -1;
    self->table[0].group = self->table[1].group = -1;
    self->path = detente_strdup(path);
    int status = self->path ? look_at(self, error) : detente_no_memory(error);
    if (!status) {
        hdf_session session;
        hdf_enter(&session);
        self->file = hdf_open(path);
        status = self->file < 0 ? refuse_opening(error, path) : read_frame(self, error);
        hdf_leave(&session);
    }
    if (status)
        detente_results_close(self);
    else
        *results = self;
    return status;
}

void detente_results_close(detente_results *results)
{
    if (!results)
        return;
    hdf_session session;
    hdf_enter(&session);
    for (int t = 0; t < STORE_N_TABLES; t++) {
        if (results->table[t].group >= 0)
            H5Gclose(results->table[t].group);
        detente_free(results->table[t].name);
    }
    if (results->file >= 0)
        H5Fclose(results->file);
    hdf_leave(&session);
    for (uint32_t c = 0; results->strategy && c < results->cells; c++)
        detente_free(results->strategy[c]);
    for (int i = 0; i < MADE_TEXTS; i++)
        detente_free(results->made[i]);
    detente_free(results->strategy);
    detente_free(results->run);
    detente_free(results->state);
    detente_config_clear(&results->config);
    detente_free(results->path);
    detente_free(results);
}

const detente_config *detente_results_config(const detente_results *results)
{
    return &results->config;
}

int detente_results_model_version(const detente_results *results)
{
    return results->model_version;
}

uint32_t detente_results_cells(const detente_results *results)
{
    return results->cells;
}

uint32_t detente_results_replications(const detente_results *results)
{
    return results->replications;
}

uint32_t detente_results_replications_run(const detente_results *results, uint32_t cell)
{
    return cell < results->cells ? results->run[cell] : 0;
}

int detente_results_failed(const detente_results *results, uint32_t cell)
{
    return cell < results->cells && results->state[cell] == STORE_FAILED;
}

const char *detente_results_strategy(const detente_results *results, uint32_t cell)
{
    return cell < results->cells ? results->strategy[cell] : NULL;
}

static int read_whole(const detente_results *results, const char *group, int metric, hsize_t width, double *values,
                      detente_error *error)
{
    if (metric < 0 || metric >= DETENTE_N_METRICS)
        return detente_error_set(error, DETENTE_E_RANGE, "metric %d: there is none", metric);
    const char *name = group[1] ? store_metrics[metric].name : store_root_name(metric);
    hdf_session session;
    hdf_enter(&session);
    const hid_t parent = H5Gopen2(results->file, group, H5P_DEFAULT);
    const int failed =
        parent < 0 || hdf_read(parent, name, H5T_NATIVE_DOUBLE, 2, (const hsize_t[]){results->cells, width}, values);
    if (parent >= 0)
        H5Gclose(parent);
    hdf_leave(&session);
    return failed ? detente_error_set(error, DETENTE_E_INPUT, "%s: %s%s%s is missing or damaged", results->path,
                                      group[1] ? group + 1 : "", group[1] ? "/" : "", name)
                  : 0;
}

int detente_results_metric(const detente_results *results, int metric, double *values, detente_error *error)
{
    return read_whole(results, "/", metric, results->replications, values, error);
}

int detente_results_summary(const detente_results *results, int metric, double *values, detente_error *error)
{
    return read_whole(results, "/summary", metric, DETENTE_N_STATISTICS, values, error);
}

/* The text of one cell. */
static int read_error(const detente_results *results, uint32_t cell, char **text)
{
    char **all = detente_calloc(results->cells, sizeof *all);
    const int status = all ? hdf_read_texts(results->file, "error", results->cells, all) : DETENTE_E_MEMORY;
    for (uint32_t c = 0; all && c < results->cells; c++) {
        if (c == cell && !status)
            *text = all[c];
        else
            detente_free(all[c]);
    }
    detente_free(all);
    return status;
}

int detente_results_failures(const detente_results *results, uint32_t *n, char **first, detente_error *error)
{
    const hsize_t cells = results->cells;
    uint32_t failed = 0, cell = 0;
    hdf_session session;
    *n = 0;
    *first = NULL;
    int8_t *state = detente_alloc(cells);
    int status = state ? 0 : DETENTE_E_MEMORY;
    hdf_enter(&session);
    if (!status && hdf_read(results->file, "status", H5T_NATIVE_INT8, 1, &cells, state))
        status = DETENTE_E_INPUT;
    for (uint32_t c = 0; c < results->cells && !status; c++)
        if (state[c] == STORE_FAILED && failed++ == 0)
            cell = c;
    if (!status && failed)
        status = read_error(results, cell, first);
    hdf_leave(&session);
    detente_free(state);
    *n = failed;
    return !status ? 0
           : status == DETENTE_E_MEMORY
               ? detente_no_memory(error)
               : detente_error_set(error, status, "%s: status or error is damaged", results->path);
}

int detente_results_provenance(detente_results *results, detente_provenance *provenance, detente_error *error)
{
    detente_provenance *out = provenance;
    const struct {
        const char *name, **to;
    } text[MADE_TEXTS] = {
        {"git_revision", &out->git_revision}, {"command", &out->command},   {"host", &out->host},
        {"compiler", &out->compiler},         {"flags", &out->flags},       {"isa", &out->isa},
        {"started", &out->started},           {"finished", &out->finished},
    };
    int status = 0;
    hdf_session session;
    *out = (detente_provenance){0};
    hdf_enter(&session);
    const hid_t group = H5Gopen2(results->file, "provenance", H5P_DEFAULT);
    for (int i = 0; i < MADE_TEXTS && group >= 0 && status != DETENTE_E_MEMORY; i++) {
        detente_free(results->made[i]);
        status = hdf_read_text(group, text[i].name, &results->made[i]);
        *text[i].to = results->made[i];
    }
    if (group >= 0) {
        hdf_read_number(group, "threads", H5T_NATIVE_INT, &out->threads);
        hdf_read_number(group, "ranks", H5T_NATIVE_INT, &out->ranks);
        hdf_read_number(group, "encounters", H5T_NATIVE_UINT64, &out->encounters);
        hdf_read_number(group, "turns", H5T_NATIVE_UINT64, &out->turns);
        hdf_read_number(group, "cpu_seconds", H5T_NATIVE_DOUBLE, &out->cpu_seconds);
        hdf_read_number(group, "wall_seconds", H5T_NATIVE_DOUBLE, &out->wall_seconds);
        H5Gclose(group);
    }
    hdf_leave(&session);
    return status == DETENTE_E_MEMORY ? detente_no_memory(error) : 0;
}

uint64_t detente_results_rows(const detente_results *results, int turns)
{
    return results->table[turns != 0].rows;
}

int detente_results_columns(const detente_results *results, int turns)
{
    return results->table[turns != 0].n;
}

const char *detente_results_column(const detente_results *results, int turns, int c)
{
    const results_table *table = &results->table[turns != 0];
    return c >= 0 && c < table->n ? table->name[c] : NULL;
}

int detente_results_read(const detente_results *results, int turns, int c, uint64_t first, uint64_t n, double *values,
                         detente_error *error)
{
    const results_table *table = &results->table[turns != 0];
    if (c < 0 || c >= table->n || first > table->rows || n > table->rows - first)
        return detente_error_set(error, DETENTE_E_RANGE, "%s: there are no such rows", results->path);
    if (n == 0)
        return 0;
    const hsize_t start = first, count = n;
    hdf_session session;
    hdf_enter(&session);
    const int failed = hdf_read_block(table->group, table->name[c], H5T_NATIVE_DOUBLE, 1, &start, &count, values);
    hdf_leave(&session);
    return failed ? detente_error_set(error, DETENTE_E_INPUT, "%s: %s/%s is damaged", results->path,
                                      store_table_name[turns != 0], table->name[c])
                  : 0;
}

/* Cells [cell, cell + n_cells) and their replications [first, first + n). */
static int read_means(const detente_results *results, int metric, const hsize_t start[2], const hsize_t count[2],
                      double *values, detente_error *error)
{
    if (metric < 0 || metric >= DETENTE_N_METRICS || start[0] > results->cells ||
        count[0] > results->cells - start[0] || start[1] > results->replications ||
        count[1] > results->replications - start[1])
        return detente_error_set(error, DETENTE_E_RANGE, "%s: there are no such replications", results->path);
    if (count[0] == 0 || count[1] == 0)
        return 0;
    hdf_session session;
    hdf_enter(&session);
    const int failed =
        hdf_read_block(results->file, store_root_name(metric), H5T_NATIVE_DOUBLE, 2, start, count, values);
    hdf_leave(&session);
    return failed ? detente_error_set(error, DETENTE_E_INPUT, "%s: %s is missing or damaged", results->path,
                                      store_root_name(metric))
                  : 0;
}

int detente_results_means(const detente_results *results, int metric, uint32_t cell, uint32_t first, uint32_t n,
                          double *values, detente_error *error)
{
    return read_means(results, metric, (const hsize_t[]){cell, first}, (const hsize_t[]){1, n}, values, error);
}

int detente_results_block(const detente_results *results, int metric, uint32_t cell, uint32_t n, double *values,
                          detente_error *error)
{
    return read_means(results, metric, (const hsize_t[]){cell, 0}, (const hsize_t[]){n, results->replications}, values,
                      error);
}

static int first_row(const detente_results *results, const results_table *table, uint64_t unit, int64_t *first)
{
    const hsize_t start[2] = {unit % results->cells, unit / results->cells}, count[2] = {1, 1};
    return hdf_read_block(table->group, "first_row", H5T_NATIVE_INT64, 2, start, count, first);
}

int detente_results_find(const detente_results *results, int turns, uint32_t cell, uint32_t replication,
                         uint64_t *first, uint64_t *n, detente_error *error)
{
    const results_table *table = &results->table[turns != 0];
    if (table->group < 0 || cell >= results->cells || replication >= results->replications)
        return detente_error_set(error, DETENTE_E_RANGE, "%s: group %s has no rows of cell %u, replication %u",
                                 results->path, store_table_name[turns != 0], cell, replication);
    const uint64_t units = (uint64_t)results->cells * results->replications;
    uint64_t unit = (uint64_t)replication * results->cells + cell;
    int64_t from = -1, to = -1;
    hdf_session session;
    hdf_enter(&session);
    int failed = first_row(results, table, unit, &from);
    /* Rows lie in the order of units: the next unit that has any ends this one's. */
    while (!failed && from >= 0 && to < 0 && ++unit < units)
        failed = first_row(results, table, unit, &to);
    hdf_leave(&session);
    if (!failed && from >= 0 && to < 0)
        to = (int64_t)table->rows;
    if (failed || from < -1 || to > (int64_t)table->rows || (from >= 0 && to <= from))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: %s/first_row is missing or damaged", results->path,
                                 store_table_name[turns != 0]);
    if (from < 0)
        return detente_error_set(error, DETENTE_E_RANGE, "%s: group %s has no rows of cell %u, replication %u",
                                 results->path, store_table_name[turns != 0], cell, replication);
    *first = (uint64_t)from;
    *n = (uint64_t)(to - from);
    return 0;
}
