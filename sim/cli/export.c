/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente export: the tables of a results file as CSV, block by block. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"

enum { KEY_TABLE = 0x200, KEY_TRAITS, KEY_FORMAT };
enum { TABLE_SUMMARY, TABLE_REPLICATIONS, TABLE_ENCOUNTERS, TABLE_TURNS };
enum { BLOCK_ROWS = 4096 };

typedef struct export_options {
    const char *path;
    int table, traits;
} export_options;

static const char *const tables[] = {"summary", "replications", "encounters", "turns", NULL};

static const struct argp_option options[] = {
    {"table", KEY_TABLE, "TABLE", 0, "summary, replications, encounters or turns (the last two where they were kept)",
     0},
    {"traits", KEY_TRAITS, 0, 0, "With encounters: draw each customer's traits again and add them as columns", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "csv (default)", 0},
    {0}};

static const char doc[] =
    "Print a table of the results file OUT.h5 as CSV: every number with the digits that read back as the same bits, missing ones "
    "empty.\vExample:\n"
    "  detente export out.h5 --table encounters --traits >encounters.csv";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const formats[] = {"csv", NULL};
    export_options *asked = state->input;
    switch (key) {
    case KEY_TABLE:
        asked->table = cli_choice(state, "--table", argument, tables);
        return asked->table < 0 ? EINVAL : 0;
    case KEY_TRAITS:
        asked->traits = 1;
        return 0;
    case KEY_FORMAT:
        return cli_choice(state, "--format", argument, formats) < 0 ? EINVAL : 0;
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "results file", state);
    case ARGP_KEY_END:
        if (!asked->path)
            argp_error(state, "name a results file");
        else if (asked->table < 0)
            argp_error(state, "name a table: --table summary, replications, encounters or turns");
        else if (asked->traits && asked->table != TABLE_ENCOUNTERS)
            argp_error(state, "--traits goes with --table encounters");
        else
            return 0;
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Print what was built and begin anew with the same memory. @return 0 or CLI_FAILED */
static int flush(text_buffer *b)
{
    if (b->failed) {
        cli_tell("out of memory");
        return CLI_FAILED;
    }
    if (b->size == 0)
        return CLI_DONE;
    b->size = 0;
    return cli_print(b->text);
}

/* ---- the design ------------------------------------------------------------------------------------------------- */

static void add_paths(const detente_results *results, text_buffer *b)
{
    const detente_design *design = detente_results_config(results)->design;
    for (int k = 0; design && k < design->n_factors; k++) {
        text_add_bytes(b, ",", 1);
        text_add_csv(b, design->factor[k].path);
    }
}

/* The values that a cell has of the varied paths. */
static int add_point(const detente_results *results, detente_sweep *sweep, uint32_t cell, text_buffer *b,
                     detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    double values[DETENTE_MAX_FACTORS];
    if (!config->design)
        return 0;
    const int code = detente_sweep_values(sweep, cell / (uint32_t)config->n_strategies, values, error);
    for (int k = 0; k < config->design->n_factors && !code; k++) {
        const detente_factor *f = &config->design->factor[k];
        text_add_bytes(b, ",", 1);
        if (f->named)
            text_add_csv(b, f->name[(size_t)values[k]]);
        else
            text_add_number(b, values[k], 0);
    }
    return code;
}

/* ---- means ------------------------------------------------------------------------------------------------------ */

static int export_summary(const detente_results *results, detente_sweep *sweep, text_buffer *b)
{
    const uint32_t cells = detente_results_cells(results);
    detente_error error = {0};
    double *values = detente_calloc(cells, DETENTE_N_STATISTICS * sizeof *values);
    int status = values ? CLI_DONE : cli_fail(DETENTE_E_MEMORY, &error);
    text_add(b, "cell,strategy");
    add_paths(results, b);
    text_add(b, ",metric");
    for (int s = 0; s < DETENTE_N_STATISTICS; s++)
        text_add(b, ",%s", detente_statistic_name(s));
    text_add(b, "\n");
    for (int m = 0; m < DETENTE_N_METRICS && !status; m++) {
        const int code = detente_results_summary(results, m, values, &error);
        if (code) {
            status = cli_fail(code, &error);
            break;
        }
        for (uint32_t c = 0; c < cells && !status; c++) {
            text_add(b, "%u,", c);
            text_add_csv(b, detente_results_strategy(results, c));
            const int failed = add_point(results, sweep, c, b, &error);
            status = failed ? cli_fail(failed, &error) : CLI_DONE;
            text_add(b, ",%s", detente_metric_name(m));
            for (int s = 0; s < DETENTE_N_STATISTICS; s++) {
                text_add_bytes(b, ",", 1);
                text_add_number(b, values[(size_t)c * DETENTE_N_STATISTICS + (size_t)s], 0);
            }
            text_add_bytes(b, "\n", 1);
        }
        status = status ? status : flush(b);
    }
    detente_free(values);
    return status;
}

