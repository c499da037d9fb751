/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "support/files.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *thing, const char *path)
{
    if (!thing) {
        perror(path);
        abort();
    }
    return thing;
}

char *test_read(const char *path, size_t *size)
{
    FILE *file = must(fopen(path, "rb"), path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = must(malloc(*size + 1), path);
    must(fread(bytes, 1, *size, file) == *size ? bytes : NULL, path);
    bytes[*size] = '\0';
    fclose(file);
    return bytes;
}

void test_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = must(fopen(path, "wb"), path);
    must(fwrite(bytes, 1, size, file) == size && fflush(file) == 0 ? file : NULL, path);
    fclose(file);
}

int test_entries(const char *folder)
{
    DIR *entries = opendir(folder);
    int n = -2; /* "." and ".." */
    if (!entries)
        return -1;
    while (readdir(entries))
        n++;
    closedir(entries);
    return n;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

void test_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
