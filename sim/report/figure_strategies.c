/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures whose axis is the strategies, or the parameters: means, two metrics, endings, sensitivity. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <detente/compare.h>
#include <detente/registry.h>

#include "core/memory.h"
#include "report/figure_parts.h"

enum { MOST_BARS = 30 };

/* Height of a line of a list, cm. */
static const double ROW = 0.62;

/* "set ytics ('name' 0, …)", from the top down. */
static void add_names(figure *f, const char *const *name, int n)
{
    text_add(&f->b, "set yrange [%d.5:-0.5]\nset ytics nomirror out scale 0.5 (", n - 1);
    for (int i = 0; i < n; i++) {
        text_add(&f->b, i ? ", " : "");
        figure_text(&f->b, name[i]);
        text_add(&f->b, " %d", i);
    }
    text_add(&f->b, ")\n");
}

static size_t longest_name(const char *const *name, int n)
{
    size_t longest = 0;
    for (int i = 0; i < n; i++) {
        const size_t characters = text_characters(name[i]);
        longest = characters > longest ? characters : longest;
    }
    return longest;
}

/* ---- means ------------------------------------------------------------------------------------------------------- */

/* A strategy's mean, for sorting. */
typedef struct ranked {
    double mean;
    int place; /* among those shown */
} ranked;

static int by_mean(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    const double p = isnan(x->mean) ? -INFINITY : x->mean, q = isnan(y->mean) ? -INFINITY : y->mean;
    return p == q ? (x->place > y->place) - (x->place < y->place) : (p < q) - (p > q);
}

/* The rows of the strategies that are shown, the greatest mean first. */
static int compare(figure *f, detente_compare *found, detente_error *error)
{
    const detente_compare_options options = {.metric = f->a->metric,
                                             .n_metrics = f->a->n_metrics,
                                             .pareto = f->a->metric,
                                             .n_pareto = f->a->n_metrics > 1 ? 2 : 0,
                                             .confidence = f->a->confidence};
    const int code = detente_compare_results(found, f->a->results, &options, error);
    if (!code && found->n_groups != (uint32_t)f->a->config->n_strategies)
        return detente_error_set(error, DETENTE_E_INPUT, "the file's strategies are not those of its config");
    return code;
}

static const detente_compare_row *row_of(const figure *f, const detente_compare *found, int metric, int place)
{
    return &found->row[(size_t)metric * found->n_groups + (size_t)f->strategy[place]];
}

static void add_estimate(text_buffer *b, const detente_estimate *e)
{
    figure_number(b, e->mean);
    figure_number(b, isnan(e->low) ? e->mean : e->low);
    figure_number(b, isnan(e->high) ? e->mean : e->high);
}

/* Ends of an axis on which an estimate lies. */
static void widen(const detente_estimate *e, double *low, double *high)
{
    *low = fmin(*low, fmin(e->mean, e->low));
    *high = fmax(*high, fmax(e->mean, e->high));
}

static int say_intervals(figure *f, const detente_compare *found, detente_error *error)
{
    for (int i = 0; i < f->n_strategies; i++)
        if (isnan(row_of(f, found, 0, i)->mean.low))
            return answers_say(f->notes, error, "No interval where there are not two replications.");
    return 0;
}

int figure_effects(figure *f, detente_error *error)
{
    detente_compare found = {0};
    ranked *order = detente_calloc((size_t)f->n_strategies, sizeof *order);
    const char **name = detente_calloc((size_t)f->n_strategies, sizeof *name);
    int code = order && name ? compare(f, &found, error) : detente_no_memory(error);
    if (!code) {
        for (int i = 0; i < f->n_strategies; i++)
            order[i] = (ranked){row_of(f, &found, 0, i)->mean.mean, i};
        qsort(order, (size_t)f->n_strategies, sizeof *order, by_mean);
        double low = INFINITY, high = -INFINITY;
        figure_begin(f, 1.8 + ROW * f->n_strategies);
        text_add(&f->b, "$d << EOD\n");
        for (int i = 0; i < f->n_strategies; i++) {
            name[i] = figure_strategy(f, order[i].place);
            widen(&row_of(f, &found, 0, order[i].place)->mean, &low, &high);
            add_estimate(&f->b, &row_of(f, &found, 0, order[i].place)->mean);
            text_add(&f->b, "%d\n", i);
        }
        text_add(&f->b, "EOD\nset xlabel ");
        figure_metric(&f->b, f->a->metric[0]);
        text_add(&f->b, "\n");
        figure_range(&f->b, "x", low, high, 7);
        add_names(f, name, f->n_strategies);
        text_add(&f->b, "plot $d using 1:4:2:3 with xerrorbars lc rgb '#0072B2' pt 7 ps 0.6 lw 1.4\n");
        code = say_intervals(f, &found, error);
    }
    detente_compare_clear(&found);
    detente_free(name);
    detente_free(order);
    return code;
}

