/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry: its rows, how paths find them, names, ranges in words. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "param/registry.h"
#include "support/suite.h"

static int in_range(const detente_param *row, double value)
{
    const int open_low = row->bounds == DETENTE_BOUNDS_OC || row->bounds == DETENTE_BOUNDS_OO;
    const int open_high = row->bounds == DETENTE_BOUNDS_CO || row->bounds == DETENTE_BOUNDS_OO;
    return (open_low ? value > row->low : value >= row->low) && (open_high ? value < row->high : value <= row->high);
}

START_TEST(rows_are_whole)
{
    size_t n;
    const detente_param *row = detente_registry(&n);
    ck_assert_uint_gt(n, 250);
    for (size_t i = 0; i < n; i++) {
        const char *const text[] = {row[i].path, row[i].unit, row[i].description, row[i].source, row[i].default_text};
        for (size_t k = 0; k < sizeof text / sizeof text[0]; k++)
            ck_assert_msg(text[k] && *text[k], "row %zu (%s), text %zu", i, row[i].path, k);
        ck_assert_ptr_nonnull(detente_status_name(row[i].status));
        ck_assert_msg(row[i].low <= row[i].high, "%s", row[i].path);
        /* A default that depends on something has no number of its own, and says so. */
        if (isnan(row[i].fallback))
            ck_assert_msg(strpbrk(row[i].default_text, " ") != NULL, "%s", row[i].path);
        else
            ck_assert_msg(in_range(&row[i], row[i].fallback), "%s", row[i].path);
        ck_assert_msg(!row[i].choices == (row[i].kind != DETENTE_CHOICE && row[i].kind != DETENTE_DISTRIBUTION), "%s",
                      row[i].path);
        if (row[i].kind == DETENTE_CHOICE) {
            ck_assert_str_eq(row[i].choices[(int)row[i].fallback], row[i].default_text);
            ck_assert_ptr_null(row[i].choices[(int)row[i].high + 1]);
        }
        if (!isnan(row[i].fallback) && (row[i].kind == DETENTE_REAL || row[i].kind == DETENTE_INTEGER))
            ck_assert_double_eq(strtod(row[i].default_text, NULL), row[i].fallback);
        ck_assert_ptr_eq(detente_registry_find(row[i].path), &row[i]);
        ck_assert_ptr_eq(registry_row(row[i].path), &row[i]);
    }
}
END_TEST

static const struct {
    const char *path, *row;
} PATHS[] = {
    {"agent.mirroring", "agent.mirroring"},
    {"tiers[0].wait", "tiers[].wait"},
    {"tiers[front line].wait", "tiers[].wait"},
    {"scenario.issues[refund].cost", "scenario.issues[].cost"},
    {"scenario.substitute.value", "scenario.substitute.value"},
    {"strategy.persistence", "strategy.persistence"},
    {"strategies[typical].persistence", "strategy.persistence"},
    {"strategies[0].concession.beta", "strategy.concession.beta"},
    {"strategies[a.b].exception.after_terms", "strategy.exception.after_terms"},
    {"strategy.agent.warmth", "agent.warmth"},
    {"strategies[3].agent.warmth", "agent.warmth"},
    {"strategies[3].playbook[2].do", "strategy.playbook[].do"},
    {"strategies[3].playbook[2].when.hostility", "strategy.playbook[].when"},
    {"strategy.playbook[0].when.apologises", "strategy.playbook[].when"},
    {"customer.anger", "customer.anger"},
    {"customer.anger.mean", "customer.anger"},
    {"customer.anger.values[3]", "customer.anger"},
    {"customer.personas[entitled].anger", "customer.anger"},
    {"customer.personas[0].anger.sd", "customer.anger"},
    {"customer.personas[0].share", "customer.personas[].share"},
    {"customer.correlation.anger-entitlement", "customer.correlation"},
    {"moves.minutes_scale", "moves.minutes_scale"},
    {"moves.acknowledge.validation", "moves.acknowledge.validation"},
    {"keep.columns[0]", "keep.columns"},
    {"affect.nothing", NULL},
    {"agent", NULL},
    {"agent.", NULL},
    {"", NULL},
    {"tiers[0", NULL},
    {"customer.anger.median", NULL},
    {"customer.angers", NULL},
    {"customer.correlation.anger-cost", NULL},
    {"strategy.playbook[0].when.anger", NULL},
    {"strategies[0].agent", NULL},
};

