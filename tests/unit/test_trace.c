/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces of made-up encounters: what is printed, how wide, and that numbers read back. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/embedded.h"
#include "core/memory.h"
#include "report/trace.h"
#include "support/suite.h"

static const char CONFIG[] = "detente: 1\n"
                             "name: a \"quoted\" name\n"
                             "seed: 7\n"
                             "replications: 2\n"
                             "encounters: 8\n"
                             "max_turns: 5\n"
                             "strategies:\n"
                             "  - name: made-up\n"
                             "    playbook:\n"
                             "      - {when: {hostility: \"> 0.68\", acknowledges: \"< 4\"}, do: acknowledge}\n"
                             "      - {do: offer}\n";

enum { TURNS = 3 };

static detente_config config;
static detente_turn turns[TURNS];
static detente_block *block;
static trace made_up;
static phrases *sentences;

static void set_up(void)
{
    detente_error error = {0};
    ck_assert_int_eq(detente_config_parse(&config, CONFIG, sizeof CONFIG - 1, "made-up", NULL, 0, &error, NULL), 0);
    ck_assert_int_eq(phrases_load(&sentences, NULL, &error), 0);
    block = detente_aligned_calloc(64, sizeof *block);
    ck_assert_ptr_nonnull(block);
    block->n = 1;
    block->trait[DETENTE_TRAIT_anger][0] = 0.4F;
    block->trait[DETENTE_TRAIT_expectation][0] = 0.8F;
    block->metric[DETENTE_METRIC_resolved][0] = 1;
    block->metric[DETENTE_METRIC_turns][0] = TURNS;
    block->metric[DETENTE_METRIC_lost_temper][0] = 1;
    for (int i = 0; i < TURNS; i++) {
        turns[i] = (detente_turn){.turn = (uint32_t)i + 1,
                                  .rule = i > 0,
                                  .move = i ? DETENTE_MOVE_offer : DETENTE_MOVE_acknowledge,
                                  .anger = 0.3F,
                                  .hostility = 0.5F,
                                  .agent_hostility = -0.2F,
                                  .demand = 0.7F,
                                  .offer = 0.1F * (float)i,
                                  .minutes = 0.6F * (float)(i + 1),
                                  .perceived = 0.6803F,
                                  .cap = 0.5F,
                                  .p_accept = 0.25F,
                                  .p_hangup = 0.001F};
        turns[i].observed[DETENTE_OBS_hostility] = 0.6803F;
        turns[i].observed[DETENTE_OBS_offer] = i ? 0.1F * (float)(i - 1) : 0;
        turns[i].observed[DETENTE_OBS_demand] = 0.7F;
    }
    turns[TURNS - 1].event = DETENTE_EVENT_ACCEPT;
    made_up = (trace){&config, 0, 3, 1, 6, turns, TURNS, block};
}

static void tear_down(void)
{
    phrases_free(sentences);
    detente_free(block);
    detente_config_clear(&config);
}

static char *text_of(int colour)
{
    detente_error error = {0};
    char *text;
    ck_assert_int_eq(trace_text(&made_up, sentences, colour, &text, &error), 0);
    return text;
}

static void assert_says(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in:\n%s", part, text);
}

START_TEST(text_tells_the_encounter)
{
    char *text = text_of(0);
    assert_says(text, "a \"quoted\" name, strategy made-up");
    assert_says(text, "number 6 of replication 1, seed 7");
    assert_says(text, "starts rather angry (anger 0.40)");
    assert_says(text, "expects 80% of the claim");
    /* 1.58 x .4 - .191 = .441 */
    assert_says(text, "hostile (tone 0.44), asks for 70%");
    assert_says(text, "Turn 1, front line, minute 0.0 to 0.6");
    assert_says(text, "repeats back what was said and names the feeling, in a warm tone (-0.20)");
    /* Two digits would not show that the guard held. */
    assert_says(text, "rule 1 because hostility 0.6803 > 0.68 and acknowledges 0 < 4");
    assert_says(text, "rule 2 because none above it applied");
    assert_says(text, "[######..............] 0.30 (-0.10)");
    assert_says(text, "is offered 10% (limit here 50%)");
    assert_says(text, "accept 25%, ask for a manager 0%, hang up 0.1%, go on 75%");
    assert_says(text, "the customer accepts");
    assert_says(text, "The end: resolved by the front line");
    assert_says(text, "the customer lost their temper");
    int labels = 0;
    for (const char *p = text; (p = strstr(p, "illustration")); p++)
        labels++;
    ck_assert_int_eq(labels, 1);
    detente_free(text);
}
END_TEST

START_TEST(text_fits_the_page)
{
    char *text = text_of(0);
    size_t width = 0;
    for (const char *p = text; *p; p++) {
        width = *p == '\n' ? 0 : width + (((unsigned char)*p & 0xc0) != 0x80);
        ck_assert_uint_le(width, 100);
    }
    detente_free(text);
}
END_TEST