/* ---- two metrics ------------------------------------------------------------------------------------------------- */

/* The line through those that none beats in both, from left to right. */
static void add_front(figure *f, const detente_compare *found, ranked *order)
{
    int n = 0;
    for (int i = 0; i < f->n_strategies; i++)
        if (found->group[f->strategy[i]].pareto == 1)
            order[n++] = (ranked){row_of(f, found, 1, i)->mean.mean, i};
    qsort(order, (size_t)n, sizeof *order, by_mean);
    text_add(&f->b, "$front << EOD\n");
    for (int i = 0; i < n; i++) {
        figure_number(&f->b, order[i].mean);
        figure_number(&f->b, row_of(f, found, 0, order[i].place)->mean.mean);
        text_add(&f->b, "\n");
    }
    text_add(&f->b, "EOD\n");
}

static int draw_pareto(figure *f, const detente_compare *found, ranked *order, detente_error *error)
{
    figure_entry *key;
    const int n = figure_strategies_key(f, FIGURE_KEY_POINT, &key, error);
    if (n < 0)
        return n;
    double end[2][2] = {{INFINITY, -INFINITY}, {INFINITY, -INFINITY}};
    figure_begin_panels(f, 1, 9, 1.8, 0, figure_key_height(f, key, n));
    add_front(f, found, order);
    for (int i = 0; i < f->n_strategies; i++) {
        text_add(&f->b, "$s%d << EOD\n", i);
        for (int m = 1; m >= 0; m--) {
            add_estimate(&f->b, &row_of(f, found, m, i)->mean);
            widen(&row_of(f, found, m, i)->mean, &end[m][0], &end[m][1]);
        }
        text_add(&f->b, "\nEOD\n");
    }
    figure_panel(f, 0);
    text_add(&f->b, "set xlabel ");
    figure_metric(&f->b, f->a->metric[1]);
    text_add(&f->b, "\nset ylabel ");
    figure_metric(&f->b, f->a->metric[0]);
    text_add(&f->b, "\n");
    figure_range(&f->b, "x", end[1][0], end[1][1], 7);
    figure_range(&f->b, "y", end[0][0], end[0][1], 7);
    text_add(&f->b, "plot $front using 1:2 with lines lc rgb '#999999' lw 1 dt 2");
    for (int i = 0; i < f->n_strategies; i++) {
        text_add(&f->b, ", $s%d using 1:4:2:3:5:6 with xyerrorbars", i);
        figure_line(&f->b, i, 1);
        figure_point(&f->b, i);
    }
    text_add(&f->b, "\n");
    figure_key(f, key, n);
    figure_end_panels(f);
    detente_free(key);
    return 0;
}

int figure_pareto(figure *f, detente_error *error)
{
    detente_compare found = {0};
    if (f->a->n_metrics < 2) {
        const int cost = DETENTE_METRIC_total_cost;
        f->a->metric[f->a->n_metrics++] = f->a->metric[0] == cost ? DETENTE_METRIC_reported_satisfaction : cost;
    }
    ranked *order = detente_calloc((size_t)f->n_strategies, sizeof *order);
    int code = order ? compare(f, &found, error) : detente_no_memory(error);
    if (!code) {
        code = draw_pareto(f, &found, order, error);
    }
    if (!code)
        code = answers_say(f->notes, error, "The dashed line joins the strategies that no other beats in both.");
    detente_compare_clear(&found);
    detente_free(order);
    return code;
}

