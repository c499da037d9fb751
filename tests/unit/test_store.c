/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A results file written from a made-up run and read back: everything in it is what was put in, in whatever pieces. */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/files.h"
#include "store/merge.h"
#include "support/files.h"
#include "support/made_up.h"
#include "support/often.h"
#include "support/suite.h"

typedef struct shape {
    uint64_t replications, encounters, keep_encounters, keep_turns;
    uint64_t shard_bytes;
    int threads, quantiles;
} shape;

static char folder[] = "/tmp/detente-store-XXXXXX";
static char output[256];

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(output, sizeof output, "%s/out.h5", folder);
}

static void end(void)
{
    test_remove(folder);
}

static void configure(const shape *s, detente_config *config)
{
    detente_error error = {0};
    ck_assert_msg(!made_up_config(config, s->replications, s->encounters, &error), "%s", error.text);
    config->keep.encounters = s->keep_encounters;
    config->keep.turns = s->keep_turns;
    config->quantiles = s->quantiles;
}

static void write_run(const shape *s, const detente_config *config, const char *path)
{
    static const detente_provenance provenance = {.command = "made up", .threads = 1, .encounters = 77};
    const detente_store_options options = {.threads = s->threads, .shard_bytes = s->shard_bytes};
    detente_error error = {0};
    ck_assert_msg(!made_up_store(config, path, &options, &provenance, &error), "%s", error.text);
}

static detente_results *open_run(const char *path)
{
    detente_error error = {0};
    detente_results *results = NULL;
    ck_assert_msg(!detente_results_open(&results, path, &error), "%s", error.text);
    return results;
}

/* From a kept row less than a chunk (16384 rows) to several chunks, one shard and one shard a unit; units within, on and over
   the edges of chunks. */
