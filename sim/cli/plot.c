/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente plot: a figure of a results file for a paper, drawn by gnuplot. */
#include "cli/answers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/memory.h"
#include "report/figure.h"

enum { KEY_FIGURE = 0x200, KEY_BY, KEY_SIZE, KEY_CONFIDENCE, KEY_FORCE };

typedef struct plot_options {
    const char *path, *output;
    const char **strategy, **by; /* as many as there are words */
    cli_metrics metrics;
    figure_request what;
    int force;
} plot_options;

/* What a figure's name ends in, and its file begins with. */
static const struct {
    const char *suffix, *begins, *what;
} formats[FIGURE_N_FORMATS] = {{".svg", "<?xml", "an SVG figure"},
                               {".pdf", "%PDF-", "a PDF"},
                               {".png", "\x89PNG", "a PNG picture"},
                               {".gp", "# gnuplot", "a script for gnuplot"}};

static const struct argp_option options[] = {
    {"output", 'o', "FIGURE", 0,
     "Figure to write, NAME.svg, NAME.pdf or NAME.png, or NAME.gp for the script that makes it; it must not exist", 0},
    {"metric", 'm', "METRIC", 0, "What to show (twice for --figure pareto)", 0},
    {"figure", KEY_FIGURE, "KIND", 0,
     "effects, curves, map, pareto, sensitivity, endings or trajectories (default: what fits the file's design)", 0},
    {"strategy", 'S', "STRATEGY", 0, "Only this strategy (several: once each; default: all)", 0},
    {"by", KEY_BY, "PATH", 0, "Along this varied path (several: once each; default: all)", 0},
    {"size", KEY_SIZE, "WIDTHxHEIGHT", 0, "In cm (default: 16, and as high as what is shown needs)", 0},
    {"confidence", KEY_CONFIDENCE, "C", 0, "Of the intervals (0.95)", 0},
    {"force", KEY_FORCE, 0, 0, "Replace FIGURE, if that is one", 0},
    {0}};

static const char doc[] =
    "Draw a figure of the results file OUT.h5 for a paper, by gnuplot: strategies with intervals, response curves with bands, maps, "
    "two metrics against each other, sensitivity, endings, or the course of anger and offers."
    "\vWithout --figure: sensitivity of a saltelli or morris design, a map of a factorial one over two numbers, curves of any "
    "other, effects without a design.\n\n"
    "Example:\n"
    "  detente plot out.h5 --metric escalated -o escalated.pdf";

static int take_size(plot_options *asked, const char *text, struct argp_state *state)
{
    double size[2];
    char *end;
    size[0] = strtod(text, &end);
    size[1] = *end == 'x' ? strtod(end + 1, &end) : 0;
    if (*end == '\0' && size[0] >= 4 && size[0] <= 100 && size[1] >= 3 && size[1] <= 100) {
        asked->what.width = size[0];
        asked->what.height = size[1];
        return 0;
    }
    argp_error(state, "--size: \"%s\": WIDTHxHEIGHT in cm, such as 16x9, from 4x3 to 100x100", text);
    return EINVAL;
}

/* A figure's format is what its name ends in. */
static int take_output(plot_options *asked, char *name, struct argp_state *state)
{
    asked->output = name;
    for (int i = 0; i < FIGURE_N_FORMATS; i++) {
        if (strcmp(cli_suffix(name), formats[i].suffix) == 0) {
            asked->what.format = i;
            return 0;
        }
    }
    argp_error(state, "\"%s\": a figure's name ends in .svg, .pdf, .png or .gp", name);
    return EINVAL;
}