START_TEST(paths_find_rows)
{
    const detente_param *row = detente_registry_find(PATHS[_i].path);
    if (PATHS[_i].row) {
        ck_assert_msg(row != NULL, "%s", PATHS[_i].path);
        ck_assert_str_eq(row->path, PATHS[_i].row);
    } else {
        ck_assert_msg(!row, "%s", PATHS[_i].path);
    }
}
END_TEST

START_TEST(long_paths_are_unknown)
{
    char path[2000];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = 0;
    ck_assert_ptr_null(detente_registry_find(path));
    memcpy(path, "strategies[0].", strlen("strategies[0]."));
    path[254] = 0;
    ck_assert_ptr_null(detente_registry_find(path));
    /* What stands in brackets is of any length. */
    memcpy(path, "tiers[", strlen("tiers["));
    memset(path + 6, 'b', 1000);
    strcpy(path + 1006, "].wait");
    ck_assert_ptr_nonnull(detente_registry_find(path));
}
END_TEST

/* Values lie where the section says: a config full of numbered doubles is read back in order. */
START_TEST(sections_point_at_their_values)
{
    static const struct {
        enum section_id id;
        size_t offset;
        const char *path;
    } WANT[] = {
        {SECTION_SCENARIO, offsetof(detente_config, value), "scenario.value"},
        {SECTION_SUBSTITUTE, offsetof(detente_config, substitute_cost), "scenario.substitute.cost"},
        {SECTION_ISSUE, offsetof(detente_issue, standing), "scenario.issues[].standing"},
        {SECTION_ISSUE, offsetof(detente_issue, importance), "scenario.issues[].importance"},
        {SECTION_AGENT, offsetof(detente_agent, documents), "agent.documents"},
        {SECTION_TIER, offsetof(detente_tier, wait), "tiers[].wait"},
        {SECTION_CONCESSION, offsetof(detente_concession, tactic), "strategy.concession.tactic"},
        {SECTION_CONCESSION, offsetof(detente_concession, appeasement), "strategy.concession.appeasement"},
        {SECTION_STRATEGY, offsetof(detente_strategy, agenda), "strategy.agenda"},
        {SECTION_STRATEGY, offsetof(detente_strategy, set_aside), "strategy.set_aside"},
        {SECTION_EXCEPTION, offsetof(detente_strategy, after_terms), "strategy.exception.after_terms"},
        {SECTION_AFFECT, offsetof(detente_affect, filter_blur), "affect.filter_blur"},
        {SECTION_BARGAINING, offsetof(detente_bargaining, option_cost), "bargaining.option_cost"},
        {SECTION_DECISION, offsetof(detente_decision, abuse), "decision.abuse"},
        {SECTION_OUTCOME, offsetof(detente_outcome, word_gain), "outcome.word_gain"},
        {SECTION_MOVES, offsetof(detente_config, minutes_scale), "moves.minutes_scale"},
        {SECTION_MOVE, offsetof(detente_effects, minutes), "moves.listen.minutes"},
    };
    for (size_t w = 0; w < sizeof WANT / sizeof WANT[0]; w++) {
        const section s = registry_section(WANT[w].id);
        size_t i = 0;
        while (i < s.n && s.offset[i] != WANT[w].offset)
            i++;
        ck_assert_msg(i < s.n, "%s", WANT[w].path);
        ck_assert_str_eq(s.param[i].path, WANT[w].path);
    }
    for (int id = 0; id < N_SECTIONS; id++) {
        const section s = registry_section((enum section_id)id);
        for (size_t i = 0; i < s.n; i++) {
            ck_assert_int_eq(strncmp(s.param[i].path, s.prefix, strlen(s.prefix)), 0);
            ck_assert_ptr_null(strpbrk(s.param[i].path + strlen(s.prefix), ".["));
        }
    }
}
END_TEST

