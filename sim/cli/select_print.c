/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer of `detente select`: a table, and in words what is promised and what it took. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/select.h"
#include "core/memory.h"

/* Rows that people are shown. */
enum { MOST_ROWS = 40, MOST_DECIMALS = 9 };
/* Encounters of which a mean is nearly normal, as a rule of thumb. */
enum { NEARLY_NORMAL = 30 };

/* A candidate as it is sorted. */
typedef struct rank {
    uint32_t who;
    int first; /* the best, whatever became of the means of those that were dropped early */
    double goodness;
} rank;

static int by_rank(const void *one, const void *other)
{
    const rank *a = one, *b = other;
    if (a->first != b->first)
        return a->first ? -1 : 1;
    if (a->goodness != b->goodness)
        return a->goodness > b->goodness ? -1 : 1;
    return a->who < b->who ? -1 : 1;
}

static rank *sorted(const selection_run *run)
{
    const detente_selection *s = &run->selection;
    rank *order = detente_alloc(s->n * sizeof *order);
    for (uint32_t i = 0; order && i < s->n; i++)
        order[i] = (rank){i, i == s->best, run->rule.smallest ? -s->mean[i] : s->mean[i]};
    if (order)
        qsort(order, s->n, sizeof *order, by_rank);
    return order;
}

/* Enough to tell what matters apart. */
static int decimals_of(const selection_run *run, const rank *order)
{
    const detente_selection *s = &run->selection;
    const double lead = fabs(s->mean[order[0].who] - s->mean[order[1].who]);
    const double matters = run->rule.procedure == DETENTE_SELECT_KN ? run->rule.delta : lead > 0 ? lead : 0.001;
    const double decimals = 1 - floor(log10(matters));
    return decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : (int)decimals;
}

static const char *strategy_of(const selection_run *run, uint32_t who)
{
    const candidates *people = &run->people;
    return run->config->strategy[people->cell[(size_t)who * people->each] % (uint32_t)run->config->n_strategies].name;
}

/* What became of a candidate. */
static const char *outcome(const selection_run *run, uint32_t who)
{
    const detente_selection *s = &run->selection;
    if (who == s->best)
        return s->decided ? "best" : "ahead";
    if (run->rule.procedure == DETENTE_SELECT_OCBA)
        return "";
    return !s->left[who] ? "dropped" : s->decided ? "alike" : "left";
}

static int is_for_people(const selection_run *run)
{
    return run->asked->format == GRID_TABLE || run->asked->format == GRID_MARKDOWN;
}

/* A line has room for a point or for them; of a cell they are as many for each replication. */
static int shows_encounters(const selection_run *run)
{
    return !run->asked->by_cell || !is_for_people(run);
}

static int add_point(const selection_run *run, uint32_t who, grid *g, detente_error *error)
{
    const detente_design *design = run->config->design;
    double values[DETENTE_MAX_FACTORS];
    if (!run->asked->by_cell || !design)
        return 0;
    const uint64_t point = run->people.cell[who] / (uint32_t)run->config->n_strategies;
    const int code = detente_sweep_values(run->sweep, point, values, error);
    for (int k = 0; k < design->n_factors && !code; k++)
        if (design->factor[k].named)
            grid_text(g, design->factor[k].name[(size_t)values[k]]);
        else
            grid_number(g, values[k], GRID_EXACT);
    return code;
}

static int add_rows(const selection_run *run, const rank *order, grid *g, detente_error *error)
{
    const detente_selection *s = &run->selection;
    const int decimals = decimals_of(run, order);
    const uint32_t shown = is_for_people(run) && s->n > MOST_ROWS ? MOST_ROWS : s->n;
    int code = 0;
    for (uint32_t i = 0; i < shown && !code; i++) {
        const uint32_t who = order[i].who;
        grid_text(g, strategy_of(run, who));
        code = add_point(run, who, g, error);
        grid_number(g, s->mean[who], decimals);
        grid_number(g, fabs(s->mean[who] - s->mean[s->best]), decimals);
        grid_number(g, (double)s->replications[who], 0);
        if (shows_encounters(run))
            grid_number(g, (double)(s->replications[who] * run->people.each * run->config->encounters), 0);
        grid_text(g, outcome(run, who));
    }
    if (shown < s->n)
        grid_note(g, "… and %u more; --format csv has them all.", s->n - shown);
    return code;
}

static void add_columns(const selection_run *run, grid *g)
{
    const detente_design *design = run->config->design;
    grid_column(g, "strategy", GRID_LEFT);
    for (int k = 0; run->asked->by_cell && design && k < design->n_factors; k++)
        grid_column(g, design->factor[k].path, design->factor[k].named ? GRID_LEFT : GRID_RIGHT);
    grid_column(g, detente_metric_name(run->asked->metric), GRID_RIGHT);
    grid_column(g, "behind", GRID_RIGHT);
    grid_column(g, "replications", GRID_RIGHT);
    if (shows_encounters(run))
        grid_column(g, "encounters", GRID_RIGHT);
    grid_column(g, "outcome", GRID_LEFT);
}

