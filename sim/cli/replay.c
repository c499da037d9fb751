/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente replay: one encounter of a results file, played again and compared with what is stored of it. */
#include <string.h>

#include "cli/encounter.h"
#include "core/memory.h"
#include "core/text.h"

enum { KEY_CELL = 0x200, GIVEN_CELL = 1, GIVEN_REPLICATION = 2, GIVEN_ENCOUNTER = 4, GIVEN_ALL = 7 };
enum { ENCOUNTERS, TURNS };

typedef struct replay_options {
    const char *path;
    uint32_t cell;
    int given;
    encounter_request request;
} replay_options;

static const struct argp_option options[] = {
    {"cell", KEY_CELL, "C", 0, "Cell of the results file, from 0", 0}, ENCOUNTER_OPTIONS, {0}};

static const char doc[] =
    "Play one encounter of a results file again from the config that the file holds, print it turn by turn, and compare "
    "it bit for bit with what the file keeps of it: its turns, or else its row of group encounters."
    "\vAny encounter of the run can be replayed, kept or not. Exit status 4: what is stored differs.\n\n"
    "Example:\n"
    "  detente replay out.h5 --cell 1 --replication 0 --encounter 17";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    replay_options *asked = state->input;
    switch (key) {
    case KEY_CELL:
        asked->given |= GIVEN_CELL;
        return encounter_number(state, "--cell", argument, &asked->cell);
    case 'r':
        asked->given |= GIVEN_REPLICATION;
        return encounter_option(&asked->request, key, argument, state);
    case 'e':
        asked->given |= GIVEN_ENCOUNTER;
        return encounter_option(&asked->request, key, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "results file", state);
    case ARGP_KEY_END:
        return cli_need(asked->path && asked->given == GIVEN_ALL,
                        asked->path ? "the encounter: --cell C --replication R --encounter E" : "a results file",
                        state);
    default:
        return encounter_option(&asked->request, key, argument, state);
    }
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

/* Whose rows are compared. */
typedef struct comparison {
    const detente_results *results;
    const replay_options *asked;
    const encounter *played;
    int table; /* ENCOUNTERS or TURNS */
    uint64_t first, n;
    detente_error *error;
} comparison;

static int find_column(const detente_results *results, int table, const char *name)
{
    for (int c = 0; c < detente_results_columns(results, table); c++)
        if (!strcmp(detente_results_column(results, table, c), name))
            return c;
    return -1;
}

/* First row of [first, end) whose encounter is at least @p number; rows lie in the order of encounters. */
static int lower_bound(const comparison *c, int column, uint64_t first, uint64_t end, double number, uint64_t *row)
{
    while (first < end) {
        const uint64_t middle = first + (end - first) / 2;
        double value;
        const int code = detente_results_read(c->results, c->table, column, middle, 1, &value, c->error);
        if (code)
            return code;
        if (value < number)
            first = middle + 1;
        else
            end = middle;
    }
    *row = first;
    return 0;
}

/* Find the encounter's rows; none are no error. */
static int find_rows(comparison *c)
{
    detente_error none = {0};
    uint64_t first, n, end;
    const int column = find_column(c->results, c->table, "encounter");
    c->first = c->n = 0;
    int code =
        detente_results_find(c->results, c->table, c->asked->cell, c->asked->request.replication, &first, &n, &none);
    if (code && code != DETENTE_E_RANGE)
        detente_error_set(c->error, code, "%s", none.text ? none.text : detente_error_string(code));
    detente_error_clear(&none);
    if (code || column < 0)
        return code == DETENTE_E_RANGE ? 0 : code;
    const double number = c->asked->request.encounter;
    code = lower_bound(c, column, first, first + n, number, &c->first);
    if (!code)
        code = lower_bound(c, column, c->first, first + n, number + 1, &end);
    c->n = code ? 0 : end - c->first;
    return code;
}

/* What was recomputed for a column and a row; 0 when this program knows no such column. */
static int recomputed(const comparison *c, const char *name, uint64_t row, double *value)
{
    const trace *t = &c->played->trace;
    if (!strcmp(name, "cell"))
        *value = t->cell;
    else if (!strcmp(name, "replication"))
        *value = t->replication;
    else if (!strcmp(name, "encounter"))
        *value = t->encounter;
    else if (c->table == ENCOUNTERS && !strcmp(name, "persona"))
        *value = t->block->persona[0];
    else {
        const int n = c->table == TURNS ? N_STORED_COLUMNS : DETENTE_N_METRICS;
        int k = 0;
        while (k < n && strcmp(name, c->table == TURNS ? trace_column_name(k) : detente_metric_name(k)))
            k++;
        if (k == n)
            return 0;
        *value = c->table == TURNS ? trace_column_value(&t->turns[row], k) : (double)t->block->metric[k][0];
    }
    return 1;
}

