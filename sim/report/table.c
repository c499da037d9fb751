/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/table.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"

enum { COLUMNS = 5, WIDTH = 100, GAP = 2, CELL_SIZE = 48, MOST_POINTS = 8, MOST_ROWS = 64 };

static const struct {
    const char *heading;
    int metric, decimals;
} columns[COLUMNS] = {
    {"resolved", DETENTE_METRIC_resolved, 3},
    {"escalated", DETENTE_METRIC_escalated, 3},
    {"satisfaction", DETENTE_METRIC_reported_satisfaction, 3},
    {"minutes", DETENTE_METRIC_minutes, 2},
    {"total cost", DETENTE_METRIC_total_cost, 2},
};

/* A column's numbers as text, and their widths: equal decimals put the points below each other. */
typedef struct table_column {
    char (*mean)[CELL_SIZE], (*half)[CELL_SIZE];
    int mean_width, half_width;
} table_column;

static int longer(int width, const char *text)
{
    const int length = (int)strlen(text);
    return length > width ? length : width;
}

static int width_of(const table_column *column, int c)
{
    const int numbers = column->mean_width + (column->half_width ? 3 + column->half_width : 0);
    return longer(numbers, columns[c].heading);
}

/* Cells that are shown: all of a run without a design, the first points of a sweep. */
static uint32_t shown_cells(const detente_results *results)
{
    const detente_config *config = detente_results_config(results);
    const uint32_t cells = detente_results_cells(results), strategies = (uint32_t)config->n_strategies;
    uint32_t points = MOST_ROWS / strategies < MOST_POINTS ? MOST_ROWS / strategies : MOST_POINTS;
    points = points ? points : 1;
    return config->design && cells / strategies > points ? points * strategies : cells;
}

static int fill_column(const detente_results *results, int c, table_column *column, detente_error *error)
{
    const uint32_t cells = shown_cells(results);
    double *values = detente_calloc(detente_results_cells(results), DETENTE_N_STATISTICS * sizeof *values);
    column->mean = detente_calloc(cells, sizeof *column->mean);
    column->half = detente_calloc(cells, sizeof *column->half);
    int code = 0;
    if (!values || !column->mean || !column->half)
        code = detente_error_set(error, DETENTE_E_MEMORY, "out of memory");
    else
        code = detente_results_summary(results, columns[c].metric, values, error);
    for (uint32_t i = 0; i < cells && !code; i++) {
        const double *row = values + (size_t)i * DETENTE_N_STATISTICS, mean = row[DETENTE_STAT_MEAN];
        const double half = (row[DETENTE_STAT_CI_HIGH] - row[DETENTE_STAT_CI_LOW]) / 2;
        if (isfinite(mean))
            snprintf(column->mean[i], CELL_SIZE, fabs(mean) < 1e15 ? "%.*f" : "%.*g", columns[c].decimals, mean);
        else
            strcpy(column->mean[i], "-");
        if (isfinite(half))
            snprintf(column->half[i], CELL_SIZE, half < 1e15 ? "%.*f" : "%.*g", columns[c].decimals, half);
        column->mean_width = longer(column->mean_width, column->mean[i]);
        column->half_width = longer(column->half_width, column->half[i]);
    }
    detente_free(values);
    return code;
}

static void add_row(text_buffer *b, const table_column *column, uint32_t i)
{
    for (int c = 0; c < COLUMNS; c++) {
        const int numbers = column[c].mean_width + (column[c].half_width ? 3 + column[c].half_width : 0);
        text_add(b, "%*s%*s", GAP + width_of(&column[c], c) - numbers, "", column[c].mean_width, column[c].mean[i]);
        if (column[c].half[i][0])
            text_add(b, " ± %*s", column[c].half_width, column[c].half[i]);
        else if (column[c].half_width && c + 1 < COLUMNS)
            text_add(b, "%*s", 3 + column[c].half_width, "");
    }
    text_add(b, "\n");
}

/* "agent.mirroring 0.5, customer.persona loyal" */
static int add_point(text_buffer *b, detente_sweep *sweep, const detente_design *design, uint64_t point,
                     detente_error *error)
{
    double values[DETENTE_MAX_FACTORS];
    const int code = detente_sweep_values(sweep, point, values, error);
    for (int k = 0; k < design->n_factors && !code; k++) {
        const detente_factor *f = &design->factor[k];
        text_add(b, k ? ", %s " : "%s ", f->path);
        if (f->named)
            text_add(b, "%s", f->name[(size_t)values[k]]);
        else
            text_add(b, "%.6g", values[k]);
    }
    text_add(b, "\n");
    return code;
}

static int build(text_buffer *b, const detente_results *results, const table_column *column, detente_sweep *sweep,
                 detente_error *error)
{
    const detente_design *design = detente_results_config(results)->design;
    const uint32_t cells = shown_cells(results), strategies = (uint32_t)detente_results_config(results)->n_strategies;
    int code = 0;
    int name_width = (int)text_characters("strategy"), room = WIDTH, halves = 0;
    for (int c = 0; c < COLUMNS; c++) {
        room -= GAP + width_of(&column[c], c);
        halves |= column[c].half_width > 0;
    }
    uint32_t least = UINT32_MAX, most = 0;
    for (uint32_t i = 0; i < cells; i++) {
        const uint32_t run = detente_results_replications_run(results, i);
        least = run < least ? run : least;
        most = run > most ? run : most;
        const int n = (int)text_characters(detente_results_strategy(results, i));
        name_width = n > name_width ? n : name_width;
    }
    name_width = name_width < room ? name_width : room;
    text_add_cut(b, "strategy", (size_t)name_width);
    for (int c = 0; c < COLUMNS; c++)
        text_add(b, "%*s", GAP + width_of(&column[c], c), columns[c].heading);
    text_add(b, "\n");
    for (uint32_t i = 0; i < cells && !code; i++) {
        if (design && i % strategies == 0)
            code = add_point(b, sweep, design, i / strategies, error);
        text_add_cut(b, detente_results_strategy(results, i), (size_t)name_width);
        add_row(b, column, i);
    }
    if (cells < detente_results_cells(results)) {
        text_add(b, "… and %u more cells in the file.\n", detente_results_cells(results) - cells);
    }
    if (halves && least < most)
        text_add(b, "± is half the width of the 95 %% t interval over the means of %u to %u replications.\n", least,
                 most);
    else if (halves)
        text_add(b, "± is half the width of the 95 %% t interval over the means of %u replications.\n", most);
    else
        text_add(b, "No ±: an interval needs at least two replications.\n");
    return code;
}

int report_table(const detente_results *results, char **text, detente_error *error)
{
    table_column column[COLUMNS] = {{0}};
    text_buffer b = {0};
    detente_sweep *sweep;
    *text = NULL;
    int code = detente_sweep_open(&sweep, detente_results_config(results), error);
    for (int c = 0; c < COLUMNS && !code; c++)
        code = fill_column(results, c, &column[c], error);
    if (!code)
        code = build(&b, results, column, sweep, error);
    if (!code)
        code = text_finish(&b, text, error);
    text_clear(&b);
    detente_sweep_close(sweep);
    for (int c = 0; c < COLUMNS; c++) {
        detente_free(column[c].mean);
        detente_free(column[c].half);
    }
    return code;
}