/* ---- endings ----------------------------------------------------------------------------------------------------- */

int figure_endings(figure *f, detente_error *error)
{
    static const char *const colour[REPORT_N_ENDINGS] = {"#009E73", "#56B4E9", "#D55E00", "#999999", "#000000"};
    figure_entry key[REPORT_N_ENDINGS];
    for (int e = 0; e < REPORT_N_ENDINGS; e++)
        key[e] = (figure_entry){report_ending_name(e), FIGURE_KEY_BOX, 0, colour[e]};
    const char **name = detente_calloc((size_t)f->n_strategies, sizeof *name);
    int code = name ? answers_endings(f->a, error) : detente_no_memory(error);
    if (!code) {
        for (int i = 0; i < f->n_strategies; i++)
            name[i] = figure_strategy(f, i);
        figure_begin_panels(f, 1, 1.8 + ROW * f->n_strategies,
                            0.6 + figure_width_of(longest_name(name, f->n_strategies)), 0,
                            figure_key_height(f, key, REPORT_N_ENDINGS));
        text_add(&f->b, "$d << EOD\n");
        for (int i = 0; i < f->n_strategies; i++) {
            double sum = 0;
            text_add(&f->b, "%d 0 ", i);
            for (int e = 0; e < REPORT_N_ENDINGS; e++) {
                sum += f->a->ending[f->strategy[i] * REPORT_N_ENDINGS + e];
                figure_number(&f->b, sum);
            }
            text_add(&f->b, "\n");
        }
        text_add(&f->b, "EOD\n");
        figure_panel(f, 0);
        add_names(f, name, f->n_strategies);
        text_add(&f->b, "unset grid\nset xrange [0:1]\nset xlabel 'share of calls'\nplot ");
        for (int e = 0; e < REPORT_N_ENDINGS; e++) {
            text_add(
                &f->b,
                "%s$d using 2:1:%d:%d:($1-0.36):($1+0.36) with boxxyerror lc rgb '%s' fs solid border lc rgb '#ffffff'",
                e ? ", " : "", e + 2, e + 3, colour[e]);
        }
        text_add(&f->b, "\n");
        figure_key(f, key, REPORT_N_ENDINGS);
        figure_end_panels(f);
    }
    detente_free(name);
    return code;
}

/* ---- sensitivity ------------------------------------------------------------------------------------------------- */

/* Of one strategy: a line for each parameter shown, in the order of all panels. */
static void add_effects(figure *f, const detente_sensitivity *s, const int *order, int n, int panel)
{
    text_add(&f->b, "$p%d << EOD\n", panel);
    for (int i = 0; i < n; i++) {
        const int k = order[i];
        text_add(&f->b, "%d %d ", i, detente_sensitivity_above(s, k));
        if (s->sobol) {
            const detente_sobol_index *x = &s->sobol[k];
            const double shown[] = {x->total, x->total_low, x->total_high, x->first, x->first_low, x->first_high};
            for (size_t c = 0; c < sizeof shown / sizeof *shown; c++)
                figure_number(&f->b, shown[c]);
        } else {
            const detente_morris_effect *x = &s->morris[k];
            const double shown[] = {x->mu_star, x->mu_star_low, x->mu_star_high,
                                    x->sigma,   x->noise_floor, x->noise_floor};
            for (size_t c = 0; c < sizeof shown / sizeof *shown; c++)
                figure_number(&f->b, shown[c]);
        }
        text_add(&f->b, "\n");
    }
    text_add(&f->b, "EOD\n");
}

static const figure_entry SOBOL_KEY[] = {{"total", FIGURE_KEY_BOX, 0, "#0072B2"},
                                         {"first order", FIGURE_KEY_BOX, 0, "#E69F00"},
                                         {"total, not above noise", FIGURE_KEY_BOX, 0, "#bbbbbb"}};
