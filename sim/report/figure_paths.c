/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures along something: the values of varied paths, turns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <detente/detente.h>

#include "analysis/pool.h"
#include "core/memory.h"
#include "report/figure_parts.h"

enum { MOST_LINES = 14, MOST_TICS = 6, PLACE_SIZE = 64 };

static int too_many(const figure *f, int most, detente_error *error)
{
    return f->n_strategies > most
               ? detente_error_set(error, DETENTE_E_USAGE,
                                   "%d strategies are too many for one figure: choose some by --strategy",
                                   f->n_strategies)
               : 0;
}

static const detente_factor *factor_of(const figure *f, int i)
{
    return &f->a->config->design->factor[f->factor[i]];
}

/* Names of places on an axis: 'loyal' 0, 'abusive' 1 … */
static void add_places(figure *f, const char *axis, const detente_factor *factor, const double *x, int n, int most)
{
    const int step = (n + most - 1) / most;
    text_add(&f->b, "set %stics nomirror out scale 0.5 (", axis);
    for (int i = 0; i < n; i += step) {
        char text[PLACE_SIZE];
        figure_place(factor, x[i], text, sizeof text);
        text_add(&f->b, i ? ", " : "");
        figure_text(&f->b, text);
        text_add(&f->b, " %d", i);
    }
    text_add(&f->b, ")\nset %srange [-0.5:%d.5]\n", axis, n - 1);
}

/* ---- curves ------------------------------------------------------------------------------------------------------ */

static const report_curve *curve_of(const figure *f, int factor, int strategy)
{
    for (size_t i = 0; i < f->a->n_curves; i++) {
        const report_curve *c = &f->a->curve[i];
        if (c->factor == factor && c->strategy == strategy && c->n > 0)
            return c;
    }
    return NULL;
}

/* Least and greatest of all curves, so that panels can be compared. */
static void add_range(figure *f)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < f->n_factors; i++)
        for (int s = 0; s < f->n_strategies; s++) {
            const report_curve *c = curve_of(f, f->factor[i], f->strategy[s]);
            for (int k = 0; c && k < c->n; k++) {
                low = fmin(low, fmin(c->mean[k], c->low[k]));
                high = fmax(high, fmax(c->mean[k], c->high[k]));
            }
        }
    figure_range(&f->b, "y", low, high, 6);
}

static void add_curves(figure *f, int panel)
{
    for (int s = 0; s < f->n_strategies; s++) {
        const report_curve *c = curve_of(f, f->factor[panel], f->strategy[s]);
        text_add(&f->b, "$c%d_%d << EOD\n", panel, s);
        for (int k = 0; c && k < c->n; k++) {
            figure_number(&f->b, factor_of(f, panel)->named ? k : c->x[k]);
            figure_number(&f->b, c->mean[k]);
            figure_number(&f->b, isnan(c->low[k]) ? c->mean[k] : c->low[k]);
            figure_number(&f->b, isnan(c->high[k]) ? c->mean[k] : c->high[k]);
            text_add(&f->b, "\n");
        }
        text_add(&f->b, "EOD\n");
    }
}

static void plot_curves(figure *f, int panel)
{
    const detente_factor *factor = factor_of(f, panel);
    text_add(&f->b, "set xlabel ");
    figure_factor(&f->b, factor);
    text_add(&f->b, "\nunset logscale\n");
    if (factor->log)
        figure_log_range(&f->b, "x", factor->from, factor->to);
    else if (!factor->named)
        figure_range(&f->b, "x", factor->from, factor->to, f->n_factors > 4 ? 4 : 5);
    const report_curve *first = curve_of(f, f->factor[panel], f->strategy[0]);
    if (factor->named && first)
        add_places(f, "x", factor, first->x, first->n, 12);
    text_add(&f->b, "plot ");
    for (int s = 0; s < f->n_strategies && !factor->named; s++)
        text_add(&f->b, "%s$c%d_%d using 1:3:4 with filledcurves lc rgb %s fs transparent solid 0.18 noborder",
                 s ? ", " : "", panel, s, figure_colour(s));
    for (int s = 0; s < f->n_strategies; s++) {
        const int thousandths = f->n_strategies > 1 ? 500 * s / (f->n_strategies - 1) - 250 : 0; /* side by side */
        text_add(&f->b, s || !factor->named ? ", " : "");
        if (factor->named)
            text_add(&f->b, "$c%d_%d using ($1+%d*0.001):2:3:4 with yerrorbars", panel, s, thousandths);
        else
            text_add(&f->b, "$c%d_%d using 1:2 with linespoints", panel, s);
        figure_line(&f->b, s, factor->named);
        figure_point(&f->b, s);
    }
    text_add(&f->b, "\n");
}

