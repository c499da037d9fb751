/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Results files that are cut short, have bytes changed, or are something else: reading them never crashes or hangs; it fails with
 * DETENTE_E_INPUT and the file's name, or does not notice, where a byte is mere data or lies where nothing is.
 */
#define _GNU_SOURCE
#include <check.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/everything.h"
#include "support/files.h"
#include "support/made_up.h"
#include "support/suite.h"

enum { PATH_SIZE = 64, CUTS = 200, FLIPS = 1500, HEAD = 600 };

/* HDF5 1.10 loses an object header (320 bytes) whose checksum is wrong. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

static char folder[] = "/tmp/detente-damage-XXXXXX";
static char path[PATH_SIZE];
static char *whole; /* a results file's bytes */
static size_t size;

static void begin(void)
{
    detente_config config;
    detente_error error = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/o.h5", folder);
    ck_assert_int_eq(made_up_config(&config, 3, 40, &error), 0);
    config.keep.encounters = 30;
    config.keep.turns = 10;
    ck_assert_int_eq(made_up_store(&config, path, &(detente_store_options){.threads = 1}, NULL, &error), 0);
    detente_config_clear(&config);
    whole = test_read(path, &size);
}

static void end(void)
{
    free(whole);
    test_remove(folder);
}

/* @return 1 when the damage was noticed */
static int read_damaged(const char *what, size_t where)
{
    detente_error error = {0};
    const int code = test_read_everything(path, &error);
    if (code) {
        ck_assert_msg(code == DETENTE_E_INPUT, "%s at %zu: %d, %s", what, where, code, error.text);
        ck_assert_int_eq(error.code, code);
        ck_assert_ptr_nonnull(error.text);
        ck_assert_msg(strstr(error.text, path) == error.text, "%s at %zu: %s", what, where, error.text);
    }
    ck_assert_msg(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0, "%s at %zu: something is left open", what,
                  where);
    detente_error_clear(&error);
    return code != 0;
}

static uint64_t random_of(uint64_t *state)
{
    /* xorshift64* (Vigna 2016) */
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dULL;
}

START_TEST(whole_is_read)
{
    ck_assert_int_eq(read_damaged("nothing", 0), 0);
}
END_TEST

/* The length is in the superblock: every cut is noticed. */
START_TEST(cut_short)
{
    for (size_t i = 0; i < CUTS; i++) {
        const size_t length = i < CUTS / 2 ? i : size - 1 - (i - CUTS / 2) * (size - CUTS / 2) / (CUTS / 2);
        test_write(path, whole, length);
        ck_assert_msg(read_damaged("cut", length), "cut to %zu of %zu bytes: not noticed", length, size);
    }
}
END_TEST

START_TEST(changed_bytes)
{
    uint64_t state = 20 + (uint64_t)_i;
    int noticed = 0;
    for (int i = 0; i < FLIPS; i++) {
        char *damaged = malloc(size);
        memcpy(damaged, whole, size);
        const size_t where = i < HEAD ? (size_t)i : random_of(&state) % size;
        /* One bit, then one byte, then a run of bytes: zeros, ones or anything. */
        const size_t run = _i < 2 ? 1 : 1 + random_of(&state) % 64;
        const uint64_t kind = random_of(&state) % 3;
        for (size_t at = where; at < where + run && at < size; at++) {
            if (_i == 0)
                damaged[at] = (char)(damaged[at] ^ 1 << random_of(&state) % 8);
            else
                damaged[at] = (char)(kind == 0 ? 0 : kind == 1 ? 0xff : random_of(&state));
        }
        test_write(path, damaged, size);
        noticed += read_damaged("change", where);
        free(damaged);
    }
    ck_assert_int_gt(noticed, FLIPS / 10);
}
END_TEST

