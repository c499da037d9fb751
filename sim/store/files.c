/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/memory.h"

char *store_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : detente_alloc((size_t)length + 1);
    if (!text)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

static int io_error(detente_error *error, const char *path, const char *doing)
{
    return detente_error_set(error, DETENTE_E_IO, "%s: cannot %s: %s", path, doing, strerror(errno));
}

static int is_busy(detente_error *error, const char *output)
{
    return detente_error_set(error, DETENTE_E_BUSY,
                             "%s: in use by another run; wait for its end, or write to another file", output);
}

/* Take the lock; 1 when the file was removed by the run that held it, so that a new one must be made. */
static int lock_take(store_folder *folder, const char *output, detente_error *error)
{
    const char *name = folder->lock_name;
    struct stat held, named;
    if (mkdir(folder->path, 0777) && errno != EEXIST)
        return io_error(error, folder->path, "make this folder");
    folder->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (folder->lock < 0)
        return errno == ENOENT ? 1 : io_error(error, name, "make it");
    if (flock(folder->lock, LOCK_EX | LOCK_NB)) {
        const int busy = errno == EWOULDBLOCK;
        const int code = busy ? is_busy(error, output) : io_error(error, name, "lock it");
        close(folder->lock);
        folder->lock = -1;
        return code;
    }
    if (fstat(folder->lock, &held) || stat(name, &named) || held.st_ino != named.st_ino ||
        held.st_dev != named.st_dev) {
        close(folder->lock);
        folder->lock = -1;
        return 1;
    }
    return 0;
}

/* The units in a shard's file name: 0 when it is not one. */
static int part_parse(const char *name, store_part *part)
{
    int length = 0;
    if (sscanf(name, "shard-%12" SCNu64 "-%12" SCNu64 "-%1d%n", &part->first, &part->last, &part->level, &length) < 3)
        return 0;
    if (name[length] == '-') {
        int more = 0;
        if (sscanf(name + length, "-%10" SCNu64 "%n", &part->first_cell, &more) < 1 || part->first_cell == 0)
            return 0;
        length += more;
    }
    return !strcmp(name + length, ".h5") && part->first < part->last;
}

static int part_order(const void *a, const void *b)
{
    const store_part *x = a, *y = b;
    if (x->first_cell != y->first_cell)
        return x->first_cell > y->first_cell ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->last > y->last ? -1 : x->last < y->last;
}

/* Whether part i lies in the last of the first `kept`: they stand after a part that was made of them. */
static int is_covered(const store_folder *folder, size_t kept, size_t i)
{
    return kept > 0 && folder->part[i].first_cell == folder->part[kept - 1].first_cell &&
           folder->part[i].last <= folder->part[kept - 1].last;
}

int store_folder_list(store_folder *folder, detente_error *error)
{
    folder->n = 0;
    DIR *entries = opendir(folder->path);
    if (!entries)
        return io_error(error, folder->path, "read this folder");
    int status = 0;
    for (const struct dirent *entry = readdir(entries); entry && !status; entry = readdir(entries)) {
        store_part part = {0};
        if (part_parse(entry->d_name, &part))
            status = store_folder_add(folder, part, error);
    }
    closedir(entries);
    return status;
}

int store_folder_look(store_folder *folder, const char *path, detente_error *error)
{
    *folder = (store_folder){.lock = -1};
    folder->path = detente_strdup(path);
    int status = folder->path ? store_folder_list(folder, error) : detente_no_memory(error);
    size_t kept = 0;
    for (size_t i = 0; i < folder->n; i++)
        if (!is_covered(folder, kept, i))
            folder->part[kept++] = folder->part[i];
    folder->n = kept;
    if (status)
        store_folder_close(folder);
    return status;
}

int store_folder_open(store_folder *folder, const char *output, detente_error *error)
{
    *folder = (store_folder){.lock = -1};
    folder->path = store_format("%s.parts", output);
    folder->lock_name = folder->path ? store_format("%s/lock", folder->path) : NULL;
    int status = folder->lock_name ? 1 : detente_no_memory(error);
    for (int attempt = 0; attempt < 100 && status == 1; attempt++)
        status = lock_take(folder, output, error);
    if (status == 1)
        status = is_busy(error, output);
    if (!status)
        status = store_folder_list(folder, error);
    if (status)
        store_folder_close(folder);
    return status;
}

int store_folder_join(store_folder *folder, const char *output, detente_error *error)
{
    char *path = store_format("%s.parts", output);
    const int status = path ? store_folder_look(folder, path, error) : detente_no_memory(error);
    detente_free(path);
    return status;
}

int store_folder_add(store_folder *folder, store_part part, detente_error *error)
{
    if (folder->n == folder->capacity) {
        const size_t capacity = folder->capacity ? 2 * folder->capacity : 64;
        store_part *larger = detente_realloc(folder->part, capacity * sizeof *larger);
        if (!larger)
            return detente_no_memory(error);
        folder->part = larger;
        folder->capacity = capacity;
    }
    size_t at = folder->n++;
    for (; at > 0 && part_order(&folder->part[at - 1], &part) > 0; at--)
        folder->part[at] = folder->part[at - 1];
    folder->part[at] = part;
    return 0;
}

uint64_t store_folder_units(const store_folder *folder)
{
    uint64_t units = 0;
    for (size_t i = 0; i < folder->n; i++)
        units += folder->part[i].last - folder->part[i].first;
    return units;
}

char *store_folder_name(const store_folder *folder, store_part part)
{
    char cells[32] = "";
    if (part.first_cell)
        snprintf(cells, sizeof cells, "-%" PRIu64, part.first_cell);
    return store_format("%s/shard-%012" PRIu64 "-%012" PRIu64 "-%d%s.h5", folder->path, part.first, part.last,
                        part.level, cells);
}

/* Files that a run leaves when it is killed: nothing but our own names is ever removed. */
static int is_leaving(const char *name, int parts_too)
{
    store_part part;
    const size_t length = strlen(name);
    return (parts_too && part_parse(name, &part)) || (length > 4 && !strcmp(name + length - 4, ".tmp") &&
                                                      (!strncmp(name, "shard-", 6) || !strcmp(name, "merged.tmp")));
}

static int folder_sweep(const store_folder *folder, int parts_too, detente_error *error)
{
    DIR *entries = opendir(folder->path);
    if (!entries)
        return io_error(error, folder->path, "read this folder");
    int status = 0;
    for (const struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        if (is_leaving(entry->d_name, parts_too) && unlinkat(dirfd(entries), entry->d_name, 0) && errno != ENOENT)
            status = io_error(error, folder->path, "remove what lies in it");
    }
    closedir(entries);
    return status;
}

int store_folder_discard(store_folder *folder, detente_error *error)
{
    folder->n = 0;
    return folder_sweep(folder, 1, error);
}

int store_folder_prune(store_folder *folder, detente_error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < folder->n; i++) {
        if (!is_covered(folder, kept, i)) {
            folder->part[kept++] = folder->part[i];
            continue;
        }
        char *name = store_folder_name(folder, folder->part[i]);
        if (!name)
            return detente_no_memory(error);
        unlink(name);
        detente_free(name);
    }
    folder->n = kept;
    return folder_sweep(folder, 0, error);
}

void store_folder_close(store_folder *folder)
{
    if (folder->lock >= 0) {
        if (folder->n == 0) {
            folder_sweep(folder, 1, NULL);
            if (!unlink(folder->lock_name))
                rmdir(folder->path);
        }
        close(folder->lock);
    }
    detente_free(folder->path);
    detente_free(folder->lock_name);
    detente_free(folder->part);
    *folder = (store_folder){.lock = -1};
}