/* Colour is the same text with escape sequences in it, and they are there only when asked for. */
START_TEST(text_in_colour)
{
    char *plain = text_of(0), *colour = text_of(1);
    ck_assert_ptr_null(strchr(plain, '\033'));
    ck_assert_ptr_nonnull(strchr(colour, '\033'));
    char *to = colour;
    for (const char *p = colour; *p; p++) {
        if (*p == '\033')
            p = strchr(p, 'm');
        else
            *to++ = *p;
    }
    *to = 0;
    ck_assert_str_eq(colour, plain);
    detente_free(plain);
    detente_free(colour);
}
END_TEST

/* Every event and every move has its words. */
START_TEST(text_of_every_event)
{
    static const char *const words[DETENTE_N_EVENTS] = {
        [DETENTE_EVENT_CONTINUE] = "the call goes on",
        [DETENTE_EVENT_ACCEPT] = "the customer accepts",
        [DETENTE_EVENT_ISSUE_SETTLED] = "the customer accepts this point",
        [DETENTE_EVENT_DEFLECTED] = "the customer asks for a manager, and the agent holds on",
        [DETENTE_EVENT_TRANSFER] = "the supervisor takes over, as the customer asks for a manager, after a wait of 3.0",
        [DETENTE_EVENT_HANG_UP] = "the customer hangs up",
        [DETENTE_EVENT_CALL_BACK] = "calls again and gets through to the supervisor",
        [DETENTE_EVENT_IMPASSE] = "nobody is left to decide",
        [DETENTE_EVENT_TERMINATED] = "abuse after a warning",
        [DETENTE_EVENT_SET_ASIDE] = "it is set aside"};
    turns[2].tier = 1;
    turns[2].observed[DETENTE_OBS_minutes] = turns[1].minutes + 3;
    for (int event = 0; event < DETENTE_N_EVENTS; event++) {
        turns[1].event = event;
        char *text = text_of(0);
        assert_says(text, words[event]);
        ck_assert_ptr_nonnull(trace_event_name(event));
        detente_free(text);
    }
    turns[1].event = DETENTE_EVENT_TRANSFER;
    turns[1].move = DETENTE_MOVE_transfer;
    char *text = text_of(0);
    assert_says(text, "the supervisor takes over, handed up by the agent");
    detente_free(text);
}
END_TEST

START_TEST(sentence_for_every_move)
{
    for (int move = 0; move < DETENTE_N_MOVES; move++)
        for (int mood = PHRASE_CALM; mood <= PHRASE_HOSTILE; mood++)
            ck_assert_ptr_nonnull(phrases_agent(sentences, move, (enum phrase_mood)mood, 4000000000U));
    for (int tone = 0; tone < N_TONES; tone++)
        for (int stage = 0; stage < N_PHRASE_STAGES; stage++)
            ck_assert_ptr_nonnull(phrases_customer(sentences, (enum phrase_stage)stage, (enum phrase_tone)tone, 1));
    for (int event = DETENTE_EVENT_CONTINUE + 1; event < N_PHRASE_EVENTS; event++)
        ck_assert_ptr_nonnull(phrases_event(sentences, event, PHRASE_HOSTILE, 1));
    ck_assert_ptr_null(phrases_event(sentences, DETENTE_EVENT_CONTINUE, PHRASE_CALM, 1));
}
END_TEST

/* The k-th field of the line-th line. */
static char *csv_field(const char *csv, int line, int k)
{
    while (line--)
        csv = strchr(csv, '\n') + 1;
    while (k--)
        csv = strchr(csv, ',') + 1;
    return strndup(csv, strcspn(csv, ",\n"));
}

START_TEST(csv_reads_back)
{
    detente_error error = {0};
    char *csv;
    ck_assert_int_eq(trace_csv(&made_up, &csv, &error), 0);
    for (int c = 0; c < N_TRACE_COLUMNS; c++) {
        char *name = csv_field(csv, 0, 3 + c);
        ck_assert_str_eq(name, trace_column_name(c));
        free(name);
        for (int i = 0; i < TURNS; i++) {
            char *value = csv_field(csv, i + 1, 3 + c);
            ck_assert(strtod(value, NULL) == trace_column_value(&turns[i], c));
            free(value);
        }
    }
    char *event = csv_field(csv, TURNS, 3 + N_TRACE_COLUMNS), *move = csv_field(csv, 1, 4 + N_TRACE_COLUMNS);
    ck_assert_str_eq(event, "accept");
    ck_assert_str_eq(move, "acknowledge");
    free(event);
    free(move);
    ck_assert_int_eq(strncmp(csv + strcspn(csv, "\n"), "\n3,1,6,1,", 9), 0);
    detente_free(csv);
}
END_TEST

