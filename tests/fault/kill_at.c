/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loaded before a program (LD_PRELOAD), ends it by SIGKILL before (KILL_WHEN=before) or after (after) its call number KILL_AT,
 * from 1, of those that change a file: written, synced, renamed, cut, removed. With KILL_LOG=FILE it lists the calls there
 * instead. After is half-way for a write of more than one byte: a kernel may stop there. With KILL_WHEN=fails nothing is
 * killed, but that call fails (EIO); with KILL_WHEN=full all from there on that need room on the disk do (ENOSPC).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void note(const char *name)
{
    static ssize_t (*real)(int, const void *, size_t);
    const char *log = getenv("KILL_LOG");
    if (!log)
        return;
    if (!real)
        real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    const int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (real(file, name, strlen(name)) < 0 || real(file, "\n", 1) < 0)
        die();
    close(file);
}

enum { GO_ON, DIE_AFTER, FAIL };

static int call_begins(const char *name)
{
    const long number = atomic_fetch_add(&calls, 1) + 1;
    const char *at = getenv("KILL_AT"), *when = getenv("KILL_WHEN");
    note(name);
    if (!at || !when || number < atol(at))
        return GO_ON;
    if (!strcmp(when, "full")) {
        errno = ENOSPC;
        return strstr(name, "write") || strstr(name, "sync") || strstr(name, "trunc") || !strcmp(name, "mkdir") ? FAIL
                                                                                                                : GO_ON;
    }
    if (number > atol(at))
        return GO_ON;
    if (!strcmp(when, "before"))
        die();
    errno = EIO;
    return strcmp(when, "fails") ? DIE_AFTER : FAIL;
}

/* Pipes and sockets are none of a disk's. */
static int is_on_disk(int file)
{
    struct stat there;
    return fstat(file, &there) == 0 && S_ISREG(there.st_mode);
}

#define CALL(type, name, parameters, arguments) \
    type name parameters; \
    type name parameters \
    { \
        static type(*real) parameters; \
        if (!real) \
            real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
        const int what = call_begins(#name); \
        if (what == FAIL) \
            return -1; \
        const type result = real arguments; \
        if (what == DIE_AFTER) \
            die(); \
        return result; \
    }

#define WRITE(name, parameters, whole, half) \
    ssize_t name parameters; \
    ssize_t name parameters \
    { \
        static ssize_t(*real) parameters; \
        if (!real) \
            real = (ssize_t(*) parameters)dlsym(RTLD_NEXT, #name); \
        const int what = is_on_disk(file) ? call_begins(#name) : GO_ON; \
        if (what == FAIL) \
            return -1; \
        if (what == DIE_AFTER) { \
            if (real half < 0) \
                abort(); \
            die(); \
        } \
        return real whole; \
    }

WRITE(write, (int file, const void *bytes, size_t size), (file, bytes, size), (file, bytes, (size + 1) / 2))
WRITE(pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at),
      (file, bytes, (size + 1) / 2, at))
WRITE(pwrite64, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at),
      (file, bytes, (size + 1) / 2, at))
CALL(int, fsync, (int file), (file))
CALL(int, fdatasync, (int file), (file))
CALL(int, ftruncate, (int file, off_t size), (file, size))
CALL(int, ftruncate64, (int file, off64_t size), (file, size))
CALL(int, rename, (const char *from, const char *to), (from, to))
CALL(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
CALL(int, unlink, (const char *path), (path))
CALL(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
CALL(int, remove, (const char *path), (path))
CALL(int, rmdir, (const char *path), (path))
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode))