static int draw_curves(figure *f, detente_error *error)
{
    figure_entry *key;
    int named = 1;
    for (int i = 0; i < f->n_factors; i++)
        named &= factor_of(f, i)->named;
    const int n = figure_strategies_key(f, named ? FIGURE_KEY_POINT : FIGURE_KEY_LINE, &key, error);
    if (n < 0)
        return n;
    figure_begin_panels(f, f->n_factors, f->n_factors > 2 ? 6 : 8, 1.9, 0.4, figure_key_height(f, key, n));
    for (int i = 0; i < f->n_factors; i++)
        add_curves(f, i);
    add_range(f);
    for (int i = 0; i < f->n_factors; i++) {
        figure_panel(f, i);
        if (i == 0)
            figure_side(f, f->a->metric[0]);
        text_add(&f->b, figure_is_first(f, i) ? "set format y\n" : "set format y ''\n");
        plot_curves(f, i);
        figure_side_off(f);
    }
    figure_key(f, key, n);
    figure_end_panels(f);
    detente_free(key);
    return 0;
}

int figure_curves(figure *f, detente_error *error)
{
    answers_places places[ANSWERS_MOST_CURVES] = {{0}};
    int n = 0;
    int code = too_many(f, MOST_LINES, error);
    if (!code && f->n_factors > FIGURE_MOST_PANELS)
        code = detente_error_set(error, DETENTE_E_USAGE,
                                 "%d varied paths are too many for one figure: choose some by --by", f->n_factors);
    if (!code)
        code = answers_places_make(f->a, places, &n, error);
    for (int i = 0; i < f->n_factors && !code; i++)
        if (f->factor[i] >= n)
            code = detente_error_set(
                error, DETENTE_E_INPUT, "%s: there are no curves along it, of %d varied paths and %d strategies",
                factor_of(f, i)->path, f->a->config->design->n_factors, f->a->config->n_strategies);
    if (!code)
        code = answers_curves(f->a, places, n, error);
    answers_places_clear(places, n);
    if (!code)
        code = draw_curves(f, error);
    if (!code && f->a->config->design->n_factors > 1)
        code = answers_say(f->notes, error, "Along each path the others are averaged over.");
    return code;
}

/* ---- map --------------------------------------------------------------------------------------------------------- */

/* Cells by their places along two paths, and strategy. */
static void group_cells(const figure *f, const answers_places *x, const answers_places *y, uint32_t *group)
{
    const uint32_t cells = detente_results_cells(f->a->results), strategies = (uint32_t)f->a->config->n_strategies;
    for (uint32_t c = 0; c < cells; c++) {
        const uint8_t i = x->place[c / strategies], j = y->place[c / strategies];
        group[c] = i == ANSWERS_NOWHERE || j == ANSWERS_NOWHERE
                       ? POOL_NONE
                       : ((uint32_t)i * (uint32_t)y->n + j) * strategies + c % strategies;
    }
}

/* viridis (van der Walt & Smith 2015): even to the eye, also without colour. */
static void add_palette(figure *f)
{
    text_add(&f->b,
             "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', 5 '#28ae80', "
             "6 '#5ec962', 7 '#addc30', 8 '#fde725')\n");
}

static void add_map(figure *f, const pool_means *means, int x, int y, int s)
{
    const int strategies = f->a->config->n_strategies;
    text_add(&f->b, "$m%d << EOD\n", s);
    for (int i = 0; i < x; i++)
        for (int j = 0; j < y; j++) {
            detente_estimate estimate;
            detente_estimate_of(pool_of(means, (uint32_t)((i * y + j) * strategies + f->strategy[s])),
                                means->replications, f->a->confidence, &estimate);
            text_add(&f->b, "%d %d ", i, j);
            figure_number(&f->b, estimate.mean);
            text_add(&f->b, "\n");
        }
    text_add(&f->b, "EOD\n");
}

