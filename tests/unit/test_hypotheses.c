/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list `hypotheses` of a config: what it comes to, that it reads back the same, and what it says in words. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "support/suite.h"

static detente_config config;
static detente_error error, warnings;

static const char DESIGN[] =
    "detente: 1\nname: x\nstrategies: [typical, surrender]\n"
    "design: {vary: {agent.mirroring: {from: 0, to: 1, steps: 11}, customer.persona: [abusive, loyal], "
    "strategy.concession.beta: {from: 0.2, to: 5, steps: 9, log: true}}}\n"
    "hypotheses:\n"
    "  - {name: one, expect: {metric: escalated, where: {agent.mirroring: 1, customer.persona: loyal}, versus: "
    "{agent.mirroring: 0.3}, strategy: surrender, difference: \"> 0.02\"}}\n"
    "  - name: \"two: 'both'\"\n"
    "    expect: {metric: minutes, strategy: typical, versus: {strategy: surrender, strategy.concession.beta: 1}, where: "
    "{strategy.concession.beta: 5}, difference: \"<-.5e1\"}\n"
    "  - {name: three, expect: {metric: net_value, value: \" < 7 \"}}\n";

static void read_text(const char *text)
{
    detente_config_clear(&config);
    const int code = detente_config_parse(&config, text, strlen(text), "test.yaml", NULL, 0, &error, &warnings);
    ck_assert_msg(!code, "%s", error.text);
}

static void finish(void)
{
    detente_config_clear(&config);
    detente_error_clear(&error);
    detente_error_clear(&warnings);
}

static void check_design(const detente_config *c)
{
    const detente_hypothesis *h = c->hypothesis;
    ck_assert_int_eq(c->n_hypotheses, 3);
    ck_assert(!strcmp(h->name, "one") && h->metric == DETENTE_METRIC_escalated && h->compared && h->above);
    ck_assert(h->threshold == .02 && h->where.strategy == 1 && h->versus.strategy == -1);
    ck_assert(h->where.n == 2 && h->where.at[0].factor == 0 && h->where.at[0].value == 1);
    ck_assert(h->where.at[1].factor == 1 && h->where.at[1].value == 1);
    ck_assert(h->versus.n == 1 && h->versus.at[0].factor == 0);
    ck_assert(h->versus.at[0].value == detente_factor_level(&c->design->factor[0], 3));
    h++;
    ck_assert(!strcmp(h->name, "two: 'both'") && h->metric == DETENTE_METRIC_minutes && h->compared && !h->above);
    ck_assert(h->threshold == -5 && h->where.strategy == 0 && h->versus.strategy == 1);
    ck_assert(h->where.n == 1 && h->where.at[0].factor == 2 && h->where.at[0].value == 5);
    /* The middle of a log scale is found by the number that people write. */
    ck_assert(h->versus.n == 1 && h->versus.at[0].value == detente_factor_level(&c->design->factor[2], 4));
    h++;
    ck_assert(h->metric == DETENTE_METRIC_net_value && !h->compared && !h->above && h->threshold == 7);
    ck_assert(h->where.n == 0 && h->where.strategy == -1 && h->versus.n == 0);
}

START_TEST(bound_and_written)
{
    char *text, *again;
    read_text(DESIGN);
    check_design(&config);
    ck_assert_int_eq(detente_config_write(&config, &text, &error), 0);
    read_text(text);
    check_design(&config);
    ck_assert_int_eq(detente_config_write(&config, &again, &error), 0);
    ck_assert_str_eq(text, again);
    free(text);
    free(again);
    finish();
}
END_TEST

/* They are a part of the config: a run whose hypotheses were changed is another one. */
START_TEST(part_of_the_config)
{
    char *with, *without, *list;
    char one[65], two[65];
    read_text("detente: 1\nhypotheses: [{name: x, expect: {metric: escalated, value: \"> 0.1\"}}]\n");
    ck_assert_int_eq(detente_config_write(&config, &with, &error) | detente_config_sha256(&config, one, &error), 0);
    read_text("detente: 1\nhypotheses: [{name: x, expect: {metric: escalated, value: \"> 0.2\"}}]\n");
    ck_assert_int_eq(detente_config_write(&config, &without, &error) | detente_config_sha256(&config, two, &error), 0);
    ck_assert_str_ne(one, two);
    ck_assert_int_eq(detente_config_differences(with, without, &list, &error), 0);
    ck_assert_str_eq(list, "  hypotheses[x].expect.value: the text \"> 0.1\" there, the text \"> 0.2\" here");
    free(with);
    free(without);
    free(list);
    finish();
}
END_TEST

