/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sync_file_range */
#endif
#include "store/hdf.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5_hl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "store/seal.h"

/* HDF5's state is the process's, whoever calls it; so is the lock. */
static pthread_mutex_t hdf_lock = PTHREAD_MUTEX_INITIALIZER;

void hdf_enter(hdf_session *session)
{
    sigset_t size_limit;
    sigemptyset(&size_limit);
    sigaddset(&size_limit, SIGXFSZ);
    pthread_mutex_lock(&hdf_lock);
    pthread_sigmask(SIG_BLOCK, &size_limit, &session->signals);
    H5Eget_auto2(H5E_DEFAULT, &session->report, &session->report_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void hdf_leave(hdf_session *session)
{
    H5Eclear2(H5E_DEFAULT);
    H5Eset_auto2(H5E_DEFAULT, session->report, session->report_data);
    if (!sigismember(&session->signals, SIGXFSZ)) {
        /* Our own writes raised it, and they reported EFBIG: take it back before it can kill. */
        sigset_t size_limit;
        sigemptyset(&size_limit);
        sigaddset(&size_limit, SIGXFSZ);
        const struct timespec now = {0, 0};
        while (sigtimedwait(&size_limit, NULL, &now) < 0 && errno == EINTR)
            continue;
    }
    pthread_sigmask(SIG_SETMASK, &session->signals, NULL);
    pthread_mutex_unlock(&hdf_lock);
}

static herr_t note_deepest(unsigned n, const H5E_error2_t *entry, void *data)
{
    (void)n;
    hdf_writer *writer = data;
    if (!writer->message[0] && entry->desc)
        snprintf(writer->message, sizeof writer->message, "%s", entry->desc);
    return 0;
}

hid_t hdf_check(hdf_writer *writer, hid_t status)
{
    if (status < 0 && !writer->bad) {
        writer->bad = 1;
        H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_deepest, writer);
        H5Eclear2(H5E_DEFAULT);
    }
    return status;
}

void hdf_no_memory(hdf_writer *writer)
{
    if (!writer->disk_errno)
        writer->disk_errno = ENOMEM;
}

/* Groups keep the order of creation, which netCDF wants, and no times, so that files are the same bytes. */
static hid_t group_list(hdf_writer *writer, hid_t class)
{
    const hid_t list = hdf_check(writer, H5Pcreate(class));
    hdf_check(writer, H5Pset_obj_track_times(list, 0));
    hdf_check(writer, H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
    hdf_check(writer, H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
    return list;
}

int hdf_create(hdf_writer *writer, const char *path, detente_error *error)
{
    *writer = (hdf_writer){.path = path, .file = -1, .driver = -1};
    writer->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd < 0)
        return detente_error_set(error, DETENTE_E_IO, "%s: cannot create it: %s", path, strerror(errno));
    writer->driver = hdf_check(writer, hdf_disk_register());
    const hid_t access = hdf_check(writer, hdf_disk_access(writer->driver, writer));
    const hid_t create = group_list(writer, H5P_FILE_CREATE);
    writer->file = hdf_check(writer, H5Fcreate(path, H5F_ACC_TRUNC, create, access));
    H5Pclose(create);
    H5Pclose(access);
    if (!writer->bad)
        return 0;
    const int status = writer->disk_errno == ENOMEM
                           ? detente_no_memory(error)
                           : detente_error_set(error, DETENTE_E_IO, "%s: cannot begin it: %s", path, writer->message);
    hdf_abandon(writer);
    return status;
}

void hdf_close(hdf_writer *writer)
{
    if (writer->file >= 0)
        hdf_check(writer, H5Fclose(writer->file));
    if (writer->driver >= 0)
        H5FDunregister(writer->driver);
    writer->file = writer->driver = -1;
}

void hdf_push(const hdf_writer *writer)
{
#ifdef SYNC_FILE_RANGE_WRITE
    /* A hint: where it fails, fsync() has more to do. */
    (void)sync_file_range(writer->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)writer;
#endif
}

int hdf_commit(hdf_writer *writer, detente_error *error)
{
    hdf_close(writer);
    if (writer->sealed && !writer->bad && !writer->disk_errno)
        writer->disk_errno = store_seal(writer->fd);
    if (!writer->bad && !writer->disk_errno && fsync(writer->fd))
        writer->disk_errno = errno;
    if (close(writer->fd) && !writer->disk_errno)
        writer->disk_errno = errno;
    writer->fd = -1;
    if (!writer->bad && !writer->disk_errno)
        return 0;
    unlink(writer->path);
    if (writer->disk_errno == ENOMEM)
        return detente_no_memory(error);
    return detente_error_set(error, DETENTE_E_IO, "%s: cannot write it: %s", writer->path,
                             writer->disk_errno ? strerror(writer->disk_errno) : writer->message);
}

void hdf_abandon(hdf_writer *writer)
{
    if (writer->fd < 0)
        return;
    if (!writer->disk_errno)
        writer->disk_errno = ECANCELED; /* nothing more is worth writing */
    hdf_close(writer);
    close(writer->fd);
    writer->fd = -1;
    unlink(writer->path);
}

hid_t hdf_group(hdf_writer *writer, hid_t parent, const char *name)
{
    const hid_t list = group_list(writer, H5P_GROUP_CREATE);
    const hid_t group = hdf_check(writer, H5Gcreate2(parent, name, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Pclose(list);
    return group;
}

hid_t hdf_dataset_list(hdf_writer *writer)
{
    const hid_t list = hdf_check(writer, H5Pcreate(H5P_DATASET_CREATE));
    hdf_check(writer, H5Pset_obj_track_times(list, 0));
    hdf_check(writer, H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
    return list;
}

hid_t hdf_dataset(hdf_writer *writer, hid_t parent, const char *name, hid_t type, int rank, const hsize_t *shape,
                  hid_t create)
{
    const hid_t list = create == H5P_DEFAULT ? hdf_dataset_list(writer) : create;
    const hid_t space = hdf_check(writer, H5Screate_simple(rank, shape, NULL));
    const hid_t dataset = hdf_check(writer, H5Dcreate2(parent, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Sclose(space);
    if (create == H5P_DEFAULT)
        H5Pclose(list);
    return dataset;
}

void hdf_write(hdf_writer *writer, hid_t dataset, hid_t memory_type, const void *data)
{
    if (!writer->bad && !writer->disk_errno)
        hdf_check(writer, H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
}

void hdf_write_block(hdf_writer *writer, hid_t dataset, hid_t memory_type, int rank, const hsize_t *start,
                     const hsize_t *count, const void *data)
{
    if (writer->bad || writer->disk_errno)
        return;
    const hid_t file = hdf_check(writer, H5Dget_space(dataset));
    const hid_t memory = hdf_check(writer, H5Screate_simple(rank, count, NULL));
    hdf_check(writer, H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL));
    hdf_check(writer, H5Dwrite(dataset, memory_type, memory, file, H5P_DEFAULT, data));
    H5Sclose(memory);
    H5Sclose(file);
}

static hid_t text_type(hdf_writer *writer)
{
    const hid_t type = hdf_check(writer, H5Tcopy(H5T_C_S1));
    hdf_check(writer, H5Tset_size(type, H5T_VARIABLE));
    hdf_check(writer, H5Tset_cset(type, H5T_CSET_UTF8));
    return type;
}

hid_t hdf_strings(hdf_writer *writer, hid_t parent, const char *name, size_t n, const char *const *text)
{
    const hid_t type = text_type(writer);
    const hsize_t shape = n;
    const hid_t dataset = hdf_dataset(writer, parent, name, type, 1, &shape, H5P_DEFAULT);
    hdf_write(writer, dataset, type, text);
    H5Tclose(type);
    return dataset;
}

void hdf_text(hdf_writer *writer, hid_t object, const char *name, const char *text)
{
    const hid_t type = text_type(writer);
    const char *value = text ? text : "";
    hdf_numbers(writer, object, name, type, 0, &value);
    H5Tclose(type);
}

void hdf_number(hdf_writer *writer, hid_t object, const char *name, hid_t type, const void *value)
{
    hdf_numbers(writer, object, name, type, 0, value);
}

/* n is 0 for a scalar. */
void hdf_numbers(hdf_writer *writer, hid_t object, const char *name, hid_t type, size_t n, const void *values)
{
    const hsize_t shape = n;
    const hid_t space = hdf_check(writer, n ? H5Screate_simple(1, &shape, NULL) : H5Screate(H5S_SCALAR));
    const hid_t attribute = hdf_check(writer, H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    hdf_check(writer, H5Awrite(attribute, type, values));
    H5Aclose(attribute);
    H5Sclose(space);
}

void hdf_describe(hdf_writer *writer, hid_t object, const char *unit, const char *long_name)
{
    hdf_text(writer, object, "units", unit);
    hdf_text(writer, object, "long_name", long_name);
}

void hdf_scale(hdf_writer *writer, hid_t dataset, const char *name)
{
    hdf_check(writer, H5DSset_scale(dataset, name));
}

void hdf_attach(hdf_writer *writer, hid_t dataset, hid_t scale, unsigned axis)
{
    hdf_check(writer, H5DSattach_scale(dataset, scale, axis));
}