START_TEST(moves_follow_each_other)
{
    const section s = registry_section(SECTION_MOVE);
    for (size_t m = 0; m < DETENTE_N_MOVES; m++)
        for (size_t i = 0; i < s.n; i++) {
            char path[100];
            snprintf(path, sizeof path, "moves.%s.%s", MOVE_NAME[m], s.param[i].path + strlen(s.prefix));
            ck_assert_str_eq(s.param[m * s.n + i].path, path);
        }
    ck_assert_double_eq(registry_row("moves.acknowledge.validation")->fallback, 0.178);
    ck_assert_double_eq(registry_row("moves.surrender.minutes")->fallback, 0.25);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(detente_move_name(DETENTE_MOVE_apologise), "apologise");
    ck_assert_str_eq(detente_observable_name(DETENTE_OBS_terms), "terms");
    ck_assert_str_eq(detente_observable_name(DETENTE_OBS_listens), "listens");
    ck_assert_str_eq(detente_trait_name(DETENTE_TRAIT_calls_back), "calls_back");
    ck_assert_str_eq(detente_metric_name(DETENTE_METRIC_net_value), "net_value");
    ck_assert_str_eq(detente_status_name(DETENTE_STATUS_SECOND), "second-hand");
    ck_assert_str_eq(registry_trait(DETENTE_TRAIT_calls_back)->path, "customer.calls_back");
    ck_assert_ptr_null(detente_move_name(-1));
    ck_assert_ptr_null(detente_move_name(DETENTE_N_MOVES));
    ck_assert_ptr_null(detente_observable_name(DETENTE_N_OBSERVABLES));
    ck_assert_ptr_null(detente_trait_name(DETENTE_N_TRAITS));
    ck_assert_ptr_null(detente_metric_name(DETENTE_N_METRICS));
    ck_assert_ptr_null(detente_status_name(6));
    ck_assert_ptr_null(registry_trait(DETENTE_N_TRAITS));
}
END_TEST

START_TEST(metrics)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        ck_assert_int_eq(detente_metric_find(detente_metric_name(m)), m);
        /* What costs money or anger is better low. */
        const char *name = detente_metric_name(m);
        if (strstr(name, "_cost") || strstr(name, "_anger"))
            ck_assert_int_eq(detente_metric_better(m), -1);
    }
    ck_assert_int_eq(detente_metric_find("nonsense"), -1);
    ck_assert_int_eq(detente_metric_better(DETENTE_METRIC_reported_satisfaction), 1);
    ck_assert_int_eq(detente_metric_better(DETENTE_METRIC_turns), 0);
    ck_assert_int_eq(detente_metric_better(DETENTE_N_METRICS), 0);
    ck_assert_int_eq(detente_metric_is_flag(DETENTE_METRIC_escalated), 1);
    ck_assert_int_eq(detente_metric_is_flag(DETENTE_METRIC_satisfaction), 0);
    ck_assert_str_eq(detente_metric_unit(DETENTE_METRIC_minutes), "min");
    ck_assert_str_eq(detente_metric_words(DETENTE_METRIC_escalated), "served above the front line");
    ck_assert_ptr_null(detente_metric_unit(-1));
    ck_assert_ptr_null(detente_metric_words(DETENTE_N_METRICS));
}
END_TEST

START_TEST(nearest_names)
{
    static const struct {
        const char *typed, *meant;
    } SLIPS[] = {
        {"acknowlege", "acknowledge"},
        {"Apologise", "apologise"},
        {"apologize", "apologise"},
        {"lsiten", "listen"},
        {"offfer", "offer"},
        {"refusal", "refuse"},
        {"clsoe", "close"},
        {"negotiate", NULL},
        {"x", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof SLIPS / sizeof SLIPS[0]; i++) {
        const char *near = detente_nearest(SLIPS[i].typed, MOVE_NAME, DETENTE_N_MOVES);
        if (SLIPS[i].meant)
            ck_assert_pstr_eq(near, SLIPS[i].meant);
        else
            ck_assert_pstr_eq(near, NULL);
    }
    ck_assert_pstr_eq(detente_nearest("easy-first", AGENDA_NAME, 3), "easy_first");
    static const char *const COST[] = {"labour_cost", "concession_cost", "total_cost", "cosy"};
    ck_assert_pstr_eq(detente_nearest("cost", COST, 3), "total_cost");
    ck_assert_pstr_eq(detente_nearest("cost", COST, 4), "cosy");
    ck_assert_pstr_eq(detente_nearest("cos", COST, 3), NULL);
    char endless[500];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = 0;
    ck_assert_pstr_eq(detente_nearest(endless, MOVE_NAME, DETENTE_N_MOVES), NULL);
    ck_assert_pstr_eq(detente_nearest("listen", NULL, 0), NULL);
}
END_TEST

START_TEST(ranges_in_words)
{
    static const struct {
        const char *path, *words;
    } WANT[] = {
        {"agent.mirroring", "from 0 to 2"},
        {"affect.turn_minutes", "above 0, to 60"},
        {"affect.customer_inertia", "from 0, below 1"},
        {"affect.anger_half_life", "above 0, or .inf"},
        {"affect.wait_tolerance", "at least 0, or .inf"},
        {"scenario.value", "at least 0"},
        {"decision.hangup_base", "from -1000 to 1000"},
        {"customer.correlation", "above -1, below 1"},
        {"scenario.loss", "small or large"},
        {"strategy.agenda", "package, easy_first or hard_first"},
        {"quantiles", "true or false"},
        {"name", "text"},
        {"seed", "from 0, below 2^64"},
        {"moves.listen.minutes", "above 0, to 60"},
    };
    char out[500];
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        text_range(registry_row(WANT[i].path), out, sizeof out);
        ck_assert_str_eq(out, WANT[i].words);
    }
    text_range(registry_row("strategy.playbook[].do"), out, 20);
    ck_assert_uint_lt(strlen(out), 20);
}
END_TEST