/* Replications [first, first + n) of a cell. */
static int export_means(const detente_results *results, detente_sweep *sweep, uint32_t cell, uint32_t first, uint32_t n,
                        double *values, text_buffer *b)
{
    detente_error error = {0};
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        const int code = detente_results_means(results, m, cell, first, n, values + (size_t)m * BLOCK_ROWS, &error);
        if (code)
            return cli_fail(code, &error);
    }
    for (uint32_t i = 0; i < n; i++) {
        text_add(b, "%u,", cell);
        text_add_csv(b, detente_results_strategy(results, cell));
        const int code = add_point(results, sweep, cell, b, &error);
        if (code)
            return cli_fail(code, &error);
        text_add(b, ",%u", first + i);
        for (int m = 0; m < DETENTE_N_METRICS; m++) {
            text_add_bytes(b, ",", 1);
            text_add_number(b, values[(size_t)m * BLOCK_ROWS + i], 0);
        }
        text_add_bytes(b, "\n", 1);
    }
    return flush(b);
}

static int export_replications(const detente_results *results, detente_sweep *sweep, text_buffer *b)
{
    const uint32_t cells = detente_results_cells(results), replications = detente_results_replications(results);
    double *values = detente_calloc(BLOCK_ROWS, DETENTE_N_METRICS * sizeof *values);
    int status = values ? CLI_DONE : cli_fail(DETENTE_E_MEMORY, &(detente_error){0});
    text_add(b, "cell,strategy");
    add_paths(results, b);
    text_add(b, ",replication");
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        text_add(b, ",%s", detente_metric_name(m));
    text_add(b, "\n");
    for (uint32_t c = 0; c < cells && !status; c++)
        for (uint64_t first = 0; first < replications && !status; first += BLOCK_ROWS) {
            const uint32_t left = (uint32_t)(replications - first), n = left < BLOCK_ROWS ? left : BLOCK_ROWS;
            status = export_means(results, sweep, c, (uint32_t)first, n, values, b);
        }
    detente_free(values);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

enum column_kind { COLUMN_NUMBER, COLUMN_CELL, COLUMN_REPLICATION, COLUMN_ENCOUNTER, COLUMN_PERSONA, COLUMN_MOVE };

/* Rows of one of the tables, a block at a time. */
typedef struct row_export {
    const detente_results *results;
    const detente_config *config;
    int turns, n_columns;
    int *kind, *metric;            /* of each column: enum column_kind; metric it holds, or -1 */
    int key[COLUMN_ENCOUNTER + 1]; /* columns of cell, replication and encounter; -1 where there is none */
    double *values;                /* n_columns x BLOCK_ROWS */
    detente_isa isa;
    detente_sweep *sweep;
    int traits;
    uint32_t cell;               /* the one whose config `point` is */
    const detente_config *point; /* NULL before the first */
    detente_block *block;
    uint64_t first; /* row that values begin with */
} row_export;

static int kind_of(const char *name)
{
    static const char *const names[] = {"", "cell", "replication", "encounter", "persona", "move"};
    for (int k = COLUMN_CELL; k <= COLUMN_MOVE; k++)
        if (strcmp(names[k], name) == 0)
            return k;
    return COLUMN_NUMBER;
}

static int rows_prepare(row_export *self, int traits, detente_error *error)
{
    const size_t n = (size_t)self->n_columns;
    self->kind = detente_calloc(n + 1, sizeof *self->kind);
    self->metric = detente_calloc(n + 1, sizeof *self->metric);
    self->values = detente_calloc(n + 1, BLOCK_ROWS * sizeof *self->values);
    self->traits = traits;
    if (traits)
        self->block = detente_aligned_calloc(_Alignof(detente_block), sizeof *self->block);
    if (!self->kind || !self->metric || !self->values || (traits && !self->block))
        return detente_no_memory(error);
    for (int k = 0; k <= COLUMN_ENCOUNTER; k++)
        self->key[k] = -1;
    for (int c = 0; c < self->n_columns; c++) {
        const char *name = detente_results_column(self->results, self->turns, c);
        self->kind[c] = kind_of(name);
        if (self->kind[c] >= COLUMN_CELL && self->kind[c] <= COLUMN_ENCOUNTER)
            self->key[self->kind[c]] = c;
        self->metric[c] = -1;
        for (int m = 0; m < DETENTE_N_METRICS && !self->turns; m++)
            if (strcmp(detente_metric_name(m), name) == 0)
                self->metric[c] = m;
    }
    if (self->key[COLUMN_CELL] < 0 || self->key[COLUMN_REPLICATION] < 0 || self->key[COLUMN_ENCOUNTER] < 0)
        return detente_error_set(error, DETENTE_E_INPUT, "the rows lack cell, replication or encounter");
    return 0;
}

static void rows_clear(row_export *self)
{
    detente_free(self->block);
    detente_free(self->kind);
    detente_free(self->metric);
    detente_free(self->values);
}

static void add_heading(const row_export *self, text_buffer *b)
{
    for (int c = 0; c < self->n_columns; c++) {
        text_add(b, "%s%s", c ? "," : "", detente_results_column(self->results, self->turns, c));
        if (self->kind[c] == COLUMN_CELL)
            text_add(b, ",strategy");
    }
    for (int t = 0; t < DETENTE_N_TRAITS && self->traits; t++)
        text_add(b, ",%s", detente_trait_name(t));
    text_add(b, "\n");
}

static double value_at(const row_export *self, int c, size_t i)
{
    return self->values[(size_t)c * BLOCK_ROWS + i];
}

/* The config of row i's cell, whose personas a design may vary; NULL when there is none. */
static const detente_config *config_of(row_export *self, size_t i)
{
    const double cell = value_at(self, self->key[COLUMN_CELL], i);
    if (!(cell >= 0 && cell < detente_sweep_cells(self->sweep)))
        return NULL;
    if (!self->point || self->cell != (uint32_t)cell) {
        self->cell = (uint32_t)cell;
        if (detente_sweep_config(self->sweep, self->cell / (uint32_t)self->config->n_strategies, &self->point, NULL))
            self->point = NULL;
    }
    return self->point;
}

/* The name that a stored number stands for, or the number where there is none. */
static void add_value(row_export *self, int c, size_t i, text_buffer *b)
{
    const double value = value_at(self, c, i);
    const char *name = NULL;
    const detente_config *point = self->kind[c] == COLUMN_PERSONA ? config_of(self, i) : NULL;
    if (point && value >= 0 && value < point->n_personas)
        name = point->persona[(int)value].name;
    if (self->kind[c] == COLUMN_MOVE && value >= 0 && value < DETENTE_N_MOVES)
        name = detente_move_name((int)value);
    if (name)
        text_add_csv(b, name);
    else
        text_add_number(b, value, 1);
    if (self->kind[c] != COLUMN_CELL)
        return;
    text_add_bytes(b, ",", 1);
    if (value >= 0 && value < detente_results_cells(self->results))
        text_add_csv(b, detente_results_strategy(self->results, (uint32_t)value));
}

/* Play again the encounter of row i and those that follow it. @return how many the block holds, 0 after an error */
static uint32_t replay(row_export *self, size_t i, size_t n, detente_error *error)
{
    const double cell = value_at(self, self->key[COLUMN_CELL], i);
    const double replication = value_at(self, self->key[COLUMN_REPLICATION], i);
    const double encounter = value_at(self, self->key[COLUMN_ENCOUNTER], i);
    uint32_t length = 1;
    if (!(cell >= 0 && cell < detente_sweep_cells(self->sweep) && replication >= 0 &&
          replication < (double)self->config->replications && encounter >= 0 &&
          encounter < (double)self->config->encounters)) {
        detente_error_set(error, DETENTE_E_INPUT, "row %llu of encounters is none of this run's",
                          (unsigned long long)(self->first + i));
        return 0;
    }
    while (i + length < n && length < DETENTE_BLOCK && value_at(self, self->key[COLUMN_CELL], i + length) == cell &&
           value_at(self, self->key[COLUMN_REPLICATION], i + length) == replication &&
           value_at(self, self->key[COLUMN_ENCOUNTER], i + length) == encounter + length)
        length++;
    const detente_cell_source source = detente_sweep_source(self->sweep);
    const detente_cell *compiled;
    if (source.take(source.data, (uint32_t)cell, &compiled, error))
        return 0;
    detente_cell_play(compiled, self->isa, (uint32_t)replication, (uint32_t)encounter, length, self->block);
    source.give_back(source.data, compiled);
    return length;
}

/* Traits are only worth something if the encounter that they belong to is the one that was stored. */
static int is_same(const row_export *self, size_t i, uint32_t at)
{
    for (int c = 0; c < self->n_columns; c++) {
        const double stored = value_at(self, c, i);
        if (self->metric[c] >= 0 && stored != (double)self->block->metric[self->metric[c]][at])
            return 0;
        if (self->kind[c] == COLUMN_PERSONA && stored != self->block->persona[at])
            return 0;
    }
    return 1;
}

static int add_rows(row_export *self, size_t n, text_buffer *b, detente_error *error)
{
    uint32_t at = 0, length = 0;
    for (size_t i = 0; i < n; i++, at++) {
        if (self->traits && at == length) {
            at = 0;
            length = replay(self, i, n, error);
            if (length == 0)
                return error->code;
        }
        for (int c = 0; c < self->n_columns; c++) {
            if (c)
                text_add_bytes(b, ",", 1);
            add_value(self, c, i, b);
        }
        if (self->traits && !is_same(self, i, at))
            return detente_error_set(
                error, DETENTE_E_INPUT,
                "row %llu of encounters is not what this version of the model plays: its traits cannot "
                "be drawn again",
                (unsigned long long)(self->first + i));
        for (int t = 0; t < DETENTE_N_TRAITS && self->traits; t++) {
            text_add_bytes(b, ",", 1);
            text_add_number(b, (double)self->block->trait[t][at], 1);
        }
        text_add_bytes(b, "\n", 1);
    }
    return 0;
}

static int export_rows(const export_options *asked, const detente_results *results, detente_sweep *sweep,
                       detente_isa isa, text_buffer *b)
{
    detente_error error = {0};
    row_export self = {.results = results,
                       .config = detente_results_config(results),
                       .sweep = sweep,
                       .turns = asked->table == TABLE_TURNS,
                       .isa = isa};
    const uint64_t rows = detente_results_rows(results, self.turns);
    self.n_columns = detente_results_columns(results, self.turns);
    if (self.n_columns == 0) {
        cli_tell("%s: holds no %s; run with --keep %s to store them", asked->path, tables[asked->table],
                 tables[asked->table]);
        return CLI_INPUT;
    }
    int code = rows_prepare(&self, asked->traits, &error), status = CLI_DONE;
    if (!code)
        add_heading(&self, b);
    while (!code && !status && self.first < rows) {
        const uint64_t left = rows - self.first, n = left < BLOCK_ROWS ? left : BLOCK_ROWS;
        for (int c = 0; c < self.n_columns && !code; c++)
            code = detente_results_read(results, self.turns, c, self.first, n, self.values + (size_t)c * BLOCK_ROWS,
                                        &error);
        if (!code)
            code = add_rows(&self, (size_t)n, b, &error);
        if (!code)
            status = flush(b);
        self.first += n;
    }
    if (!code && !status)
        status = flush(b);
    rows_clear(&self);
    return code ? cli_fail(code, &error) : status;
}

int cli_export(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, NULL, NULL, NULL};
    export_options asked = {.table = -1};
    detente_error error = {0};
    detente_results *results = NULL;
    detente_isa isa;
    text_buffer b = {0};
    int status = cli_parse(&argp, argc, argv, &asked);
    if (status)
        return status - 1;
    status = cli_isa(&isa);
    if (status)
        return status;
    detente_sweep *sweep = NULL;
    int code = detente_results_open(&results, asked.path, &error);
    if (!code)
        code = detente_sweep_open(&sweep, detente_results_config(results), &error);
    if (code)
        status = cli_fail(code, &error);
    else if (asked.table == TABLE_SUMMARY)
        status = export_summary(results, sweep, &b);
    else if (asked.table == TABLE_REPLICATIONS)
        status = export_replications(results, sweep, &b);
    else
        status = export_rows(&asked, results, sweep, isa, &b);
    text_clear(&b);
    detente_sweep_close(sweep);
    detente_results_close(results);
    return status;
}
