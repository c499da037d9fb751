/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente report: a results file as one page for a browser. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/fs.h"
#include "core/memory.h"
#include "report/answers.h"
#include "report/page_html.h"

enum { KEY_BASELINE = 0x200, KEY_FORCE };

typedef struct report_options {
    const char *path, *output, *baseline;
    int force;
} report_options;

static const struct argp_option options[] = {
    {"output", 'o', "REPORT.html", 0, "Page to write; it must not exist. - is standard output", 0},
    {"baseline", KEY_BASELINE, "STRATEGY", 0, "Compare the others with this one (default: the config's first)", 0},
    {"force", KEY_FORCE, 0, 0, "Replace REPORT.html, if that is a page", 0},
    {0}};

static const char doc[] =
    "Make one page of the results file OUT.h5, which any browser opens without a network: the answer in plain words, what it "
    "cannot tell, tables and plots, some calls in full, and how to get it all again. The answer is printed too."
    "\vExample:\n"
    "  detente report out.h5 -o report.html";

/* Whatever it is called it would be HTML. */
static error_t take_output(report_options *asked, const char *name, struct argp_state *state)
{
    const char *suffix = cli_suffix(name);
    asked->output = name;
    if (!*suffix || strcasecmp(suffix, ".html") == 0 || strcasecmp(suffix, ".htm") == 0)
        return 0;
    argp_error(state, "-o \"%s\": the report is a page in HTML: name it REPORT.html (a browser prints it as PDF)",
               name);
    return EINVAL;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    report_options *asked = state->input;
    switch (key) {
    case 'o':
        return take_output(asked, argument, state);
    case KEY_BASELINE:
        asked->baseline = argument;
        return 0;
    case KEY_FORCE:
        asked->force = 1;
        return 0;
    case ARGP_KEY_ARG:
        return cli_take(&asked->path, argument, "results file", state);
    case ARGP_KEY_END:
        return cli_need(asked->path && asked->output, asked->path ? "the page: -o REPORT.html" : "a results file",
                        state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int is_stdout(const report_options *asked)
{
    return strcmp(asked->output, "-") == 0;
}

/* What would be replaced, before anything is computed. */
static int check_output(const report_options *asked, const char *page, detente_error *error)
{
    enum { BEGINNING = 15 }; /* <!doctype html> */
    char begins[BEGINNING + 1] = "";
    if (is_stdout(asked))
        return 0;
    if (!*asked->output || asked->output[strlen(asked->output) - 1] == '/')
        return detente_error_set(error, DETENTE_E_IO, "\"%s\": not the name of a file", asked->output);
    strncpy(begins, page, BEGINNING);
    return detente_fs_check_output(asked->output, asked->force, begins, "a page", error);
}

static int write_page(const report_options *asked, const char *html, size_t size, detente_error *error)
{
    if (!is_stdout(asked))
        return detente_fs_write(asked->output, html, size, asked->force, error);
    return cli_print(html) == CLI_DONE ? 0 : detente_error_set(error, DETENTE_E_IO, "the page was not written whole");
}

/* The answer, for those who look at the terminal. */
static void print_answer(const report_options *asked, const report_answers *answers)
{
    if (is_stdout(asked))
        return;
    for (int i = 0; i < answers->headline.n; i++)
        printf("%s\n", answers->headline.line[i]);
    printf("report: %s\n", asked->output);
}

static int make_report(const report_options *asked, detente_error *error)
{
    const report_request request = {.confidence = 0.95, .baseline = asked->baseline};
    detente_results *results = NULL;
    report_answers answers = {0};
    char *data = NULL, *html = NULL;
    size_t size, html_size;
    const char *page = page_html_template(&size);
    if (!page)
        return detente_error_set(error, DETENTE_E_IO,
                                 "this program was built without the page of a report, for want of npm: install the "
                                 "package npm, then build it again (make page)");
    int code = check_output(asked, page, error);
    if (!code)
        code = detente_results_open(&results, asked->path, error);
    if (!code)
        code = report_answers_gather(&answers, results, &request, error);
    if (!code)
        code = report_answers_json(&answers, &data, error);
    if (!code)
        code = page_html_fill(page, size, data, &html, &html_size, error);
    if (!code)
        code = write_page(asked, html, html_size, error);
    if (!code)
        print_answer(asked, &answers);
    detente_free(html);
    detente_free(data);
    report_answers_clear(&answers);
    detente_results_close(results);
    return code;
}

int cli_report(int argc, char **argv)
{
    static const struct argp argp = {options, parse_option, "OUT.h5", doc, NULL, NULL, NULL};
    report_options asked = {0};
    detente_error error = {0};
    int status = cli_parse(&argp, argc, argv, &asked);
    if (status)
        return status - 1;
    const int code = make_report(&asked, &error);
    return code ? cli_fail(code, &error) : CLI_DONE;
}
