/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory runs out at the 1st, 2nd, 3rd … allocation of everything the library does, once, and from there on: what was asked for
 * then fails with DETENTE_E_MEMORY, and leaves nothing behind. The sanitizer finds what is used wrongly or leaks.
 */
#define _GNU_SOURCE
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <detente/detente.h>

#include "fault/memory.h"
#include "fault/operations.h"
#include "report/answers.h"
#include "report/comparison.h"
#include "report/figure.h"
#include "report/page_html.h"
#include "report/phrases.h"
#include "report/trace.h"
#include "store/trial.h"
#include "support/files.h"
#include "support/suite.h"

/* Every one of the first and last EDGE allocations, and MIDDLE of those between: all of them when DETENTE_LONG is set. */
enum { EDGE = 150, SLOW_EDGE = 20, MIDDLE = 100, PATH_SIZE = 128 };

static char folder[] = "/tmp/detente-memory-XXXXXX";
static char experiment[PATH_SIZE], written[PATH_SIZE], swept[PATH_SIZE], driven[2][PATH_SIZE], output[PATH_SIZE],
    parts[PATH_SIZE + 8];

static const char experiment_text[] =
    "detente: 1\nname: all\nextends: base.yaml\nseed: 5\nreplications: 4\nencounters: 60\n"
    "keep: {encounters: 50, turns: 10}\ncustomer:\n  personas: [abusive, {name: mine, share: 0.97, anger: {dist: table, values: [0.1, 0.9], weights: [1, 3]}}]\n"
    "  correlation: {anger-entitlement: 0.3}\n"
    "strategies: [typical, own.yaml, {name: mine, extends: mirroring, concession: {beta: 2}}]\n"
    "hypotheses: [{name: a, expect: {metric: escalated, strategy: mine, versus: {strategy: typical}, difference: \"> 0.1\"}}]\n";
static const char wrong_text[] = "detente: 1\nextends: minimal\nagent: {mirroring: high, warmht: 0.2}\n"
                                 "customer: {correlation: {anger-nothing: 2}}\nstrategies: [nobody]\n"
                                 "hypotheses: [{name: a, expect: {metric: escalate, value: 0.1}}]\n";

static const char swept_text[] =
    "detente: 1\nreplications: 3\nencounters: 8\nextends: minimal\nstrategies: [typical, surrender]\n"
    "design: {vary: {agent.mirroring: [0, 1], agent.warmth: [0.1, 0.2], customer.persona: [abusive, loyal]}}\n"
    "hypotheses:\n"
    "  - {name: a, expect: {metric: minutes, where: {agent.mirroring: 1, customer.persona: loyal}, versus: {agent.mirroring: 0, "
    "strategy: surrender}, strategy: typical, difference: \"> 0.1\"}}\n"
    "  - {name: b, expect: {metric: escalated, where: {agent.warmth: 0.1}, versus: {agent.warmth: 0.2}, difference: \"< 0\"}}\n"
    "  - {name: c, expect: {metric: minutes, value: \"< 9\"}}\n";

/* Designs that tell sensitivity. */
#define DRIVEN(type) \
    "detente: 1\nreplications: 3\nencounters: 4\nextends: minimal\nstrategies: [typical, surrender]\n" \
    "design: {type: " type ", points: 3, vary: {agent.warmth: {from: 0, to: 1}, agent.mirroring: [0, 1]}}\n"
static const char *const driven_text[2] = {DRIVEN("saltelli"), DRIVEN("morris")};

/* What the operations work on, made before memory runs out. */
static detente_config config;
static detente_cell *cell;
static detente_turn *turns;
static detente_block *block;
static trace shown;
static detente_results *opened[3]; /* of driven, and swept */
static char *design_text[2];       /* the configs of the first and the last */

static void put(char *path, const char *name, const char *text)
{
    snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    if (text)
        test_write(path, text, strlen(text));
}

static int run_to(const char *path, detente_error *error)
{
    detente_cell *cells[3] = {NULL};
    detente_store *store = NULL;
    int code = 0;
    for (int s = 0; s < 3 && !code; s++)
        code = detente_cell_create(&cells[s], &config, s, (uint32_t)s, error);
    if (!code)
        code = detente_store_create(&store, path, &config, &(detente_store_options){.threads = 2, .shard_bytes = 4096},
                                    error);
    if (!code) {
        const detente_sink sink = detente_store_sink(store);
        const detente_cell_source source = detente_cell_array(cells, 3);
        code = detente_engine_run(&config, &source, &sink, &(detente_run_options){.threads = 2}, NULL, error);
    }
    if (!code)
        code = detente_store_finish(store, &(detente_provenance){.command = "test"}, error);
    detente_store_free(store);
    for (int s = 0; s < 3; s++)
        detente_cell_free(cells[s]);
    return code;
}

