/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pool.h"

#include <math.h>
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"

/* Numbers that are read at a time: a few MB, far more than a request costs. */
enum { BLOCK_VALUES = 1 << 19 };

int pool_make_room(const detente_results *results, uint32_t groups, pool_means *out)
{
    const uint32_t replications = detente_results_replications(results);
    *out = (pool_means){.groups = groups, .replications = replications};
    out->value = detente_calloc((size_t)groups + 1, replications * sizeof *out->value);
    out->cells = detente_calloc((size_t)groups + 1, sizeof *out->cells);
    out->failed = detente_calloc((size_t)groups + 1, sizeof *out->failed);
    out->most = detente_calloc((size_t)groups + 1, sizeof *out->most);
    out->least = detente_calloc((size_t)groups + 1, sizeof *out->least);
    out->run = detente_calloc((size_t)groups + 1, sizeof *out->run);
    return out->value && out->cells && out->failed && out->most && out->least && out->run ? 0 : DETENTE_E_MEMORY;
}

/* Add a cell to its group: NAN in a replication makes the sum NAN. */
static void add_cell(const detente_results *results, uint32_t cell, uint32_t group, const double *means,
                     pool_means *out)
{
    if (detente_results_failed(results, cell)) {
        out->failed[group]++;
        return;
    }
    double *sum = out->value + (size_t)group * out->replications;
    const uint32_t run = detente_results_replications_run(results, cell);
    uint32_t there = 0;
    for (uint32_t r = 0; r < out->replications; r++) {
        sum[r] += means[r];
        there += isnan(means[r]) ? 0 : 1;
    }
    out->most[group] = there > out->most[group] ? there : out->most[group];
    out->least[group] = out->cells[group] == 0 || there < out->least[group] ? there : out->least[group];
    out->run[group] = run > out->run[group] ? run : out->run[group];
    out->cells[group]++;
}

/* Sums to averages. */
static void finish(pool_means *out)
{
    for (uint32_t g = 0; g < out->groups; g++)
        for (uint32_t r = 0; r < out->replications; r++)
            out->value[(size_t)g * out->replications + r] =
                out->cells[g] ? out->value[(size_t)g * out->replications + r] / out->cells[g] : NAN;
}

int pool_read_many(const detente_results *results, int metric, const uint32_t *const *group, uint32_t groups, size_t n,
                   pool_means *out, detente_error *error)
{
    const uint32_t cells = detente_results_cells(results), replications = detente_results_replications(results);
    uint32_t block = BLOCK_VALUES / (replications ? replications : 1);
    block = block < 1 ? 1 : block > cells ? cells : block;
    double *means = detente_calloc(block, replications * sizeof *means);
    int code = means ? 0 : detente_no_memory(error);
    for (size_t i = 0; i < n; i++)
        out[i] = (pool_means){0};
    for (size_t i = 0; i < n && !code; i++)
        code = pool_make_room(results, groups, &out[i]) ? detente_no_memory(error) : 0;
    for (uint64_t first = 0; first < cells && !code; first += block) {
        const uint32_t start = (uint32_t)first, many = cells - start < block ? cells - start : block;
        code = detente_results_block(results, metric, start, many, means, error);
        for (uint32_t k = 0; k < many && !code; k++)
            for (size_t i = 0; i < n; i++)
                if (group[i][start + k] != POOL_NONE)
                    add_cell(results, start + k, group[i][start + k], means + (size_t)k * replications, &out[i]);
    }
    for (size_t i = 0; i < n && !code; i++)
        finish(&out[i]);
    detente_free(means);
    return code;
}

int pool_read(const detente_results *results, int metric, const uint32_t *group, uint32_t groups, pool_means *out,
              detente_error *error)
{
    return pool_read_many(results, metric, &group, groups, 1, out, error);
}

void pool_clear(pool_means *means)
{
    detente_free(means->value);
    detente_free(means->cells);
    detente_free(means->failed);
    detente_free(means->most);
    detente_free(means->least);
    detente_free(means->run);
    *means = (pool_means){0};
}

int pool_read_spread(const detente_results *results, int metric, const uint32_t *group, uint32_t groups,
                     pool_spread *out, detente_error *error)
{
    const uint32_t cells = detente_results_cells(results);
    double *summary = detente_calloc(cells, DETENTE_N_STATISTICS * sizeof *summary);
    int code = summary ? detente_results_summary(results, metric, summary, error) : detente_no_memory(error);
    memset(out, 0, groups * sizeof *out);
    for (uint32_t c = 0; c < cells && !code; c++) {
        const double *row = summary + (size_t)c * DETENTE_N_STATISTICS;
        const double n = row[DETENTE_STAT_COUNT], sd = row[DETENTE_STAT_SD];
        if (group[c] == POOL_NONE || detente_results_failed(results, c) || !(n >= 1))
            continue;
        pool_spread *to = &out[group[c]];
        to->encounters += (uint64_t)n;
        if (!(n >= 2) || !isfinite(sd))
            continue;
        to->freedom += (uint64_t)n - 1;
        to->variance += (n - 1) * sd * sd;
    }
    for (uint32_t g = 0; g < groups; g++)
        out[g].variance = out[g].freedom ? out[g].variance / (double)out[g].freedom : NAN;
    detente_free(summary);
    return code;
}

static int settle(const detente_results *results, int metric, double confidence, detente_estimate *out)
{
    return detente_metric_is_flag(metric) &&
           detente_estimate_alike(out, (double)detente_results_config(results)->encounters, confidence);
}

int pool_estimate(const detente_results *results, const pool_means *means, uint32_t group, int metric,
                  double confidence, detente_estimate *out)
{
    detente_estimate_of(pool_of(means, group), means->replications, confidence, out);
    return settle(results, metric, confidence, out);
}

int pool_estimate_cell(const detente_results *results, uint32_t cell, int metric, const double *summary,
                       detente_estimate *out)
{
    const double count = detente_results_replications_run(results, cell), se = summary[DETENTE_STAT_SE];
    *out = (detente_estimate){.count = (uint64_t)count,
                              .mean = summary[DETENTE_STAT_MEAN],
                              .variance = se * se * count,
                              .low = summary[DETENTE_STAT_CI_LOW],
                              .high = summary[DETENTE_STAT_CI_HIGH]};
    return settle(results, metric, 0.95, out);
}

int pool_match(const detente_results *results, uint32_t strategies, uint32_t groups, uint32_t *group,
               uint32_t *unmatched, detente_error *error)
{
    const uint32_t cells = detente_results_cells(results);
    uint32_t *alive = detente_calloc(groups, sizeof *alive);
    *unmatched = 0;
    if (!alive)
        return detente_no_memory(error);
    for (uint32_t c = 0; c < cells; c++)
        if (group[c] != POOL_NONE)
            alive[group[c]] += detente_results_failed(results, c) ? 0 : 1;
    for (uint32_t first = 0; first + strategies <= cells; first += strategies) {
        int out = 0;
        for (uint32_t c = first; c < first + strategies; c++)
            out |= group[c] != POOL_NONE && alive[group[c]] > 0 && detente_results_failed(results, c);
        *unmatched += out ? 1 : 0;
        for (uint32_t c = first; c < first + strategies && out; c++)
            if (!detente_results_failed(results, c))
                group[c] = POOL_NONE;
    }
    detente_free(alive);
    return 0;
}
