/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <detente/detente.h>

#include "core/memory.h"
#include "store/merge.h"

/* Names with blanks become one word: a blank parts the words of flag_meanings. */
static char *join(const void *first, size_t stride, int n)
{
    char *text = detente_calloc((size_t)n + 1, DETENTE_NAME_SIZE + 1);
    char *to = text;
    for (int i = 0; i < n && text; i++) {
        const char *name = (const char *)first + (size_t)i * stride;
        for (size_t c = 0; c < DETENTE_NAME_SIZE && name[c]; c++)
            *to++ = name[c] == ' ' ? '_' : name[c];
        if (i + 1 < n)
            *to++ = ' ';
    }
    return text;
}

static int take_names(store_header *header, const detente_config *config)
{
    header->name = detente_strdup(config->name);
    header->question = detente_strdup(config->question ? config->question : "");
    header->personas = join(config->persona->name, sizeof *config->persona, config->n_personas);
    header->tiers = join(config->tier->name, sizeof *config->tier, config->n_tiers);
    header->n_personas = config->n_personas;
    /* Numbers that mean another persona in each cell have no one meaning. */
    for (int k = 0; config->design && k < config->design->n_factors; k++)
        if (!strcmp(config->design->factor[k].path, "customer.persona"))
            header->n_personas = 0;
    header->n_tiers = config->n_tiers;
    header->strategy = detente_calloc(header->n_strategies, sizeof *header->strategy);
    if (!header->name || !header->question || !header->personas || !header->tiers || !header->strategy)
        return DETENTE_E_MEMORY;
    for (uint64_t s = 0; s < header->n_strategies; s++) {
        header->strategy[s] = detente_strdup(config->strategy[s].name);
        if (!header->strategy[s])
            return DETENTE_E_MEMORY;
    }
    return 0;
}

/*
 * What the file will hold must be readable from it. The resolved text says more than what it came from and may be too large
 * where that was not: better said before the run than after it.
 */
static int check_text(const char *text, detente_error *error)
{
    detente_config again = {0};
    detente_error why = {0};
    const int status =
        detente_config_parse(&again, text, strlen(text), "the config with all its defaults", NULL, 0, &why, NULL);
    if (status)
        detente_error_set(error, status, "%s", why.text ? why.text : detente_error_string(status));
    detente_error_clear(&why);
    detente_config_clear(&again);
    return status;
}

static int identify(store_header *header, const detente_config *config, detente_error *error)
{
    store_identity *identity = &header->identity;
    detente_config one = *config; /* a view: nothing of it is released */
    one.replications = 1;
    *identity = (store_identity){.config = detente_strdup(header->text),
                                 .version = detente_strdup(detente_version()),
                                 .format_version = detente_format_version(),
                                 .model_version = detente_model_version(),
                                 .cells = header->cells,
                                 .replications = header->replications,
                                 .shard = 1,
                                 .shards = 1};
    if (!identity->config || !identity->version)
        return detente_no_memory(error);
    const int status = detente_config_sha256(&one, identity->sweep_sha256, error);
    if (status || !config->design || !detente_design_extends(config->design->type))
        return status;
    detente_design point = *config->design;
    point.points = 1;
    one.design = &point;
    return detente_config_sha256(&one, identity->points_sha256, error);
}

void store_header_tables(store_header *header, const detente_config *config)
{
    const uint64_t keep[STORE_N_TABLES] = {config->keep.encounters, config->keep.turns};
    for (int t = 0; t < STORE_N_TABLES; t++) {
        store_columns *columns = &header->columns[t];
        header->keep[t] = keep[t] > 0;
        store_columns_init(columns, (store_table)t, config->keep.columns);
        header->row_bytes[t] = columns->offset[columns->n] / STORE_CHUNK_ROWS;
    }
}

int store_header_init(store_header *header, const detente_config *config, detente_error *error)
{
    *header = (store_header){.seed = config->seed,
                             .n_strategies = (uint64_t)config->n_strategies,
                             .design = config->design,
                             .replications = config->replications,
                             .until = config->until,
                             .encounters = config->encounters,
                             .quantiles = config->quantiles};
    store_header_tables(header, config);
    int status = detente_config_sha256(config, header->config_sha256, error);
    if (!status)
        status = detente_sweep_open(&header->sweep, config, error);
    header->cells = status ? 0 : detente_sweep_cells(header->sweep);
    if (!status)
        status = detente_config_write(config, &header->text, error);
    if (!status)
        status = check_text(header->text, error);
    if (!status)
        status = identify(header, config, error);
    if (!status && take_names(header, config))
        status = detente_no_memory(error);
    if (status)
        store_header_clear(header);
    return status;
}

void store_header_clear(store_header *header)
{
    for (uint64_t s = 0; header->strategy && s < header->n_strategies; s++)
        detente_free(header->strategy[s]);
    detente_sweep_close(header->sweep);
    detente_free(header->strategy);
    store_identity_clear(&header->identity);
    detente_free(header->text);
    detente_free(header->name);
    detente_free(header->question);
    detente_free(header->personas);
    detente_free(header->tiers);
    *header = (store_header){0};
}