/* A file of a design and its hypotheses. */
static void write_swept(const char *path, const char *text)
{
    detente_config of_sweep;
    detente_sweep *sweep = NULL;
    detente_store *store = NULL;
    int code = detente_config_parse(&of_sweep, text, strlen(text), "swept", NULL, 0, NULL, NULL);
    if (!code)
        code = detente_sweep_open(&sweep, &of_sweep, NULL);
    if (!code)
        code = detente_store_create(&store, path, &of_sweep, &(detente_store_options){.threads = 1}, NULL);
    if (!code) {
        const detente_sink sink = detente_store_sink(store);
        const detente_cell_source source = detente_sweep_source(sweep);
        code = detente_engine_run(&of_sweep, &source, &sink, &(detente_run_options){.threads = 1}, NULL, NULL);
    }
    if (!code)
        code = detente_store_finish(store, NULL, NULL);
    ck_assert_int_eq(code, 0);
    detente_store_free(store);
    detente_sweep_close(sweep);
    detente_config_clear(&of_sweep);
}

static void begin(void)
{
    char other[PATH_SIZE];
    detente_error error = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    put(other, "base.yaml", "detente: 1\nextends: billing-dispute\nagent: {mirroring: 0.2}\n");
    put(other, "own.yaml", "name: own\nplaybook: [{when: {turn: \"< 3\"}, do: listen}, {do: offer}, {do: listen}]\n");
    put(experiment, "experiment.yaml", experiment_text);
    put(written, "written.h5", NULL);
    put(output, "output.h5", NULL);
    put(swept, "swept.h5", NULL);
    write_swept(swept, swept_text);
    for (int i = 0; i < 2; i++) {
        put(driven[i], i ? "morris.h5" : "saltelli.h5", NULL);
        write_swept(driven[i], driven_text[i]);
        ck_assert_int_eq(detente_results_open(&opened[i], driven[i], NULL), 0);
    }
    ck_assert_int_eq(detente_results_open(&opened[2], swept, NULL), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(detente_config_write(detente_results_config(opened[2 * i]), &design_text[i], NULL), 0);
    snprintf(parts, sizeof parts, "%s.parts", output);
    const int code = detente_config_load(&config, experiment, NULL, 0, &error, NULL);
    ck_assert_msg(!code, "%s", error.text);
    ck_assert_msg(!run_to(written, &error), "%s", error.text);
    turns = calloc(config.max_turns, sizeof *turns);
    block = aligned_alloc(64, (sizeof *block + 63) / 64 * 64);
    ck_assert_int_eq(detente_cell_create(&cell, &config, 1, 1, NULL), 0);
    shown = (trace){.config = &config, .strategy = 1, .cell = 1, .turns = turns, .block = block};
    shown.n_turns = detente_cell_trace(cell, 0, 0, turns, block);
}

static void end(void)
{
    for (int i = 0; i < 3; i++)
        detente_results_close(opened[i]);
    for (int i = 0; i < 2; i++)
        free(design_text[i]);
    detente_cell_free(cell);
    free(turns);
    free(block);
    detente_config_clear(&config);
    test_remove(folder);
}

/* While memory is out, check cannot work: what does not hold is said afterwards. */
static int broken;

static void require(int holds)
{
    broken |= !holds;
}

static int load_base(detente_error *error)
{
    static detente_config loaded;
    detente_error warnings = {0};
    const int code = detente_config_load(&loaded, "configs/billing-dispute.yaml", NULL, 0, error, &warnings);
    detente_config_clear(&loaded);
    detente_error_clear(&warnings);
    return code;
}

static int load_everything(detente_error *error)
{
    static detente_config loaded;
    static const detente_setting settings[] = {{"agent.warmth", "0.3"}, {"tiers[0].authority", "0.4"}};
    detente_error warnings = {0};
    const int code = detente_config_load(&loaded, experiment, settings, 2, error, &warnings);
    detente_config_clear(&loaded);
    detente_error_clear(&warnings);
    return code;
}

static int load_wrong(detente_error *error)
{
    static detente_config loaded;
    const int code = detente_config_parse(&loaded, wrong_text, strlen(wrong_text), "wrong.yaml", NULL, 0, error, NULL);
    detente_config_clear(&loaded);
    return code;
}

static int yaml_text(detente_error *error)
{
    static const char text[] = "name: own\ndescription: as it is\n";
    char *value = NULL;
    const int code = detente_yaml_text(text, strlen(text), "description", &value, error);
    require(code ? !value : !strcmp(value, "as it is"));
    free(value);
    return code;
}

static int create_cell(detente_error *error)
{
    detente_cell *made = NULL;
    const int code = detente_cell_create(&made, &config, 2, 2, error);
    require((made != NULL) == !code);
    detente_cell_free(made);
    return code;
}

/* A run that fails leaves no output; what it finished before that may stay. One that ends well leaves nothing else. */
static int whole_run(detente_error *error)
{
    const int code = run_to(output, error);
    require((access(output, F_OK) == 0) == !code);
    require(code || access(parts, F_OK));
    return code;
}

/* What the estimate of a run's time and size does. */
static int store_a_little(detente_error *error)
{
    store_trial *trial = NULL;
    store_trial_found found;
    uint64_t bins;
    int code = store_trial_create(&trial, &config, 1, error);
    if (!code) {
        detente_config one = config;
        one.replications = 1;
        const detente_sink sink = store_trial_sink(trial);
        const detente_cell_source source = detente_cell_array(&cell, 1);
        code = detente_engine_run(&one, &source, &sink, &(detente_run_options){.threads = 1}, NULL, error);
    }
    if (!code)
        code = store_trial_end(trial, &found, error);
    if (!code)
        code = store_trial_bins(trial, &bins, error);
    require(code || (found.rows[STORE_ENCOUNTERS] == 50 && found.packed[STORE_TURNS] > 100));
    store_trial_free(trial);
    return code;
}

static int read_results(detente_error *error)
{
    static double values[3 * 4 * DETENTE_N_STATISTICS], column[120];
    detente_results *results = NULL;
    uint64_t first, n;
    int code = detente_results_open(&results, written, error);
    require((results != NULL) == !code);
    for (int m = 0; m < DETENTE_N_METRICS && !code; m++) {
        code = detente_results_metric(results, m, values, error);
        if (!code)
            code = detente_results_summary(results, m, values, error);
        if (!code)
            code = detente_results_means(results, m, 1, 1, 2, values, error);
    }
    for (int t = 0; t < 2 && !code; t++)
        for (int c = 0; c < detente_results_columns(results, t) && !code; c++)
            code = detente_results_read(results, t, c, 0, 120, column, error);
    if (!code)
        code = detente_results_find(results, 1, 2, 3, &first, &n, error);
    detente_results_close(results);
    return code;
}

static int write_config(detente_error *error)
{
    char *text = NULL, hex[65];
    int code = detente_config_write(&config, &text, error);
    require((text != NULL) == !code);
    free(text);
    if (!code)
        code = detente_config_sha256(&config, hex, error);
    return code;
}

static int explain(detente_error *error)
{
    char *text = NULL, *never = NULL;
    const int code = detente_strategy_explain(&config, 1, &text, &never, error);
    require(code ? !text && !never : text && never);
    free(text);
    free(never);
    return code;
}

static int read_hypotheses(detente_error *error)
{
    static detente_config loaded;
    int code = detente_config_parse(&loaded, swept_text, strlen(swept_text), "swept.yaml", NULL, 0, error, NULL);
    for (int i = 0; i < 4 && !code; i++) {
        char *text = NULL;
        code =
            i < 3 ? detente_hypothesis_explain(&loaded, i, &text, error) : detente_config_write(&loaded, &text, error);
        require((text != NULL) == !code);
        free(text);
    }
    detente_config_clear(&loaded);
    return code;
}

static int test_hypotheses(detente_error *error)
{
    detente_results *results = NULL;
    detente_tested tested[3];
    int code = detente_results_open(&results, swept, error);
    if (!code)
        code = detente_hypotheses_test(results, tested, error);
    for (int i = 0; i < 3 && !code; i++)
        require(tested[i].unknown == DETENTE_KNOWN && tested[i].replications == 3 && tested[i].low <= tested[i].high);
    detente_results_close(results);
    return code;
}

static int make_report_of(const char *path, const char *baseline, detente_error *error)
{
    static const char page[] = "<!doctype html><script id=data>@DATA@</script>";
    const report_request request = {.confidence = 0.95, .baseline = baseline};
    report_answers answers = {0};
    detente_results *results = NULL;
    char *data = NULL, *html = NULL;
    size_t size = 0;
    int code = detente_results_open(&results, path, error);
    if (!code)
        code = report_answers_gather(&answers, results, &request, error);
    if (!code)
        code = report_answers_json(&answers, &data, error);
    if (!code)
        code = page_html_fill(page, sizeof page - 1, data, &html, &size, error);
    require(code ? !html : html[0] == '<' && html[size - 1] == '>');
    free(html);
    free(data);
    report_answers_clear(&answers);
    detente_results_close(results);
    return code;
}

static int make_report(detente_error *error)
{
    return make_report_of(swept, "surrender", error);
}

/* Of customers that are a mix, told apart by the rows that are kept. */
static int make_report_of_a_mix(detente_error *error)
{
    return make_report_of(written, "typical", error);
}

/* The file is open already: what that takes is another operation's. */
static int find_sensitivity(int type, detente_error *error)
{
    const int strategy[2] = {1, 0};
    const detente_sensitivity_options few = {0.9, 2};
    detente_sensitivity found[2] = {{0}};
    const int code = detente_sensitivity_read(opened[type], DETENTE_METRIC_minutes, strategy, 2, &few, found, error);
    for (int k = 0; k < 2; k++) {
        require(code || (found[k].replications == 3 && found[k].rows == 3 && (found[k].sobol || found[k].morris)));
        detente_sensitivity_clear(&found[k]);
    }
    return code;
}

static int find_indices(detente_error *error)
{
    return find_sensitivity(0, error);
}

static int find_effects(detente_error *error)
{
    return find_sensitivity(1, error);
}

static int make_figures(detente_error *error)
{
    static const int kinds[] = {FIGURE_CURVES, FIGURE_MAP, FIGURE_PARETO};
    const char *const by[] = {"agent.mirroring", "customer.persona"};
    int code = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !code; i++) {
        const figure_request request = {.kind = kinds[i],
                                        .metric = {DETENTE_METRIC_minutes},
                                        .n_metrics = 1,
                                        .by = by,
                                        .n_by = 2,
                                        .confidence = 0.95};
        figure_script script = {0};
        code = figure_make(&script, opened[2], &request, error);
        require(code || (script.text && script.kind == kinds[i]));
        figure_script_clear(&script);
    }
    return code;
}

