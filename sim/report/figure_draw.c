/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for gnuplot: terminals, strings, numbers, styles that can be told apart without colour, and panels side by side. */
#include <math.h>
#include <string.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "report/figure_parts.h"

enum { MOST_CHARACTERS = 40, N_COLOURS = 7, N_POINTS = 10, N_DASHES = 5 };

/* At 9 points, cm: a character, on average, and a line. */
static const double CHARACTER = 0.19, LINE = 0.45, KEY_SAMPLE = 1.6, WIDTH = 16;

/* ---- words and numbers ------------------------------------------------------------------------------------------- */

/* Single quotes: nothing is special within but the quote itself. */
void figure_text(text_buffer *b, const char *text)
{
    size_t characters = 0;
    const int cut = text_characters(text) > MOST_CHARACTERS;
    text_add(b, "'");
    for (; *text; text++) {
        characters += ((unsigned char)*text & 0xc0) != 0x80;
        if (cut && characters == MOST_CHARACTERS) {
            text_add(b, "…");
            break;
        }
        if (*text == '\'')
            text_add_bytes(b, "''", 2);
        else
            text_add_bytes(b, (unsigned char)*text < ' ' || *text == 0x7f ? " " : text, 1);
    }
    text_add(b, "'");
}

void figure_number(text_buffer *b, double value)
{
    if (isfinite(value))
        text_add_number(b, value, 0);
    else
        text_add(b, "NaN");
    text_add_bytes(b, " ", 1);
}

void figure_metric(text_buffer *b, int metric)
{
    char text[128];
    const char *unit = detente_metric_unit(metric), *title = report_metric_title(metric);
    if (detente_metric_is_flag(metric))
        snprintf(text, sizeof text, "%s (share of calls)", title);
    else if (strcmp(unit, "1") == 0)
        snprintf(text, sizeof text, "%s", title);
    else
        snprintf(text, sizeof text, "%s (%s)", title, unit);
    figure_text(b, text);
}

void figure_factor(text_buffer *b, const detente_factor *factor)
{
    char text[256];
    const detente_param *param = detente_registry_find(factor->path);
    if (param && param->unit && strcmp(param->unit, "1") != 0 && !factor->named)
        snprintf(text, sizeof text, "%s (%s)", factor->path, param->unit);
    else
        snprintf(text, sizeof text, "%s", factor->path);
    figure_text(b, text);
}

void figure_place(const detente_factor *factor, double value, char *out, size_t size)
{
    enum { SHORT = 6 };
    report_factor_value(factor, value, out, size);
    if (!factor->named && strlen(out) > SHORT)
        snprintf(out, size, "%.3g", value);
}

double figure_width_of(size_t characters)
{
    return CHARACTER * (double)(characters > MOST_CHARACTERS ? MOST_CHARACTERS : characters);
}

/* ---- styles ------------------------------------------------------------------------------------------------------ */

const char *figure_strategy(const figure *f, int i)
{
    return f->a->config->strategy[f->strategy[i]].name;
}

/* Okabe & Ito (2008), who chose them so that people with any colour vision tell them apart; their yellow is too pale for lines. */
const char *figure_colour(int i)
{
    static const char *const colour[N_COLOURS] = {"'#0072B2'", "'#D55E00'", "'#009E73'", "'#CC79A7'",
                                                  "'#E69F00'", "'#56B4E9'", "'#000000'"};
    return colour[i % N_COLOURS];
}

void figure_line(text_buffer *b, int i, int solid)
{
    text_add(b, " lc rgb %s dt %d lw 1.4", figure_colour(i), solid ? 1 : 1 + i % N_DASHES);
}

void figure_point(text_buffer *b, int i)
{
    static const int point[N_POINTS] = {7, 5, 9, 11, 13, 6, 4, 8, 10, 12};
    text_add(b, " pt %d ps 0.6", point[i % N_POINTS]);
}