/* Brackets and braces of a JSON text close in order, outside its strings. @return how many objects and lists, 0 when bad */
static size_t json_is_closed(const char *p)
{
    enum { DEPTH = 64 };
    char open[DEPTH];
    size_t depth = 0, seen = 0;
    int in_string = 0;
    for (; *p; p++) {
        if (in_string) {
            if (*p == '\\')
                p++;
            else if (*p == '"')
                in_string = 0;
            else if ((unsigned char)*p < 0x20)
                return 0;
        } else if (*p == '"') {
            in_string = 1;
        } else if (*p == '{' || *p == '[') {
            if (depth == DEPTH)
                return 0;
            open[depth++] = *p == '{' ? '}' : ']';
            seen++;
        } else if (*p == '}' || *p == ']') {
            if (!depth || open[--depth] != *p)
                return 0;
        }
    }
    return depth || in_string ? 0 : seen;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

START_TEST(as_text)
{
    size_t n;
    char *text;
    const detente_param *row = detente_registry(&n);
    ck_assert_int_eq(detente_registry_table(NULL, &text, NULL), 0);
    for (size_t i = 0; i < n; i++)
        if (strncmp(row[i].path, "moves.", 6) != 0)
            ck_assert_msg(strstr(text, row[i].path) != NULL, "%s", row[i].path);
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        size_t width = 0;
        for (const char *p = line; p < end; p++)
            width += ((unsigned char)*p & 0xc0) != 0x80;
        ck_assert_msg(width <= 100 && (end == line || end[-1] != ' '), "%.*s", (int)(end - line), line);
    }
    free(text);
    ck_assert_int_eq(detente_registry_markdown(NULL, &text, NULL), 0);
    ck_assert_ptr_nonnull(strstr(text, "| `agent.mirroring` | 0.698 | from 0 to 2 | - | fitted |"));
    ck_assert_ptr_nonnull(strstr(text, "| `surrender` | 0 | 0.05 | 0 | 0 | 0 | 0.25 |\n"));
    free(text);
    ck_assert_int_eq(detente_registry_json(NULL, &text, NULL), 0);
    ck_assert_uint_eq(count_lines(text), n + 2);
    ck_assert_uint_gt(json_is_closed(text), n);
    free(text);
    ck_assert_int_eq(detente_registry_json_schema(&text, NULL), 0);
    ck_assert_uint_gt(json_is_closed(text), n);
    ck_assert_ptr_null(strstr(text, ",,"));
    ck_assert_ptr_null(strstr(text, "{,"));
    free(text);
}
END_TEST

/* A path, or the beginning of some, as a user writes it, and how many rows of JSON it gives, the first of which is `first`. */
START_TEST(as_text_by_path)
{
    static const struct {
        const char *path, *first;
        size_t n;
    } CASES[] = {
        {"customer.anger", "customer.anger", 1},
        {"customer.anger.mean", "customer.anger", 1},
        {"customer.personas[entitled].anger", "customer.anger", 1},
        {"customer.persona", "customer.persona", 1},
        {"customer.personas", "customer.personas[].name", 2},
        {"customer.perso", "customer.persona", 3},
        {"tiers[supervisor].wait", "tiers[].wait", 1},
        {"tiers[0]", "tiers[].name", 6},
        {"replications", "replications", 6},
        {"strategies[typical].concession.beta", "strategy.concession.beta", 1},
        {"strategy.agent.warmth", "agent.warmth", 1},
        {"strategies[x].playbook[0].when.hostility", "strategy.playbook[].when", 1},
        {"moves.apologise", "moves.apologise.validation", 6},
        {"moves.apologise.warmth", "moves.apologise.warmth", 1},
        {"moves", "moves.minutes_scale", 1 + 6 * DETENTE_N_MOVES},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char *text, want[128];
        ck_assert_int_eq(detente_registry_json(CASES[i].path, &text, NULL), 0);
        ck_assert_msg(count_lines(text) == CASES[i].n + 2, "%s: %s", CASES[i].path, text);
        snprintf(want, sizeof want, "[\n  {\"path\": \"%s\", ", CASES[i].first);
        ck_assert_msg(!strncmp(text, want, strlen(want)), "%s: %s", CASES[i].path, text);
        ck_assert_uint_ge(json_is_closed(text), CASES[i].n);
        free(text);
    }
}
END_TEST

