/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente sensitivity: which varied parameters drive a metric, beyond noise. */
#include "cli/cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <detente/sensitivity.h>

#include "cli/answers.h"
#include "core/memory.h"

enum { KEY_FORMAT = 0x200, KEY_CONFIDENCE };

typedef struct sensitivity_options {
    const char *path;
    const char **strategy; /* names asked for, n_strategies of them */
    size_t n_strategies;
    cli_metrics metrics;
    int format;
    double confidence;
} sensitivity_options;

static const struct argp_option options[] = {
    {"metric", 'm', "METRIC", 0,
     "What the parameters drive (several: once each; default: the six that `run` prints and net_value)", 0},
    {"strategy", 'S', "STRATEGY", 0, "Only this strategy (several: once each; default: all)", 0},
    {"confidence", KEY_CONFIDENCE, "C", 0, "Of the intervals (0.95)", 0},
    {"format", 'f', "FORMAT", 0, "table (default), csv, json or markdown", 0},
    {0}};

static const char doc[] =
    "Say which varied parameters drive a metric of the results file OUT.h5, beyond the noise of its replications: Sobol indices "
    "where the design is `saltelli`, elementary effects where it is `morris`, for each strategy by itself."
    "\vExample:\n"
    "  detente sensitivity out.h5 --metric escalated";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    sensitivity_options *asked = state->input;
    switch (key) {
    case 'm':
        return cli_metrics_take(&asked->metrics, argument, state);
    case 'S':
        asked->strategy[asked->n_strategies++] = argument;
        return 0;
    case KEY_CONFIDENCE:
        return cli_confidence_take(&asked->confidence, argument, state);
    case 'f':
        return cli_format_take(&asked->format, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "results file", state);
    case ARGP_KEY_END:
        return cli_need(asked->path != NULL, "a results file", state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- for programs ----------------------------------------------------------------------------------------------- */

static void add_columns(grid *g, int type)
{
    static const char *const SOBOL[] = {"first", "first_low", "first_high", "total", "total_low", "total_high"};
    static const char *const MORRIS[] = {"mu_star", "sigma", "noise_floor"};
    grid_column(g, "parameter", GRID_LEFT);
    grid_column(g, "metric", GRID_LEFT);
    for (size_t i = 0; type == DETENTE_SALTELLI && i < sizeof SOBOL / sizeof *SOBOL; i++)
        grid_column(g, SOBOL[i], GRID_RIGHT);
    for (size_t i = 0; type == DETENTE_MORRIS && i < sizeof MORRIS / sizeof *MORRIS; i++)
        grid_column(g, MORRIS[i], GRID_RIGHT);
    grid_column(g, "above_noise", GRID_LEFT);
    grid_column(g, "strategy", GRID_LEFT);
    if (type == DETENTE_MORRIS) {
        grid_column(g, "mu", GRID_RIGHT);
        grid_column(g, "mu_star_low", GRID_RIGHT);
        grid_column(g, "mu_star_high", GRID_RIGHT);
    }
}

static void add_rows(grid *g, const detente_config *config, const detente_sensitivity *s, const int *order)
{
    for (int i = 0; i < s->n_factors; i++) {
        const int k = order[i];
        grid_text(g, config->design->factor[k].path);
        grid_text(g, detente_metric_name(s->metric));
        const double sobol[] = {s->sobol ? s->sobol[k].first : NAN,      s->sobol ? s->sobol[k].first_low : NAN,
                                s->sobol ? s->sobol[k].first_high : NAN, s->sobol ? s->sobol[k].total : NAN,
                                s->sobol ? s->sobol[k].total_low : NAN,  s->sobol ? s->sobol[k].total_high : NAN};
        for (size_t c = 0; s->sobol && c < sizeof sobol / sizeof *sobol; c++)
            grid_number(g, sobol[c], GRID_EXACT);
        if (s->morris) {
            grid_number(g, s->morris[k].mu_star, GRID_EXACT);
            grid_number(g, s->morris[k].sigma, GRID_EXACT);
            grid_number(g, s->morris[k].noise_floor, GRID_EXACT);
        }
        grid_text(g, detente_sensitivity_above(s, k) ? "yes" : "no");
        grid_text(g, config->strategy[s->strategy].name);
        if (s->morris) {
            grid_number(g, s->morris[k].mu, GRID_EXACT);
            grid_number(g, s->morris[k].mu_star_low, GRID_EXACT);
            grid_number(g, s->morris[k].mu_star_high, GRID_EXACT);
        }
    }
}

/* ---- for people ------------------------------------------------------------------------------------------------- */

static void add_reading_columns(grid *g, int type)
{
    grid_column(g, "parameter", GRID_LEFT);
    if (type == DETENTE_SALTELLI) {
        grid_column(g, "first", GRID_RIGHT);
        grid_column(g, "low", GRID_RIGHT);
        grid_column(g, "high", GRID_RIGHT);
        grid_column(g, "total", GRID_RIGHT);
    } else {
        grid_column(g, "mu*", GRID_RIGHT);
    }
    grid_column(g, "low", GRID_RIGHT);
    grid_column(g, "high", GRID_RIGHT);
    if (type == DETENTE_MORRIS) {
        grid_column(g, "mu", GRID_RIGHT);
        grid_column(g, "sigma", GRID_RIGHT);
        grid_column(g, "noise floor", GRID_RIGHT);
    }
    grid_column(g, "", GRID_LEFT);
}

static void add_heading(grid *g, const detente_config *config, const detente_sensitivity *s)
{
    const char *metric = detente_metric_name(s->metric), *unit = detente_metric_unit(s->metric);
    const char *strategy = config->strategy[s->strategy].name, *rows = s->sobol ? "rows" : "trajectories";
    const char *before = strcmp(unit, "1") == 0 ? "" : " ", *after = *before ? unit : "";
    const unsigned long long used = s->rows - s->failed;
    if (s->state == DETENTE_SENSITIVITY_CONSTANT)
        grid_section(g, "%s, %s: never varies: %.4g%s%s in every cell, so nothing drives it", metric, strategy, s->mean,
                     before, after);
    else if (s->state == DETENTE_SENSITIVITY_NOISE)
        grid_section(g, "%s, %s: varies between points no more than its noise: no index can be given", metric,
                     strategy);
    else if (s->sobol)
        grid_section(g, "%s, %s: mean %.4g%s%s, sd between points %.3g%s%s (%llu %s, %u replications)", metric,
                     strategy, s->mean, before, after, sqrt(s->output.variance), before, after, used, rows,
                     s->replications);
    else
        grid_section(g, "%s, %s: mean %.4g%s%s (%llu %s, %u replications)", metric, strategy, s->mean, before, after,
                     used, rows, s->replications);
}

/* As many decimals as show three digits of the greatest effect. */
static int decimals_of(const detente_sensitivity *s)
{
    double most = 0;
    for (int k = 0; s->morris && k < s->n_factors; k++)
        most = fmax(most, fmax(s->morris[k].mu_star_high, s->morris[k].sigma));
    const int digits = most > 0 ? 2 - (int)floor(log10(most)) : 3;
    return s->sobol ? 3 : digits < 0 ? 0 : digits > 9 ? 9 : digits;
}

/* What a number that is not to be believed is. */
static const char *words_of(const detente_sensitivity *s, int k)
{
    const int none = s->sobol ? s->sobol[k].total == 0 && s->sobol[k].total_low == 0 && s->sobol[k].total_high == 0
                              : s->morris[k].mu_star == 0 && s->morris[k].noise_floor == 0;
    return none ? "changes nothing" : detente_sensitivity_above(s, k) ? "" : "not above noise";
}

static void add_reading(grid *g, const detente_config *config, const detente_sensitivity *s, const int *order)
{
    const int decimals = decimals_of(s);
    add_heading(g, config, s);
    for (int i = 0; i < s->n_factors && s->state == DETENTE_SENSITIVITY_DONE; i++) {
        const int k = order[i];
        grid_text(g, config->design->factor[k].path);
        if (s->sobol) {
            const detente_sobol_index *x = &s->sobol[k];
            const double shown[] = {x->first, x->first_low, x->first_high, x->total, x->total_low, x->total_high};
            for (size_t c = 0; c < sizeof shown / sizeof *shown; c++)
                grid_number(g, shown[c], decimals);
        } else {
            const detente_morris_effect *x = &s->morris[k];
            const double shown[] = {x->mu_star, x->mu_star_low, x->mu_star_high, x->mu, x->sigma, x->noise_floor};
            for (size_t c = 0; c < sizeof shown / sizeof *shown; c++)
                grid_number(g, shown[c], decimals);
        }
        grid_text(g, words_of(s, k));
    }
}

/* ---- notes ------------------------------------------------------------------------------------------------------ */

static void add_notes(grid *g, const detente_results *results, const detente_sensitivity *s)
{
    const detente_config *config = detente_results_config(results);
    const char *metric = detente_metric_name(s->metric), *strategy = config->strategy[s->strategy].name;
    const char *rows = s->sobol ? "rows" : "trajectories";
    if (s->failed)
        grid_note(g, "%s: %llu of %llu %s are left out: cells of them failed.", strategy, (unsigned long long)s->failed,
                  (unsigned long long)s->rows, rows);
    if (s->replications < s->most)
        grid_note(g, "%s: %u of %u replications are used, those that no cell lacks.", strategy, s->replications,
                  s->most);
    if (s->state == DETENTE_SENSITIVITY_CONSTANT)
        grid_note(g, "%s, %s: never varies.", metric, strategy);
    if (s->state == DETENTE_SENSITIVITY_NOISE)
        grid_note(g,
                  "%s, %s: its variance between points, %.3g, has the interval %.3g to %.3g: no more than noise. More "
                  "replications, or more encounters in each, would tell more.",
                  metric, strategy, s->output.variance, s->output.variance_low, s->output.variance_high);
    if (config->common_random_numbers && s->replications < 3 && s->sobol)
        grid_note(g, "With two replications intervals do not show what other customers would change; three would.");
}

/* A share that is estimated may come out below 0 or above 1, and so may the ends of its interval. */
static int leaves_range(const detente_sensitivity *s)
{
    for (int k = 0; s->sobol && k < s->n_factors; k++) {
        const detente_sobol_index *x = &s->sobol[k];
        if (fmin(fmin(x->first, x->first_low), fmin(x->total, x->total_low)) < 0 ||
            fmax(fmax(x->first, x->first_high), fmax(x->total, x->total_high)) > 1)
            return 1;
    }
    return 0;
}

/* How to read the table. */
static void add_legend(grid *g, int type, double confidence, int leaves)
{
    grid_note(
        g,
        type == DETENTE_SALTELLI
            ? "first: share of the variance between points that a parameter explains alone; total: with its "
              "interactions. low, high: interval of %.4g %% by bootstrap."
            : "mu*: mean size of the change when a parameter goes through its range, or from one name to another; mu: "
              "mean change; sigma: its standard deviation (interactions, curvature, noise); noise floor: what mu* "
              "would be without an effect. low, high: interval of mu*, %.4g %% by bootstrap.",
        100 * confidence);
    if (leaves)
        grid_note(
            g,
            "An index lies between 0 and 1. Its estimate and the ends of its interval need not, where little is known of "
            "it; they are not cut off.");
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

typedef struct answer {
    const detente_results *results;
    const sensitivity_options *asked;
    int *strategy, *order;
    size_t n;
    detente_sensitivity *found;
    int leaves; /* some interval leaves 0 to 1 */
    grid g;
} answer;

static int choose_strategies(answer *a, detente_error *error)
{
    const int all = detente_results_config(a->results)->n_strategies;
    const size_t room = a->asked->n_strategies ? a->asked->n_strategies : (size_t)all;
    a->strategy = detente_calloc(room, sizeof *a->strategy);
    a->found = detente_calloc(room, sizeof *a->found);
    a->order = detente_calloc(DETENTE_MAX_FACTORS, sizeof *a->order);
    if (!a->strategy || !a->found || !a->order)
        return detente_no_memory(error);
    for (size_t i = 0; i < room; i++) {
        const int s = a->asked->n_strategies ? cli_strategy_find(a->results, a->asked->strategy[i], error) : (int)i;
        if (s < 0)
            return DETENTE_E_INPUT;
        int twice = 0;
        for (size_t j = 0; j < a->n; j++)
            twice |= a->strategy[j] == s;
        if (!twice)
            a->strategy[a->n++] = s;
    }
    return 0;
}

static int add_metric(answer *a, int metric, detente_error *error)
{
    const detente_sensitivity_options how = {a->asked->confidence, 0};
    const int people = a->asked->format == GRID_TABLE || a->asked->format == GRID_MARKDOWN;
    const detente_config *config = detente_results_config(a->results);
    const int code = detente_sensitivity_read(a->results, metric, a->strategy, a->n, &how, a->found, error);
    for (size_t i = 0; i < a->n && !code; i++) {
        detente_sensitivity_order(&a->found[i], a->order);
        if (people)
            add_reading(&a->g, config, &a->found[i], a->order);
        else
            add_rows(&a->g, config, &a->found[i], a->order);
        add_notes(&a->g, a->results, &a->found[i]);
        a->leaves |= leaves_range(&a->found[i]);
    }
    for (size_t i = 0; i < a->n; i++)
        detente_sensitivity_clear(&a->found[i]);
    return code;
}

static int answer_all(answer *a, detente_error *error)
{
    const int type = detente_sensitivity_type(a->results, error);
    int code = type < 0 ? type : choose_strategies(a, error);
    if (code)
        return code;
    if (a->asked->format == GRID_TABLE || a->asked->format == GRID_MARKDOWN)
        add_reading_columns(&a->g, type);
    else
        add_columns(&a->g, type);
    for (int i = 0; i < a->asked->metrics.n && !code; i++)
        code = add_metric(a, a->asked->metrics.metric[i], error);
    if (a->asked->format != GRID_CSV)
        add_legend(&a->g, type, a->asked->confidence, a->leaves);
    return code;
}

static int run(const sensitivity_options *asked)
{
    detente_error error = {0};
    detente_results *results = NULL;
    answer a = {.asked = asked};
    int code = detente_results_open(&results, asked->path, &error);
    a.results = results;
    if (!code)
        code = answer_all(&a, &error);
    int status = code ? cli_fail(code, &error) : cli_print_grid(&a.g, asked->format);
    grid_clear(&a.g);
    detente_free(a.found);
    detente_free(a.order);
    detente_free(a.strategy);
    detente_results_close(results);
    return status;
}

int cli_sensitivity(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, 0, 0, 0};
    sensitivity_options asked = {.format = GRID_TABLE, .confidence = 0.95};
    asked.strategy = detente_calloc((size_t)argc, sizeof *asked.strategy);
    if (!asked.strategy) {
        cli_tell("out of memory");
        return CLI_FAILED;
    }
    int status = cli_parse(&argp, argc, argv, &asked);
    if (!status) {
        if (!asked.metrics.n)
            cli_metrics_default(&asked.metrics);
        status = run(&asked) + 1;
    }
    detente_free(asked.strategy);
    return status - 1;
}
