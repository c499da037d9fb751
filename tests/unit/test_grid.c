/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer of tables, in each of its formats. Expected texts are written by hand; JSON is read by the tests of the program. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/grid.h"
#include "support/suite.h"

static char *written(const grid *g, int format)
{
    text_buffer b = {0};
    char *text;
    grid_write(g, format, &b);
    ck_assert_int_eq(text_finish(&b, &text, NULL), 0);
    return text;
}

static void check(const grid *g, int format, const char *expected)
{
    char *text = written(g, format);
    ck_assert_str_eq(text, expected);
    free(text);
}

static void fill(grid *g)
{
    grid_column(g, "name", GRID_LEFT);
    grid_column(g, "mean", GRID_ESTIMATE);
    grid_column(g, "p", GRID_RIGHT);
    grid_section(g, "first %s", "part");
    grid_text(g, "a, \"b\"|");
    grid_estimate(g, 0.5, 0.125, 2);
    grid_number(g, 0.1, 3);
    grid_section(g, "rest");
    grid_subsection(g, "part %s it", "of");
    grid_text(g, "Zürich");
    grid_estimate(g, -12.25, NAN, 2);
    grid_number(g, NAN, 3);
    grid_text(g, NULL);
    grid_estimate(g, NAN, NAN, 2);
    grid_number(g, -1e-5, 3);
    grid_note(g, "Said %d time.", 1);
    grid_note(g, "Said 1 time.");
}

START_TEST(in_each_format)
{
    grid g = {0};
    fill(&g);
    check(&g, GRID_TABLE,
          "name                mean      p\n"
          "first part\n"
          "    a, \"b\"|  0.50 ± 0.12  0.100\n"
          "rest\n"
          "  part of it\n"
          "    Zürich        -12.25      -\n"
          "    -                  -  0.000\n"
          "Said 1 time.\n");
    check(&g, GRID_CSV,
          "name,mean,mean_halfwidth,p\n"
          "\"a, \"\"b\"\"|\",0.5,0.125,0.1\n"
          "Zürich,-12.25,,\n"
          ",,,-1e-05\n");
    check(&g, GRID_JSON,
          "{\"rows\": [\n"
          "  {\"name\": \"a, \\\"b\\\"|\", \"mean\": 0.5, \"mean_halfwidth\": 0.125, \"p\": 0.1},\n"
          "  {\"name\": \"Zürich\", \"mean\": -12.25, \"mean_halfwidth\": null, \"p\": null},\n"
          "  {\"name\": null, \"mean\": null, \"mean_halfwidth\": null, \"p\": -1e-05}],\n"
          " \"notes\": [\n"
          "  \"Said 1 time.\"]}\n");
    check(&g, GRID_MARKDOWN,
          "| name | mean | p |\n"
          "|---|--:|--:|\n"
          "| **first part** |  |  |\n"
          "| a, \"b\"\\| | 0.50 ± 0.12 | 0.100 |\n"
          "| **rest** |  |  |\n"
          "| **part of it** |  |  |\n"
          "| Zürich | -12.25 | - |\n"
          "| - | - | 0.000 |\n"
          "\nSaid 1 time.\n");
    grid_clear(&g);
}
END_TEST

/* A name of 120 characters gives way, numbers do not; notes are folded. */
START_TEST(lines_fit)
{
    grid g = {0};
    char name[121];
    memset(name, 'x', 120);
    name[120] = '\0';
    grid_column(&g, "name", GRID_LEFT);
    grid_column(&g, "number", GRID_RIGHT);
    grid_text(&g, name);
    grid_number(&g, 123456789, 2);
    grid_note(&g, "%s %s", name + 30, "and so on, with words that do not fit behind it");
    char *text = written(&g, GRID_TABLE);
    int lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
        ck_assert_uint_le(text_characters(line), GRID_WIDTH);
    ck_assert_int_eq(lines, 4);
    free(text);
    text = written(&g, GRID_CSV);
    ck_assert_ptr_nonnull(strstr(text, name));
    free(text);
    grid_clear(&g);
}
END_TEST

START_TEST(empty)
{
    grid g = {0};
    grid_column(&g, "a", GRID_LEFT);
    grid_column(&g, "b", GRID_RIGHT);
    check(&g, GRID_TABLE, "a  b\n");
    check(&g, GRID_CSV, "a,b\n");
    check(&g, GRID_JSON, "{\"rows\": [],\n \"notes\": []}\n");
    check(&g, GRID_MARKDOWN, "| a | b |\n|---|--:|\n");
    grid_clear(&g);
}
END_TEST

/* 0.1 needs one digit, 1/3 seventeen; a float fewer. */
START_TEST(numbers)
{
    static const struct {
        double value;
        int is_float;
        const char *text;
    } known[] = {{0.1, 0, "0.1"},
                 {1.0 / 3, 0, "0.3333333333333333"},
                 {1e300, 0, "1e+300"},
                 {-2, 0, "-2"},
                 {123456789012, 0, "123456789012"},
                 {NAN, 0, ""},
                 {INFINITY, 0, "inf"},
                 {-INFINITY, 0, "-inf"},
                 {(double)0.1F, 1, "0.1"},
                 {0.1 + 0.2, 0, "0.30000000000000004"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        text_buffer b = {0};
        text_add_number(&b, known[i].value, known[i].is_float);
        ck_assert_str_eq(b.text ? b.text : "", known[i].text);
        text_clear(&b);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grid");
    TCase *all = tcase_create("all");
    tcase_add_test(all, in_each_format);
    tcase_add_test(all, lines_fit);
    tcase_add_test(all, empty);
    tcase_add_test(all, numbers);
    suite_add_tcase(suite, all);
    return suite_run(suite);
}
