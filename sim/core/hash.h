/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file hash.h SHA-256, by nettle. */
#ifndef DETENTE_CORE_HASH_H
#define DETENTE_CORE_HASH_H

#include <stddef.h>

/** SHA-256 of @p size bytes as 64 hexadecimal digits and a zero. */
void detente_sha256(const void *data, size_t size, char hex[65]);

/** SHA-256 of bytes that come piece by piece. */
typedef struct detente_hash {
    _Alignas(16) unsigned char state[128];
} detente_hash;
void detente_hash_begin(detente_hash *hash);
void detente_hash_add(detente_hash *hash, const void *data, size_t size);
void detente_hash_end(detente_hash *hash, char hex[65]);

#endif
