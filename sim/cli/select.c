/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente select: the best strategy, found with no more playing than that takes. */
#include "cli/select.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/answers.h"
#include "core/fs.h"
#include "core/memory.h"

enum { MAX_FIRST = 1000000, DEFAULT_FIRST = 20, MAX_WHERE = 64 };
enum {
    KEY_MAX = 0x200,
    KEY_MIN,
    KEY_PROCEDURE,
    KEY_CONFIDENCE,
    KEY_BUDGET,
    KEY_FIRST,
    KEY_AMONG,
    KEY_WHERE,
    KEY_FORMAT,
    KEY_FORCE,
    KEY_PROGRESS
};

static const double default_confidence = 0.95;

static const struct argp_option options[] = {
    {"metric", 'm', "M", 0, "Metric by whose mean the best is selected (`detente list metrics`)", 0},
    {"max", KEY_MAX, 0, 0, "The largest mean is the best", 0},
    {"min", KEY_MIN, 0, 0, "The smallest mean is the best", 0},
    {"delta", 'd', "D", 0, "kn: the least lead that matters, in the metric's units; smaller ones may be missed", 0},
    {"confidence", KEY_CONFIDENCE, "P", 0, "kn: with what probability the best is to be found (default: 0.95)", 0},
    {"procedure", KEY_PROCEDURE, "NAME", 0,
     "kn: drop what is worse until one is left, with a promise (default); ocba: spend a budget where it tells most", 0},
    {"budget", KEY_BUDGET, "ENCOUNTERS", 0, "Encounters at most; ocba spends them all", 0},
    {"first", KEY_FIRST, "N", 0, "Replications of each before the first decision (default: 20)", 0},
    {"among", KEY_AMONG, "WHAT", 0,
     "strategies: each over all points of the design (default); cells: each strategy at each point is one", 0},
    {"where", KEY_WHERE, "PATH=VALUE", 0,
     "Only the points of the design at which a varied path has this value; may be repeated", 0},
    {"output", 'o', "OUT.h5", 0, "Write what was looked at as a results file; it must not exist", 0},
    {"force", KEY_FORCE, 0, 0, "Replace the file of -o once the new one is whole", 0},
    {"set", 's', "PATH=VALUE", 0, "Set a value of the config, after all that the file says; may be repeated", 0},
    {"format", KEY_FORMAT, "F", 0, "table, csv, json or markdown (default: table)", 0},
    {"threads", 't', "N", 0,
     "Threads to play with; results do not depend on it (default: the CPUs this process may use)", 0},
    {"progress", KEY_PROGRESS, "WHEN", 0, "Show how far it has come: auto, always or never (default: auto)", 0},
    {0}};

static const char doc[] =
    "Say which strategy of CONFIG, or of a results file, has the best mean of a metric, and how sure that is. Only as much is "
    "played as that takes: the replications of a results file come first, and more of the same sequence are played in memory. "
    "What is read is never altered."
    "\vCONFIG is a file, - for standard input, or the name of a scenario of the library.\n\n"
    "Examples:\n"
    "  detente select demo.h5 --metric escalated --min --delta 0.01\n"
    "  detente select my-desk.yaml --metric net_value --max --procedure ocba --budget 1000000";

/* ---- options ------------------------------------------------------------------------------------------------------ */