/* Scale of the colours, below all panels, drawn with the first. */
static void add_scale(figure *f)
{
    const int width = (int)(1000 * 0.5), height = (int)(1000 * 0.3 / f->height),
              bottom = (int)(1000 * 0.85 / f->height);
    text_add(
        &f->b,
        "set colorbox horizontal user origin screen 0.25, screen 0.%03d size screen 0.%03d, screen 0.%03d noborder\nset cblabel ",
        bottom, width, height);
    figure_metric(&f->b, f->a->metric[0]);
    text_add(&f->b, " offset 0,0.6\nset cbtics scale 0.3 offset 0,0.5\n");
}

static size_t longest_place(const detente_factor *factor, const answers_places *places)
{
    size_t longest = 1;
    for (int i = 0; i < places->n; i++) {
        char text[PLACE_SIZE];
        figure_place(factor, places->x[i], text, sizeof text);
        const size_t characters = text_characters(text);
        longest = characters > longest ? characters : longest;
    }
    return longest;
}

static void draw_map(figure *f, const answers_places *x, const answers_places *y, const pool_means *means)
{
    figure_begin_panels(f, f->n_strategies, f->n_strategies > 1 ? 6.5 : 10,
                        1.1 + figure_width_of(longest_place(factor_of(f, 1), y)), 0.4, 1.6);
    for (int s = 0; s < f->n_strategies; s++)
        add_map(f, means, x->n, y->n, s);
    add_palette(f);
    double low = INFINITY, high = -INFINITY;
    for (uint32_t g = 0; g < means->groups; g++) {
        detente_estimate estimate;
        detente_estimate_of(pool_of(means, g), means->replications, f->a->confidence, &estimate);
        for (int s = 0; s < f->n_strategies; s++)
            if (g % (uint32_t)f->a->config->n_strategies == (uint32_t)f->strategy[s] && !isnan(estimate.mean)) {
                low = fmin(low, estimate.mean);
                high = fmax(high, estimate.mean);
            }
    }
    text_add(&f->b, "unset grid\nset border 15 lw 0.6\n");
    if (low < high) {
        text_add(&f->b, "set cbrange [");
        figure_number(&f->b, low);
        text_add(&f->b, ":");
        figure_number(&f->b, high);
        text_add(&f->b, "]\n");
    }
    add_places(f, "x", factor_of(f, 0), x->x, x->n, MOST_TICS);
    text_add(&f->b, "set xlabel ");
    figure_factor(&f->b, factor_of(f, 0));
    text_add(&f->b, "\n");
    for (int s = 0; s < f->n_strategies; s++) {
        figure_panel(f, s);
        if (s == 0)
            add_scale(f);
        else
            text_add(&f->b, "unset colorbox\n");
        add_places(f, "y", factor_of(f, 1), y->x, y->n, MOST_TICS);
        text_add(&f->b, "set ylabel ");
        figure_factor(&f->b, factor_of(f, 1));
        text_add(&f->b, "\n%s", figure_is_first(f, s) ? "" : "unset ytics\nunset ylabel\n");
        if (f->n_strategies > 1) {
            text_add(&f->b, "set title offset 0,-0.5 ");
            figure_text(&f->b, figure_strategy(f, s));
            text_add(&f->b, "\n");
        }
        text_add(&f->b, "plot $m%d using 1:2:3 with image pixels\n", s);
    }
    figure_end_panels(f);
}

