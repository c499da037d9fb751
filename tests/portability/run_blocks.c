/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage: run_blocks [ISA] <BYTES: play a config written by run_pack and print what each strategy's outcomes, customers and turns
 * hash to. It needs the kernel alone: no YAML, no HDF5, no OpenMP.
 */
#include <inttypes.h>

#include <detente/model.h>

#include "config_bytes.h"

enum { REPLICATIONS = 2, TRACES = 16 };

/* FNV-1a (Fowler, Noll & Vo), 64 bits. */
static uint64_t hash(uint64_t so_far, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++)
        so_far = (so_far ^ at[i]) * 0x100000001b3;
    return so_far;
}

static uint64_t hash_block(uint64_t h, const detente_block *block)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        h = hash(h, block->metric[m], block->n * sizeof(float));
    for (int t = 0; t < DETENTE_N_TRAITS; t++)
        h = hash(h, block->trait[t], block->n * sizeof(float));
    return hash(h, block->persona, block->n * sizeof(int32_t));
}

static uint64_t hash_cell(const detente_cell *cell, detente_isa isa, const detente_config *config, detente_turn *turns)
{
    static detente_block block;
    uint64_t h = 0xcbf29ce484222325;
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        const uint32_t n = config->encounters < DETENTE_BLOCK ? (uint32_t)config->encounters : DETENTE_BLOCK;
        detente_cell_play(cell, isa, r, 0, n, &block);
        h = hash_block(h, &block);
        for (uint32_t e = 0; e < TRACES; e++) {
            const uint32_t n_turns = detente_cell_trace(cell, r, e, turns, &block);
            h = hash(hash(h, &n_turns, sizeof n_turns), turns, n_turns * sizeof *turns);
        }
    }
    return h;
}

int main(int argc, char **argv)
{
    static detente_config config;
    detente_error error = {0};
    detente_isa isa = DETENTE_ISA_AUTO;
    detente_turn *turns = NULL;
    int status = 3;
    if ((argc > 1 && detente_isa_parse(argv[1], &isa, &error) != 0) || config_bytes_read(&config, stdin) != 0 ||
        (turns = calloc((size_t)config.max_turns, sizeof *turns)) == NULL)
        goto out;
    for (int s = 0; s < config.n_strategies; s++) {
        detente_cell *cell;
        if (detente_cell_create(&cell, &config, s, 0, &error) != 0)
            goto out;
        printf("%016" PRIx64 " %s\n", hash_cell(cell, isa, &config, turns), config.strategy[s].name);
        detente_cell_free(cell);
    }
    status = 0;
out:
    if (status)
        fprintf(stderr, "%s\n", error.text ? error.text : "no config that can be played");
    detente_error_clear(&error);
    free(turns);
    free(config.persona);
    free(config.strategy);
    return status;
}
