/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/comparison.h"

#include <math.h>
#include <string.h>

#include <detente/design.h>
#include <detente/registry.h>

#include "report/table.h"

/* p below it is shown as such. */
static const double least_p = 0.0001;

static const char *better_words(int metric)
{
    const int better = detente_metric_better(metric);
    return better > 0 ? "more is better" : better < 0 ? "less is better" : "neither more nor less is better";
}

/* The first n of "agent.mirroring 0.5, customer.persona abusive". */
static void add_levels(text_buffer *b, const detente_compare *compare, const detente_compare_group *group, int n)
{
    for (int i = 0; i < n; i++)
        text_add(b, "%s%s %s", i ? ", " : "", compare->by[i], group->level[i].text);
}

/* The group that another is compared with, as a program would name it: a strategy, or its levels. */
static void add_baseline(text_buffer *b, const detente_compare *compare, const detente_compare_group *group)
{
    if (compare->baseline)
        text_add(b, "%s", compare->baseline);
    else
        add_levels(b, compare, group, compare->n_by);
}

static void put_buffer(grid *g, text_buffer *b)
{
    g->failed |= b->failed;
    grid_text(g, b->text);
    text_clear(b);
}

/* ---- for programs ----------------------------------------------------------------------------------------------- */

static void put_reasons(grid *g, unsigned why)
{
    text_buffer b = {0};
    for (int bit = 1; bit <= DETENTE_COMPARE_NO_VALUE; bit <<= 1)
        if (why & (unsigned)bit)
            text_add(&b, "%s%s", b.size ? "; " : "", detente_compare_words(bit));
    put_buffer(g, &b);
}

static void put_exact(grid *g, const detente_compare *compare, const detente_compare_row *row)
{
    const detente_compare_group *group = &compare->group[row->group];
    const detente_contrast *d = &row->difference;
    const double numbers[] = {
        d->difference,     d->low, d->high,     row->effect,   d->correlation,
        d->variance_saved, d->p,   row->p_holm, row->p_better, group->pareto < 0 ? (double)NAN : group->pareto};
    const int one = group->planned == 1;
    text_buffer b = {0};
    grid_number(g, one ? (double)group->first_cell : (double)NAN, GRID_EXACT);
    grid_text(g, group->strategy);
    for (int i = 0; i < compare->n_by; i++) {
        if (isnan(group->level[i].value))
            grid_text(g, group->level[i].text);
        else
            grid_number(g, group->level[i].value, GRID_EXACT);
    }
    grid_text(g, detente_metric_name(row->metric));
    grid_number(g, (double)row->mean.count, GRID_EXACT);
    grid_number(g, row->mean.mean, GRID_EXACT);
    grid_number(g, row->mean.low, GRID_EXACT);
    grid_number(g, row->mean.high, GRID_EXACT);
    if (!group->is_baseline)
        add_baseline(&b, compare, &compare->group[row->baseline]);
    put_buffer(g, &b);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        grid_number(g, numbers[i], GRID_EXACT);
    grid_number(g, d->effect, GRID_EXACT);
    grid_number(g, group->is_baseline ? (double)NAN : (double)d->count, GRID_EXACT);
    put_reasons(g, row->why);
}

static void for_programs(const detente_compare *compare, grid *g)
{
    static const char *const fields[] = {"metric",
                                         "count",
                                         "mean",
                                         "ci_low",
                                         "ci_high",
                                         "baseline",
                                         "difference",
                                         "difference_low",
                                         "difference_high",
                                         "effect_size",
                                         "correlation",
                                         "variance_saved",
                                         "p",
                                         "p_holm",
                                         "p_better",
                                         "pareto",
                                         "effect_size_means",
                                         "pairs",
                                         "note"};
    grid_column(g, "cell", GRID_RIGHT);
    grid_column(g, "strategy", GRID_LEFT);
    for (int i = 0; i < compare->n_by; i++)
        grid_column(g, compare->by[i], GRID_RIGHT);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        grid_column(g, fields[i], GRID_RIGHT);
    for (size_t i = 0; i < (size_t)compare->n_metrics * compare->n_groups; i++)
        put_exact(g, compare, &compare->row[i]);
}

/* ---- for people ------------------------------------------------------------------------------------------------- */

/* How far a difference's interval reaches. */
static double reach_of(const detente_contrast *d)
{
    const detente_estimate e = {.mean = d->difference, .low = d->low, .high = d->high};
    return detente_estimate_reach(&e);
}

/* As many decimals as give the widest half-width a digit, two where it would be a 1 or a 2: more would not mean anything. */
static int decimals_of(const detente_compare *compare, int m)
{
    double widest = 0;
    for (uint32_t g = 0; g < compare->n_groups; g++) {
        const detente_compare_row *row = &compare->row[(size_t)m * compare->n_groups + g];
        const double halves[] = {detente_estimate_reach(&row->mean), reach_of(&row->difference)};
        for (int i = 0; i < 2; i++)
            widest = halves[i] > widest ? halves[i] : widest;
    }
    int decimals = 0;
    for (double last = 1; widest > 0 && decimals < 6 && widest < 3 * last; last /= 10)
        decimals++;
    return widest > 0 ? decimals : 2;
}

