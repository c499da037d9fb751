/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Playbooks in plain words; rules that are called dead never fire. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "param/reach.h"
#include "param/registry.h"
#include "support/suite.h"

static detente_config config;
static detente_error error;
static char *words, *never;

static void explain(const char *playbook)
{
    text_buffer text = {0};
    char *yaml;
    text_add(&text, "detente: 1\nstrategies:\n  - name: x\n    playbook:\n%s", playbook);
    ck_assert_int_eq(text_finish(&text, &yaml, NULL), 0);
    const int code = detente_config_parse(&config, yaml, strlen(yaml), "test.yaml", NULL, 0, &error, NULL);
    ck_assert_msg(!code, "%s", error.text);
    ck_assert_int_eq(detente_strategy_explain(&config, 0, &words, &never, &error), 0);
    free(yaml);
}

static void finish(void)
{
    detente_config_clear(&config);
    detente_error_clear(&error);
    free(words);
    free(never);
    words = never = NULL;
}

START_TEST(in_plain_words)
{
    explain("      - {when: {acknowledges: \"< 2\"}, do: acknowledge}\n"
            "      - {when: {hostility: \"> 0.5\", apologises: \"< 1\"}, do: apologise}\n"
            "      - {when: {terms: \"!= 1\", offers: \"<= 1\"}, do: offer}\n"
            "      - {when: {terms: \"> 0\", tier: \"== 1\", asked_manager: \">= 1\"}, do: transfer}\n"
            "      - {do: close}\n");
    ck_assert_str_eq(words, "If fewer than 2 acknowledgements were made: repeats back what was said and names the "
                            "feeling.\n"
                            "If the customer's hostility is above 0.5 and no apology was made yet: apologises.\n"
                            "If no terms are on the table and at most 1 offer was made: makes an offer.\n"
                            "If terms are on the table and the tier is 1 (supervisor) and the customer has asked for a "
                            "manager here: hands the customer up.\n"
                            "Otherwise: ends the call.");
    ck_assert_ptr_null(never);
}
END_TEST

START_TEST(rules_that_cannot_apply)
{
    explain("      - {when: {hostility: \"> 1\"}, do: mirror}\n"
            "      - {when: {turn: \"< 3\", minutes: \"> 2\"}, do: listen}\n"
            "      - {when: {acknowledges: \"< 2\"}, do: acknowledge}\n"
            "      - {when: {acknowledges: \">= 3\"}, do: pause}\n"
            "      - {when: {acknowledges: \"< 1\", turn: \"> 2\"}, do: ask}\n"
            "      - {when: {apologises: \"> 0\"}, do: explain}\n"
            "      - {when: {stalled: [\">= 3\", \"< 2\"]}, do: refuse}\n"
            "      - {when: {tier: \"== 3\"}, do: offer}\n"
            "      - {when: {asked_manager: \"> 1\"}, do: offer}\n"
            "      - {when: {issue: \"> 0\"}, do: offer}\n"
            "      - {when: {hostility: \"> 0.5\"}, do: warn}\n"
            "      - {when: {hostility: \"<= 0.5\", terms: \"< 1\"}, do: offer}\n"
            "      - {when: {terms: \"== 1\"}, do: reiterate}\n"
            "      - {do: close}\n");
    ck_assert_str_eq(never,
                     "rule 1 (mirror) can never apply: hostility stays from -1 to 1 here\n"
                     "rule 4 (pause) can never apply: acknowledges stays from 0 to 2 here\n"
                     "rule 5 (ask) can never apply: rule 3 applies first whenever its conditions hold\n"
                     "rule 6 (explain) can never apply: apologises stays 0, no rule that can apply makes this move\n"
                     "rule 7 (refuse) can never apply: its conditions on stalled cannot hold together\n"
                     "rule 8 (offer) can never apply: tier stays from 0 to 2 here\n"
                     "rule 9 (offer) can never apply: asked_manager stays from 0 to 1 here\n"
                     "rule 10 (offer) can never apply: issue is always 0 here\n"
                     "rule 14 (close) can never apply: the rules above take every case that it would");
}
END_TEST

START_TEST(rules_that_can_apply)
{
    /* Each at the very edge of what is possible. */
    explain("      - {when: {hostility: \">= 1\"}, do: mirror}\n"
            "      - {when: {turn: \"<= 1\"}, do: listen}\n"
            "      - {when: {acknowledges: \"< 2\"}, do: acknowledge}\n"
            "      - {when: {acknowledges: \">= 2\", listens: \"> 0\", stalled: \"< 1\"}, do: acknowledge}\n"
            "      - {when: {acknowledges: \">= 3\", offer: \">= 1\"}, do: pause}\n"
            "      - {when: {tier: \"== 2\", turn: \">= 60\"}, do: pause}\n"
            "      - {when: {asked_manager: \">= 1\"}, do: pause}\n"
            "      - {do: offer}\n");
    ck_assert_msg(!never, "%s", never);
}
END_TEST

