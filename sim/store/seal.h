/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file seal.h
 * What a shard file ends with: the CRC-32 of all bytes before, so that a changed bit anywhere is noticed before anything is
 * made of it. HDF5 does not mind bytes behind its own.
 */
#ifndef DETENTE_STORE_SEAL_H
#define DETENTE_STORE_SEAL_H

#include <detente/error.h>

/** Append the seal to a file open for reading and writing, to which nothing else is added. @return 0 or an errno */
int store_seal(int fd);
/** Whether a file is as it was when it was sealed. @return 0; DETENTE_E_INPUT when not, or when it cannot be read; DETENTE_E_MEMORY */
int store_seal_check(const char *path);

#endif