static const shape shapes[] = {
    {.replications = 1, .encounters = 1, .threads = 1, .quantiles = 1},
    {.replications = 4, .encounters = 50, .threads = 1},
    {.replications = 9, .encounters = 700, .keep_encounters = UINT64_MAX, .threads = 1, .quantiles = 1},
    {.replications = 4, .encounters = 9000, .keep_encounters = UINT64_MAX, .threads = 3, .shard_bytes = 1},
    {.replications = 8, .encounters = 4096, .keep_encounters = 4096, .threads = 2, .shard_bytes = 1, .quantiles = 1},
    {.replications = 3, .encounters = 1500, .keep_encounters = UINT64_MAX, .keep_turns = 1100, .threads = 2},
    {.replications = 5,
     .encounters = 1100,
     .keep_encounters = 1050,
     .keep_turns = 1050,
     .threads = 2,
     .shard_bytes = 1},
    {.replications = 3,
     .encounters = 20,
     .keep_encounters = UINT64_MAX,
     .keep_turns = UINT64_MAX,
     .threads = 1,
     .shard_bytes = 1 << 20},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* Means of replications against sums in long double; 1e-13 is a thousand roundings of a double. */
static void check_metrics(const detente_results *results, const detente_config *config)
{
    const uint32_t replications = (uint32_t)config->replications;
    double *values = calloc(MADE_UP_CELLS * replications, sizeof *values);
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        ck_assert_int_eq(detente_results_metric(results, m, values, NULL), 0);
        for (uint32_t c = 0; c < MADE_UP_CELLS; c++)
            for (uint32_t r = 0; r < replications; r++) {
                long double sum = 0;
                for (uint32_t e = 0; e < config->encounters; e++)
                    sum += (long double)made_up_outcome(c, r, e, m);
                const double mean = (double)(sum / config->encounters);
                ck_assert_double_eq_tol(values[c * replications + r], mean, 1e-13 * (1 + fabs(mean)));
            }
    }
    free(values);
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Quantiles of a histogram whose bins are 1/128 of the value wide lie within that of the sorted values' neighbours. */
static void check_quantiles(const double *summary, float *values, uint64_t n)
{
    static const double quantile[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    qsort(values, n, sizeof *values, by_value);
    for (int q = 0; q < 5; q++) {
        const double at = quantile[q] * (double)n;
        const double below = (double)values[at < 1 ? 0 : (uint64_t)at - 1];
        const double above = (double)values[(uint64_t)at + 1 < n ? (uint64_t)at + 1 : n - 1];
        const double got = summary[DETENTE_STAT_Q05 + q];
        ck_assert_double_ge(got, below - fabs(below) / 128);
        ck_assert_double_le(got, above + fabs(above) / 128);
    }
}

static void check_summary_of(const double *summary, const detente_config *config, uint32_t c, int m)
{
    const uint64_t n = config->replications * config->encounters;
    float *values = calloc(n, sizeof *values), low = INFINITY, high = -INFINITY;
    long double sum = 0, square = 0, mean_square = 0;
    uint64_t i = 0;
    for (uint32_t r = 0; r < config->replications; r++)
        for (uint32_t e = 0; e < config->encounters; e++, i++) {
            values[i] = made_up_outcome(c, r, e, m);
            sum += (long double)values[i];
            low = fminf(low, values[i]);
            high = fmaxf(high, values[i]);
        }
    /* Replications are of equal length: the mean of their means is the mean of all. */
    const long double mean = sum / n, replications = config->replications;
    for (uint32_t r = 0; r < config->replications; r++) {
        long double part = 0;
        for (uint32_t e = 0; e < config->encounters; e++) {
            const long double x = values[r * config->encounters + e];
            part += x;
            square += (x - mean) * (x - mean);
        }
        part = part / config->encounters - mean;
        mean_square += part * part;
    }
    ck_assert_double_eq(summary[DETENTE_STAT_COUNT], (double)n);
    ck_assert_double_eq_tol(summary[DETENTE_STAT_MEAN], (double)mean, 1e-13 * (1 + fabs((double)mean)));
    ck_assert_double_eq(summary[DETENTE_STAT_MIN], (double)low);
    ck_assert_double_eq(summary[DETENTE_STAT_MAX], (double)high);
    if (n > 1)
        ck_assert_double_eq_tol(summary[DETENTE_STAT_SD], sqrt((double)(square / (n - 1))), 1e-9);
    if (config->replications > 1) {
        const double se = sqrt((double)(mean_square / (replications - 1) / replications));
        const double half = detente_t_halfwidth(config->replications, se * se * (double)replications, 0.95);
        ck_assert_double_eq_tol(summary[DETENTE_STAT_SE], se, 1e-9);
        ck_assert_double_eq_tol(summary[DETENTE_STAT_CI_LOW], (double)mean - half, 1e-8);
        ck_assert_double_eq_tol(summary[DETENTE_STAT_CI_HIGH], (double)mean + half, 1e-8);
    } else {
        ck_assert_double_nan(summary[DETENTE_STAT_SE]);
        ck_assert_double_nan(summary[DETENTE_STAT_CI_LOW]);
    }
    if (config->quantiles)
        check_quantiles(summary, values, n);
    else
        ck_assert_double_nan(summary[DETENTE_STAT_Q50]);
    free(values);
}

static void check_summary(const detente_results *results, const detente_config *config)
{
    double summary[MADE_UP_CELLS][DETENTE_N_STATISTICS];
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        ck_assert_int_eq(detente_results_summary(results, m, *summary, NULL), 0);
        for (uint32_t c = 0; c < MADE_UP_CELLS; c++)
            check_summary_of(summary[c], config, c, m);
    }
}

static int column_of(const detente_results *results, int turns, const char *name)
{
    for (int c = 0; c < detente_results_columns(results, turns); c++)
        if (!strcmp(detente_results_column(results, turns, c), name))
            return c;
    return -1;
}

static double *read_column(const detente_results *results, int turns, const char *name)
{
    const uint64_t n = detente_results_rows(results, turns);
    double *values = calloc(n + 1, sizeof *values);
    const int c = column_of(results, turns, name);
    ck_assert_msg(c >= 0, "no column %s", name);
    ck_assert_int_eq(detente_results_read(results, turns, c, 0, n, values, NULL), 0);
    return values;
}

static void check_encounter_column(const detente_results *results, const detente_config *config, const char *name,
                                   int metric)
{
    double *values = read_column(results, 0, name);
    const uint32_t kept =
        (uint32_t)(config->keep.encounters < config->encounters ? config->keep.encounters : config->encounters);
    uint64_t row = 0;
    for (uint32_t r = 0; r < config->replications; r++)
        for (uint32_t c = 0; c < MADE_UP_CELLS; c++)
            for (uint32_t e = 0; e < kept; e++, row++) {
                const double expected = metric >= 0                    ? (double)made_up_outcome(c, r, e, metric)
                                        : !strcmp(name, "cell")        ? c
                                        : !strcmp(name, "replication") ? r
                                        : !strcmp(name, "encounter")   ? e
                                                                       : (double)made_up_persona(c, r, e);
                often_double_eq(values[row], expected);
            }
    ck_assert_uint_eq(row, detente_results_rows(results, 0));
    free(values);
}

static double turn_value(const detente_turn *turn, const char *name)
{
    const struct {
        const char *name;
        double value;
    } of[] = {{"turn", turn->turn},
              {"rule", turn->rule},
              {"move", turn->move},
              {"tier", turn->tier},
              {"anger", (double)turn->anger},
              {"hostility", (double)turn->hostility},
              {"heard", (double)turn->heard},
              {"agent_hostility", (double)turn->agent_hostility},
              {"rapport", (double)turn->rapport},
              {"demand", (double)turn->demand},
              {"offer", (double)turn->offer},
              {"minutes", (double)turn->minutes}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (!strcmp(of[i].name, name))
            return of[i].value;
    return NAN;
}

static void check_turn_column(const detente_results *results, const detente_config *config, const char *name)
{
    double *values = read_column(results, 1, name);
    uint64_t row = 0;
    for (uint32_t r = 0; r < config->replications; r++)
        for (uint32_t c = 0; c < MADE_UP_CELLS; c++)
            for (uint32_t e = 0; e < config->encounters && e < config->keep.turns; e++)
                for (uint32_t t = 0; t < made_up_turns(c, r, e); t++, row++) {
                    detente_turn turn;
                    made_up_turn(c, r, e, t, &turn);
                    const double expected = !strcmp(name, "cell")          ? c
                                            : !strcmp(name, "replication") ? r
                                            : !strcmp(name, "encounter")   ? e
                                                                           : turn_value(&turn, name);
                    often_double_eq(values[row], expected);
                }
    ck_assert_uint_eq(row, detente_results_rows(results, 1));
    free(values);
}

static void check_rows(const detente_results *results, const detente_config *config)
{
    static const char *const keys[] = {"cell", "replication", "encounter", "persona"};
    static const char *const turns[] = {"cell",  "replication", "encounter", "turn",      "rule",
                                        "move",  "tier",        "anger",     "hostility", "agent_hostility",
                                        "heard", "rapport",     "demand",    "offer",     "minutes"};
    if (config->keep.encounters) {
        ck_assert_int_eq(detente_results_columns(results, 0), 4 + DETENTE_N_METRICS);
        for (int i = 0; i < 4; i++) {
            ck_assert_str_eq(detente_results_column(results, 0, i), keys[i]);
            check_encounter_column(results, config, keys[i], -1);
        }
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            check_encounter_column(results, config, detente_results_column(results, 0, 4 + m), m);
    } else {
        ck_assert_uint_eq(detente_results_rows(results, 0), 0);
        ck_assert_int_eq(detente_results_columns(results, 0), 0);
    }
    ck_assert_int_eq(detente_results_columns(results, 1), config->keep.turns ? 15 : 0);
    for (int i = 0; i < detente_results_columns(results, 1); i++) {
        ck_assert_str_eq(detente_results_column(results, 1, i), turns[i]);
        check_turn_column(results, config, turns[i]);
    }
}

/* Every unit's rows are found where they are, and end where the next unit's begin. */
static void check_find(const detente_results *results, const detente_config *config, int turns)
{
    uint64_t expected = 0, first = 0, n = 0;
    for (uint32_t r = 0; r < config->replications; r++)
        for (uint32_t c = 0; c < MADE_UP_CELLS; c++) {
            ck_assert_int_eq(detente_results_find(results, turns, c, r, &first, &n, NULL), 0);
            ck_assert_uint_eq(first, expected);
            ck_assert_uint_gt(n, 0);
            expected += n;
        }
    ck_assert_uint_eq(expected, detente_results_rows(results, turns));
    detente_error error = {0};
    ck_assert_int_eq(detente_results_find(results, turns, 0, (uint32_t)config->replications, &first, &n, &error),
                     DETENTE_E_RANGE);
    ck_assert_ptr_nonnull(strstr(error.text, "no rows"));
    detente_error_clear(&error);
}

START_TEST(what_was_put_in_comes_out)
{
    const shape *s = &shapes[_i];
    detente_config config;
    configure(s, &config);
    write_run(s, &config, output);
    ck_assert_int_eq(test_entries(folder), 1); /* no parts are left */
    detente_results *results = open_run(output);
    ck_assert_uint_eq(detente_results_cells(results), MADE_UP_CELLS);
    ck_assert_uint_eq(detente_results_replications(results), s->replications);
    for (uint32_t c = 0; c < MADE_UP_CELLS; c++)
        ck_assert_str_eq(detente_results_strategy(results, c), made_up_strategy[c]);
    ck_assert_ptr_null(detente_results_strategy(results, MADE_UP_CELLS));
    char hex[65], again[65];
    ck_assert_int_eq(detente_config_sha256(&config, hex, NULL), 0);
    ck_assert_int_eq(detente_config_sha256(detente_results_config(results), again, NULL), 0);
    ck_assert_str_eq(hex, again);
    check_metrics(results, &config);
    check_summary(results, &config);
    check_rows(results, &config);
    for (int turns = 0; turns < 2; turns++)
        if (turns ? s->keep_turns : s->keep_encounters)
            check_find(results, &config, turns);
    detente_results_close(results);
    detente_config_clear(&config);
}
END_TEST

/* The same file, byte for byte, whatever the threads and wherever it was cut into shards. */
START_TEST(same_bytes_however_it_was_cut)
{
    shape s = shapes[_i];
    char other[256];
    detente_config config;
    configure(&s, &config);
    s.threads = 1;
    s.shard_bytes = 0;
    write_run(&s, &config, output);
    size_t size = 0, other_size = 0;
    char *bytes = test_read(output, &size);
    for (int threads = 1; threads <= 4; threads += threads == 2 ? 2 : 1)
        for (uint64_t shard_bytes = 1; shard_bytes <= 1 << 24; shard_bytes <<= 12) {
            snprintf(other, sizeof other, "%s/other-%d-%d.h5", folder, threads, (int)shard_bytes);
            s.threads = threads;
            s.shard_bytes = shard_bytes;
            write_run(&s, &config, other);
            char *other_bytes = test_read(other, &other_size);
            ck_assert_uint_eq(size, other_size);
            ck_assert_mem_eq(bytes, other_bytes, size);
            free(other_bytes);
        }
    free(bytes);
    detente_config_clear(&config);
}
END_TEST

/* Only the columns that were asked for. */
START_TEST(columns_as_asked)
{
    const shape s = {.replications = 2, .encounters = 30, .keep_encounters = 10, .threads = 1};
    static const char *const expected[] = {"cell", "replication", "encounter", "persona", "escalated", "minutes"};
    detente_config config;
    configure(&s, &config);
    config.keep.columns = 1ULL << DETENTE_METRIC_minutes | 1ULL << DETENTE_METRIC_escalated;
    write_run(&s, &config, output);
    detente_results *results = open_run(output);
    ck_assert_int_eq(detente_results_columns(results, 0), 6);
    for (int c = 0; c < 6; c++)
        ck_assert_str_eq(detente_results_column(results, 0, c), expected[c]);
    ck_assert_ptr_null(detente_results_column(results, 0, 6));
    ck_assert_ptr_null(detente_results_column(results, 0, -1));
    check_encounter_column(results, &config, "escalated", DETENTE_METRIC_escalated);
    check_encounter_column(results, &config, "minutes", DETENTE_METRIC_minutes);
    detente_results_close(results);
    detente_config_clear(&config);
}
END_TEST

START_TEST(what_is_not_there_is_refused)
{
    const shape s = {.replications = 2, .encounters = 30, .keep_encounters = 10, .threads = 1};
    detente_config config;
    configure(&s, &config);
    write_run(&s, &config, output);
    detente_results *results = open_run(output);
    double value[100];
    uint64_t first, n;
    ck_assert_int_eq(detente_results_metric(results, DETENTE_N_METRICS, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_metric(results, -1, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_summary(results, DETENTE_N_METRICS, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_read(results, 0, 0, 60, 0, value, NULL), 0);
    ck_assert_int_eq(detente_results_read(results, 0, 0, 60, 1, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_read(results, 0, 0, 1, UINT64_MAX, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_read(results, 0, 4 + DETENTE_N_METRICS, 0, 1, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_read(results, 0, -1, 0, 1, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_read(results, 1, 0, 0, 1, value, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_find(results, 1, 0, 0, &first, &n, NULL), DETENTE_E_RANGE);
    ck_assert_int_eq(detente_results_find(results, 0, MADE_UP_CELLS, 0, &first, &n, NULL), DETENTE_E_RANGE);
    ck_assert_ptr_null(detente_statistic_name(DETENTE_N_STATISTICS));
    detente_results_close(results);
    detente_results_close(NULL);
    detente_config_clear(&config);
}
END_TEST

/* A run finished before all units came: what is missing reads NAN, what came is there. */
START_TEST(part_of_a_run)
{
    const shape s = {.replications = 4, .encounters = 30, .keep_encounters = 10};
    const uint64_t units = 2 * MADE_UP_CELLS + 1; /* cell 0 has a replication more than the others */
    detente_config config;
    detente_store *store = NULL;
    configure(&s, &config);
    ck_assert_int_eq(detente_store_create(&store, output, &config, &(detente_store_options){0}, NULL), 0);
    const detente_sink sink = detente_store_sink(store);
    ck_assert_int_eq(made_up_feed(&config, &sink, 0, units, NULL), 0);
    ck_assert_int_eq(detente_store_finish(store, NULL, NULL), 0);
    detente_store_free(store);
    detente_results *results = open_run(output);
    double values[MADE_UP_CELLS][4];
    uint64_t first, n;
    ck_assert_int_eq(detente_results_metric(results, DETENTE_METRIC_minutes, *values, NULL), 0);
    for (uint32_t c = 0; c < MADE_UP_CELLS; c++)
        for (uint32_t r = 0; r < 4; r++) {
            const int there = r * MADE_UP_CELLS + c < units;
            ck_assert_int_eq(isnan(values[c][r]), !there);
            ck_assert_int_eq(detente_results_find(results, 0, c, r, &first, &n, NULL), there ? 0 : DETENTE_E_RANGE);
            ck_assert(!there || n == 10);
        }
    ck_assert_uint_eq(detente_results_rows(results, 0), units * 10);
    detente_results_close(results);
    detente_config_clear(&config);
}
END_TEST

START_TEST(units_out_of_order_are_refused)
{
    const shape s = {.replications = 4, .encounters = 30};
    detente_config config;
    detente_store *store = NULL;
    detente_error error = {0};
    configure(&s, &config);
    ck_assert_int_eq(detente_store_create(&store, output, &config, &(detente_store_options){0}, NULL), 0);
    const detente_sink sink = detente_store_sink(store);
    ck_assert_int_eq(made_up_feed(&config, &sink, 0, 2, NULL), 0);
    ck_assert_int_eq(made_up_feed(&config, &sink, 3, 4, &error), DETENTE_E_RANGE);
    detente_error_clear(&error);
    detente_store_free(store);
    detente_config_clear(&config);
}
END_TEST

/* A sink before another one, that ends the run before unit `last` is finished, though its rows have come. */
typedef struct interruption {
    detente_sink inner;
    uint64_t last;
} interruption;

static int pass_rows(void *data, uint32_t cell, uint32_t replication, const detente_rows *rows, detente_error *error)
{
    const interruption *self = data;
    return self->inner.rows(self->inner.data, cell, replication, rows, error);
}

static int pass_unit(void *data, const detente_unit *unit, detente_error *error)
{
    const interruption *self = data;
    return unit->unit == self->last ? DETENTE_E_INTERRUPTED : self->inner.unit(self->inner.data, unit, error);
}

static void write_units(const detente_config *config, const char *path, uint64_t units, int interrupt)
{
    detente_store *store = NULL;
    detente_error error = {0};
    ck_assert_int_eq(detente_store_create(&store, path, config, &(detente_store_options){.threads = 2}, NULL), 0);
    interruption self = {detente_store_sink(store), units};
    const detente_sink sink = {&self, pass_rows, pass_unit};
    ck_assert_int_eq(made_up_feed(config, &sink, 0, units + (interrupt != 0), &error),
                     interrupt ? DETENTE_E_INTERRUPTED : 0);
    if (!interrupt)
        ck_assert_int_eq(detente_store_finish(store, NULL, &error), 0);
    detente_store_free(store);
    detente_error_clear(&error);
}

/* Interrupted in the middle of a unit, a store leaves its finished units: merged, they are the run that ended with them. */
START_TEST(interrupted_within_a_unit)
{
    static const shape cut[] = {{.replications = 4, .encounters = 20000, .keep_encounters = 20000, .keep_turns = 4000},
                                {.replications = 4, .encounters = 16384, .keep_encounters = 16384},
                                {.replications = 4, .encounters = 700, .keep_encounters = 700, .keep_turns = 700}};
    const shape s = cut[_i];
    const uint64_t units = 5;
    char whole[256], merged[256];
    detente_config config;
    store_header header;
    store_folder left;
    snprintf(whole, sizeof whole, "%s/whole.h5", folder);
    snprintf(merged, sizeof merged, "%s/merged.h5", folder);
    configure(&s, &config);
    write_units(&config, whole, units, 0);
    write_units(&config, output, units, 1);

    ck_assert_int_eq(store_header_init(&header, &config, NULL), 0);
    ck_assert_int_eq(store_folder_open(&left, output, NULL), 0);
    ck_assert_uint_eq(left.n, 1);
    store_catalogue catalogue = {0};
    char *part = store_folder_name(&left, left.part[0]);
    ck_assert_int_eq(store_catalogue_add(&catalogue, part, &header.identity, NULL, NULL), 0);
    ck_assert_int_eq(store_merge(&header, NULL, &catalogue, merged, NULL, 2, NULL, NULL, NULL), 0);
    store_catalogue_clear(&catalogue);
    free(part);
    store_folder_close(&left);
    store_header_clear(&header);
    size_t size = 0, merged_size = 0;
    char *bytes = test_read(whole, &size), *merged_bytes = test_read(merged, &merged_size);
    ck_assert_uint_eq(size, merged_size);
    ck_assert_mem_eq(bytes, merged_bytes, size);
    free(bytes);
    free(merged_bytes);
    detente_config_clear(&config);
}
END_TEST

START_TEST(provenance_is_read)
{
    detente_config config;
    detente_provenance found;
    configure(&shapes[0], &config);
    write_run(&shapes[0], &config, output);
    detente_results *results = open_run(output);
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(detente_results_provenance(results, &found, NULL), 0);
        ck_assert_str_eq(found.command, "made up");
        ck_assert_str_eq(found.host, "");
        ck_assert_int_eq(found.threads, 1);
        ck_assert_uint_eq(found.encounters, MADE_UP_CELLS); /* counted in the file */
        ck_assert_double_eq(found.wall_seconds, 0);
    }
    detente_results_close(results);
    detente_config_clear(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, what_was_put_in_comes_out, 0, N_SHAPES);
    tcase_add_loop_test(tests, same_bytes_however_it_was_cut, 0, N_SHAPES);
    tcase_add_test(tests, columns_as_asked);
    tcase_add_test(tests, what_is_not_there_is_refused);
    tcase_add_test(tests, part_of_a_run);
    tcase_add_test(tests, provenance_is_read);
    tcase_add_test(tests, units_out_of_order_are_refused);
    tcase_add_loop_test(tests, interrupted_within_a_unit, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
