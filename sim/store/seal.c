/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/memory.h"

/* Eight letters and the sum, its low byte first. */
static const char MARK[] = "detente\n";
enum { MARK_SIZE = sizeof MARK - 1, SEAL_SIZE = MARK_SIZE + 4, BLOCK = 1 << 18 };

/* Bytes [from, from + size) of a file. @return 0 or an errno; EIO when it is shorter */
static int read_bytes(int fd, unsigned char *to, size_t size, off_t from)
{
    const ssize_t got = detente_fs_read_at(fd, to, size, from);
    return got < 0 ? errno : (size_t)got < size ? EIO : 0;
}

/* The seal of a file's first @p size bytes. @return 0 or an errno */
static int make_seal(int fd, off_t size, unsigned char seal[SEAL_SIZE])
{
    unsigned char *block = detente_alloc(BLOCK);
    uint32_t sum = libdeflate_crc32(0, NULL, 0);
    int failed = block ? 0 : ENOMEM;
    for (off_t at = 0; at < size && !failed; at += BLOCK) {
        const size_t n = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
        failed = read_bytes(fd, block, n, at);
        if (!failed)
            sum = libdeflate_crc32(sum, block, n);
    }
    detente_free(block);
    memcpy(seal, MARK, MARK_SIZE);
    for (int i = 0; i < 4; i++)
        seal[MARK_SIZE + i] = (unsigned char)(sum >> 8 * i);
    return failed;
}

int store_seal(int fd)
{
    unsigned char seal[SEAL_SIZE];
    const off_t size = lseek(fd, 0, SEEK_END);
    const int failed = size < 0 ? errno : make_seal(fd, size, seal);
    return failed ? failed : detente_fs_write_at(fd, seal, SEAL_SIZE, size);
}

int store_seal_check(const char *path)
{
    unsigned char found[SEAL_SIZE], right[SEAL_SIZE];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    int failed = end < SEAL_SIZE ? EIO : read_bytes(fd, found, SEAL_SIZE, end - SEAL_SIZE);
    if (!failed)
        failed = make_seal(fd, end - SEAL_SIZE, right);
    if (fd >= 0)
        close(fd);
    if (failed == ENOMEM)
        return DETENTE_E_MEMORY;
    return failed || memcmp(found, right, SEAL_SIZE) ? DETENTE_E_INPUT : 0;
}
