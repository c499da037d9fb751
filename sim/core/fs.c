/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* renameat2 */
#endif
#include "core/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

static int fail(detente_error *error, int code, const char *path)
{
    return detente_error_set(error, code, "%s: %s", path, strerror(errno));
}

int detente_fs_is_hdf5(const char *bytes, size_t size)
{
    const size_t length = sizeof DETENTE_FS_HDF5 - 1;
    return size >= length && memcmp(bytes, DETENTE_FS_HDF5, length) == 0;
}

int detente_fs_begins_as_hdf5(const char *path)
{
    char begins[sizeof DETENTE_FS_HDF5 - 1] = "";
    FILE *file = fopen(path, "rbe");
    const size_t n = file ? fread(begins, 1, sizeof begins, file) : 0;
    if (file)
        fclose(file);
    return detente_fs_is_hdf5(begins, n);
}

/* Results are taken for a config's easily, and are no text. */
static int refuse_results(const char *path, detente_error *error)
{
    return detente_error_set(
        error, DETENTE_E_INPUT,
        "%s: is a results file (HDF5), not a text: `detente compare`, `report` and `replay` read it", path);
}

static int read_all(int file, const char *path, size_t limit, char **text, size_t *size, detente_error *error)
{
    size_t capacity = 1 << 16, used = 0;
    char *buffer = detente_alloc(capacity);
    while (buffer) {
        const ssize_t got = read(file, buffer + used, capacity - used - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            detente_free(buffer);
            return fail(error, DETENTE_E_INPUT, path);
        }
        used += (size_t)got;
        if (detente_fs_is_hdf5(buffer, used)) {
            detente_free(buffer);
            return refuse_results(path, error);
        }
        if (got == 0) {
            buffer[used] = 0;
            *text = buffer;
            *size = used;
            return 0;
        }
        if (used > limit) {
            detente_free(buffer);
            return detente_error_set(error, DETENTE_E_INPUT, "%s: larger than %zu bytes", path, limit);
        }
        if (capacity - used < 2) {
            char *larger = detente_realloc(buffer, capacity *= 2);
            if (!larger)
                detente_free(buffer);
            buffer = larger;
        }
    }
    return detente_error_set(error, DETENTE_E_MEMORY, "%s: out of memory", path);
}

int detente_fs_read(const char *path, size_t limit, char **text, size_t *size, detente_error *error)
{
    struct stat status;
    *text = NULL;
    *size = 0;
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", limit, text, size, error);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(error, DETENTE_E_INPUT, path);
    int code;
    if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode))
        code = detente_error_set(error, DETENTE_E_INPUT, "%s: is a folder, not a file", path);
    else
        code = read_all(file, path, limit, text, size, error);
    close(file);
    return code;
}