START_TEST(numbers)
{
    explain("      - {do: offer}\n    concession: {tactic: exponential, opening: 0.1, start: 2, horizon: 8, beta: 3}\n"
            "    persistence: 2\n    exception: {after_terms: 0.1}\n    agent: {mirroring: 1, warmth: 0.5}\n");
    free(words);
    free(never);
    ck_assert_int_eq(detente_strategy_numbers(&config, 0, &words, &error), 0);
    ck_assert_str_eq(words,
                     "Offers rise from turn 2 on, for 8 turns, early rather than late (exponential, beta 3), from an "
                     "opening of 0.1.\nThe first 2 requests for a manager at each tier are deflected.\nOnce the "
                     "customer has agreed, 0.1 of the claim is added.\nIts agent has mirroring 1, warmth 0.5.");
    free(words);
    ck_assert_int_eq(detente_strategy_numbers(&config, 1, &words, &error), DETENTE_E_RANGE);
}
END_TEST

START_TEST(unknown_strategy)
{
    explain("      - {do: offer}\n");
    ck_assert_str_eq(words, "Always: makes an offer.");
    ck_assert_ptr_null(never);
    free(words);
    ck_assert_int_eq(detente_strategy_explain(&config, 1, &words, &never, &error), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_strategy_explain(&config, -1, &words, &never, &error), DETENTE_E_RANGE);
}
END_TEST

static int below(int n)
{
    return (int)((double)rand() / ((double)RAND_MAX + 1) * n);
}

/* Playbooks whose conditions lie at the edges where a mistake would show. */
static void random_playbook(detente_strategy *strategy)
{
    static const double VALUE[] = {-1, -0.5, 0, 0, 0.3, 0.5, 0.5, 0.685, 1, 1, 1, 1.5, 2, 2, 3, 4, 10, 59, 60};
    static const int MOVE[] = {DETENTE_MOVE_offer,  DETENTE_MOVE_acknowledge, DETENTE_MOVE_transfer,
                               DETENTE_MOVE_refuse, DETENTE_MOVE_apologise,   DETENTE_MOVE_listen};
    strategy->n_rules = 2 + below(7);
    memset(strategy->rule, 0, sizeof strategy->rule);
    for (int i = 0; i < strategy->n_rules; i++) {
        detente_rule *rule = &strategy->rule[i];
        rule->move = MOVE[below(sizeof MOVE / sizeof MOVE[0])];
        rule->n_guards = i + 1 < strategy->n_rules ? 1 + below(3) : 0;
        for (int k = 0; k < rule->n_guards; k++) {
            const int count = DETENTE_OBS_listens + MOVE[below(sizeof MOVE / sizeof MOVE[0])];
            rule->guard[k].observable = below(2) ? below(DETENTE_OBS_listens) : count;
            rule->guard[k].op = below(6);
            rule->guard[k].value = VALUE[below(sizeof VALUE / sizeof VALUE[0])];
        }
    }
}

START_TEST(dead_rules_never_fire)
{
    static detente_turn turn[60];
    static detente_block block;
    int n_dead = 0, n_fired = 0;
    /* Angry customers, several issues and tiers, so that much of what can happen does. */
    const detente_setting settings[] = {{"customer.anger", "{dist: uniform, mean: 0.6, sd: 0.25}"},
                                        {"decision.manager_base", "-4"},
                                        {"customer.calls_back", "0.5"},
                                        {"customer.expectation", "{dist: uniform, low: 0.2, high: 1.5}"}};
    ck_assert_int_eq(detente_config_load(&config, "configs/three-part-complaint.yaml", settings,
                                         sizeof settings / sizeof settings[0], &error, NULL),
                     0);
    srand(20241005);
    for (int round = 0; round < 3000; round++) {
        rule_verdict verdict[DETENTE_MAX_RULES];
        detente_cell *cell;
        random_playbook(&config.strategy[0]);
        config.strategy[0].agenda = below(3);
        config.strategy[0].persistence = below(3);
        playbook_reach(&config, &config.strategy[0], verdict);
        for (int i = 0; i < config.strategy[0].n_rules; i++)
            n_dead += verdict[i].reason != RULE_LIVE;
        ck_assert_int_eq(detente_cell_create(&cell, &config, 0, 0, &error), 0);
        for (uint32_t e = 0; e < 12; e++) {
            const uint32_t n = detente_cell_trace(cell, (uint32_t)round, e, turn, &block);
            for (uint32_t t = 0; t < n; t++) {
                n_fired++;
                if (verdict[turn[t].rule].reason != RULE_LIVE)
                    ck_abort_msg("round %d: rule %d fired", round, turn[t].rule);
            }
        }
        detente_cell_free(cell);
    }
    /* There was something to find on both sides. */
    ck_assert_int_gt(n_dead, 3000);
    ck_assert_int_gt(n_fired, 100000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tests = tcase_create("explain");
    tcase_set_timeout(tests, 300);
    tcase_add_checked_fixture(tests, NULL, finish);
    tcase_add_test(tests, in_plain_words);
    tcase_add_test(tests, rules_that_cannot_apply);
    tcase_add_test(tests, rules_that_can_apply);
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, unknown_strategy);
    tcase_add_test(tests, dead_rules_never_fire);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
