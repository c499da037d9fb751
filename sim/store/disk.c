/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An HDF5 file driver over a file descriptor. HDF5 cannot close a file whose last writes fail: it leaves half of it open and
 * complains at exit. So the first failure is noted in the writer, and from then on writes are said to have gone well; the
 * file is thrown away afterwards.
 */
#include "store/hdf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/memory.h"

typedef struct disk {
    H5FD_t base; /* HDF5 keeps its own fields here: must come first */
    hdf_writer *writer;
    haddr_t end_allocated, end_written;
} disk;

static H5FD_t *disk_open(const char *name, unsigned flags, hid_t access, haddr_t limit)
{
    (void)name, (void)flags, (void)limit;
    hdf_writer *const *writer = H5Pget_driver_info(access);
    disk *file = writer ? detente_calloc(1, sizeof *file) : NULL;
    if (file)
        file->writer = *writer;
    else if (writer)
        (*writer)->disk_errno = ENOMEM;
    return file ? &file->base : NULL;
}

static herr_t disk_close(H5FD_t *file)
{
    detente_free(file);
    return 0;
}

static herr_t disk_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t disk_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const disk *)file)->end_allocated;
}

static herr_t disk_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((disk *)file)->end_allocated = address;
    return 0;
}

static haddr_t disk_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const disk *)file)->end_written;
}

static herr_t disk_read(H5FD_t *file, H5FD_mem_t type, hid_t list, haddr_t address, size_t size, void *buffer)
{
    (void)type, (void)list;
    const ssize_t got = detente_fs_read_at(((const disk *)file)->writer->fd, buffer, size, (off_t)address);
    if (got < 0)
        return -1;
    /* What lies past the end of the file reads as zero. */
    memset((unsigned char *)buffer + got, 0, size - (size_t)got);
    return 0;
}

static herr_t disk_write(H5FD_t *file, H5FD_mem_t type, hid_t list, haddr_t address, size_t size, const void *buffer)
{
    (void)type, (void)list;
    disk *self = (disk *)file;
    if (address + size > self->end_written)
        self->end_written = address + size;
    if (!self->writer->disk_errno)
        self->writer->disk_errno = detente_fs_write_at(self->writer->fd, buffer, size, (off_t)address);
    return 0;
}

static herr_t disk_truncate(H5FD_t *file, hid_t list, hbool_t closing)
{
    (void)list, (void)closing;
    disk *self = (disk *)file;
    if (self->end_written == self->end_allocated)
        return 0;
    if (!self->writer->disk_errno && ftruncate(self->writer->fd, (off_t)self->end_allocated))
        self->writer->disk_errno = errno;
    self->end_written = self->end_allocated;
    return 0;
}

hid_t hdf_disk_register(void)
{
    static const H5FD_class_t driver = {
        .name = "detente",
        .maxaddr = ((haddr_t)1 << 62) - 1,
        .fc_degree = H5F_CLOSE_STRONG,
        .fapl_size = sizeof(hdf_writer *),
        .open = disk_open,
        .close = disk_close,
        .query = disk_query,
        .get_eoa = disk_get_eoa,
        .set_eoa = disk_set_eoa,
        .get_eof = disk_get_eof,
        .read = disk_read,
        .write = disk_write,
        .truncate = disk_truncate,
        .fl_map = H5FD_FLMAP_DICHOTOMY,
    };
    return H5FDregister(&driver);
}

hid_t hdf_disk_access(hid_t driver, hdf_writer *writer)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_driver(access, driver, &writer) < 0 || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0) {
        H5Pclose(access);
        return -1;
    }
    return access;
}