/* The columns of group `turns` are the first of the trace's; tests of the store hold their names. */
START_TEST(columns_by_name)
{
    static const char *const stored[N_STORED_COLUMNS] = {
        "turn",  "rule",    "move",   "tier",  "anger",  "hostility", "agent_hostility",
        "heard", "rapport", "demand", "offer", "minutes"};
    for (int c = 0; c < N_STORED_COLUMNS; c++)
        ck_assert_str_eq(trace_column_name(c), stored[c]);
    ck_assert_ptr_null(trace_column_name(-1));
    ck_assert_ptr_null(trace_column_name(N_TRACE_COLUMNS));
    ck_assert(trace_column_value(&turns[0], 0) == 1);
    ck_assert(trace_column_value(&turns[0], 11) == (double)0.6F);
}
END_TEST

START_TEST(json_escapes_and_names_guards)
{
    detente_error error = {0};
    char *json;
    block->metric[DETENTE_METRIC_net_value][0] = strtof("nan", NULL);
    ck_assert_int_eq(trace_json(&made_up, &json, &error), 0);
    assert_says(json, "\"config\": \"a \\\"quoted\\\" name\"");
    assert_says(json, "\"net_value\": null}");
    assert_says(json,
                "{\"observable\": \"hostility\", \"observed\": 0.6802999973297119, \"is\": \">\", \"value\": 0.68}");
    assert_says(json, "\"because\": []}");
    detente_free(json);
}
END_TEST

/* ---- the file of sentences --------------------------------------------------------------------------------------- */

static const struct {
    const char *find, *replace, *message;
} BROKEN[] = {
    {"{offer}", "{price}",
     "agent.offer.same: found the text \"I can still offer {price}.\", allowed in braces are {offer}"},
    {"  listen:", "  listn:", "agent: unknown key \"listn\"; did you mean \"listen\"?"},
    {"  listen:", "  listn:", "agent.listen: found nothing, allowed a map"},
    {"    furious:", "    furios:", "customer.opening.furious: found nothing, allowed a list of sentences"},
    {"  acknowledge:\n", "  acknowledge: []\n  spare:\n", "agent.acknowledge: found an empty list, allowed a map"},
    {"events:", "event:", "events: found nothing, allowed a map"},
    {"      - \"Mm-hm. Go on, please.\"", "      - [a, b]", "agent.listen.calm: found a list, allowed a sentence"},
    {"      - \"Mm-hm. Go on, please.\"", "      - \"two\\nlines\"", "agent.listen.calm: a sentence is one line"},
    {"      - \"Mm-hm. Go on, please.\"", "      - \"\"", "allowed a sentence"},
};

START_TEST(broken_sentences)
{
    const struct detente_embedded *file = NULL;
    for (size_t i = 0; i < detente_embedded_count; i++)
        if (!strcmp(detente_embedded[i].folder, "phrases"))
            file = &detente_embedded[i];
    ck_assert_ptr_nonnull(file);
    const char *at = strstr(strstr(file->text, "agent: ") + 1, BROKEN[_i].find);
    if (!at)
        at = strstr(file->text, BROKEN[_i].find);
    ck_assert_ptr_nonnull(at);
    char *text = detente_calloc(file->size + 100, 1);
    sprintf(text, "%.*s%s%s", (int)(at - file->text), file->text, BROKEN[_i].replace, at + strlen(BROKEN[_i].find));
    detente_error error = {0};
    phrases *read;
    ck_assert_int_eq(phrases_parse(&read, text, strlen(text), "mine.yaml", &error), DETENTE_E_CONFIG);
    ck_assert_ptr_null(read);
    assert_says(error.text, BROKEN[_i].message);
    ck_assert_int_eq(strncmp(error.text, "mine.yaml:", 10), 0);
    detente_error_clear(&error);
    detente_free(text);
}
END_TEST

START_TEST(no_sentences)
{
    detente_error error = {0};
    phrases *read;
    ck_assert_int_eq(phrases_parse(&read, "[a]", 3, "mine.yaml", &error), DETENTE_E_CONFIG);
    assert_says(error.text, "allowed a map");
    detente_error_clear(&error);
    ck_assert_int_eq(phrases_load(&read, "/nowhere/at/all.yaml", &error), DETENTE_E_INPUT);
    detente_error_clear(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *builders = tcase_create("builders"), *file = tcase_create("sentences");
    tcase_add_checked_fixture(builders, set_up, tear_down);
    tcase_add_test(builders, text_tells_the_encounter);
    tcase_add_test(builders, text_fits_the_page);
    tcase_add_test(builders, text_in_colour);
    tcase_add_test(builders, text_of_every_event);
    tcase_add_test(builders, sentence_for_every_move);
    tcase_add_test(builders, csv_reads_back);
    tcase_add_test(builders, columns_by_name);
    tcase_add_test(builders, json_escapes_and_names_guards);
    tcase_add_loop_test(file, broken_sentences, 0, sizeof BROKEN / sizeof BROKEN[0]);
    tcase_add_test(file, no_sentences);
    suite_add_tcase(suite, builders);
    suite_add_tcase(suite, file);
    return suite_run(suite);
}
