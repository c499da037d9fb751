/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limit L7: what must not get worse, or not change at all, when one thing is changed and every draw stays the same.
 *
 * Thirty parameter points (Mersenne Twister, fixed seed); at each the same customers meet both settings. The difference of the
 * two is a mean of paired differences; a claim is broken where it is above 0 by more than 4 standard errors: by chance 3.2e-5 a
 * point if nothing changed, so .1 % for thirty. That a claim could be seen to break is shown by how many points are below
 * -4: the other way round they would be broken. Traces and equal moves have no noise and no tolerance but rounding.
 */
#include <check.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <detente/config.h>
#include <detente/model.h>

#include "support/often.h"
#include "support/suite.h"

enum { POINTS = 30, BLOCKS = 8, MOST_SETTINGS = 48, SEED = 7 };

/* What a random point draws: path and range. Ranges hold the defaults and what is plausible around them. */
static const struct range {
    const char *path;
    double low, high;
} RANGE[] = {{"agent.composure", 0.2, 0.9},
             {"agent.deep_acting", 0, 1},
             {"agent.warmth", 0, 0.3},
             {"agent.task_focus", 0, 0.6},
             {"agent.strain", 0, 0.5},
             {"agent.empathy", 0.3, 0.9},
             {"affect.customer_influence", 0, 0.3},
             {"affect.hostility_frustration", 0.02, 0.2},
             {"affect.refusal_frustration", 0.05, 0.3},
             {"affect.heard_relief", 0.1, 0.6},
             {"affect.rapport_hostility", 0.02, 0.2},
             {"bargaining.demand_decay", 0.02, 0.15},
             {"bargaining.anger_stiffness", 0.2, 1},
             {"bargaining.reservation", 0.4, 0.7},
             {"bargaining.inference", 0, 1},
             {"decision.accept_anger", 0.5, 3},
             {"decision.accept_rapport", 0, 2},
             {"decision.manager_hostility", 1, 6},
             {"decision.hangup_anger", 1, 4},
             {"customer.expectation.mean", 0.6, 0.9},
             {"strategies[0].concession.horizon", 5, 20},
             {"strategies[0].concession.appeasement", 0, 0.1}};
enum { N_RANGES = sizeof RANGE / sizeof *RANGE };

static const char *const STRATEGY[] = {"typical",      "task-focused",  "listen-then-pay", "apologise-first",
                                       "bare-refusal", "firm-but-kind", "late-concession"};
enum { N_STRATEGIES = sizeof STRATEGY / sizeof *STRATEGY };

typedef struct point {
    char text[MOST_SETTINGS][2][96];
    size_t n;
} point;

static void add(point *p, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(point *p, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    snprintf(p->text[p->n][0], sizeof p->text[0][0], "%s", path);
    vsnprintf(p->text[p->n][1], sizeof p->text[0][1], format, arguments);
    va_end(arguments);
    p->n++;
}

/* Point number @p index, its strategy as the first setting; @p other, in [0, 1], is for what the claim itself needs. */
static point random_point(int index, double other[4])
{
    point p = {.n = 0};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, (unsigned long)(1000 + index));
    add(&p, "strategies", "[%s]", STRATEGY[index % N_STRATEGIES]);
    for (int i = 0; i < N_RANGES; i++)
        add(&p, RANGE[i].path, "%.6f", RANGE[i].low + (RANGE[i].high - RANGE[i].low) * gsl_rng_uniform(rng));
    for (int i = 0; i < 4; i++)
        other[i] = gsl_rng_uniform(rng);
    gsl_rng_free(rng);
    return p;
}

static void read_config(detente_config *config, const char *text, const point *p)
{
    detente_setting setting[MOST_SETTINGS];
    detente_error error = {0};
    for (size_t i = 0; i < p->n; i++)
        setting[i] = (detente_setting){p->text[i][0], p->text[i][1]};
    const int code = detente_config_parse(config, text, strlen(text), "metamorphic", setting, p->n, &error, NULL);
    ck_assert_msg(code == 0, "%s", error.text ? error.text : "");
    config->seed = SEED;
}