/* 1, 2 or 5 times a power of ten, so that about so many fit. */
static double step_of(double length, int tics)
{
    const double rough = length / tics, power = pow(10, floor(log10(rough))), times = rough / power;
    return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

void figure_range(text_buffer *b, const char *axis, double low, double high, int tics)
{
    if (!(low <= high))
        return;
    const double more = high > low ? 0.04 * (high - low) : high != 0 ? 0.1 * fabs(high) : 1;
    const double begin = low >= 0 && low - more < 0 ? 0 : low - more;
    text_add(b, "set %srange [", axis);
    figure_number(b, begin);
    text_add(b, ":");
    figure_number(b, high + more);
    text_add(b, "]\nset %stics nomirror out scale 0.5 ", axis);
    figure_number(b, step_of(high + more - begin, tics));
    text_add(b, "\n");
}

void figure_log_range(text_buffer *b, const char *axis, double low, double high)
{
    static const double times[] = {1, 2, 5};
    int n = 0;
    text_add(b, "set logscale %s\nset %srange [", axis, axis);
    figure_number(b, low / 1.04);
    text_add(b, ":");
    figure_number(b, high * 1.04);
    text_add(b, "]\nset %stics nomirror out scale 0.5 (", axis);
    for (int power = (int)floor(log10(low)); power <= (int)floor(log10(high)); power++)
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
            const double tic = times[i] * pow(10, power);
            if (tic < low / 1.04 || tic > high * 1.04 || (high / low > 1000 && i > 0))
                continue;
            text_add(b, n++ ? ", " : "");
            figure_number(b, tic);
        }
    text_add(b, ")\n");
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void add_terminal(figure *f)
{
    text_add(&f->b, "# gnuplot -d: the figure is what it prints\n");
    /* 96 dots an inch, as CSS and pango have it; 300 for print. 9 points. */
    const double css = 96 / 2.54, print = 300 / 2.54, scale = 300.0 / 96;
    switch (f->request->format) {
    case FIGURE_SVG:
        text_add(&f->b, "set terminal svg size %.0f,%.0f font 'Helvetica,12' noenhanced background '#ffffff'\n",
                 f->width * css, f->height * css);
        break;
    case FIGURE_PDF:
    case FIGURE_GNUPLOT:
        text_add(&f->b, "set terminal pdfcairo size %d.%02dcm,%d.%02dcm font 'Helvetica,9' fontscale 0.75 noenhanced\n",
                 (int)f->width, (int)(100 * f->width) % 100, (int)f->height, (int)(100 * f->height) % 100);
        break;
    default:
        text_add(&f->b,
                 "set terminal pngcairo size %.0f,%.0f font 'Helvetica,9' fontscale %d.%03d linewidth 4 pointscale 4 "
                 "noenhanced background '#ffffff'\n",
                 f->width * print, f->height * print, (int)scale, (int)(1000 * (scale - floor(scale))));
    }
    text_add(&f->b,
             "set encoding utf8\nset datafile missing 'NaN'\nset border 3 lw 0.6\nset tics nomirror out scale 0.5\n"
             "set grid lc rgb '#d8d8d8' lw 0.5 dt 1\nset style fill solid noborder\nset key noautotitle\nunset key\n");
}

void figure_begin(figure *f, double height)
{
    f->width = f->request->width > 0 ? f->request->width : WIDTH;
    f->height = f->request->height > 0 ? f->request->height : height;
    add_terminal(f);
}

/* ---- panels ------------------------------------------------------------------------------------------------------ */

/* Parts of the page are whole numbers of 1/10000, so that no locale has a say in the point. */
static void add_share(text_buffer *b, const char *what, double share)
{
    const int n = (int)(10000 * (share < 0 ? 0 : share > 1 ? 1 : share));
    text_add(b, "set %s at screen %d.%04d\n", what, n / 10000, n % 10000);
}

void figure_begin_panels(figure *f, int panels, double panel_height, double first, double left, double strip)
{
    f->n_panels = panels;
    f->columns = panels < 2 ? 1 : panels < 5 ? 2 : 3;
    f->first = first;
    f->left = left;
    f->right = 0.4;
    f->top = panels > 1 ? 0.75 : 0.3;
    f->bottom = 1.35;
    f->gap = strip + 0.25;
    const int rows = (panels + f->columns - 1) / f->columns;
    figure_begin(f, rows * panel_height + f->gap);
    text_add(&f->b, "set multiplot\n");
}

void figure_panel(figure *f, int i)
{
    const int rows = (f->n_panels + f->columns - 1) / f->columns, row = i / f->columns, column = i % f->columns;
    const double room = f->width - f->first - (f->columns - 1) * f->left - f->columns * f->right;
    const double width = room / f->columns, height = (f->height - f->gap) / rows;
    const double x = f->first + column * (width + f->right + f->left), y = f->gap + (rows - 1 - row) * height;
    add_share(&f->b, "lmargin", x / f->width);
    add_share(&f->b, "rmargin", (x + width) / f->width);
    add_share(&f->b, "bmargin", (y + f->bottom) / f->height);
    add_share(&f->b, "tmargin", (y + height - f->top) / f->height);
}

int figure_is_first(const figure *f, int i)
{
    return i % f->columns == 0;
}

void figure_side(figure *f, int metric)
{
    const int x = (int)(10000 * 0.35 / f->width),
              y = (int)(10000 * (f->gap + 0.25 + (f->height - f->gap) / 2) / f->height);
    text_add(&f->b, "set label 1000 ");
    figure_metric(&f->b, metric);
    text_add(&f->b, " at screen %d*0.0001, screen %d*0.0001 center rotate\n", x, y);
}

void figure_below(figure *f, int metric)
{
    const int x = (int)(10000 * (f->first + f->width - f->right) / 2 / f->width),
              y = (int)(10000 * (f->gap + 0.3) / f->height);
    text_add(&f->b, "set label 1000 ");
    if (metric < 0)
        figure_text(&f->b, "share of the variance");
    else
        figure_metric(&f->b, metric);
    text_add(&f->b, " at screen %d*0.0001, screen %d*0.0001 center\n", x, y);
}

void figure_side_off(figure *f)
{
    text_add(&f->b, "unset label 1000\n");
}

void figure_end_panels(figure *f)
{
    text_add(&f->b, "unset multiplot\n");
}

/* ---- the key ----------------------------------------------------------------------------------------------------- */

/* Columns of a key that fit side by side, and their width. */
static int key_columns(const figure *f, const figure_entry *entry, int n, double *each)
{
    size_t longest = 1;
    for (int i = 0; i < n; i++) {
        const size_t characters = text_characters(entry[i].text);
        longest = characters > longest ? characters : longest;
    }
    const double width = (f->request->width > 0 ? f->request->width : WIDTH) - 0.6;
    *each = figure_width_of(longest) + KEY_SAMPLE;
    const int fit = (int)(width / *each);
    return fit < 1 ? 1 : fit > n ? n : fit;
}

double figure_key_height(const figure *f, const figure_entry *entry, int n)
{
    double each;
    const int columns = n > 0 ? key_columns(f, entry, n, &each) : 1;
    return n > 0 ? LINE * ((n + columns - 1) / columns) + 0.15 : 0;
}

/* Where an entry's sample and text stand, in cm from the strip's upper left corner. */
static void place_entry(int columns, double each, double indent, int i, double *x, double *y)
{
    *x = indent + each * (i % columns);
    *y = LINE * (i / columns + 0.5);
}

static void add_sample(text_buffer *b, const figure_entry *e, int i)
{
    text_add(b, "%s$k%d using 1:%s", i ? ", " : "plot ", i, e->look == FIGURE_KEY_TICK ? "($2-0.16)" : "2");
    switch (e->look) {
    case FIGURE_KEY_LINE:
        text_add(b, " with lines");
        figure_line(b, e->number, 0);
        text_add(b, ", $k%d every ::1::1 using 1:2 with points lc rgb %s", i, figure_colour(e->number));
        figure_point(b, e->number);
        break;
    case FIGURE_KEY_POINT:
        text_add(b, " every ::1::1 with points lc rgb %s", figure_colour(e->number));
        figure_point(b, e->number);
        break;
    case FIGURE_KEY_BOX:
        text_add(b, ":($1-0.4):($1+0.4):($2-0.13):($2+0.13) every ::1::1 with boxxyerror lc rgb '%s'", e->colour);
        break;
    case FIGURE_KEY_MARK:
        text_add(b, " every ::1::1 with points lc rgb '%s' pt %d ps 0.7 lw 1.4", e->colour, e->number);
        break;
    default:
        text_add(b, ":(0):(0.32) every ::1::1 with vectors nohead lc rgb '%s' lw 1.6", e->colour);
    }
}

void figure_key(figure *f, const figure_entry *entry, int n)
{
    double each, x, y;
    if (n < 1)
        return;
    const int columns = key_columns(f, entry, n, &each);
    const double indent = (f->width - columns * each) / 2, height = figure_key_height(f, entry, n);
    text_add(&f->b,
             "unset border\nunset tics\nunset xlabel\nunset ylabel\nunset title\nunset grid\nunset logscale\n"
             "unset colorbox\nset offsets 0, 0, 0, 0\nset xrange [0:%d*0.001]\nset yrange [%d*0.001:0]\n",
             (int)(1000 * f->width), (int)(1000 * height));
    add_share(&f->b, "lmargin", 0);
    add_share(&f->b, "rmargin", 1);
    add_share(&f->b, "bmargin", 0.1 / f->height);
    add_share(&f->b, "tmargin", (0.1 + height) / f->height);
    for (int i = 0; i < n; i++) {
        place_entry(columns, each, indent, i, &x, &y);
        text_add(&f->b, "set label %d ", i + 1);
        figure_text(&f->b, entry[i].text);
        text_add(&f->b, " at first %d*0.001, first %d*0.001 left\n$k%d << EOD\n", (int)(1000 * (x + 1.1)),
                 (int)(1000 * y), i);
        for (int k = 0; k < 3; k++) {
            figure_number(&f->b, x + 0.1 + 0.4 * k);
            figure_number(&f->b, y);
            text_add(&f->b, "\n");
        }
        text_add(&f->b, "EOD\n");
    }
    for (int i = 0; i < n; i++)
        add_sample(&f->b, &entry[i], i);
    text_add(&f->b, "\n");
}

int figure_strategies_key(const figure *f, int look, figure_entry **entry, detente_error *error)
{
    *entry = detente_calloc((size_t)f->n_strategies, sizeof **entry);
    if (!*entry)
        return detente_no_memory(error);
    for (int i = 0; i < f->n_strategies; i++)
        (*entry)[i] = (figure_entry){figure_strategy(f, i), look, i, NULL};
    return f->n_strategies > 1 ? f->n_strategies : 0;
}
