/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr */
#endif
#include "fault/memory.h"

#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

/* What these functions stand before: the sanitizer's, else libc's. */
#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#define __libc_aligned_alloc __libc_memalign
#endif
extern void *REAL(malloc)(size_t size);
extern void *REAL(calloc)(size_t n, size_t size);
extern void *REAL(realloc)(void *block, size_t size);
extern void *REAL(aligned_alloc)(size_t alignment, size_t size);

/* Code of the callers that are counted. */
enum { MOST_RANGES = 64 };
static struct range {
    uintptr_t from, to;
} range[MOST_RANGES];
static int n_ranges;

static atomic_size_t left;   /* allocations that still succeed, while armed */
static size_t given;         /* what it was at fault_arm() */
static atomic_size_t failed; /* since the last fault_arm() */
static atomic_int armed, all_later;

static int note_module(struct dl_phdr_info *module, size_t size, void *data)
{
    static const char *const counted[] = {"/libyaml", "/libdeflate", "/libgsl", "/libnettle"};
    int wanted = !module->dlpi_name[0]; /* the program itself */
    (void)size, (void)data;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        wanted |= strstr(module->dlpi_name, counted[i]) != NULL;
    for (int i = 0; wanted && i < module->dlpi_phnum && n_ranges < MOST_RANGES; i++) {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        const uintptr_t from = module->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X)
            range[n_ranges++] = (struct range){from, from + segment->p_memsz};
    }
    return 0;
}

void fault_arm(size_t n, int all)
{
    if (!n_ranges)
        dl_iterate_phdr(note_module, NULL);
    given = n - 1;
    atomic_store(&left, given);
    atomic_store(&failed, 0);
    atomic_store(&all_later, all);
    atomic_store(&armed, 1);
}

size_t fault_disarm(void)
{
    atomic_store(&armed, 0);
    return atomic_load(&failed);
}

size_t fault_counted(void)
{
    return given - atomic_load(&left);
}

/* These functions are called before the sanitizer has set itself up. */
#define PLAIN __attribute__((no_sanitize("address", "undefined")))

/* Has this call's turn come? */
PLAIN static int fails(const void *caller)
{
    if (!atomic_load_explicit(&armed, memory_order_relaxed))
        return 0;
    const uintptr_t from = (uintptr_t)caller;
    int counted = 0;
    for (int i = 0; i < n_ranges && !counted; i++)
        counted = from >= range[i].from && from < range[i].to;
    if (!counted)
        return 0;
    size_t before = atomic_load(&left);
    while (before > 0 && !atomic_compare_exchange_weak(&left, &before, before - 1))
        continue;
    if (before > 0 || (atomic_fetch_add(&failed, 1) > 0 && !atomic_load(&all_later)))
        return 0;
    errno = ENOMEM;
    return 1;
}

PLAIN void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(malloc)(size);
}

PLAIN void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(calloc)(n, size);
}

PLAIN void *realloc(void *block, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(realloc)(block, size);
}

PLAIN void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : REAL(aligned_alloc)(alignment, size);
}
