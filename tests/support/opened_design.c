/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/opened_design.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

detente_config config;
detente_sweep *sweep;

void open_design(const char *design)
{
    char text[16384];
    detente_error error = {0};
    snprintf(text, sizeof text, "detente: 1\nseed: 7\nstrategies: [typical, mirroring]\ndesign: {%s}\n", design);
    ck_assert_msg(!detente_config_parse(&config, text, strlen(text), "test", NULL, 0, &error, NULL), "%s", error.text);
    ck_assert_int_eq(detente_sweep_open(&sweep, &config, &error), 0);
}

void close_design(void)
{
    detente_sweep_close(sweep);
    detente_config_clear(&config);
}

const double *point(uint64_t i)
{
    static double value[DETENTE_MAX_FACTORS];
    ck_assert_int_eq(detente_sweep_values(sweep, i, value, NULL), 0);
    return value;
}