static detente_cell *cell_of(const detente_config *config, int strategy)
{
    detente_cell *cell;
    ck_assert_int_eq(detente_cell_create(&cell, config, strategy, 0, NULL), 0);
    return cell;
}

/* Paired difference of a metric, second setting less first, in standard errors; 0 when no encounter differs. */
static double paired_z(const point *first, const point *second, int metric, double *mean)
{
    static detente_block a, b;
    double n = 0, sum = 0, squares = 0;
    detente_config config[2];
    detente_cell *cell[2];
    for (int k = 0; k < 2; k++) {
        read_config(&config[k], "detente: 1\n", k ? second : first);
        cell[k] = cell_of(&config[k], 0);
    }
    for (uint32_t r = 0; r < BLOCKS; r++) {
        detente_cell_play(cell[0], DETENTE_ISA_AUTO, r, 0, DETENTE_BLOCK, &a);
        detente_cell_play(cell[1], DETENTE_ISA_AUTO, r, 0, DETENTE_BLOCK, &b);
        for (int i = 0; i < DETENTE_BLOCK; i++) {
            const double d = (double)b.metric[metric][i] - (double)a.metric[metric][i];
            n += 1;
            sum += d;
            squares += d * d;
        }
    }
    for (int k = 0; k < 2; k++) {
        detente_cell_free(cell[k]);
        detente_config_clear(&config[k]);
    }
    *mean = sum / n;
    return squares > 0 ? sum / sqrt((squares - sum * sum / n) * n / (n - 1)) : 0;
}

/* No point breaks the claim; @p clear of them are far on its side. */
static void claim(const char *name, void (*settings)(int index, point *first, point *second), int metric, int clear)
{
    int seen = 0;
    for (int i = 0; i < POINTS; i++) {
        point first, second;
        double mean;
        settings(i, &first, &second);
        const double z = paired_z(&first, &second, metric, &mean);
        ck_assert_msg(z <= 4, "%s, point %d (%s): %+.5f, z %.2f", name, i, STRATEGY[i % N_STRATEGIES], mean, z);
        seen += z < -4;
    }
    ck_assert_msg(seen >= clear, "%s: only %d points show an effect", name, seen);
}

static void more_mirroring(int index, point *less, point *more)
{
    double other[4];
    *less = random_point(index, other);
    add(less, "customer.anger", "{dist: beta, mean: %.4f, sd: 0.1}", 0.5 + 0.3 * other[0]);
    *more = *less;
    add(less, "strategies[0].agent.mirroring", "%.4f", 0.6 * other[1]);
    add(more, "strategies[0].agent.mirroring", "%.4f", 0.6 * other[1] + 0.3 + 0.5 * other[2]);
}

/* Where customers arrive hostile, more mirroring does not raise P(resolved). */
START_TEST(mirroring_does_not_help)
{
    claim("mirroring", more_mirroring, DETENTE_METRIC_resolved, 20);
}
END_TEST

static void more_authority(int index, point *less, point *more)
{
    double other[4];
    *less = random_point(index, other);
    add(less, "customer.reciprocity", "{dist: uniform, low: 0, high: %.4f}", 0.05 + 0.6 * other[0]);
    *more = *less;
    add(less, "tiers[0].authority", "%.4f", 0.3 + 0.3 * other[1]);
    add(more, "tiers[0].authority", "%.4f", 0.3 + 0.3 * other[1] + 0.05 + 0.15 * other[2]);
}

/* Where concessions are answered by concessions, more authority at the front line does not raise P(escalated). Refusers do not use it. */
START_TEST(authority_does_not_escalate)
{
    claim("authority", more_authority, DETENTE_METRIC_escalated, 15);
}
END_TEST

