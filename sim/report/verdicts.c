/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/verdicts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <detente/registry.h>

const char *verdicts_unknown(int unknown)
{
    static const char *const WORDS[] = {
        [DETENTE_NO_CELLS] = "the design plays no cell that it is about",
        [DETENTE_NO_PARTNERS] = "no cell that it is about has a partner on the other side, the same in all else",
        [DETENTE_CELLS_FAILED] = "all cells that it is about failed, or their partners did",
        [DETENTE_NOT_RUN] = "no replication was run in all its cells",
        [DETENTE_ONE_REPLICATION] = "only one replication was run in all its cells: that says nothing of chance",
        [DETENTE_ALIKE] = "all replications came out alike by chance, so that there is no interval: run more of them",
        [DETENTE_NO_VALUE] = "the metric has no value in any encounter that it is about",
    };
    return unknown > 0 && (size_t)unknown < sizeof WORDS / sizeof WORDS[0] ? WORDS[unknown] : NULL;
}

/* So many that the width of the interval has two digits. */
static int decimals_of(const detente_tested *tested)
{
    const double width = tested->high - tested->low;
    if (!(width > 0) || !isfinite(width))
        return 4;
    const int decimals = 2 - (int)ceil(log10(width));
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

static void add_expected(grid *g, const detente_hypothesis *h)
{
    char number[40], text[44];
    text_number(h->threshold, number);
    snprintf(text, sizeof text, "%c %s", h->above ? '>' : '<', number);
    grid_text(g, text);
}

/* Four decimals, and no p that is 0. */
static void add_p(grid *g, double p)
{
    if (p < 0.00005)
        grid_text(g, "<0.0001");
    else
        grid_number(g, p, 4);
}

/* A verdict on part of the replications stands, and may change. */
static void note_unfinished(const detente_config *config, const detente_tested *tested, grid *g)
{
    uint64_t least = config->replications;
    for (int i = 0; i < config->n_hypotheses; i++)
        if (tested[i].unknown == DETENTE_KNOWN && tested[i].replications < least)
            least = tested[i].replications;
    /* A cell that stops at a precision may have any number. */
    if (config->until.metric < 0 && least < config->replications)
        grid_note(g, "The run is unfinished: verdicts rest on as few as %llu of %llu replications, and may change.",
                  (unsigned long long)least, (unsigned long long)config->replications);
}

static void add_notes(const detente_config *config, const detente_tested *tested, grid *g)
{
    int count[3] = {0}, without_p = 0, open = 0;
    for (int i = 0; i < config->n_hypotheses; i++) {
        const detente_tested *t = &tested[i];
        count[t->verdict]++;
        without_p += config->hypothesis[i].threshold == 0;
        open += t->verdict == DETENTE_UNDECIDED && t->unknown == DETENTE_KNOWN;
    }
    grid_note(
        g,
        "%d supported, %d not supported, %d undecided. Holm's adjustment holds the chance of any wrong \"supported\" in the "
        "list to %g %%, and that of any wrong \"not supported\".",
        count[DETENTE_SUPPORTED], count[DETENTE_NOT_SUPPORTED], count[DETENTE_UNDECIDED], 100 * DETENTE_ERROR_RATE);
    note_unfinished(config, tested, g);
    for (int i = 0; i < config->n_hypotheses; i++) {
        const detente_tested *t = &tested[i];
        const char *name = config->hypothesis[i].name;
        if (t->unknown != DETENTE_KNOWN)
            grid_note(g, "%s: %s.", name, verdicts_unknown(t->unknown));
        if (t->same)
            grid_note(g, "%s: both sides are the same in every replication: what `versus` says changes nothing there.",
                      name);
        if (t->unknown == DETENTE_KNOWN && t->failed > 0)
            grid_note(g, "%s: %lu of its cells were left out: they, or their partners, failed.", name,
                      (unsigned long)t->failed);
    }
    if (open > 0)
        grid_note(g, "Undecided: the threshold lies between low and high. More replications bring them together "
                     "(detente run --extend).");
    if (without_p > 0)
        grid_note(
            g,
            "No p against a threshold of 0: with enough replications any difference is significant, and none is said "
            "to matter. The verdict stands on low and high.");
}

/* Names that are cut tell nothing apart: the metric stands above, where both do not fit beside the numbers. */
static int has_room_for_metrics(const detente_config *config)
{
    enum { ROOM = 36 };
    size_t name = 0, metric = 0;
    for (int i = 0; i < config->n_hypotheses; i++) {
        const size_t own = text_characters(config->hypothesis[i].name);
        const size_t other = strlen(detente_metric_name(config->hypothesis[i].metric));
        name = own > name ? own : name;
        metric = other > metric ? other : metric;
    }
    return name + metric <= ROOM;
}

static void add_for_people(const detente_config *config, const detente_tested *tested, int format, grid *g)
{
    const int metrics = format != GRID_TABLE || has_room_for_metrics(config);
    grid_column(g, "verdict", GRID_LEFT);
    grid_column(g, "hypothesis", GRID_LEFT);
    if (metrics)
        grid_column(g, "metric", GRID_LEFT);
    grid_column(g, "expected", GRID_RIGHT);
    grid_column(g, "effect", GRID_RIGHT);
    grid_column(g, "low", GRID_RIGHT);
    grid_column(g, "high", GRID_RIGHT);
    grid_column(g, "p (Holm)", GRID_RIGHT);
    for (int i = 0; i < config->n_hypotheses; i++) {
        const detente_hypothesis *h = &config->hypothesis[i];
        const detente_tested *t = &tested[i];
        const int decimals = decimals_of(t);
        if (!metrics && (i == 0 || h->metric != h[-1].metric))
            grid_section(g, "%s", detente_metric_name(h->metric));
        grid_text(g, detente_verdict_name(t->verdict));
        grid_text(g, h->name);
        if (metrics)
            grid_text(g, detente_metric_name(h->metric));
        add_expected(g, h);
        grid_number(g, t->effect, decimals);
        grid_number(g, t->low, decimals);
        grid_number(g, t->high, decimals);
        add_p(g, t->p_holm);
    }
    add_notes(config, tested, g);
}

static void add_for_programs(const detente_config *config, const detente_tested *tested, grid *g)
{
    static const char *const TEXT[] = {"name", "verdict"}, *const OTHERS[] = {"metric", "expected"};
    static const char *const NUMBER[] = {"effect", "low", "high", "p", "p_holm"}, *const COUNT[] = {"replications",
                                                                                                    "cells", "failed"};
    for (size_t c = 0; c < 2; c++)
        grid_column(g, TEXT[c], GRID_LEFT);
    for (size_t c = 0; c < 5; c++)
        grid_column(g, NUMBER[c], GRID_RIGHT);
    for (size_t c = 0; c < 2; c++)
        grid_column(g, OTHERS[c], GRID_LEFT);
    for (size_t c = 0; c < 3; c++)
        grid_column(g, COUNT[c], GRID_RIGHT);
    grid_column(g, "reason", GRID_LEFT);
    for (int i = 0; i < config->n_hypotheses; i++) {
        const detente_hypothesis *h = &config->hypothesis[i];
        const detente_tested *t = &tested[i];
        const double number[] = {t->effect, t->low, t->high, t->p, t->p_holm};
        grid_text(g, h->name);
        grid_text(g, detente_verdict_name(t->verdict));
        for (size_t c = 0; c < 5; c++)
            grid_number(g, number[c], GRID_EXACT);
        grid_text(g, detente_metric_name(h->metric));
        add_expected(g, h);
        grid_number(g, (double)t->replications, 0);
        grid_number(g, t->cells, 0);
        grid_number(g, t->failed, 0);
        grid_text(g, verdicts_unknown(t->unknown));
    }
}

void verdicts_grid(const detente_config *config, const detente_tested *tested, int format, grid *g)
{
    if (format == GRID_TABLE || format == GRID_MARKDOWN)
        add_for_people(config, tested, format, g);
    else
        add_for_programs(config, tested, g);
    if (format == GRID_JSON)
        add_notes(config, tested, g);
}