static int differ(const comparison *c, const char *what)
{
    const int theirs = detente_results_model_version(c->results), ours = detente_model_version();
    char why[128] = "the model version is the same, so the file or the program is not what it was";
    if (theirs != ours)
        snprintf(why, sizeof why, "the file was written by model version %d, this program plays version %d", theirs,
                 ours);
    return detente_error_set(c->error, DETENTE_E_CHECK, "%s: cell %u, replication %u, encounter %u: %s; %s",
                             c->asked->path, c->asked->cell, c->asked->request.replication, c->asked->request.encounter,
                             what, why);
}

static int compare_column(const comparison *c, int column, double *stored)
{
    const char *name = detente_results_column(c->results, c->table, column);
    double value;
    if (!recomputed(c, name, 0, &value))
        return 0;
    const int code = detente_results_read(c->results, c->table, column, c->first, c->n, stored, c->error);
    for (uint64_t i = 0; i < c->n && !code; i++) {
        recomputed(c, name, i, &value);
        if (memcmp(&value, &stored[i], sizeof value) == 0)
            continue;
        char what[256], was[40], is[40], turn[32] = "";
        text_number(stored[i], was);
        text_number(value, is);
        if (c->table == TURNS)
            snprintf(turn, sizeof turn, "turn %u, ", c->played->trace.turns[i].turn);
        snprintf(what, sizeof what, "%s%s: stored is %s, recomputed %s", turn, name, was, is);
        return differ(c, what);
    }
    return code;
}

static int compare_rows(const comparison *c)
{
    const uint64_t expected = c->table == TURNS ? c->played->trace.n_turns : 1;
    if (c->n != expected) {
        char what[128];
        snprintf(what, sizeof what, "%llu rows are stored, recomputed were %llu", (unsigned long long)c->n,
                 (unsigned long long)expected);
        return differ(c, what);
    }
    double *stored = detente_calloc(c->n, sizeof *stored);
    int code = stored ? 0 : detente_no_memory(c->error);
    for (int k = 0; k < detente_results_columns(c->results, c->table) && !code; k++)
        code = compare_column(c, k, stored);
    detente_free(stored);
    return code;
}

/* Compare with the stored turns, or else with the stored outcome, and say which. */
static int compare(const detente_results *results, const replay_options *asked, const encounter *played,
                   detente_error *error)
{
    comparison c = {.results = results, .asked = asked, .played = played, .error = error};
    for (c.table = TURNS; c.table >= ENCOUNTERS; c.table--) {
        int code = find_rows(&c);
        if (!code && c.n == 0)
            continue;
        if (!code)
            code = compare_rows(&c);
        if (!code && c.table == TURNS)
            cli_tell("equals the %u stored turns bit for bit", played->trace.n_turns);
        else if (!code)
            cli_tell("equals the stored row of group encounters bit for bit");
        return code;
    }
    cli_tell("%s keeps no row of this encounter to compare with (`keep: turns` would)", asked->path);
    return 0;
}

/* ---- which encounter --------------------------------------------------------------------------------------------- */

static int check_request(const detente_results *results, const detente_sweep *sweep, const replay_options *asked,
                         detente_error *error)
{
    const detente_config *config = detente_results_config(results);
    const uint32_t cells = detente_results_cells(results);
    if (cells != detente_sweep_cells(sweep))
        return detente_error_set(error, DETENTE_E_INPUT, "%s: has %u cells, its config %u", asked->path, cells,
                                 detente_sweep_cells(sweep));
    const int code = encounter_in_range(asked->path, "--cell", asked->cell, cells, error);
    return code ? code
                : encounter_is_there(&asked->request, asked->path, detente_results_replications(results),
                                     config->encounters, error);
}

int cli_replay(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, NULL, NULL, NULL};
    replay_options asked = {0};
    detente_results *results = NULL;
    detente_sweep *sweep = NULL;
    const detente_config *config = NULL;
    detente_error error = {0};
    encounter played = {0};
    int status = cli_parse(&argp, argc, argv, &asked);
    if (status)
        return status - 1;
    int code = detente_results_open(&results, asked.path, &error);
    if (!code)
        code = detente_sweep_open(&sweep, detente_results_config(results), &error);
    if (!code)
        code = check_request(results, sweep, &asked, &error);
    const uint32_t strategies = code ? 1 : (uint32_t)detente_results_config(results)->n_strategies;
    if (!code)
        code = detente_sweep_config(sweep, asked.cell / strategies, &config, &error);
    if (!code)
        code = encounter_play(&played, config, (int)(asked.cell % strategies), asked.cell, &asked.request, &error);
    if (!code)
        code = compare(results, &asked, &played, &error);
    status = code ? cli_fail(code, &error) : encounter_print(&played, &asked.request);
    encounter_clear(&played);
    detente_sweep_close(sweep);
    detente_results_close(results);
    return status;
}