static int parse_metric(select_request *asked, const char *argument, struct argp_state *state)
{
    const char *names[DETENTE_N_METRICS];
    for (int m = 0; m < DETENTE_N_METRICS; m++)
        names[m] = detente_metric_name(m);
    asked->metric = detente_metric_find(argument);
    if (asked->metric >= 0)
        return 0;
    const char *near = detente_nearest(argument, names, DETENTE_N_METRICS);
    argp_error(state, "--metric \"%s\": there is no such metric (`detente list metrics`)%s%s%s", argument,
               near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return EINVAL;
}

/* A number above 0, and below 1 where it is a probability. */
static int parse_positive(const char *what, const char *argument, double below, double *value, struct argp_state *state)
{
    char *end;
    *value = strtod(argument, &end);
    if (end != argument && !*end && *value > 0 && *value < below)
        return 0;
    argp_error(state, "%s \"%s\": a number above 0%s", what, argument, below == 1 ? " and below 1" : "");
    return EINVAL;
}

static int parse_whole(const char *what, const char *argument, unsigned long long low, unsigned long long high,
                       unsigned long long *value, struct argp_state *state)
{
    if (!cli_number(argument, low, high, value))
        return 0;
    argp_error(state, "%s \"%s\": a whole number from %llu to %llu", what, argument, low, high);
    return EINVAL;
}

static int parse_number(select_request *asked, int key, char *argument, struct argp_state *state)
{
    unsigned long long number = 0;
    int code = 0;
    switch (key) {
    case 'd':
        return parse_positive("--delta", argument, 1e300, &asked->rule.delta, state);
    case KEY_CONFIDENCE:
        return parse_positive("--confidence", argument, 1, &asked->rule.confidence, state);
    case KEY_BUDGET:
        code = parse_whole("--budget", argument, 1, UINT64_MAX, &number, state);
        asked->budget = number;
        return code;
    case KEY_FIRST:
        code = parse_whole("--first", argument, 2, MAX_FIRST, &number, state);
        asked->rule.first = number;
        return code;
    default:
        code = parse_whole("--threads", argument, 1, CLI_MAX_THREADS, &number, state);
        asked->threads = (int)number;
        return code;
    }
}

static int parse_choice(select_request *asked, int key, const char *argument, struct argp_state *state)
{
    static const char *const procedures[] = {"kn", "ocba", NULL}, *const among[] = {"strategies", "cells", NULL};
    static const char *const when[] = {"auto", "always", "never", NULL};
    int which;
    switch (key) {
    case KEY_PROCEDURE:
        which = asked->rule.procedure = cli_choice(state, "--procedure", argument, procedures);
        break;
    case KEY_AMONG:
        which = asked->by_cell = cli_choice(state, "--among", argument, among);
        break;
    case KEY_FORMAT:
        which = asked->format = cli_choice(state, "--format", argument, grid_formats);
        break;
    default:
        which = asked->progress = cli_choice(state, "--progress", argument, when);
    }
    return which < 0 ? EINVAL : 0;
}

/* Its path and value are looked up once the design is known. */
static int parse_where(select_request *asked, char *argument, struct argp_state *state)
{
    char *equals = strchr(argument, '=');
    if (!equals || equals == argument || asked->n_where == MAX_WHERE) {
        argp_error(state, "--where \"%s\": write PATH=VALUE, at most %d times", argument, MAX_WHERE);
        return EINVAL;
    }
    *equals = '\0';
    asked->where[asked->n_where++] = (detente_setting){argument, equals + 1};
    return 0;
}

/* Which way a metric is usually wanted. */
static const char *which_way(int metric)
{
    const int better = detente_metric_better(metric);
    return better > 0 ? " (more of it is usually the better)" : better < 0 ? " (less of it is usually the better)" : "";
}

static int check_request(select_request *asked, struct argp_state *state)
{
    const int ocba = asked->rule.procedure == DETENTE_SELECT_OCBA;
    if (!asked->path)
        argp_error(state, "name a CONFIG or a results file");
    else if (asked->metric < 0)
        argp_error(state, "name the metric: --metric M (`detente list metrics`)");
    else if (asked->ways == 0)
        argp_error(state, "say which %s is the best: --max or --min%s", detente_metric_name(asked->metric),
                   which_way(asked->metric));
    else if (asked->ways == 3)
        argp_error(state, "--max and --min exclude each other");
    else if (ocba && !asked->budget)
        argp_error(state, "--procedure ocba spends a budget: --budget ENCOUNTERS");
    else if (ocba && (asked->rule.delta > 0 || asked->rule.confidence > 0))
        argp_error(state, "--delta and --confidence belong to --procedure kn: ocba promises nothing, it estimates");
    else if (asked->force && !asked->output)
        argp_error(state, "--force goes with -o OUT.h5");
    else
        return 0;
    return EINVAL;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    select_request *asked = state->input;
    switch (key) {
    case 'm':
        return parse_metric(asked, argument, state);
    case KEY_MAX:
    case KEY_MIN:
        asked->ways |= key == KEY_MAX ? 1 : 2;
        asked->rule.smallest = key == KEY_MIN;
        return 0;
    case 'd':
    case 't':
    case KEY_CONFIDENCE:
    case KEY_BUDGET:
    case KEY_FIRST:
        return parse_number(asked, key, argument, state);
    case KEY_PROCEDURE:
    case KEY_AMONG:
    case KEY_FORMAT:
    case KEY_PROGRESS:
        return parse_choice(asked, key, argument, state);
    case KEY_WHERE:
        return parse_where(asked, argument, state);
    case KEY_FORCE:
        asked->force = 1;
        return 0;
    case 'o':
        return cli_results_take(&asked->output, argument, state);
    case 's':
        return cli_settings_parse(&asked->settings, argument, state);
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "CONFIG or results file", state);
    case ARGP_KEY_END:
        return check_request(asked, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- what is read -------------------------------------------------------------------------------------------------- */

/* A results file by what it begins with, or by its name where it is something else than it says. */
static int is_results(const char *path)
{
    return strcmp(path, "-") != 0 && (detente_fs_begins_as_hdf5(path) || strcmp(cli_suffix(path), ".h5") == 0);
}

static int open_input(selection_run *run, detente_error *error)
{
    const select_request *asked = run->asked;
    detente_error warnings = {0};
    if (is_results(asked->path)) {
        if (asked->settings.n > 0)
            return detente_error_set(
                error, DETENTE_E_USAGE,
                "--set goes with a CONFIG: %s is a results file, and its config is what was played", asked->path);
        const int code = detente_results_open(&run->results, asked->path, error);
        run->config = code ? NULL : detente_results_config(run->results);
        return code;
    }
    const int code = cli_config_load(&run->own, asked->path, &asked->settings, error, &warnings);
    cli_warn(&warnings);
    run->config = &run->own;
    return code;
}

/* Nobody should play for hours and then hear that the result cannot be written. */
static int check_output(const selection_run *run, detente_error *error)
{
    const select_request *asked = run->asked;
    struct stat in, out;
    detente_store *store = NULL;
    if (!asked->output)
        return 0;
    if (!stat(asked->path, &in) && !stat(asked->output, &out) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
        return detente_error_set(error, DETENTE_E_USAGE, "-o %s: is what is read, which is never altered; name another",
                                 asked->output);
    const detente_store_options how = {.force = asked->force, .uneven = 1};
    const int code = detente_store_create(&store, asked->output, run->config, &how, error);
    detente_store_free(store);
    return code;
}

static int find_value(const detente_factor *factor, const detente_setting *asked, double *value, detente_error *error)
{
    char *end;
    for (uint64_t i = 0; factor->named && i < factor->levels; i++)
        if (!strcmp(factor->name[i], asked->value)) {
            *value = (double)i;
            return 0;
        }
    *value = strtod(asked->value, &end);
    if (!factor->named && end != asked->value && !*end && isfinite(*value))
        return 0;
    const char *near =
        factor->named ? detente_nearest(asked->value, (const char *const *)factor->name, factor->levels) : NULL;
    return detente_error_set(error, DETENTE_E_USAGE, "--where %s=%s: %s%s%s%s", asked->path, asked->value,
                             factor->named ? "the path has no such value" : "not a number",
                             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int find_where(selection_run *run, detente_error *error)
{
    const detente_design *design = run->config->design;
    for (int i = 0; i < run->asked->n_where; i++) {
        const detente_setting *asked = &run->asked->where[i];
        int k = 0;
        while (design && k < design->n_factors && strcmp(design->factor[k].path, asked->path))
            k++;
        if (!design || k == design->n_factors)
            return detente_error_set(error, DETENTE_E_USAGE, "--where %s: %s", asked->path,
                                     design ? "the design does not vary this path" : "there is no design");
        run->where[i].factor = k;
        const int code = find_value(&design->factor[k], asked, &run->where[i].value, error);
        if (code)
            return code;
    }
    return 0;
}

/* ---- selecting ----------------------------------------------------------------------------------------------------- */

/* Encounters that one replication of one candidate takes. */
static uint64_t encounters_each(const selection_run *run)
{
    return (uint64_t)run->people.each * run->config->encounters;
}

static int check_budget(selection_run *run, detente_error *error)
{
    char first[32], n[32];
    const uint64_t each = encounters_each(run), least = run->people.n * run->asked->rule.first;
    run->rule = run->asked->rule;
    run->rule.budget = run->asked->budget / each;
    if (!run->asked->budget || run->rule.budget >= least)
        return 0;
    return detente_error_set(error, DETENTE_E_USAGE,
                             "--budget %llu: the first stage alone takes %s encounters, %llu replications of %s %s; "
                             "--first makes it smaller",
                             (unsigned long long)run->asked->budget, cli_count(least * each, first),
                             (unsigned long long)run->rule.first, cli_count(run->people.n, n),
                             run->asked->by_cell ? "cells" : "strategies");
}

/* Without a least lead that matters nothing can be promised; what is there already says what it costs. */
static int suggest_delta(selection_run *run, detente_error *error)
{
    const candidates *people = &run->people;
    const char *metric = detente_metric_name(run->asked->metric), *unit = detente_metric_unit(run->asked->metric);
    const detente_select_rule *rule = &run->asked->rule;
    const size_t n = people->known.replications < rule->first ? people->known.replications : (size_t)rule->first;
    double most = 0;
    for (uint32_t i = 1; i < people->n && people->known.value; i++)
        for (uint32_t l = 0; l < i; l++) {
            detente_contrast contrast;
            detente_contrast_paired(pool_of(&people->known, i), pool_of(&people->known, l), n, rule->confidence,
                                    &contrast);
            most = fmax(most, contrast.se * sqrt((double)contrast.count));
        }
    /* Equal shares would take 100 replications then: select.h. */
    const double t = detente_t_quantile((double)rule->first - 1, 1 - 2 * (1 - rule->confidence) / (people->n - 1));
    const double of_a_hundred = t * most / 10;
    detente_error_set(error, DETENTE_E_USAGE,
                      "say with --delta D how much of a lead in %s matters%s%s; half of it costs up to four times the "
                      "replications",
                      metric, strcmp(unit, "1") ? ", in " : "", strcmp(unit, "1") ? unit : "");
    if (of_a_hundred > 0)
        detente_error_set(error, DETENTE_E_USAGE,
                          "going by %s, --delta %.1g would take some 100 replications of each, or fewer", people->path,
                          of_a_hundred);
    return DETENTE_E_USAGE;
}

static int select_among(selection_run *run, detente_error *error)
{
    candidates *people = &run->people;
    detente_select_source source = {.data = people, .play = candidates_play, .value = candidates_value};
    int code;
    do {
        code = candidates_gather(people, error);
        if (!code)
            code = check_budget(run, error);
        if (!code && run->rule.procedure == DETENTE_SELECT_KN && !(run->rule.delta > 0))
            code = suggest_delta(run, error);
        source.n = people->n;
        if (!code)
            code = detente_select(&run->rule, &source, &run->selection, error);
        /* What could not be played is left out, and all begins anew: the numbers are the same ones. */
    } while (code == DETENTE_E_CONFIG && people->new_failed > 0);
    return code;
}

static int select_best(selection_run *run, detente_error *error)
{
    const select_request *asked = run->asked;
    cli_progress progress;
    int code = detente_sweep_open(&run->sweep, run->config, error);
    if (!code)
        code = check_output(run, error);
    if (!code)
        code = find_where(run, error);
    if (code)
        return code;
    cli_progress_begin(&progress, asked->progress);
    progress.encounters = asked->rule.procedure == DETENTE_SELECT_OCBA ? asked->budget : 0;
    run->people = (candidates){.config = run->config,
                               .sweep = run->sweep,
                               .results = run->results,
                               .path = asked->path,
                               .where = run->where,
                               .n_where = asked->n_where,
                               .by_cell = asked->by_cell,
                               .metric = asked->metric,
                               .threads = asked->threads,
                               .isa = run->isa,
                               .ahead = asked->rule.procedure == DETENTE_SELECT_KN,
                               .progress = &progress};
    cli_signals_catch();
    code = select_among(run, error);
    cli_progress_end(&progress);
    if (!code && asked->output)
        code = select_write(run, error);
    return code;
}

static int tell_stopped(const selection_run *run, detente_error *error)
{
    const int number = *cli_signals_caught();
    cli_tell("stopped by signal %d (%s); nothing was selected%s", number, strsignal(number),
             run->asked->output ? " or written" : "");
    detente_error_clear(error);
    return cli_status_of(DETENTE_E_INTERRUPTED);
}

static void tell_failures(const candidates *people)
{
    if (people->n_failed)
        cli_tell("%u of %u cells fail; %s: %s", people->n_failed, detente_sweep_cells(people->sweep),
                 people->by_cell ? "they were left out" : "their points were left out for all strategies",
                 people->why ? people->why : "");
}

static int select_run(selection_run *run)
{
    detente_error error = {0};
    int status = cli_isa(&run->isa);
    if (status)
        return status;
    int code = open_input(run, &error);
    if (!code)
        code = select_best(run, &error);
    if (code == DETENTE_E_INTERRUPTED)
        return tell_stopped(run, &error);
    if (run->people.failed)
        tell_failures(&run->people);
    grid g = {0};
    if (!code)
        code = select_answer(run, &g, &error);
    status = code ? cli_fail(code, &error) : cli_print_grid(&g, run->asked->format);
    grid_clear(&g);
    return status ? status : run->selection.decided ? CLI_DONE : CLI_CHECK;
}

int cli_select(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "CONFIG|OUT.h5", doc, NULL, NULL, NULL};
    detente_setting where[MAX_WHERE];
    detente_restriction restriction[MAX_WHERE];
    select_request asked = {.metric = -1, .where = where, .rule = {.first = DEFAULT_FIRST}};
    selection_run run = {.asked = &asked, .where = restriction};
    cli_provenance_begin(&run.provenance, argc, argv);
    int status = cli_parse(&argp, argc, argv, &asked);
    if (!status && !run.provenance.command) {
        cli_tell("out of memory");
        status = 1 + CLI_FAILED;
    }
    if (!asked.threads)
        asked.threads = detente_engine_threads();
    if (asked.rule.confidence == 0)
        asked.rule.confidence = default_confidence;
    status = status ? status - 1 : select_run(&run);
    detente_selection_clear(&run.selection);
    candidates_clear(&run.people);
    detente_sweep_close(run.sweep);
    detente_results_close(run.results);
    detente_config_clear(&run.own);
    cli_settings_clear(&asked.settings);
    cli_provenance_clear(&run.provenance);
    return status;
}
