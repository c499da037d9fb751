/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fs.h Whole files, read and written. */
#ifndef DETENTE_CORE_FS_H
#define DETENTE_CORE_FS_H

#include <stddef.h>
#include <sys/types.h>

#include <detente/error.h>

/** What an HDF5 file, and so a results file, begins with. */
#define DETENTE_FS_HDF5 "\211HDF\r\n\032\n"
/** Whether the first @p size bytes of a file are an HDF5 file's. */
int detente_fs_is_hdf5(const char *bytes, size_t size);
/** Whether the file @p path begins so; 0 when it cannot be read. */
int detente_fs_begins_as_hdf5(const char *path);

/**
 * Read a whole text file ("-" is standard input) of at most @p limit bytes. @param[out] text owned by the caller, ends in a zero
 * that is not counted in @p size. @return 0, DETENTE_E_INPUT (missing, folder, unreadable, too large, a
 * results file), DETENTE_E_MEMORY
 */
int detente_fs_read(const char *path, size_t limit, char **text, size_t *size, detente_error *error);

/**
 * Write a file that is not there yet, and sync it; what cannot be written whole is removed again. Nothing is ever replaced.
 * @return 0, DETENTE_E_EXISTS, DETENTE_E_IO, DETENTE_E_MEMORY
 */
int detente_fs_create(const char *path, const void *data, size_t size, detente_error *error);

/** Whether a file is there to be replaced by a finished one: 1, 0, or DETENTE_E_IO for a link, a folder, a device,
 * and where the folder that it would lie in is missing. */
int detente_fs_look(const char *path, detente_error *error);
/**
 * Whether @p path may be written: nothing is there, or @p force and it is empty or begins with @p begins. @p what names such files.
 * @return 0, DETENTE_E_EXISTS, DETENTE_E_IO
 */
int detente_fs_check_output(const char *path, int force, const char *begins, const char *what, detente_error *error);
/** Rename, then sync the folder. @param replace 0: DETENTE_E_EXISTS when @p to is there */
int detente_fs_rename(const char *from, const char *to, int replace, detente_error *error);
/**
 * Write a file under another name beside it, sync, rename. What was there stays until then, and stays after a failure.
 * @param replace as in detente_fs_rename() @return 0, DETENTE_E_EXISTS, DETENTE_E_IO, DETENTE_E_MEMORY
 */
int detente_fs_write(const char *path, const void *data, size_t size, int replace, detente_error *error);

/** Read bytes [@p from, @p from + @p size) of an open file. @return how many there were, or -1 and errno */
ssize_t detente_fs_read_at(int fd, void *to, size_t size, off_t from);
/** Write bytes from place @p at on. @return 0 or an errno */
int detente_fs_write_at(int fd, const void *bytes, size_t size, off_t at);

/** Sync the folder that @p path lies in. @return 0 or DETENTE_E_IO */
int detente_fs_sync_folder(const char *path, detente_error *error);

#endif
