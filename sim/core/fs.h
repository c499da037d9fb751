/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fs.h Whole files, read and written. */
#ifndef DETENTE_CORE_FS_H
#define DETENTE_CORE_FS_H

#include <stddef.h>

#include <detente/error.h>

/**
 * Read a whole file ("-" is standard input) of at most @p limit bytes. @param[out] text owned by the caller, ends in a zero
 * that is not counted in @p size. @return 0, DETENTE_E_INPUT (missing, folder, unreadable, too large), DETENTE_E_MEMORY
 */
int detente_fs_read(const char *path, size_t limit, char **text, size_t *size, detente_error *error);

/**
 * Write a file that is not there yet, and sync it; what cannot be written whole is removed again. Nothing is ever replaced.
 * @return 0, DETENTE_E_EXISTS, DETENTE_E_IO, DETENTE_E_MEMORY
 */
int detente_fs_create(const char *path, const void *data, size_t size, detente_error *error);

/** Sync the folder that @p path lies in. @return 0 or DETENTE_E_IO */
int detente_fs_sync_folder(const char *path, detente_error *error);

#endif