static void put_p(grid *g, double p)
{
    if (p < least_p)
        grid_text(g, "<0.0001");
    else
        grid_number(g, p, 4);
}

/* Lines are strategies, or levels of the last of `by` where there is one strategy. */
static int by_strategy(const detente_compare *compare)
{
    return compare->baseline || compare->n_by == 0;
}

static void put_row(grid *g, const detente_compare *compare, const detente_compare_row *row, int decimals)
{
    const detente_compare_group *group = &compare->group[row->group];
    const detente_contrast *d = &row->difference;
    grid_text(g, by_strategy(compare) ? group->strategy : group->level[compare->n_by - 1].text);
    grid_estimate(g, row->mean.mean, detente_estimate_reach(&row->mean), decimals);
    if (group->is_baseline) {
        grid_text(g, compare->n_groups > 1 ? "baseline" : NULL);
        for (int i = 0; i < 5; i++)
            grid_text(g, compare->n_groups > 1 ? "" : NULL);
    } else {
        grid_estimate(g, d->difference, reach_of(d), decimals);
        grid_number(g, row->effect, 2);
        grid_number(g, row->p_better, 2);
        put_p(g, row->p_holm);
        grid_number(g, d->correlation, 2);
        grid_number(g, d->variance_saved, 2);
    }
    grid_text(g, group->pareto > 0 ? "*" : group->pareto == 0 ? "" : NULL);
}

/* Each reason that occurs, once, and how many rows have it: a row of numbers has no room for it. */
static void note_reasons(const detente_compare *compare, grid *g)
{
    const size_t n = (size_t)compare->n_metrics * compare->n_groups;
    for (int bit = DETENTE_COMPARE_FAILED; bit <= DETENTE_COMPARE_NO_VALUE; bit <<= 1) {
        const detente_compare_row *first = NULL;
        size_t rows = 0;
        for (size_t i = 0; i < n; i++) {
            if (!(compare->row[i].why & (unsigned)bit))
                continue;
            first = first ? first : &compare->row[i];
            rows++;
        }
        /* Said elsewhere in the table. */
        if (!first || bit == DETENTE_COMPARE_NEITHER || bit == DETENTE_COMPARE_UNPAIRED)
            continue;
        const detente_compare_group *group = &compare->group[first->group];
        text_buffer b = {0};
        text_add(&b, "%s", group->strategy);
        if (compare->n_by)
            text_add(&b, ", ");
        add_levels(&b, compare, group, compare->n_by);
        text_buffer more = {0};
        if (rows > 1)
            text_add(&more, ", and %zu more", rows - 1);
        grid_note(g, "- %s, %s%s: %s.", b.failed ? "" : b.text, detente_metric_name(first->metric),
                  more.failed || !more.text ? "" : more.text, detente_compare_words(bit));
        g->failed |= more.failed;
        text_clear(&more);
        g->failed |= b.failed;
        text_clear(&b);
    }
}

/* Levels of one path that are compared, where the points of each differ in the other paths too. */
static void note_unlike_levels(const detente_compare *compare, const detente_results *results, grid *g)
{
    const detente_design *design = detente_results_config(results)->design;
    int paths = 0;
    for (int i = 0; i < compare->n_by; i++)
        paths += strcmp(compare->by[i], "persona") != 0;
    if (!compare->baseline && paths > 0 && design && design->type != DETENTE_FACTORIAL && paths < design->n_factors)
        grid_note(g,
                  "Points of one level differ from those of another in the other varied paths too, as a %s design has "
                  "them: a difference need not come from the level.",
                  detente_design_name(design->type));
}

/* Failed cells, and replications that are not there, or not everywhere. */
static void note_missing(const detente_compare *compare, const detente_results *results, grid *g)
{
    const uint32_t cells = detente_results_cells(results), all = detente_results_replications(results);
    uint32_t failed = 0, least = UINT32_MAX, most = 0, uneven = 0;
    for (uint32_t c = 0; c < cells; c++)
        failed += detente_results_failed(results, c) ? 1 : 0;
    for (uint32_t i = 0; i < compare->n_groups; i++) {
        const detente_compare_group *group = &compare->group[i];
        if (group->cells == 0)
            continue;
        least = group->replications < least ? group->replications : least;
        most = group->replications > most ? group->replications : most;
        uneven += group->most > group->replications ? 1 : 0;
    }
    note_unlike_levels(compare, results, g);
    if (failed)
        grid_note(g, "%u of %u cells failed and are left out (variables status and error say which and why).%s", failed,
                  cells,
                  !compare->baseline && compare->n_by
                      ? " Levels are averages over the points that are left, not the same for all."
                      : "");
    if (compare->unmatched && compare->baseline)
        grid_note(g, "Left out for every strategy: %u point%s at which one failed that did not fail at all points.",
                  compare->unmatched, compare->unmatched == 1 ? "" : "s");
    if (least < most)
        grid_note(g, "Groups have %u to %u of %u replications; a difference is over those that both have.", least, most,
                  all);
    else if (most < all)
        grid_note(g, "There are %u of %u replications: the run is unfinished.", most, all);
    if (uneven)
        grid_note(g, "%u group%s: replications that only some of the cells have are left out.", uneven,
                  uneven == 1 ? "" : "s");
}