START_TEST(bytes_that_are_no_hdf5)
{
    static const char *const texts[] = {
        "", "\n", "detente: 1\n", "\211HDF\r\n\032\n", "PK\003\004", "cell,strategy\n0,typical\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        test_write(path, texts[i], strlen(texts[i]));
        ck_assert_msg(read_damaged("text", i), "text %zu is taken for a results file", i);
    }
    char *zeros = calloc(1, size);
    test_write(path, zeros, size);
    ck_assert(read_damaged("zeros", 0));
    free(zeros);
}
END_TEST

static void put_number(hid_t file, const char *name, int value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(file, name, H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Awrite(attribute, H5T_NATIVE_INT, &value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* Other people's HDF5: empty, with numbers of the same name, with a version that is too new. */
START_TEST(foreign_hdf5)
{
    for (int kind = 0; kind < 3; kind++) {
        const hsize_t shape[2] = {3, 2};
        const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        const hid_t space = H5Screate_simple(2, shape, NULL);
        if (kind > 0)
            H5Dclose(H5Dcreate2(file, "cell", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        if (kind > 1)
            put_number(file, "format_version", 1000);
        H5Sclose(space);
        ck_assert(H5Fclose(file) >= 0);
        ck_assert(read_damaged("foreign", (size_t)kind));
    }
}
END_TEST

/* The file's own tables, replaced by ones that claim more than it holds, or are of another type or rank. */
static void replace_dataset(const char *name, hid_t type, int rank, const hsize_t *shape, const hsize_t *chunk)
{
    test_write(path, whole, size);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), list = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(rank, shape, NULL);
    ck_assert(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    if (chunk)
        ck_assert(H5Pset_chunk(list, rank, chunk) >= 0);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(list);
    ck_assert(H5Fclose(file) >= 0);
}

START_TEST(claims_beyond_the_file)
{
    static const hsize_t huge[2] = {1ULL << 50, 3}, chunk[2] = {1024, 1}, large_chunk[2] = {1 << 28, 1},
                         small[2] = {3, 3};
    static const struct {
        const char *name;
        int rank;
        const hsize_t *shape, *chunk;
    } claims[] = {{"cell", 1, huge, chunk},
                  {"replication", 1, huge, chunk},
                  {"cell", 2, small, NULL},
                  {"encounters/row", 1, huge, chunk},
                  {"turns/row", 1, huge, chunk},
                  {"strategy", 1, small, NULL},
                  {"strategy", 1, huge, chunk},
                  {"encounters/row", 1, huge, large_chunk},
                  {"resolved", 2, huge, chunk},
                  {"summary/minutes", 1, small, NULL},
                  {"turns/first_row", 1, small, NULL},
                  {"turns/first_row", 2, huge, chunk}};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        replace_dataset(claims[i].name, H5T_IEEE_F64LE, claims[i].rank, claims[i].shape, claims[i].chunk);
        ck_assert_msg(read_damaged(claims[i].name, i), "claim %zu (%s) is believed", i, claims[i].name);
    }
}
END_TEST

/* What is no file that may be read: with root's rights the last may be. */
START_TEST(no_ordinary_file)
{
    unlink(path);
    ck_assert(read_damaged("nothing there", 0));
    ck_assert_int_eq(symlink(path, path), 0);
    ck_assert(read_damaged("a link to itself", 0));
    unlink(path);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    ck_assert(read_damaged("a folder", 0));
    rmdir(path);
    ck_assert_int_eq(mkfifo(path, 0666), 0);
    ck_assert(read_damaged("a pipe", 0));
    unlink(path);
    test_write(path, whole, size);
    ck_assert_int_eq(chmod(path, 0), 0);
    ck_assert_int_eq(read_damaged("a file without rights", 0), geteuid() != 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("damage");
    TCase *tests = tcase_create("damage");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, whole_is_read);
    tcase_add_test(tests, cut_short);
    tcase_add_loop_test(tests, changed_bytes, 0, 3);
    tcase_add_test(tests, bytes_that_are_no_hdf5);
    tcase_add_test(tests, foreign_hdf5);
    tcase_add_test(tests, claims_beyond_the_file);
    tcase_add_test(tests, no_ordinary_file);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