static int registry_texts(detente_error *error)
{
    int (*const make[])(const char *, char **, detente_error *) = {detente_registry_table, detente_registry_markdown,
                                                                   detente_registry_json};
    char *text = NULL;
    int code = detente_registry_json_schema(&text, error);
    require((text != NULL) == !code);
    free(text);
    for (int i = 0; i < 6 && !code; i++) {
        text = NULL;
        code = make[i % 3](i < 3 ? NULL : "moves.apologise", &text, error);
        require((text != NULL) == !code);
        free(text);
    }
    return code;
}

static int show_encounter(detente_error *error)
{
    phrases *sentences = NULL;
    char *text[3] = {NULL};
    int code = phrases_load(&sentences, NULL, error);
    if (!code)
        code = trace_text(&shown, sentences, 1, &text[0], error);
    if (!code)
        code = trace_csv(&shown, &text[1], error);
    if (!code)
        code = trace_json(&shown, &text[2], error);
    phrases_free(sentences);
    for (int i = 0; i < 3; i++)
        free(text[i]);
    return code;
}

static int compare_results(detente_error *error)
{
    static const char *const by[] = {"persona"};
    static const int metric[] = {DETENTE_METRIC_minutes}, pareto[] = {DETENTE_METRIC_total_cost};
    const detente_compare_options options = {
        .metric = metric, .n_metrics = 1, .pareto = pareto, .n_pareto = 1, .by = by, .n_by = 1};
    detente_results *results = NULL;
    detente_compare compare = {0};
    grid g = {0};
    text_buffer b = {0};
    char *text = NULL;
    int code = detente_results_open(&results, written, error);
    if (!code)
        code = detente_compare_results(&compare, results, &options, error);
    for (int format = 0; format < GRID_N_FORMATS && !code; format++) {
        report_comparison(&compare, results, format, &g);
        grid_write(&g, format, &b);
        grid_clear(&g);
        code = text_finish(&b, &text, error);
        free(text);
    }
    detente_compare_clear(&compare);
    detente_results_close(results);
    return code;
}

