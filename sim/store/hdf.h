/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file hdf.h
 * HDF5 behind a few calls that fit this store: quiet, one thread at a time, errors kept until they are asked for.
 *
 * HDF5 is not made for several threads, so every use stands between hdf_enter() and hdf_leave(), which hold one lock for the
 * whole process; two stores at once take turns.
 */
#ifndef DETENTE_STORE_HDF_H
#define DETENTE_STORE_HDF_H

#include <signal.h>

#include <hdf5.h>

#include <detente/error.h>

/** What hdf_leave() puts back. */
typedef struct hdf_session {
    H5E_auto2_t report;
    void *report_data;
    sigset_t signals;
} hdf_session;

/** Take the lock, silence HDF5's error printing and hold back SIGXFSZ (a file size limit is an error like any other). */
void hdf_enter(hdf_session *session);
void hdf_leave(hdf_session *session);

/**
 * A file being written. Failures stick: after the first one every call does nothing of use, and hdf_commit() reports it.
 * Bytes go to the disk through a driver of our own, which notes errno and lets HDF5 close the file in peace.
 */
typedef struct hdf_writer {
    const char *path; /**< not owned */
    hid_t file;
    hid_t driver; /**< outlives the file: HDF5 uses it after it has given up its own hold */
    int fd;
    int disk_errno; /**< of the first write that failed, or 0 */
    int bad;
    int sealed;        /**< hdf_commit() appends a seal (seal.h) */
    char message[160]; /**< HDF5's words for the first failure */
} hdf_writer;

/** HDF5 driver over writer->fd. @return its identifier, to be unregistered. */
hid_t hdf_disk_register(void);
/** A file access list that uses @p driver for @p writer. */
hid_t hdf_disk_access(hid_t driver, hdf_writer *writer);

/** Create @p path, or empty it. @return 0, DETENTE_E_IO or DETENTE_E_MEMORY */
int hdf_create(hdf_writer *writer, const char *path, detente_error *error);
/** Close the file for HDF5, so that hdf_commit() needs no session. */
void hdf_close(hdf_writer *writer);
/** Ask the system to begin writing what it holds of the file, without waiting for it. */
void hdf_push(const hdf_writer *writer);
/** Close, seal what is to be, and sync. On failure the file is removed. @return 0, DETENTE_E_IO or DETENTE_E_MEMORY */
int hdf_commit(hdf_writer *writer, detente_error *error);
/** Close and remove. */
void hdf_abandon(hdf_writer *writer);
/** Note that memory ran out, which hdf_commit() then says. */
void hdf_no_memory(hdf_writer *writer);
/** Note a status or identifier: negative is a failure. @return @p status */
hid_t hdf_check(hdf_writer *writer, hid_t status);

hid_t hdf_group(hdf_writer *writer, hid_t parent, const char *name);
/** Dataset with little-endian or native @p type; @p create may be H5P_DEFAULT. */
hid_t hdf_dataset(hdf_writer *writer, hid_t parent, const char *name, hid_t type, int rank, const hsize_t *shape,
                  hid_t create);
/** A creation list without times. */
hid_t hdf_dataset_list(hdf_writer *writer);
void hdf_write(hdf_writer *writer, hid_t dataset, hid_t memory_type, const void *data);
void hdf_write_block(hdf_writer *writer, hid_t dataset, hid_t memory_type, int rank, const hsize_t *start,
                     const hsize_t *count, const void *data);
/** Dataset of @p n variable-length UTF-8 strings. */
hid_t hdf_strings(hdf_writer *writer, hid_t parent, const char *name, size_t n, const char *const *text);
void hdf_text(hdf_writer *writer, hid_t object, const char *name, const char *text);
void hdf_number(hdf_writer *writer, hid_t object, const char *name, hid_t type, const void *value);
void hdf_numbers(hdf_writer *writer, hid_t object, const char *name, hid_t type, size_t n, const void *values);
/** `units` and `long_name`. */
void hdf_describe(hdf_writer *writer, hid_t object, const char *unit, const char *long_name);
void hdf_scale(hdf_writer *writer, hid_t dataset, const char *name);
void hdf_attach(hdf_writer *writer, hid_t dataset, hid_t scale, unsigned axis);

/** Open for reading, without HDF5's file locks. @return negative on failure */
hid_t hdf_open(const char *path);
/**
 * Open a dataset of @p rank that holds its own data: a plain link, no external or virtual storage, no filters but HDF5's own.
 * @param[out] shape  its lengths @return negative when it is not there or not so
 */
hid_t hdf_open_dataset(hid_t parent, const char *name, int rank, hsize_t *shape);
/** 1 if the dataset or attribute type @p type is a standard integer or float. */
int hdf_is_number(hid_t type);
/** Read a whole dataset of numbers that must have this rank and these lengths. @return 0 or -1 */
int hdf_read(hid_t parent, const char *name, hid_t memory_type, int rank, const hsize_t *shape, void *data);
/** Read the block [@p start, @p start + @p count) of a dataset of numbers of rank @p rank. @return 0; -1, too, when it is beyond the dataset's lengths */
int hdf_read_block(hid_t parent, const char *name, hid_t memory_type, int rank, const hsize_t *start,
                   const hsize_t *count, void *data);
/** Read a scalar number. @return 0 or -1 */
int hdf_read_number(hid_t object, const char *name, hid_t memory_type, void *value);
/** Read a scalar string. @param[out] copy  detente_free() it; NULL on failure @return 0, DETENTE_E_INPUT or DETENTE_E_MEMORY */
int hdf_read_text(hid_t object, const char *name, char **copy);
/** Read a dataset of @p n strings. @param[out] text  n of them, NULL before; detente_free() each, on failure too @return as hdf_read_text() */
int hdf_read_texts(hid_t parent, const char *name, size_t n, char **text);

#endif
