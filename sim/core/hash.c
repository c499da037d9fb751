/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/hash.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(detente_hash), "nettle's state fits");

static struct sha256_ctx *context(detente_hash *hash)
{
    return (struct sha256_ctx *)(void *)hash->state;
}

void detente_hash_begin(detente_hash *hash)
{
    sha256_init(context(hash));
}

void detente_hash_add(detente_hash *hash, const void *data, size_t size)
{
    sha256_update(context(hash), size, data);
}

void detente_hash_end(detente_hash *hash, char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context(hash), SHA256_DIGEST_SIZE, digest);
    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = 0;
}

void detente_sha256(const void *data, size_t size, char hex[65])
{
    detente_hash hash;
    detente_hash_begin(&hash);
    detente_hash_add(&hash, data, size);
    detente_hash_end(&hash, hex);
}