/* Of two designs: the configs are bound again without them. */
static int tell_differences(detente_error *error)
{
    char *list = NULL;
    const int code = detente_config_differences(design_text[0], design_text[1], &list, error);
    require(code || (strstr(list, "saltelli") && strstr(list, "encounters: 4 there, 8 here")));
    free(list);
    return code;
}

static const struct operation {
    const char *name;
    int (*run)(detente_error *error);
    int code; /* where memory lasts */
} operations[] = {
    {"load the base scenario", load_base, 0},
    {"load a config of all kinds", load_everything, 0},
    {"load a config with mistakes", load_wrong, DETENTE_E_CONFIG},
    {"read a text of a YAML file", yaml_text, 0},
    {"create a cell", create_cell, 0},
    {"run into a results file", whole_run, 0},
    {"store a little in memory", store_a_little, 0},
    {"read a results file", read_results, 0},
    {"write a config", write_config, 0},
    {"explain a strategy", explain, 0},
    {"read hypotheses", read_hypotheses, 0},
    {"test hypotheses", test_hypotheses, 0},
    {"make a report", make_report, 0},
    {"make a report of a mix", make_report_of_a_mix, 0},
    {"find what drives a metric: indices", find_indices, 0},
    {"find what drives a metric: effects", find_effects, 0},
    {"make figures", make_figures, 0},
    {"texts of the registry", registry_texts, 0},
    {"show an encounter", show_encounter, 0},
    {"select the best", select_best, 0},
    {"compare", compare_results, 0},
    {"tell what differs between two sweeps", tell_differences, 0},
    {"verify a limit", verify_one, 0},
};
enum { N_OPERATIONS = sizeof operations / sizeof *operations };