static int check_options(const plot_options *asked, struct argp_state *state)
{
    const int kind = asked->what.kind;
    if (!asked->path)
        argp_error(state, "name the results file: OUT.h5");
    else if (!asked->output)
        argp_error(state, "name the figure: -o FIGURE.svg (or .pdf, .png)");
    else if (!asked->metrics.n && kind != FIGURE_ENDINGS && kind != FIGURE_TRAJECTORIES)
        argp_error(state, "name what to show: --metric METRIC (`detente list metrics`)");
    else if (asked->metrics.n > (kind == FIGURE_PARETO ? 2 : 1))
        argp_error(state, "one metric a figure, two with --figure pareto");
    else if (asked->metrics.n && (kind == FIGURE_ENDINGS || kind == FIGURE_TRAJECTORIES))
        argp_error(state, "--metric: --figure %s shows no metric of one's choice", figure_kinds[kind]);
    else if (asked->what.n_by && kind < FIGURE_N_KINDS && kind != FIGURE_CURVES && kind != FIGURE_MAP)
        argp_error(state, "--by: --figure %s is not along varied paths", figure_kinds[kind]);
    else
        return 0;
    return EINVAL;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    plot_options *asked = state->input;
    switch (key) {
    case 'o':
        return take_output(asked, argument, state);
    case 'm':
        return cli_metrics_take(&asked->metrics, argument, state);
    case KEY_FIGURE:
        asked->what.kind = cli_choice(state, "--figure", argument, figure_kinds);
        return asked->what.kind < 0 ? EINVAL : 0;
    case 'S':
        asked->strategy[asked->what.n_strategies++] = argument;
        return 0;
    case KEY_BY:
        asked->by[asked->what.n_by++] = argument;
        return 0;
    case KEY_SIZE:
        return take_size(asked, argument, state);
    case KEY_CONFIDENCE:
        return cli_confidence_take(&asked->what.confidence, argument, state);
    case KEY_FORCE:
        asked->force = 1;
        return 0;
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "results file", state);
    case ARGP_KEY_END:
        return check_options(asked, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- gnuplot ----------------------------------------------------------------------------------------------------- */

enum { NOT_THERE = 127 };

/* Only what may be called between fork() and exec(). */
static void become_gnuplot(FILE *in, FILE *out, FILE *said)
{
    if (dup2(fileno(in), STDIN_FILENO) < 0 || dup2(fileno(out), STDOUT_FILENO) < 0 ||
        dup2(fileno(said), STDERR_FILENO) < 0)
        _exit(1);
    /* -d: no settings of the user's */
    execlp("gnuplot", "gnuplot", "-d", (char *)NULL);
    _exit(errno == ENOENT ? NOT_THERE : NOT_THERE - 1);
}

static int read_all(FILE *file, char **text, size_t *size, detente_error *error)
{
    const long length = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
    rewind(file);
    *size = length < 0 ? 0 : (size_t)length;
    *text = detente_alloc(*size + 1);
    if (!*text)
        return detente_no_memory(error);
    (*text)[*size] = '\0';
    if (length < 0 || fread(*text, 1, *size, file) != *size)
        return detente_error_set(error, DETENTE_E_IO, "cannot read what gnuplot drew: %s", strerror(errno));
    return 0;
}

/* The last line that says something: above it stand the command and where in it. */
static int say_why(FILE *said, int status, detente_error *error)
{
    char *text = NULL, *line = NULL, *next = NULL;
    size_t size;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
        return detente_error_set(
            error, DETENTE_E_IO,
            "there is no gnuplot in the PATH, which draws the figures: install the package gnuplot-nox "
            "(apt-get install gnuplot-nox)");
    const int code = read_all(said, &text, &size, error);
    for (char *each = code ? NULL : strtok_r(text, "\n", &next); each; each = strtok_r(NULL, "\n", &next))
        line = each + strspn(each, " \t");
    if (!code)
        detente_error_set(error, DETENTE_E_IO, "gnuplot drew no figure: %s", line ? line : "it was ended");
    detente_free(text);
    return code ? code : DETENTE_E_IO;
}

static int run_gnuplot(FILE *in, FILE *out, FILE *said, const char *begins, char **figure, size_t *size,
                       detente_error *error)
{
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0)
        become_gnuplot(in, out, said);
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return detente_error_set(error, DETENTE_E_IO, "gnuplot: %s", strerror(errno));
    if (child < 0)
        return detente_error_set(error, DETENTE_E_IO, "cannot start gnuplot: %s", strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return say_why(said, status, error);
    const int code = read_all(out, figure, size, error);
    if (!code && strncmp(*figure, begins, strlen(begins)) != 0)
        return say_why(said, status, error);
    return code;
}

/* Through files that have no name, so that neither waits for the other, and none is left behind. */
static int draw(const char *script, const char *begins, char **figure, size_t *size, detente_error *error)
{
    FILE *in = tmpfile(), *out = tmpfile(), *said = tmpfile();
    int code = 0;
    *figure = NULL;
    if (!in || !out || !said || fputs(script, in) == EOF || fflush(in) || fseek(in, 0, SEEK_SET))
        code = detente_error_set(error, DETENTE_E_IO, "cannot write a temporary file: %s", strerror(errno));
    if (!code)
        code = run_gnuplot(in, out, said, begins, figure, size, error);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    if (said)
        fclose(said);
    return code;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static int check_strategies(const plot_options *asked, const detente_results *results, detente_error *error)
{
    for (int i = 0; i < asked->what.n_strategies; i++)
        if (cli_strategy_find(results, asked->strategy[i], error) < 0)
            return DETENTE_E_INPUT;
    return 0;
}

static int plot(const plot_options *asked, figure_script *script, detente_error *error)
{
    const char *begins = formats[asked->what.format].begins;
    detente_results *results = NULL;
    char *figure = NULL;
    size_t size = 0;
    int code = detente_fs_check_output(asked->output, asked->force, begins, formats[asked->what.format].what, error);
    if (!code)
        code = detente_results_open(&results, asked->path, error);
    if (!code)
        code = check_strategies(asked, results, error);
    if (!code)
        code = figure_make(script, results, &asked->what, error);
    if (!code && asked->what.format == FIGURE_GNUPLOT)
        code = detente_fs_write(asked->output, script->text, strlen(script->text), asked->force, error);
    else if (!code)
        code = draw(script->text, begins, &figure, &size, error);
    if (!code && figure)
        code = detente_fs_write(asked->output, figure, size, asked->force, error);
    detente_free(figure);
    detente_results_close(results);
    return code;
}

static int run(plot_options *asked)
{
    detente_error error = {0};
    figure_script script = {0};
    asked->what.strategy = asked->strategy;
    asked->what.by = asked->by;
    asked->what.n_metrics = asked->metrics.n;
    memcpy(asked->what.metric, asked->metrics.metric, (size_t)asked->metrics.n * sizeof *asked->what.metric);
    const int code = plot(asked, &script, &error);
    const int status = code ? cli_fail(code, &error) : CLI_DONE;
    for (int i = 0; i < script.notes.n && !code; i++)
        cli_tell("%s", script.notes.line[i]);
    figure_script_clear(&script);
    return status;
}

int cli_plot(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, NULL, NULL, NULL};
    plot_options asked = {.what = {.kind = FIGURE_AUTO, .confidence = 0.95}};
    asked.strategy = detente_calloc((size_t)argc, sizeof *asked.strategy);
    asked.by = detente_calloc((size_t)argc, sizeof *asked.by);
    int status = 1 + CLI_FAILED;
    if (!asked.strategy || !asked.by)
        cli_tell("out of memory");
    else
        status = cli_parse(&argp, argc, argv, &asked);
    if (asked.strategy && asked.by && !status)
        status = run(&asked) + 1;
    detente_free(asked.strategy);
    detente_free(asked.by);
    return status - 1;
}