static void note_columns(const detente_compare *compare, grid *g)
{
    const double percent = compare->confidence * 100;
    text_buffer b = {0};
    int wilson = 0, exact = 0;
    for (size_t i = 0; i < (size_t)compare->n_metrics * compare->n_groups; i++) {
        wilson |= compare->row[i].wilson;
        exact |= compare->row[i].exact;
    }
    grid_note(
        g, "± is half the width of the %.4g %% t interval over replications%s.%s", percent,
        wilson ? "; of a share that is the same in all of them, how far Wilson's interval over its encounters reaches"
               : "",
        exact ? REPORT_ALIKE_NOTE : "");
    if (compare->n_groups < 2) {
        grid_note(g, "There is nothing to compare with: one strategy, and no --by.");
        return;
    }
    add_baseline(&b, compare, &compare->group[0]);
    grid_note(
        g,
        "difference: to %s%s, %s. d: difference over the standard deviation between encounters. P(better): share of "
        "%s that it wins, ties half. p: two-sided, adjusted over the %d test%s of this table (Holm).",
        b.failed ? "" : b.text, compare->n_by && compare->baseline ? " at the same levels" : "",
        compare->paired
            ? (compare->baseline ? "the same customers replication by replication" : "replication by replication")
            : "Welch's test, since cells have customers of their own (common_random_numbers: false)",
        compare->paired ? "replications" : "all pairs of replications", compare->tests, compare->tests == 1 ? "" : "s");
    g->failed |= b.failed;
    text_clear(&b);
    if (compare->paired)
        grid_note(g,
                  "corr: correlation of the two over replications; saved: share of the variance that pairing saves.");
    for (int m = 0; m < compare->n_pareto; m++)
        text_add(&b, "%s%s (%s)",
                 m == 0                      ? ""
                 : m + 1 < compare->n_pareto ? ", "
                                             : " and ",
                 detente_metric_name(compare->pareto[m]),
                 detente_metric_better(compare->pareto[m]) > 0 ? "up" : "down");
    if (compare->n_pareto)
        grid_note(g, "*: Pareto-best, no other is better in one of %s and as good in the rest.",
                  b.failed ? "" : b.text);
    g->failed |= b.failed;
    text_clear(&b);
}

/* A line with the levels that rows do not name, above the first of those that have them. */
static void put_levels(grid *g, const detente_compare *compare, uint32_t i)
{
    const int n = by_strategy(compare) ? compare->n_by : compare->n_by - 1;
    text_buffer b = {0}, before = {0};
    if (n == 0)
        return;
    add_levels(&b, compare, &compare->group[i], n);
    if (i > 0)
        add_levels(&before, compare, &compare->group[i - 1], n);
    if (i == 0 || (b.text && before.text && strcmp(b.text, before.text) != 0))
        grid_subsection(g, "%s", b.text ? b.text : "");
    g->failed |= b.failed | before.failed;
    text_clear(&b);
    text_clear(&before);
}

static void for_people(const detente_compare *compare, const detente_results *results, grid *g)
{
    grid_column(g, by_strategy(compare) ? "strategy" : compare->by[compare->n_by - 1], GRID_LEFT);
    grid_column(g, "mean", GRID_ESTIMATE);
    grid_column(g, "difference", GRID_ESTIMATE);
    grid_column(g, "d", GRID_RIGHT);
    grid_column(g, "P(better)", GRID_RIGHT);
    grid_column(g, "p Holm", GRID_RIGHT);
    grid_column(g, "corr", GRID_RIGHT);
    grid_column(g, "saved", GRID_RIGHT);
    grid_column(g, "*", GRID_RIGHT);
    for (int m = 0; m < compare->n_metrics; m++) {
        const int metric = compare->metric[m], decimals = decimals_of(compare, m);
        const char *unit = detente_metric_unit(metric);
        const int named = strcmp(unit, "1") != 0;
        grid_section(g, "%s: %s%s%s; %s", detente_metric_name(metric), detente_metric_words(metric), named ? ", " : "",
                     named ? unit : "", better_words(metric));
        for (uint32_t i = 0; i < compare->n_groups; i++) {
            put_levels(g, compare, i);
            put_row(g, compare, &compare->row[(size_t)m * compare->n_groups + i], decimals);
        }
    }
    note_columns(compare, g);
    note_missing(compare, results, g);
    note_reasons(compare, g);
}

void report_comparison(const detente_compare *compare, const detente_results *results, int format, grid *g)
{
    if (format == GRID_CSV || format == GRID_JSON)
        for_programs(compare, g);
    else
        for_people(compare, results, g);
    /* Programs get the same warnings. */
    if (format == GRID_JSON || format == GRID_CSV)
        note_missing(compare, results, g);
}
