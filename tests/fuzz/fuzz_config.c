/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The config reader on anything: it must not crash, and what it accepts must be written so that it reads back to the same text.
 * A zero byte ends the config; what follows is settings, PATH=VALUE, each ended by a zero byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

enum { MOST_SETTINGS = 8, MOST_BYTES = 1 << 16 };

/* A broken promise ends the process, which the fuzzer reports. */
static void require(int holds)
{
    if (!holds)
        __builtin_trap();
}

static void read_back(const detente_config *config)
{
    detente_config again;
    char *text, *twice, *words, *never;
    require(!detente_config_write(config, &text, NULL));
    require(!detente_config_parse(&again, text, strlen(text), "again.yaml", NULL, 0, NULL, NULL));
    require(!detente_config_write(&again, &twice, NULL));
    require(!strcmp(text, twice));
    for (int i = 0; i < config->n_strategies; i++) {
        require(!detente_strategy_explain(config, i, &words, &never, NULL));
        free(words);
        free(never);
    }
    for (int i = 0; i < config->n_hypotheses; i++) {
        require(!detente_hypothesis_explain(config, i, &words, NULL));
        free(words);
    }
    detente_config_clear(&again);
    free(text);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    detente_config config;
    detente_error error = {0}, warnings = {0};
    detente_setting setting[MOST_SETTINGS];
    size_t n = 0;
    char *copy = size <= MOST_BYTES ? calloc(1, size + 1) : NULL;
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    const size_t text = strnlen(copy, size);
    for (char *at = copy + text + 1; at < copy + size && n < MOST_SETTINGS;) {
        char *next = at + strlen(at) + 1, *equals = strchr(at, '=');
        if (equals) {
            *equals = 0;
            setting[n++] = (detente_setting){at, equals + 1};
        }
        at = next;
    }
    /* No file lies in that folder: only the library is read besides. */
    const int code = detente_config_parse(&config, copy, text, "nowhere/fuzz.yaml", setting, n, &error, &warnings);
    require(code ? error.text != NULL : !error.text);
    if (!code)
        read_back(&config);
    detente_config_clear(&config);
    detente_error_clear(&error);
    detente_error_clear(&warnings);
    free(copy);
    return 0;
}
