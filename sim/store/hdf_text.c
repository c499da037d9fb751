/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of variable length, read without HDF5's help. They lie in collections ("global heap") that carry no checksum, and HDF5
 * 1.10 follows whatever number or length it finds there out of its memory. So only the references are asked of HDF5, as raw
 * bytes, and the collections are walked here (HDF5 file format specification, III.E).
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "store/hdf.h"

/* A reference: length (4 bytes), address of the collection (8), number in it (4). */
enum { REFERENCE = 16, HEAD = 16 };

static uint64_t number_at(const unsigned char *bytes, int n)
{
    uint64_t value = 0;
    while (n-- > 0)
        value = value << 8 | bytes[n];
    return value;
}

/* HDF5 has no conversion from texts to raw bytes: this one leaves the bytes as they lie in the file. */
static herr_t as_they_lie(hid_t from, hid_t to, H5T_cdata_t *conversion, size_t n, size_t stride, size_t other_stride,
                          void *bytes, void *other, hid_t list)
{
    (void)n, (void)stride, (void)other_stride, (void)bytes, (void)other, (void)list;
    if (conversion->command != H5T_CONV_INIT)
        return 0;
    conversion->need_bkg = H5T_BKG_NO;
    return H5Tis_variable_str(from) > 0 && H5Tget_size(from) == REFERENCE && H5Tget_size(to) == REFERENCE ? 0 : -1;
}

/* Read the references of an attribute or dataset of texts. @return 0 or -1 */
static int read_references(hid_t object, int is_attribute, unsigned char *references)
{
    const hid_t raw = H5Tcreate(H5T_OPAQUE, REFERENCE), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    const int known = H5Tregister(H5T_PERS_SOFT, "as they lie", text, raw, as_they_lie) >= 0;
    herr_t status = -1;
    if (known && is_attribute)
        status = H5Aread(object, raw, references);
    else if (known)
        status = H5Dread(object, raw, H5S_ALL, H5S_ALL, H5P_DEFAULT, references);
    if (known)
        H5Tunregister(H5T_PERS_SOFT, "as they lie", text, raw, as_they_lie);
    H5Tclose(text);
    H5Tclose(raw);
    return status < 0 ? -1 : 0;
}

/* Bytes of the file; 0 or -1. */
static int take(int file, void *to, size_t size, uint64_t address)
{
    return address <= INT64_MAX && pread(file, to, size, (off_t)address) == (ssize_t)size ? 0 : -1;
}

/* Where the search in a collection stands: texts that were written one after the other lie so. */
typedef struct cursor {
    uint64_t collection, whole, at;
} cursor;

/* Look for an object from the cursor to the end of its collection. @return 1, 0 when it is not there, or -1 */
static int find_from(int file, cursor *c, uint64_t number, uint64_t *address, uint64_t *size)
{
    unsigned char head[HEAD];
    while (c->at + HEAD <= c->whole) {
        if (take(file, head, sizeof head, c->collection + c->at))
            return -1;
        const uint64_t found = number_at(head, 2), length = number_at(head + 8, 8);
        if (found == 0) /* the free space at the end */
            return 0;
        if (length > c->whole - c->at - HEAD)
            return -1;
        *address = c->collection + c->at + HEAD;
        *size = length;
        c->at += HEAD + (length + 7) / 8 * 8;
        if (found == number)
            return 1;
    }
    return 0;
}

/* Where an object of a collection lies and how long it is. @return 0 or -1 */
static int find_object(int file, cursor *c, uint64_t collection, uint64_t number, uint64_t *address, uint64_t *size)
{
    unsigned char head[HEAD];
    struct stat status;
    if (c->collection == collection) {
        const int found = find_from(file, c, number, address, size);
        if (found)
            return found > 0 ? 0 : -1;
    }
    *c = (cursor){0};
    if (fstat(file, &status) || take(file, head, sizeof head, collection) || memcmp(head, "GCOL\1", 5))
        return -1;
    const uint64_t whole = number_at(head + 8, 8);
    if (whole > (uint64_t)status.st_size - collection)
        return -1;
    *c = (cursor){collection, whole, HEAD};
    return find_from(file, c, number, address, size) > 0 ? 0 : -1;
}

/* 0, DETENTE_E_INPUT or DETENTE_E_MEMORY */
static int follow(int file, cursor *c, const unsigned char *reference, char **text)
{
    const uint64_t length = number_at(reference, 4), collection = number_at(reference + 4, 8);
    uint64_t address = 0, size = 0;
    if (collection &&
        (find_object(file, c, collection, number_at(reference + 12, 4), &address, &size) || size != length))
        return DETENTE_E_INPUT;
    *text = detente_alloc((size_t)size + 1);
    if (!*text)
        return DETENTE_E_MEMORY;
    (*text)[size] = 0;
    return size && take(file, *text, (size_t)size, address) ? DETENTE_E_INPUT : 0;
}

/* The descriptor of the file that an object lies in: -1 when addresses are not as they are taken here. */
static int descriptor(hid_t object)
{
    const hid_t file = H5Iget_file_id(object), list = H5Fget_create_plist(file);
    int *handle = NULL;
    hsize_t user_block = 1;
    size_t address_size = 0, length_size = 0;
    const int fits = H5Pget_userblock(list, &user_block) >= 0 && user_block == 0 &&
                     H5Pget_sizes(list, &address_size, &length_size) >= 0 && address_size == 8 && length_size == 8 &&
                     H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&handle) >= 0 && handle;
    H5Pclose(list);
    H5Fclose(file);
    return fits ? *handle : -1;
}

int hdf_read_text(hid_t object, const char *name, char **copy)
{
    unsigned char reference[REFERENCE];
    int status = DETENTE_E_INPUT;
    *copy = NULL;
    if (H5Aexists(object, name) <= 0)
        return DETENTE_E_INPUT;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    const int file = descriptor(object);
    if (file >= 0 && H5Tis_variable_str(type) > 0 && H5Sget_simple_extent_npoints(space) == 1 &&
        !read_references(attribute, 1, reference))
        status = follow(file, &(cursor){0}, reference, copy);
    if (status) {
        detente_free(*copy);
        *copy = NULL;
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

int hdf_read_texts(hid_t parent, const char *name, size_t n, char **text)
{
    hsize_t shape = 0;
    int status = DETENTE_E_INPUT;
    const hid_t dataset = hdf_open_dataset(parent, name, 1, &shape);
    if (dataset < 0)
        return DETENTE_E_INPUT;
    const hid_t type = H5Dget_type(dataset);
    const int file = descriptor(dataset);
    cursor c = {0};
    unsigned char *references = detente_calloc(n, REFERENCE);
    if (!references)
        status = DETENTE_E_MEMORY;
    else if (file >= 0 && shape == n && H5Tis_variable_str(type) > 0)
        status = read_references(dataset, 0, references) ? DETENTE_E_INPUT : 0;
    for (size_t i = 0; i < n && !status; i++)
        status = follow(file, &c, references + i * REFERENCE, &text[i]);
    detente_free(references);
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}
