/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void *detente_alloc(size_t size)
{
    return malloc(size ? size : 1);
}

void *detente_calloc(size_t n, size_t size)
{
    return calloc(n ? n : 1, size ? size : 1);
}

void *detente_aligned_calloc(size_t alignment, size_t size)
{
    /* aligned_alloc wants a multiple of the alignment. */
    const size_t rounded = (size + alignment - 1) / alignment * alignment;
    void *block = aligned_alloc(alignment, rounded);
    if (block)
        memset(block, 0, rounded);
    return block;
}

void *detente_realloc(void *block, size_t size)
{
    return realloc(block, size ? size : 1);
}

char *detente_strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = detente_alloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void detente_free(void *block)
{
    free(block);
}

int detente_no_memory(detente_error *error)
{
    return detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
}