/* An `extends` or a --set changes them as any list. */
START_TEST(set_by_path)
{
    static const char TEXT[] = "detente: 1\nhypotheses: [{name: x, expect: {metric: escalated, value: \"> 0.1\"}}]\n";
    const detente_setting setting[] = {{"hypotheses[x].expect.value", "\"> 0.4\""},
                                       {"hypotheses[0].expect.metric", "resolved"}};
    ck_assert_int_eq(detente_config_parse(&config, TEXT, strlen(TEXT), "x", setting, 2, &error, NULL), 0);
    ck_assert(config.hypothesis[0].threshold == .4 && config.hypothesis[0].metric == DETENTE_METRIC_resolved);
    finish();
}
END_TEST

START_TEST(without_any)
{
    char *text;
    read_text("detente: 1\n");
    ck_assert(config.n_hypotheses == 0 && !config.hypothesis);
    ck_assert_int_eq(detente_config_write(&config, &text, &error), 0);
    ck_assert_ptr_null(strstr(text, "hypotheses"));
    free(text);
    finish();
}
END_TEST

/* Inline points, whole numbers, and numbers that are sampled but listed. */
START_TEST(levels_of_other_designs)
{
    read_text(
        "detente: 1\ndesign: {type: list, points: [{agent.mirroring: 0.1, agent.warmth: 0}, {agent.mirroring: 0.7, "
        "agent.warmth: 1}]}\n"
        "hypotheses: [{name: x, expect: {metric: turns, where: {agent.mirroring: 0.7}, value: \"> 1\"}}]\n");
    ck_assert(config.hypothesis[0].where.at[0].value == .7);
    read_text("detente: 1\ndesign: {vary: {strategy.persistence: {from: 0, to: 3}}, type: random, points: 4}\n"
              "hypotheses: [{name: x, expect: {metric: turns, where: {strategy.persistence: 2}, value: \"> 1\"}}]\n");
    ck_assert(config.hypothesis[0].where.at[0].value == 2);
    read_text("detente: 1\ndesign: {vary: {agent.mirroring: [0.25, 1]}, type: latin-hypercube, points: 4}\n"
              "hypotheses: [{name: x, expect: {metric: turns, where: {agent.mirroring: 0.25}, value: \"> 1\"}}]\n");
    ck_assert(config.hypothesis[0].where.at[0].value == .25);
    finish();
}
END_TEST

static void says(int hypothesis, const char *words)
{
    char *text;
    ck_assert_int_eq(detente_hypothesis_explain(&config, hypothesis, &text, &error), 0);
    ck_assert_str_eq(text, words);
    free(text);
}

START_TEST(in_plain_words)
{
    char *text;
    read_text(DESIGN);
    says(0, "escalated (served above the front line) is more than 0.02 higher with agent.mirroring 1 than with "
            "agent.mirroring 0.3; on both sides strategy surrender, customer.persona loyal. Averaged over "
            "strategy.concession.beta.");
    says(1, "minutes (minutes taken, waits included) is more than 5 min lower with strategy typical, "
            "strategy.concession.beta 5 than with strategy surrender, strategy.concession.beta 1. Averaged over "
            "agent.mirroring, customer.persona.");
    says(2, "net_value (value kept less cost and word of mouth (19)) is below 7 money. Averaged over the 2 strategies, "
            "agent.mirroring, customer.persona, strategy.concession.beta.");
    ck_assert_int_eq(detente_hypothesis_explain(&config, 3, &text, &error), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_hypothesis_explain(&config, -1, &text, &error), DETENTE_E_RANGE);
    finish();
}
END_TEST

START_TEST(thresholds_in_words)
{
    static const char *const CASE[][2] = {{"> 0", "higher"},
                                          {"< 0", "lower"},
                                          {"> 0.5", "more than 0.5 higher"},
                                          {"< -0.5", "more than 0.5 lower"},
                                          {"> -0.5", "less than 0.5 lower, if at all,"},
                                          {"< 0.5", "less than 0.5 higher, if at all,"}};
    for (size_t i = 0; i < sizeof CASE / sizeof CASE[0]; i++) {
        char text[512], words[512];
        snprintf(
            text, sizeof text,
            "detente: 1\nstrategies: [typical, surrender]\nhypotheses: [{name: x, expect: {metric: heard, strategy: "
            "surrender, versus: {strategy: typical}, difference: \"%s\"}}]\n",
            CASE[i][0]);
        snprintf(words, sizeof words,
                 "heard (how far the customer feels heard at the end) is %s with strategy surrender than with strategy "
                 "typical.",
                 CASE[i][1]);
        read_text(text);
        says(0, words);
    }
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hypotheses");
    TCase *tests = tcase_create("config");
    tcase_add_test(tests, bound_and_written);
    tcase_add_test(tests, part_of_the_config);
    tcase_add_test(tests, set_by_path);
    tcase_add_test(tests, without_any);
    tcase_add_test(tests, levels_of_other_designs);
    tcase_add_test(tests, in_plain_words);
    tcase_add_test(tests, thresholds_in_words);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