ssize_t detente_fs_read_at(int fd, void *to, size_t size, off_t from)
{
    unsigned char *bytes = to;
    size_t n = 0;
    while (n < size) {
        const ssize_t got = pread(fd, bytes + n, size - n, from + (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

int detente_fs_write_at(int fd, const void *bytes, size_t size, off_t at)
{
    const unsigned char *from = bytes;
    while (size > 0) {
        const ssize_t put = pwrite(fd, from, size, at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? errno : ENOSPC;
        from += put;
        at += put;
        size -= (size_t)put;
    }
    return 0;
}

int detente_fs_sync_folder(const char *path, detente_error *error)
{
    /* Nothing is allocated: what was renamed before must not then be said to have failed for want of memory. */
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    const size_t length = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof folder)
        return detente_error_set(error, DETENTE_E_IO, "%s: %s", path, strerror(ENAMETOOLONG));
    if (slash)
        memcpy(folder, path, length);
    const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder and say EINVAL: there is nothing more to be done there. */
    const int failed = file < 0 || (fsync(file) != 0 && errno != EINVAL);
    const int code = failed
                         ? detente_error_set(error, DETENTE_E_IO, "%s: cannot put what this folder holds on disk: %s",
                                             folder, strerror(errno))
                         : 0;
    if (file >= 0)
        close(file);
    return code;
}

static int write_all(int file, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t done = write(file, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return -1;
        data += done;
        size -= (size_t)done;
    }
    return fsync(file);
}

int detente_fs_create(const char *path, const void *data, size_t size, detente_error *error)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno == EEXIST)
        return detente_error_set(error, DETENTE_E_EXISTS, "%s: exists; nothing was written", path);
    if (file < 0)
        return fail(error, DETENTE_E_IO, path);
    int failed = write_all(file, data, size), reason = errno;
    if (close(file) && !failed) {
        failed = -1;
        reason = errno;
    }
    if (!failed)
        return detente_fs_sync_folder(path, error);
    unlink(path);
    errno = reason;
    return fail(error, DETENTE_E_IO, path);
}

/* Begins with @p begins, or is empty. */
static int is_ours(const char *path, const char *begins)
{
    char found[64] = "";
    const size_t length = strlen(begins) < sizeof found ? strlen(begins) : sizeof found;
    FILE *file = fopen(path, "rbe");
    const size_t n = file ? fread(found, 1, length, file) : 1;
    if (file)
        fclose(file);
    return n == 0 || memcmp(found, begins, length) == 0;
}

/* Why a name cannot be written that stat() did not find: 0 when it only is not there yet. */
static int look_at_folder(const char *path, detente_error *error)
{
    char folder[PATH_MAX];
    struct stat there;
    const char *slash = strrchr(path, '/');
    const size_t length = slash ? (size_t)(slash - path) : 0;
    if (length == 0 || length >= sizeof folder)
        return 0;
    memcpy(folder, path, length);
    folder[length] = 0;
    if (!stat(folder, &there) || errno != ENOENT)
        return 0;
    return detente_error_set(error, DETENTE_E_IO, "%s: there is no such folder", folder);
}

int detente_fs_look(const char *path, detente_error *error)
{
    struct stat there, named;
    /* The finished file is renamed to its name: that would put it in the link's place, or find the name taken after hours. */
    if (!lstat(path, &named) && S_ISLNK(named.st_mode))
        return detente_error_set(error, DETENTE_E_IO, "%s: is a symbolic link; name the file that it leads to", path);
    if (stat(path, &there)) {
        if (errno != ENOENT)
            return detente_error_set(error, DETENTE_E_IO, "%s: cannot write it: %s", path, strerror(errno));
        return look_at_folder(path, error);
    }
    if (S_ISDIR(there.st_mode))
        return detente_error_set(error, DETENTE_E_IO, "%s: is a folder; name a file", path);
    if (!S_ISREG(there.st_mode))
        return detente_error_set(error, DETENTE_E_IO, "%s: is not an ordinary file", path);
    return 1;
}

int detente_fs_check_output(const char *path, int force, const char *begins, const char *what, detente_error *error)
{
    const int found = detente_fs_look(path, error);
    if (found <= 0)
        return found;
    if (!force)
        return detente_error_set(error, DETENTE_E_EXISTS, "%s: exists; use --force to replace it", path);
    /* A slip must not cost a config or a playbook. */
    return is_ours(path, begins)
               ? 0
               : detente_error_set(error, DETENTE_E_EXISTS, "%s: exists and is not %s: --force does not replace it",
                                   path, what);
}

int detente_fs_rename(const char *from, const char *to, int replace, detente_error *error)
{
    int failed = replace ? rename(from, to) : renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (failed && !replace && (errno == EINVAL || errno == ENOSYS)) {
        /* This file system cannot promise it: look, then rename. */
        struct stat there;
        errno = EEXIST;
        failed = lstat(to, &there) ? rename(from, to) : -1;
    }
    if (failed && !replace && errno == EEXIST)
        return detente_error_set(error, DETENTE_E_EXISTS, "%s: appeared during the run; it was left alone", to);
    if (failed)
        return detente_error_set(error, DETENTE_E_IO, "%s: cannot rename the finished file to it: %s", to,
                                 strerror(errno));
    return detente_fs_sync_folder(to, error);
}

int detente_fs_write(const char *path, const void *data, size_t size, int replace, detente_error *error)
{
    const size_t length = strlen(path) + sizeof ".tmp";
    char *beside = detente_alloc(length);
    if (!beside)
        return detente_error_set(error, DETENTE_E_MEMORY, "%s: out of memory", path);
    snprintf(beside, length, "%s.tmp", path);
    /* A leaving of a command that was killed. */
    unlink(beside);
    int code = detente_fs_create(beside, data, size, error);
    if (!code) {
        code = detente_fs_rename(beside, path, replace, error);
        if (code)
            unlink(beside);
    }
    detente_free(beside);
    return code;
}
