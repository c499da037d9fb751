/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The results reader on any bytes: it must not crash, and must say what is wrong with what it refuses. HDF5 1.10 itself loses an
 * object header (320 bytes) whose checksum is wrong: what it loses is no finding.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/everything.h"

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    detente_error error = {0};
    const int file = memfd_create("fuzz.h5", MFD_CLOEXEC);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const int code = test_read_everything(path, &error);
    if (code && (code != DETENTE_E_INPUT || !error.text))
        abort();
    detente_error_clear(&error);
    close(file);
    return 0;
}