/* The parts folder may hold finished shards, but nothing half-written. */
static void check_parts(void)
{
    DIR *entries = opendir(parts);
    for (struct dirent *entry = entries ? readdir(entries) : NULL; entry; entry = readdir(entries))
        ck_assert_msg(!strstr(entry->d_name, ".tmp"), "%s is left", entry->d_name);
    if (entries)
        closedir(entries);
    test_remove(parts);
}

/* A thread that could not begin is no failure where the others did its work: but then the file is what it would have been. */
static int did_without(const struct operation *op)
{
    size_t size, expected_size;
    if (op->run != whole_run)
        return 0;
    char *bytes = test_read(output, &size), *expected = test_read(written, &expected_size);
    const int same = size == expected_size && !memcmp(bytes, expected, size);
    free(bytes);
    free(expected);
    return same;
}

/* @return 1 when the n-th allocation was reached */
static int fail_at(const struct operation *op, size_t n, int all)
{
    detente_error error = {0};
    fault_arm(n, all);
    const int code = op->run(&error);
    const size_t failed = fault_disarm();
    ck_assert_msg(!broken, "%s, allocation %zu: what it gave does not fit what it returned", op->name, n);
    if (failed) {
        ck_assert_msg(code == DETENTE_E_MEMORY || (code && code == op->code) || (!code && did_without(op)),
                      "%s, allocation %zu: %d, %s", op->name, n, code, error.text);
        ck_assert_int_eq(error.code, code);
        ck_assert_msg(!code || all || error.text, "%s, allocation %zu: nothing is said", op->name, n);
    } else {
        ck_assert_msg(code == op->code, "%s: %d, %s", op->name, code, error.text);
    }
    detente_error_clear(&error);
    check_parts();
    unlink(output);
    return failed > 0;
}

START_TEST(memory_runs_out)
{
    const struct operation *op = &operations[_i];
    ck_assert_int_eq(fail_at(op, SIZE_MAX, 0), 0);
    const size_t total = fault_counted();
    ck_assert_uint_gt(total, 1);
    /* A report begins as others do, and takes its time. */
    const size_t edge = op->run == make_report || op->run == make_report_of_a_mix ? SLOW_EDGE : EDGE;
    const int every = getenv("DETENTE_LONG") != NULL;
    for (int all = 0; all < 2; all++)
        for (size_t n = 1; fail_at(op, n, all) || n < total;) {
            const int inside = !every && n > edge && n + edge < total;
            n += inside && total > 2 * edge + MIDDLE ? (total - 2 * edge) / MIDDLE : 1;
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 3000);
    tcase_add_loop_test(tests, memory_runs_out, 0, N_OPERATIONS);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
