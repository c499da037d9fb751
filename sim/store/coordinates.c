/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where each cell stands: its strategy, and its value of each varied path. */
#include <stdio.h>
#include <string.h>

#include <detente/detente.h>

#include "core/memory.h"
#include "store/merge.h"

enum { PIECE = 4096 };

/* HDF5 knows nothing of what kept a point from being made. */
static void fail(hdf_writer *out, int status, const char *why)
{
    if (status == DETENTE_E_MEMORY)
        hdf_no_memory(out);
    if (out->bad)
        return;
    out->bad = 1;
    snprintf(out->message, sizeof out->message, "%s", why);
}

/* A variable of strings, from one of a few names for each cell. */
static hid_t names_by_cell(store_merger *self, const char *name, const char **text)
{
    return hdf_strings(&self->out, self->out.file, name, self->header->cells, text);
}

static void strategies(store_merger *self)
{
    const store_header *header = self->header;
    const char **text = detente_calloc(header->cells, sizeof *text);
    if (!text) {
        hdf_no_memory(&self->out);
        return;
    }
    for (uint64_t c = 0; c < header->cells; c++)
        text[c] = header->strategy[c % header->n_strategies];
    const hid_t strategy = names_by_cell(self, "strategy", text);
    hdf_describe(&self->out, strategy, "1", "strategy of the cell");
    hdf_attach(&self->out, strategy, self->cell, 0);
    H5Dclose(strategy);
    detente_free(text);
}

/* Values of factor k for cells [first, first + n). Cells of a point follow each other. */
static int values_of(store_merger *self, int k, uint64_t first, uint64_t n, double *to)
{
    double values[DETENTE_MAX_FACTORS];
    detente_error why = {0};
    int status = 0;
    for (uint64_t c = first, known = UINT64_MAX; c < first + n && !status; c++) {
        const uint64_t point = c / self->header->n_strategies;
        if (point != known)
            status = detente_sweep_values(self->header->sweep, point, values, &why);
        known = point;
        to[c - first] = status ? 0 : values[k];
    }
    if (status)
        fail(&self->out, status, why.text ? why.text : detente_error_string(status));
    detente_error_clear(&why);
    return status;
}

static hid_t numbers(store_merger *self, int k, const char *path)
{
    double piece[PIECE];
    const hsize_t cells = self->header->cells;
    const hid_t dataset = hdf_dataset(&self->out, self->out.file, path, H5T_IEEE_F64LE, 1, &cells, H5P_DEFAULT);
    for (hsize_t start = 0; start < cells && !self->out.bad; start += PIECE) {
        const hsize_t count = cells - start < PIECE ? cells - start : PIECE;
        if (!values_of(self, k, start, count, piece))
            hdf_write_block(&self->out, dataset, H5T_NATIVE_DOUBLE, 1, &start, &count, piece);
    }
    return dataset;
}

static hid_t names(store_merger *self, int k, const detente_factor *f)
{
    double piece[PIECE];
    const uint64_t cells = self->header->cells;
    const char **text = detente_calloc(cells, sizeof *text);
    if (!text) {
        hdf_no_memory(&self->out);
        return -1;
    }
    for (uint64_t start = 0; start < cells && !self->out.bad; start += PIECE) {
        const uint64_t count = cells - start < PIECE ? cells - start : PIECE;
        if (!values_of(self, k, start, count, piece))
            for (uint64_t i = 0; i < count; i++)
                text[start + i] = f->name[(size_t)piece[i]];
    }
    const hid_t dataset = self->out.bad ? -1 : names_by_cell(self, f->path, text);
    detente_free(text);
    return dataset;
}

/* What the registry says of a path; of a trait's distribution, which number it is. */
static void describe(store_merger *self, hid_t dataset, const char *path)
{
    const detente_param *row = detente_registry_find(path);
    const char *last = strrchr(path, '.');
    char words[512];
    if (!row) {
        hdf_describe(&self->out, dataset, "1", path);
        return;
    }
    const int part = row->kind == DETENTE_DISTRIBUTION && last && strcmp(last, strrchr(row->path, '.')) != 0;
    snprintf(words, sizeof words, "%s%s%s", row->description, part ? ": " : "", part ? last + 1 : "");
    hdf_describe(&self->out, dataset, row->unit, words);
}

void store_coordinates(store_merger *self)
{
    const detente_design *design = self->header->design;
    strategies(self);
    for (int k = 0; design && k < design->n_factors && !self->out.bad; k++) {
        const detente_factor *f = &design->factor[k];
        const hid_t dataset = f->named ? names(self, k, f) : numbers(self, k, f->path);
        describe(self, dataset, f->path);
        hdf_attach(&self->out, dataset, self->cell, 0);
        H5Dclose(dataset);
    }
}

char *store_coordinate_names(const store_header *header)
{
    const detente_design *design = header->design;
    size_t room = sizeof "strategy";
    for (int k = 0; design && k < design->n_factors; k++)
        room += 1 + strlen(design->factor[k].path);
    char *text = detente_alloc(room);
    if (!text)
        return NULL;
    strcpy(text, "strategy");
    for (int k = 0; design && k < design->n_factors; k++)
        /* Blanks part the names: one that has some cannot stand here. */
        if (!strchr(design->factor[k].path, ' ')) {
            strcat(text, " ");
            strcat(text, design->factor[k].path);
        }
    return text;
}
