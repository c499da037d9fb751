/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading with distrust: a file may claim anything, so types, ranks and lengths are looked at before HDF5 follows them. */
#include "store/hdf.h"

#include <pthread.h>
#include <stdlib.h>

/* HDF5's exit is the process's, as HDF5 is: what is to go before it is registered once in a process. */
static pthread_once_t hdf_exit = PTHREAD_ONCE_INIT;

/* After a damaged file HDF5 1.10 cannot put its house in order, and says so at exit, where nobody can make use of it. */
static void be_quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* HDF5 has begun, and registered its own exit, before this: ours comes first. */
static void be_quiet_at_exit(void)
{
    atexit(be_quiet);
}

hid_t hdf_open(const char *path)
{
    pthread_once(&hdf_exit, be_quiet_at_exit);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    H5Pset_file_locking(access, 0, 1);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

int hdf_is_number(hid_t type)
{
    const hid_t known[] = {H5T_STD_I8LE,  H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE,  H5T_STD_U8LE,
                           H5T_STD_U16LE, H5T_STD_U32LE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (H5Tequal(type, known[i]) > 0)
            return 1;
    return 0;
}

/* Chunks that fit in memory, and filters that no plug-in has to be loaded for. */
static int is_plain(hid_t list)
{
    enum { MAX_RANK = 4 };
    const hsize_t most = 1 << 22;
    hsize_t chunk[MAX_RANK] = {0}, elements = 1;
    const H5D_layout_t layout = H5Pget_layout(list);
    if (H5Pget_external_count(list) != 0 ||
        (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED && layout != H5D_COMPACT))
        return 0;
    const int rank = layout == H5D_CHUNKED ? H5Pget_chunk(list, MAX_RANK, chunk) : 0;
    for (int i = 0; i < rank && i < MAX_RANK; i++) {
        if (chunk[i] > most || (elements *= chunk[i]) > most)
            return 0;
    }
    const int filters = H5Pget_nfilters(list);
    for (int i = 0; i < filters; i++) {
        unsigned flags;
        size_t n = 0;
        const H5Z_filter_t id = H5Pget_filter2(list, (unsigned)i, &flags, &n, NULL, 0, NULL, NULL);
        if (id != H5Z_FILTER_DEFLATE && id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_FLETCHER32)
            return 0;
    }
    return rank >= 0 && rank <= MAX_RANK && filters >= 0 && filters <= 3;
}

hid_t hdf_open_dataset(hid_t parent, const char *name, int rank, hsize_t *shape)
{
    H5L_info_t link;
    if (H5Lexists(parent, name, H5P_DEFAULT) <= 0 || H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0 ||
        link.type != H5L_TYPE_HARD)
        return -1;
    const hid_t dataset = H5Dopen2(parent, name, H5P_DEFAULT);
    if (dataset < 0)
        return -1;
    const hid_t list = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
    const int fits = is_plain(list) && H5Sis_simple(space) > 0 && H5Sget_simple_extent_ndims(space) == rank &&
                     H5Sget_simple_extent_dims(space, shape, NULL) == rank;
    H5Sclose(space);
    H5Pclose(list);
    if (fits)
        return dataset;
    H5Dclose(dataset);
    return -1;
}

int hdf_read(hid_t parent, const char *name, hid_t memory_type, int rank, const hsize_t *shape, void *data)
{
    hsize_t found[H5S_MAX_RANK] = {0};
    const hid_t dataset = hdf_open_dataset(parent, name, rank, found);
    if (dataset < 0)
        return -1;
    const hid_t type = H5Dget_type(dataset);
    int fits = hdf_is_number(type);
    for (int i = 0; i < rank; i++)
        fits &= found[i] == shape[i];
    const int status = fits && H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0 ? 0 : -1;
    H5Tclose(type);
    H5Dclose(dataset);
    return status;
}

int hdf_read_block(hid_t parent, const char *name, hid_t memory_type, int rank, const hsize_t *start,
                   const hsize_t *count, void *data)
{
    hsize_t shape[H5S_MAX_RANK] = {0};
    const hid_t dataset = hdf_open_dataset(parent, name, rank, shape);
    if (dataset < 0)
        return -1;
    const hid_t type = H5Dget_type(dataset), file = H5Dget_space(dataset), memory = H5Screate_simple(rank, count, NULL);
    int fits = hdf_is_number(type) && memory >= 0;
    for (int i = 0; i < rank; i++)
        fits = fits && start[i] <= shape[i] && count[i] <= shape[i] - start[i];
    fits = fits && H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
           H5Dread(dataset, memory_type, memory, file, H5P_DEFAULT, data) >= 0;
    if (memory >= 0)
        H5Sclose(memory);
    H5Sclose(file);
    H5Tclose(type);
    H5Dclose(dataset);
    return fits ? 0 : -1;
}

int hdf_read_number(hid_t object, const char *name, hid_t memory_type, void *value)
{
    if (H5Aexists(object, name) <= 0)
        return -1;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    const int fits = hdf_is_number(type) && H5Sget_simple_extent_npoints(space) == 1;
    const int status = fits && H5Aread(attribute, memory_type, value) >= 0 ? 0 : -1;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}