START_TEST(unknown_paths)
{
    static const char none[] = "no parameter has this path or begins with it";
    static const struct {
        const char *path, *words;
    } CASES[] = {
        {"customer.angre", "; did you mean customer.anger?"},
        {"costumer", "; did you mean customer?"},
        {"mirroring", "; did you mean agent.mirroring?"},
        {"tiers[0].waits", "; did you mean tiers[].wait?"},
        {"customer.traits", "; below customer there are anger, entitlement, expectation, "},
        {"replications.until.no.such.thing", "; below replications.until there are metric, halfwidth, confidence"},
        {"zzz", ""},
    };
    int (*const make[])(const char *, char **, detente_error *) = {detente_registry_table, detente_registry_markdown,
                                                                   detente_registry_json};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        for (size_t f = 0; f < 3; f++) {
            detente_error error = {0};
            char *text = NULL, want[256];
            ck_assert_int_eq(make[f](CASES[i].path, &text, &error), DETENTE_E_USAGE);
            snprintf(want, sizeof want, "\"%s\": %s%s", CASES[i].path, none, CASES[i].words);
            ck_assert_msg(!text && !strncmp(error.text, want, strlen(want)), "%s", error.text);
            detente_error_clear(&error);
        }
    static const char *const NOT_PATHS[] = {"", "tiers[0"};
    for (size_t i = 0; i < 2; i++) {
        detente_error error = {0};
        char *text = NULL;
        ck_assert_int_eq(detente_registry_json(NOT_PATHS[i], &text, &error), DETENTE_E_USAGE);
        ck_assert_ptr_nonnull(strstr(error.text, "not a path"));
        detente_error_clear(&error);
    }
}
END_TEST

START_TEST(columns_wrap)
{
    static const size_t WIDTH[] = {5, 8};
    static const struct {
        const char *cell[2], *want;
    } CASES[] = {
        {{"a", "b"}, "  a      b\n"},
        {{"", "b"}, "         b\n"},
        {{"a", ""}, "  a\n"},
        {{"abcdefg", "one two three"}, "  abcde  one two\n  fg     three\n"},
        {{"\303\251t\303\251", "eight888"}, "  \303\251t\303\251    eight888\n"},
        {{"ab cd ef", "x"}, "  ab cd  x\n  ef\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        text_buffer b = {0};
        char *text;
        text_add_columns(&b, 2, CASES[i].cell, WIDTH, 2);
        ck_assert_int_eq(text_finish(&b, &text, NULL), 0);
        ck_assert_str_eq(text, CASES[i].want);
        free(text);
    }
}
END_TEST

/* What is written reads back as the same double, and as a person would write it. */
START_TEST(numbers_as_text)
{
    static const struct {
        double value;
        const char *want;
    } CASES[] = {
        {0.1, "0.1"},       {60, "60"},
        {-400, "-400"},     {4294967295, "4294967295"},
        {1e15, "1.0e+15"},  {1e-5, "1.0e-05"},
        {INFINITY, ".inf"}, {-INFINITY, "-.inf"},
        {0, "0"},           {0.30000000000000004, "0.30000000000000004"},
    };
    char out[40];
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        text_number(CASES[i].value, out);
        ck_assert_str_eq(out, CASES[i].want);
    }
    text_level(0.1 + 0.2, out);
    ck_assert_str_eq(out, "0.3");
    text_level(98765432.5, out);
    ck_assert_str_eq(out, "98765432.5");
    text_level(1e-5, out);
    ck_assert_str_eq(out, "1.0e-05");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TCase *tests = tcase_create("registry");
    tcase_add_test(tests, rows_are_whole);
    tcase_add_loop_test(tests, paths_find_rows, 0, sizeof PATHS / sizeof PATHS[0]);
    tcase_add_test(tests, long_paths_are_unknown);
    tcase_add_test(tests, sections_point_at_their_values);
    tcase_add_test(tests, moves_follow_each_other);
    tcase_add_test(tests, names);
    tcase_add_test(tests, metrics);
    tcase_add_test(tests, nearest_names);
    tcase_add_test(tests, ranges_in_words);
    tcase_add_test(tests, as_text);
    tcase_add_test(tests, as_text_by_path);
    tcase_add_test(tests, unknown_paths);
    tcase_add_test(tests, columns_wrap);
    tcase_add_test(tests, numbers_as_text);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