/* ---- in words ----------------------------------------------------------------------------------------------------- */

static const char *those(const selection_run *run)
{
    return run->asked->by_cell ? "cells" : "strategies";
}

static void say_who(const selection_run *run, grid *g)
{
    const detente_selection *s = &run->selection;
    const char *best = strategy_of(run, s->best), *metric = detente_metric_name(run->asked->metric);
    const char *which = run->rule.smallest ? "smallest" : "largest";
    char n[32];
    if (!s->decided)
        grid_note(g, "Undecided: --budget ended with %s %s left, of which %s has the %s %s so far.",
                  cli_count(s->n_left, n), those(run), best, which, metric);
    else if (run->rule.procedure == DETENTE_SELECT_KN && s->n_left > 1)
        grid_note(
            g,
            "%u %s came out alike, with the %s %s; more replications would not tell them apart by %g. The first of "
            "them is named.",
            s->n_left, those(run), which, metric, run->rule.delta);
    else
        grid_note(g, "%s has the %s %s of %s %s%s.", best, which, metric, cli_count(s->n, n), those(run),
                  run->asked->by_cell ? ", at the point in the first line" : "");
    if (run->people.each > 1)
        grid_note(g, "A strategy's %s is its average over %s points of the design.", metric,
                  cli_count(run->people.each, n));
}

/* What the procedure takes for granted, where it is not so. */
static void say_what_is_doubtful(const selection_run *run, grid *g)
{
    const detente_selection *s = &run->selection;
    const uint64_t each = (uint64_t)run->people.each * run->config->encounters;
    const double mean = s->mean[s->best], seen = (double)(s->replications[s->best] * each);
    /* Clopper & Pearson (1934), one-sided: what can be far from 0 and yet not come up. */
    const double hidden = 1 - pow(1 - run->rule.confidence, 1 / seen);
    char n[32];
    if (each < NEARLY_NORMAL)
        grid_note(
            g,
            "A replication of %s encounters is hardly a normal number, which it is taken for: the probability may be "
            "another.",
            cli_count(each, n));
    if (run->rule.procedure == DETENTE_SELECT_KN && s->decided && s->n_left > 1 && hidden > run->rule.delta &&
        detente_metric_is_flag(run->asked->metric) && (mean == 0 || mean == 1))
        grid_note(g,
                  "But %s is %g in all encounters of those alike, %s of each: shares up to %.2g from that look so too. "
                  "More encounters in a replication, or a larger --first, would tell more.",
                  detente_metric_name(run->asked->metric), mean, cli_count((uint64_t)seen, n), hidden);
}

static void say_how_sure(const selection_run *run, grid *g)
{
    const detente_selection *s = &run->selection;
    const double rounded = s->probability < 1 ? 0.999 : 1;
    const char *one = run->asked->by_cell ? "cell" : "strategy";
    if (run->rule.procedure == DETENTE_SELECT_OCBA)
        grid_note(
            g,
            "It is the best with an estimated probability %s %.3f: an estimate from these means and variances, no "
            "promise (OCBA, Chen et al. 2000).",
            s->probability < 1 && s->probability > rounded ? "above" : "of", fmin(s->probability, rounded));
    else if (s->decided)
        grid_note(g,
                  "Promise: if one %s is better than every other by %g or more, it is found with a probability of at "
                  "least %g (Kim & Nelson 2001).",
                  one, run->rule.delta, s->probability);
}

static void say_what_it_took(const selection_run *run, grid *g)
{
    const detente_selection *s = &run->selection;
    const uint64_t each = (uint64_t)run->people.each * run->config->encounters;
    const uint64_t known = candidates_known(&run->people, s->replications);
    char total[32], there[32], alike[32], replications[32];
    const char *from = known ? " of them from " : "", *path = known ? run->asked->path : "";
    grid_note(g, "It took %s encounters%s%s%s%s.", cli_count(s->total * each, total), known ? ", " : "",
              known ? cli_count(known, there) : "", from, path);
    if (!s->decided || !(s->equal * (double)each * s->n < 0x1p63))
        return;
    const uint64_t equal = (uint64_t)s->equal;
    const int promise = run->rule.procedure == DETENTE_SELECT_KN;
    grid_note(g, "With equal shares %s would have taken %s replications of each, %s encounters%s.",
              promise ? "the same promise" : "the same estimate", cli_count(equal, replications),
              cli_count(equal * s->n * each, alike), promise ? " (Clark & Yang 1986)" : "");
}

int select_answer(const selection_run *run, grid *g, detente_error *error)
{
    rank *order = sorted(run);
    int code = order ? 0 : detente_no_memory(error);
    if (!code) {
        add_columns(run, g);
        code = add_rows(run, order, g, error);
    }
    if (!code) {
        say_who(run, g);
        say_how_sure(run, g);
        say_what_is_doubtful(run, g);
        say_what_it_took(run, g);
        if (run->asked->output)
            grid_note(g, "Written to %s.", run->asked->output);
    }
    detente_free(order);
    return code;
}
