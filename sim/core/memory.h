/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file memory.h
 * Every allocation of the library goes through here, so that tests can fail the n-th. All return NULL when memory is out.
 */
#ifndef DETENTE_CORE_MEMORY_H
#define DETENTE_CORE_MEMORY_H

#include <stddef.h>

#include <detente/error.h>

void *detente_alloc(size_t size);
/** Zeroed; NULL too when n * size overflows. */
void *detente_calloc(size_t n, size_t size);
/** Zeroed and aligned to @p alignment (a power of two). */
void *detente_aligned_calloc(size_t alignment, size_t size);
void *detente_realloc(void *block, size_t size);
char *detente_strdup(const char *text);
/** Release what any of the above returned. NULL is allowed. */
void detente_free(void *block);
/** Say that one of them failed. @return DETENTE_E_MEMORY */
int detente_no_memory(detente_error *error);

#endif