/* Moves by the turn alone, and nobody decides: the same moves whatever the customer's state. */
static const char SAME_MOVES[] =
    "detente: 1\n"
    "max_turns: 12\n"
    "decision: {accept_utility: 0, accept_base: -1000, manager_base: -1000, hangup_base: -1000}\n"
    "customer: {expectation: 1.5, entitlement: 0.4, reciprocity: 0}\n"
    "strategies:\n"
    "  - name: first\n"
    "    playbook: [{when: {turn: \"< 4\"}, do: acknowledge}, {when: {turn: \"== 4\"}, do: apologise},\n"
    "      {when: {turn: \"== 5\"}, do: explain}, {do: offer}]\n"
    "  - name: refusing\n"
    "    playbook: [{when: {turn: \"< 2\"}, do: listen}, {when: {turn: \"< 5\"}, do: refuse},\n"
    "      {when: {turn: \"== 5\"}, do: acknowledge}, {do: offer}]\n"
    "  - name: late\n"
    "    playbook: [{when: {turn: \"< 6\"}, do: justify}, {when: {turn: \"< 9\"}, do: acknowledge}, {do: apologise}]\n";
enum { N_SAME_MOVES = 3, TRACED = 100 };

/* Turns that are angrier with more empathy, and those of them where no offer until then moved less. */
typedef struct empathy_count {
    int turns, angrier, unexplained, calmer;
} empathy_count;

static void count_empathy(const detente_config config[2], int strategy, empathy_count *count)
{
    static detente_turn row[2][12];
    static detente_block block;
    detente_cell *less = cell_of(&config[0], strategy), *more = cell_of(&config[1], strategy);
    for (uint32_t e = 0; e < TRACED; e++) {
        const uint32_t n = detente_cell_trace(less, 0, e, row[0], &block);
        int smaller = 0;
        float step[2];
        ck_assert_uint_eq(detente_cell_trace(more, 0, e, row[1], &block), n);
        for (uint32_t t = 0; t < n; t++) {
            const float difference = row[1][t].anger - row[0][t].anger;
            often(row[0][t].move == row[1][t].move, ck_assert_int_eq(row[0][t].move, row[1][t].move));
            for (int k = 0; k < 2; k++)
                step[k] = row[k][t].offer - (t ? row[k][t - 1].offer : 0);
            smaller |= step[1] < step[0];
            count->turns++;
            count->angrier += difference > 1e-6f;
            count->unexplained += difference > 1e-6f && !smaller;
            count->calmer += difference < -1e-6f;
        }
    }
    detente_cell_free(less);
    detente_cell_free(more);
}

static empathy_count more_empathy(int index, int appeasement)
{
    double other[4];
    detente_config config[2];
    empathy_count count = {0};
    for (int k = 0; k < 2; k++) {
        point p = random_point(index, other);
        snprintf(p.text[0][0], sizeof p.text[0][0], "seed"); /* the strategies are the text's own */
        snprintf(p.text[0][1], sizeof p.text[0][1], "1");
        if (!appeasement)
            add(&p, "strategy.concession.appeasement", "0");
        add(&p, "agent.empathy", "%.4f", 0.2 + 0.4 * other[0] + k * (0.1 + 0.3 * other[1]));
        read_config(&config[k], SAME_MOVES, &p);
    }
    for (int s = 0; s < N_SAME_MOVES; s++)
        count_empathy(config, s, &count);
    detente_config_clear(&config[0]);
    detente_config_clear(&config[1]);
    return count;
}

/* More empathy does not raise anger at any turn after the same moves and offers (tolerance: float32). */
START_TEST(empathy_does_not_anger)
{
    for (int i = 0; i < POINTS; i++) {
        const empathy_count count = more_empathy(i, 0);
        ck_assert_int_eq(count.angrier, 0);
        ck_assert_int_gt(count.calmer, count.turns / 2);
    }
}
END_TEST

/*
 * With appeasement the offers are not the same: for the angrier customer the offer may move (10) where for the calmer one it
 * stalls, which irritates (5). Every turn that is angrier with more empathy comes after an offer that moved less.
 */
START_TEST(appeasement_is_why_empathy_may_anger)
{
    empathy_count sum = {0};
    for (int i = 0; i < POINTS; i++) {
        const empathy_count count = more_empathy(i, 1);
        ck_assert_int_eq(count.unexplained, 0);
        sum.turns += count.turns;
        sum.angrier += count.angrier;
    }
    ck_assert_int_gt(sum.angrier, 0);
    ck_assert_int_lt(sum.angrier, sum.turns / 1000);
}
END_TEST

