/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file config_bytes.h
 * A config as the bytes of its structs, so that a machine for which no YAML library is at hand can play it. Both sides must lay
 * structs out alike (little-endian, LP64, IEEE): the sizes at the front are compared.
 */
#ifndef DETENTE_TESTS_CONFIG_BYTES_H
#define DETENTE_TESTS_CONFIG_BYTES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <detente/config.h>

static const uint64_t config_bytes_head[] = {0x4554454e544544, sizeof(detente_config), sizeof(detente_persona),
                                             sizeof(detente_strategy)};

/** @return 0, or -1 when not all could be written */
static inline int config_bytes_write(const detente_config *config, FILE *to)
{
    const size_t personas = (size_t)config->n_personas, strategies = (size_t)config->n_strategies;
    return fwrite(config_bytes_head, sizeof config_bytes_head, 1, to) == 1 &&
                   fwrite(config, sizeof *config, 1, to) == 1 &&
                   fwrite(config->persona, sizeof *config->persona, personas, to) == personas &&
                   fwrite(config->strategy, sizeof *config->strategy, strategies, to) == strategies && fflush(to) == 0
               ? 0
               : -1;
}

/** @return 0, or -1 when the bytes are not those of a config here; persona and strategy are the caller's to free() */
static inline int config_bytes_read(detente_config *config, FILE *from)
{
    uint64_t head[sizeof config_bytes_head / sizeof *config_bytes_head];
    if (fread(head, sizeof head, 1, from) != 1 || fread(config, sizeof *config, 1, from) != 1)
        return -1;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        if (head[i] != config_bytes_head[i])
            return -1;
    const size_t personas = (size_t)config->n_personas, strategies = (size_t)config->n_strategies;
    config->question = NULL;
    config->persona = calloc(personas, sizeof *config->persona);
    config->strategy = calloc(strategies, sizeof *config->strategy);
    return config->persona && config->strategy &&
                   fread(config->persona, sizeof *config->persona, personas, from) == personas &&
                   fread(config->strategy, sizeof *config->strategy, strategies, from) == strategies
               ? 0
               : -1;
}

#endif