static const figure_entry MORRIS_KEY[] = {{"mean size of the effect", FIGURE_KEY_BOX, 0, "#0072B2"},
                                          {"standard deviation of the effect", FIGURE_KEY_MARK, 12, "#009E73"},
                                          {"size, not above noise", FIGURE_KEY_BOX, 0, "#bbbbbb"},
                                          {"size that noise alone would have", FIGURE_KEY_TICK, 0, "#D55E00"}};

static void plot_sobol(figure *f, int panel)
{
    text_add(&f->b,
             "plot $p%d using 3:($2==1?$1-0.19:NaN):(0):3:($1-0.36):($1-0.02) with boxxyerror lc rgb '#0072B2', "
             "$p%d using 3:($2==1?NaN:$1-0.19):(0):3:($1-0.36):($1-0.02) with boxxyerror lc rgb '#bbbbbb', "
             "$p%d using 6:($1+0.19):(0):6:($1+0.02):($1+0.36) with boxxyerror lc rgb '#E69F00', "
             "$p%d using 3:($1-0.19):4:5 with xerrorbars lc rgb '#000000' lw 0.8 pt 0, "
             "$p%d using 6:($1+0.19):7:8 with xerrorbars lc rgb '#000000' lw 0.8 pt 0\n",
             panel, panel, panel, panel, panel);
}

static void plot_morris(figure *f, int panel)
{
    text_add(&f->b,
             "plot $p%d using 3:($2==1?$1:NaN):(0):3:($1-0.3):($1+0.3) with boxxyerror lc rgb '#0072B2', "
             "$p%d using 3:($2==1?NaN:$1):(0):3:($1-0.3):($1+0.3) with boxxyerror lc rgb '#bbbbbb', "
             "$p%d using 3:1:4:5 with xerrorbars lc rgb '#000000' lw 0.8 pt 0, "
             "$p%d using 6:1 with points lc rgb '#009E73' pt 12 ps 0.7 lw 1.4, "
             "$p%d using 7:($1-0.34):(0):(0.68) with vectors nohead lc rgb '#D55E00' lw 1.6\n",
             panel, panel, panel, panel, panel);
}

/* The same ends for all panels. */
static void add_ends(figure *f, const detente_sensitivity *s)
{
    double low = 0, high = 0;
    for (int i = 0; i < f->n_strategies; i++)
        for (int k = 0; k < s[i].n_factors; k++) {
            const detente_sobol_index *x = s[i].sobol ? &s[i].sobol[k] : NULL;
            low = x ? fmin(low, fmin(x->first_low, x->total_low)) : low;
            high = x ? fmax(high, fmax(x->first_high, x->total_high))
                     : fmax(high, fmax(s[i].morris[k].mu_star_high, s[i].morris[k].sigma));
        }
    figure_range(&f->b, "x", low, high > 0 ? high : 1, f->n_strategies > 4 ? 3 : 5);
}

/* A panel without bars says why. */
static void add_title(figure *f, const detente_sensitivity *s, int i)
{
    static const char *const why[] = {[DETENTE_SENSITIVITY_DONE] = "",
                                      [DETENTE_SENSITIVITY_CONSTANT] = ": never varies",
                                      [DETENTE_SENSITIVITY_NOISE] = ": no more than noise"};
    if (f->n_strategies < 2)
        return;
    text_add(&f->b, "set title offset 0,-0.5 ");
    figure_text(&f->b, figure_strategy(f, i));
    text_add(&f->b, ".'%s'\n", why[s->state]);
}

static void draw_sensitivity(figure *f, const detente_sensitivity *s, const int *order, const char *const *name, int n)
{
    const int sobol = s->sobol != NULL;
    const figure_entry *key = sobol ? SOBOL_KEY : MORRIS_KEY;
    const int entries = sobol ? sizeof SOBOL_KEY / sizeof *SOBOL_KEY : sizeof MORRIS_KEY / sizeof *MORRIS_KEY;
    figure_begin_panels(f, f->n_strategies, 2.4 + ROW * n, 0.7 + figure_width_of(longest_name(name, n)), 0.3,
                        figure_key_height(f, key, entries));
    for (int i = 0; i < f->n_strategies; i++)
        add_effects(f, &s[i], order, n, i);
    add_ends(f, s);
    text_add(&f->b, "unset grid\nset grid x lc rgb '#d8d8d8' lw 0.5 dt 1\n");
    for (int i = 0; i < f->n_strategies; i++) {
        figure_panel(f, i);
        add_names(f, name, n);
        if (!figure_is_first(f, i))
            text_add(&f->b, "unset ytics\n");
        add_title(f, &s[i], i);
        if (i == 0)
            figure_below(f, sobol ? -1 : s->metric);
        (sobol ? plot_sobol : plot_morris)(f, i);
        figure_side_off(f);
    }
    figure_key(f, key, entries);
    figure_end_panels(f);
}