/* Two playbooks alike but for the names of their moves. */
static const char ALIKE[] =
    "detente: 1\n"
    "strategies:\n"
    "  - name: one\n"
    "    playbook: [{when: {acknowledges: \"< 2\"}, do: acknowledge}, {when: {hostility: \"> 0.4\"}, do: explain},\n"
    "      {when: {explains: \"< 1\", minutes: \"> 2\"}, do: explain}, {do: offer}]\n"
    "  - name: other\n"
    "    playbook: [{when: {listens: \"< 2\"}, do: listen}, {when: {hostility: \"> 0.4\"}, do: blame},\n"
    "      {when: {blames: \"< 1\", minutes: \"> 2\"}, do: blame}, {do: offer}]\n";

/* Encounters of the two that differ in any bit of any outcome or trait. */
static int differing(int index, double off)
{
    static detente_block a, b;
    static const struct {
        const char *one, *other;
    } PAIR[] = {{"acknowledge", "listen"}, {"explain", "blame"}};
    static const struct range EFFECT[] = {{"validation", -0.2, 0.3}, {"warmth", -0.4, 0.4}, {"irritation", 0, 0.5},
                                          {"explanation", 0, 0.8},   {"choice", 0, 0.4},    {"minutes", 0.2, 0.8}};
    double other[4];
    detente_config config;
    point p = random_point(index, other);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, (unsigned long)(2000 + index));
    snprintf(p.text[0][0], sizeof p.text[0][0], "seed");
    snprintf(p.text[0][1], sizeof p.text[0][1], "1");
    p.n -= 2; /* the last two ranges are of strategy 0 alone */
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof EFFECT / sizeof *EFFECT; i++) {
            const double value = EFFECT[i].low + (EFFECT[i].high - EFFECT[i].low) * gsl_rng_uniform(rng);
            char path[96];
            snprintf(path, sizeof path, "moves.%s.%s", PAIR[k].one, EFFECT[i].path);
            add(&p, path, "%.6f", value);
            snprintf(path, sizeof path, "moves.%s.%s", PAIR[k].other, EFFECT[i].path);
            add(&p, path, "%.6f", value + (i == 5 ? off : 0));
        }
    gsl_rng_free(rng);
    read_config(&config, ALIKE, &p);
    int differ = 0;
    detente_cell *one = cell_of(&config, 0), *two = cell_of(&config, 1);
    for (uint32_t r = 0; r < 2; r++) {
        detente_cell_play(one, r ? DETENTE_ISA_AUTO : DETENTE_ISA_SCALAR, r, 0, DETENTE_BLOCK, &a);
        detente_cell_play(two, DETENTE_ISA_AUTO, r, 0, DETENTE_BLOCK, &b);
        for (int i = 0; i < DETENTE_BLOCK; i++) {
            int same = 1;
            for (int k = 0; k < DETENTE_N_METRICS; k++)
                same &= memcmp(&a.metric[k][i], &b.metric[k][i], sizeof(float)) == 0;
            for (int k = 0; k < DETENTE_N_TRAITS; k++)
                same &= memcmp(&a.trait[k][i], &b.trait[k][i], sizeof(float)) == 0;
            differ += !same;
        }
    }
    detente_cell_free(one);
    detente_cell_free(two);
    detente_config_clear(&config);
    return differ;
}

/* Playbooks whose moves have equal effects row by row end in the same bits; a move that takes .0001 minutes longer shows. */
START_TEST(equal_effects_equal_bits)
{
    for (int i = 0; i < POINTS; i++) {
        ck_assert_int_eq(differing(i, 0), 0);
        ck_assert_int_gt(differing(i, 1e-4), DETENTE_BLOCK);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metamorphic");
    TCase *tests = tcase_create("metamorphic");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, mirroring_does_not_help);
    tcase_add_test(tests, authority_does_not_escalate);
    tcase_add_test(tests, empathy_does_not_anger);
    tcase_add_test(tests, appeasement_is_why_empathy_may_anger);
    tcase_add_test(tests, equal_effects_equal_bits);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
