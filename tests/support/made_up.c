/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/made_up.h"

#include <string.h>

const char *const made_up_strategy[MADE_UP_CELLS] = {"typical", "listen first", "überlegt"};

static const char config_text[] = "detente: 1\n"
                                  "name: made up\n"
                                  "question: Läuft es?\n"
                                  "seed: 7\n"
                                  "replications: 1\n"
                                  "encounters: 1\n"
                                  "customer:\n"
                                  "  personas: [{name: reasonable, share: 0.7}, {name: très pressé, share: 0.3}]\n"
                                  "strategies:\n"
                                  "  - typical\n"
                                  "  - {name: listen first, playbook: [{do: listen}]}\n"
                                  "  - {name: überlegt, playbook: [{do: offer}]}\n";

int made_up_config(detente_config *config, uint64_t replications, uint64_t encounters, detente_error *error)
{
    const int status =
        detente_config_parse(config, config_text, sizeof config_text - 1, "made-up", NULL, 0, error, NULL);
    if (status)
        return status;
    config->replications = replications;
    config->encounters = encounters;
    config->quantiles = 1;
    config->keep = (detente_keep){0, 0, (1ULL << DETENTE_N_METRICS) - 1};
    return 0;
}

static uint64_t mix(uint64_t x)
{
    /* splitmix64 (Steele, Lea & Flood 2014) */
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

static uint64_t key_of(uint32_t cell, uint32_t replication, uint32_t encounter)
{
    return mix(mix((uint64_t)cell << 32 | replication) ^ encounter);
}

int made_up_is_flag(int metric)
{
    return detente_metric_is_flag(metric);
}

uint32_t made_up_turns(uint32_t cell, uint32_t replication, uint32_t encounter)
{
    return 1 + (uint32_t)(key_of(cell, replication, encounter) % MADE_UP_MOST_TURNS);
}

int made_up_persona(uint32_t cell, uint32_t replication, uint32_t encounter)
{
    return (int)(key_of(cell, replication, encounter) / 16 % MADE_UP_PERSONAS);
}

float made_up_outcome(uint32_t cell, uint32_t replication, uint32_t encounter, int metric)
{
    if (metric == DETENTE_METRIC_turns)
        return (float)made_up_turns(cell, replication, encounter);
    const uint64_t bits = mix(key_of(cell, replication, encounter) + (uint64_t)metric);
    if (made_up_is_flag(metric))
        return (float)(bits % 3 == 0);
    const float share = (float)(bits >> 40) * 0x1p-24f;
    return metric == DETENTE_METRIC_minutes     ? 4096 + share
           : metric == DETENTE_METRIC_net_value ? 700 * share - 300
                                                : share;
}

void made_up_turn(uint32_t cell, uint32_t replication, uint32_t encounter, uint32_t t, detente_turn *turn)
{
    const uint64_t bits = mix(key_of(cell, replication, encounter) - t);
    const float share = (float)(bits >> 40) * 0x1p-24f;
    memset(turn, 0, sizeof *turn);
    turn->turn = t + 1;
    turn->rule = (int)(bits % 5);
    turn->move = (int)(bits % DETENTE_N_MOVES);
    turn->tier = (int)(bits % 2);
    turn->anger = share;
    turn->hostility = 2 * share - 1;
    turn->agent_hostility = 1 - 2 * share;
    turn->heard = share / 2;
    turn->rapport = share / 4;
    turn->demand = 1 + share / 2;
    turn->offer = share / 8;
    turn->minutes = (float)(t + 1) + share;
}

/* The turns of the first so many encounters of a block that begins at encounter `first`. */
static size_t make_turns(uint32_t cell, uint32_t replication, uint32_t first, uint32_t n, detente_turn *turns,
                         uint32_t *encounter)
{
    size_t made = 0;
    for (uint32_t e = first; e < first + n; e++)
        for (uint32_t t = 0; t < made_up_turns(cell, replication, e); t++) {
            made_up_turn(cell, replication, e, t, &turns[made]);
            encounter[made++] = e;
        }
    return made;
}

static uint32_t kept_of(uint64_t keep, uint32_t first, uint32_t n)
{
    return keep <= first ? 0 : keep - first < n ? (uint32_t)(keep - first) : n;
}

static int feed_unit(const detente_config *config, const detente_sink *sink, const detente_unit *unit,
                     detente_moments *moments, detente_histogram *histogram, detente_error *error)
{
    /* Static, so that a test which fails allocations fails the store's alone. */
    static detente_block block;
    static detente_turn turns[DETENTE_BLOCK * MADE_UP_MOST_TURNS];
    static uint32_t encounter[DETENTE_BLOCK * MADE_UP_MOST_TURNS];
    const uint32_t cell = unit->cell, replication = unit->replication;
    for (uint32_t first = 0; first < config->encounters; first += DETENTE_BLOCK) {
        block.n = kept_of(config->encounters, first, DETENTE_BLOCK);
        for (uint32_t i = 0; i < block.n; i++) {
            block.persona[i] = made_up_persona(cell, replication, first + i);
            for (int m = 0; m < DETENTE_N_METRICS; m++) {
                block.metric[m][i] = made_up_outcome(cell, replication, first + i, m);
                detente_moments_add(&moments[m], (double)block.metric[m][i]);
            }
        }
        for (int m = 0; m < DETENTE_N_METRICS && config->quantiles; m++)
            if (detente_histogram_add(&histogram[m], block.metric[m], block.n))
                return detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
        detente_rows rows = {
            .block = &block, .first = first, .kept_encounters = kept_of(config->keep.encounters, first, block.n)};
        const uint32_t kept_turns = kept_of(config->keep.turns, first, block.n);
        rows.n_turns = make_turns(cell, replication, first, kept_turns, turns, encounter);
        rows.turns = rows.n_turns ? turns : NULL;
        rows.turn_encounter = encounter;
        const int status =
            rows.kept_encounters || rows.n_turns ? sink->rows(sink->data, cell, replication, &rows, error) : 0;
        if (status)
            return status;
    }
    return sink->unit(sink->data, unit, error);
}

int made_up_feed(const detente_config *config, const detente_sink *sink, uint64_t first, uint64_t last,
                 detente_error *error)
{
    detente_histogram histogram[DETENTE_N_METRICS] = {{.n_few = 0}};
    const uint64_t cells = (uint64_t)config->n_strategies;
    int status = 0;
    for (uint64_t u = first; u < last && !status; u++) {
        detente_moments moments[DETENTE_N_METRICS];
        for (int m = 0; m < DETENTE_N_METRICS; m++) {
            detente_moments_init(&moments[m]);
            detente_histogram_reset(&histogram[m]);
        }
        const detente_unit unit = {
            u, (uint32_t)(u % cells), (uint32_t)(u / cells), moments, config->quantiles ? histogram : NULL, NULL};
        status = feed_unit(config, sink, &unit, moments, histogram, error);
    }
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        detente_histogram_clear(&histogram[m]);
    return status;
}

int made_up_store(const detente_config *config, const char *path, const detente_store_options *options,
                  const detente_provenance *provenance, detente_error *error)
{
    detente_store *store = NULL;
    int status = detente_store_create(&store, path, config, options, error);
    if (status)
        return status;
    const detente_sink sink = detente_store_sink(store);
    status = made_up_feed(config, &sink, 0, (uint64_t)config->n_strategies * config->replications, error);
    if (!status)
        status = detente_store_finish(store, provenance, error);
    detente_store_free(store);
    return status;
}