/* Whether there is a bar to draw. */
static int tells(const figure *f, const detente_sensitivity *s, detente_error *error)
{
    for (int i = 0; i < f->n_strategies; i++)
        if (s[i].state == DETENTE_SENSITIVITY_DONE)
            return 0;
    return detente_error_set(error, DETENTE_E_INPUT, "%s %s: there is nothing to draw", detente_metric_name(s->metric),
                             s->state == DETENTE_SENSITIVITY_CONSTANT
                                 ? "never varies"
                                 : "varies between points no more than its noise (more replications would tell more)");
}

static int say_sensitivity(figure *f, const detente_sensitivity *s, int shown, detente_error *error)
{
    int code = 0;
    for (int i = 0; i < f->n_strategies && !code; i++) {
        if (s[i].state == DETENTE_SENSITIVITY_CONSTANT)
            code = answers_say(f->notes, error, "%s: the metric never varies.", figure_strategy(f, i));
        if (s[i].state == DETENTE_SENSITIVITY_NOISE)
            code = answers_say(f->notes, error, "%s: the metric varies no more than its noise: no bars.",
                               figure_strategy(f, i));
        if (s[i].failed && !code)
            code = answers_say(f->notes, error, "%s: rows with failed cells are left out.", figure_strategy(f, i));
    }
    if (!code && shown < s->n_factors)
        code = answers_say(f->notes, error, "The first %d of %d parameters are shown.", shown, s->n_factors);
    return code;
}

/* Parameters by the greatest effect that one of the strategies shows. */
static void order_parameters(const figure *f, const detente_sensitivity *s, ranked *by)
{
    for (int k = 0; k < s->n_factors; k++) {
        by[k] = (ranked){NAN, k};
        for (int i = 0; i < f->n_strategies; i++) {
            const double size = s[i].sobol ? s[i].sobol[k].total : s[i].morris[k].mu_star;
            by[k].mean = size > by[k].mean || isnan(by[k].mean) ? size : by[k].mean;
        }
    }
    qsort(by, (size_t)s->n_factors, sizeof *by, by_mean);
}

int figure_sensitivity(figure *f, detente_error *error)
{
    const size_t n = (size_t)f->n_strategies;
    const detente_sensitivity_options how = {f->a->confidence, 0};
    ranked by[DETENTE_MAX_FACTORS];
    const char *name[DETENTE_MAX_FACTORS];
    int order[DETENTE_MAX_FACTORS], shown = 0;
    if (f->n_strategies > FIGURE_MOST_PANELS)
        return detente_error_set(error, DETENTE_E_USAGE,
                                 "%d strategies are too many for one figure: choose some by --strategy",
                                 f->n_strategies);
    detente_sensitivity *found = detente_calloc(n, sizeof *found);
    int code = found ? detente_sensitivity_read(f->a->results, f->a->metric[0], f->strategy, n, &how, found, error)
                     : detente_no_memory(error);
    if (!code)
        code = tells(f, found, error);
    if (!code) {
        order_parameters(f, found, by);
        for (int i = 0; i < found->n_factors && i < MOST_BARS; i++) {
            order[shown] = by[i].place;
            name[shown++] = f->a->config->design->factor[by[i].place].path;
        }
        draw_sensitivity(f, found, order, name, shown);
        code = say_sensitivity(f, found, shown, error);
    }
    for (size_t i = 0; found && i < n; i++)
        detente_sensitivity_clear(&found[i]);
    detente_free(found);
    return code;
}
