/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: run_pack CONFIG >BYTES: read a config and write it as run_blocks takes it. */
#include <detente/detente.h>

#include "config_bytes.h"

int main(int argc, char **argv)
{
    static detente_config config;
    detente_error error = {0};
    if (argc != 2)
        return 2;
    if (detente_config_load(&config, argv[1], NULL, 0, &error, NULL) != 0) {
        fprintf(stderr, "%s\n", error.text ? error.text : "out of memory");
        detente_error_clear(&error);
        return 3;
    }
    const int failed = config_bytes_write(&config, stdout) != 0;
    detente_config_clear(&config);
    return failed;
}
