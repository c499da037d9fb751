/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file hash.h SHA-256, by nettle. */
#ifndef DETENTE_CORE_HASH_H
#define DETENTE_CORE_HASH_H

#include <stddef.h>

/** SHA-256 of @p size bytes as 64 hexadecimal digits and a zero. */
void detente_sha256(const void *data, size_t size, char hex[65]);

#endif
