/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a finished file: beside its name, then to it, and never over what is no file of that kind. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "support/files.h"
#include "support/suite.h"

static char folder[] = "/tmp/detente-fs-XXXXXX";
static char path[256], beside[256];

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/page.html", folder);
    snprintf(beside, sizeof beside, "%s/page.html.tmp", folder);
}

static void end(void)
{
    test_remove(folder);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void holds(const char *text)
{
    size_t size = 0;
    char *found = test_read(path, &size);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_mem_eq(found, text, size);
    free(found);
}

START_TEST(written_beside_and_renamed)
{
    put(beside, "a leaving of a command that was killed");
    ck_assert_int_eq(detente_fs_write(path, "<one", 4, 0, NULL), 0);
    holds("<one");
    ck_assert_int_ne(access(beside, F_OK), 0);
    detente_error error = {0};
    ck_assert_int_eq(detente_fs_write(path, "<two", 4, 0, &error), DETENTE_E_EXISTS);
    ck_assert_ptr_nonnull(strstr(error.text, "left alone"));
    detente_error_clear(&error);
    holds("<one");
    ck_assert_int_ne(access(beside, F_OK), 0);
    ck_assert_int_eq(detente_fs_write(path, "<two", 4, 1, NULL), 0);
    holds("<two");
}
END_TEST

START_TEST(only_its_own_kind_is_replaced)
{
    static const struct {
        const char *text;
        int force, expected;
    } there[] = {{"<page>…", 0, DETENTE_E_EXISTS},
                 {"<page>…", 1, 0},
                 {"", 1, 0},
                 {"<pag", 1, DETENTE_E_EXISTS},
                 {"<body", 1, DETENTE_E_EXISTS}};
    ck_assert_int_eq(detente_fs_check_output(path, 0, "<page>", "a page", NULL), 0);
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        detente_error error = {0};
        put(path, there[i].text);
        ck_assert_int_eq(detente_fs_check_output(path, there[i].force, "<page>", "a page", &error), there[i].expected);
        if (there[i].expected)
            ck_assert_ptr_nonnull(strstr(error.text, there[i].force ? "is not a page" : "--force"));
        detente_error_clear(&error);
    }
}
END_TEST

START_TEST(what_is_no_file)
{
    char deep[300];
    ck_assert_int_eq(detente_fs_look(path, NULL), 0);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    ck_assert_int_eq(detente_fs_look(path, NULL), DETENTE_E_IO);
    ck_assert_int_eq(symlink("/dev/null", beside), 0);
    ck_assert_int_eq(detente_fs_look(beside, NULL), DETENTE_E_IO);
    ck_assert_int_eq(detente_fs_look("/dev/full", NULL), DETENTE_E_IO);
    snprintf(deep, sizeof deep, "%s/none/page.html", folder);
    ck_assert_int_eq(detente_fs_write(deep, "<", 1, 1, NULL), DETENTE_E_IO);
    ck_assert_int_eq(detente_fs_write(path, "<", 1, 1, NULL), DETENTE_E_IO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fs");
    TCase *tests = tcase_create("fs");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, written_beside_and_renamed);
    tcase_add_test(tests, only_its_own_kind_is_replaced);
    tcase_add_test(tests, what_is_no_file);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
