/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each tests/malformed/NAME.yaml has the defect that it is named after; NAME.expect holds all that must be said of it. Runs from
 * the tree's root.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/config.h>

#include "core/fs.h"
#include "support/suite.h"

static struct dirent **file;
static int n_files;

static int is_config(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && !strcmp(dot, ".yaml");
}

START_TEST(says_what_is_wrong)
{
    char path[512], *expected = NULL;
    size_t size;
    detente_config config;
    detente_error error = {0};
    snprintf(path, sizeof path, "tests/malformed/%.*s.expect", (int)strlen(file[_i]->d_name) - 5, file[_i]->d_name);
    ck_assert_msg(!detente_fs_read(path, 1 << 16, &expected, &size, NULL), "%s is missing", path);
    ck_assert_uint_gt(size, 1);
    expected[size - 1] = 0;
    snprintf(path, sizeof path, "tests/malformed/%s", file[_i]->d_name);
    ck_assert_int_eq(detente_config_load(&config, path, NULL, 0, &error, NULL), DETENTE_E_CONFIG);
    ck_assert_str_eq(error.text, expected);
    /* Nothing is left of what was read. */
    ck_assert_ptr_null(config.strategy);
    ck_assert_ptr_null(config.persona);
    ck_assert_ptr_null(config.question);
    detente_error_clear(&error);
    free(expected);
}
END_TEST

START_TEST(there_are_many)
{
    ck_assert_int_ge(n_files, 60);
}
END_TEST

START_TEST(a_file_that_cannot_be_read)
{
    detente_config config;
    detente_error error = {0};
    ck_assert_int_eq(detente_config_load(&config, "tests/malformed/nowhere.yaml", NULL, 0, &error, NULL),
                     DETENTE_E_INPUT);
    ck_assert_str_eq(error.text, "tests/malformed/nowhere.yaml: No such file or directory");
    detente_error_clear(&error);
    ck_assert_int_eq(detente_config_load(&config, "tests/malformed", NULL, 0, &error, NULL), DETENTE_E_INPUT);
    ck_assert_str_eq(error.text, "tests/malformed: is a folder, not a file");
    detente_error_clear(&error);
}
END_TEST

int main(void)
{
    n_files = scandir("tests/malformed", &file, is_config, alphasort);
    Suite *suite = suite_create("malformed");
    TCase *tests = tcase_create("malformed");
    tcase_add_test(tests, there_are_many);
    tcase_add_test(tests, a_file_that_cannot_be_read);
    if (n_files > 0)
        tcase_add_loop_test(tests, says_what_is_wrong, 0, n_files);
    suite_add_tcase(suite, tests);
    const int status = suite_run(suite);
    for (int i = 0; i < n_files; i++)
        free(file[i]);
    free(file);
    return status;
}