int figure_map(figure *f, detente_error *error)
{
    answers_places places[ANSWERS_MOST_CURVES] = {{0}};
    pool_means means = {0};
    int n = 0;
    uint32_t *group = NULL;
    if (f->n_factors != 2)
        return detente_error_set(error, DETENTE_E_USAGE,
                                 "a map is over two varied paths: choose them by --by (%s%d varied)",
                                 f->n_factors ? "" : "there are ", f->n_factors);
    int code = too_many(f, FIGURE_MOST_PANELS, error);
    if (!code)
        code = answers_places_make(f->a, places, &n, error);
    if (!code && (f->factor[0] >= n || f->factor[1] >= n))
        code = detente_error_set(error, DETENTE_E_INPUT, "there are no places along %s and %s to make a map of",
                                 factor_of(f, 0)->path, factor_of(f, 1)->path);
    if (!code) {
        const answers_places *x = &places[f->factor[0]], *y = &places[f->factor[1]];
        group = detente_calloc(detente_results_cells(f->a->results), sizeof *group);
        code = group ? 0 : detente_no_memory(error);
        if (!code) {
            group_cells(f, x, y, group);
            code = pool_read(f->a->results, f->a->metric[0], group,
                             (uint32_t)(x->n * y->n * f->a->config->n_strategies), &means, error);
        }
        if (!code)
            draw_map(f, x, y, &means);
    }
    pool_clear(&means);
    detente_free(group);
    answers_places_clear(places, n);
    return code;
}

/* ---- turns ------------------------------------------------------------------------------------------------------- */

/* Of the strategies that are shown. */
static uint32_t last_turn(const figure *f)
{
    uint32_t last = 2;
    for (int s = 0; s < f->n_strategies; s++)
        for (uint32_t t = 0; t < f->a->calls.n_turns; t++)
            if (!isnan(f->a->calls.anger[(size_t)f->strategy[s] * f->a->calls.n_turns + t]) && t + 1 > last)
                last = t + 1;
    return last;
}

static int draw_turns(figure *f, detente_error *error)
{
    static const char *const label[2] = {"anger (0 to 1)", "offer (share of the claim)"};
    const report_calls *calls = &f->a->calls;
    figure_entry *key;
    const int n = figure_strategies_key(f, FIGURE_KEY_LINE, &key, error);
    if (n < 0)
        return n;
    figure_begin_panels(f, 2, 7.5, 1.8, 1.8, figure_key_height(f, key, n));
    for (int s = 0; s < f->n_strategies; s++) {
        text_add(&f->b, "$t%d << EOD\n", s);
        for (uint32_t t = 0; t < calls->n_turns; t++) {
            const size_t at = (size_t)f->strategy[s] * calls->n_turns + t;
            text_add(&f->b, "%u ", t + 1);
            figure_number(&f->b, calls->anger[at]);
            figure_number(&f->b, calls->offer[at]);
            text_add(&f->b, "\n");
        }
        text_add(&f->b, "EOD\n");
    }
    text_add(&f->b, "set xlabel 'turn'\nset xrange [1:%u]\nset yrange [0:*]\n", last_turn(f));
    for (int panel = 0; panel < 2; panel++) {
        figure_panel(f, panel);
        text_add(&f->b, "set ylabel ");
        figure_text(&f->b, label[panel]);
        text_add(&f->b, "\nplot ");
        for (int s = 0; s < f->n_strategies; s++) {
            text_add(&f->b, "%s$t%d using 1:%d with linespoints", s ? ", " : "", s, panel + 2);
            figure_line(&f->b, s, 0);
            figure_point(&f->b, s);
            text_add(&f->b, " pi %d", last_turn(f) > 12 ? 3 : 1);
        }
        text_add(&f->b, "\n");
    }
    figure_key(f, key, n);
    figure_end_panels(f);
    detente_free(key);
    return 0;
}

int figure_trajectories(figure *f, detente_error *error)
{
    int code = too_many(f, MOST_LINES, error);
    const int model = detente_results_model_version(f->a->results);
    if (!code && model != detente_model_version())
        code = detente_error_set(error, DETENTE_E_INPUT,
                                 "calls cannot be played again: the file is of model %d, this program has model %d",
                                 model, detente_model_version());
    if (!code)
        code = answers_calls(f->a, error);
    if (!code && f->a->calls.n_turns == 0)
        code = detente_error_set(error, DETENTE_E_INPUT, "too few calls to show their course");
    if (!code)
        code = draw_turns(f, error);
    if (!code && f->a->calls.words)
        code = answers_say(f->notes, error, "%s", f->a->calls.words);
    return code;
}
