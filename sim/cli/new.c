/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detente new: commented starters, made from the library's own files so that they never fall behind it. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/memory.h"
#include "core/text.h"

static const char base_scenario[] = "billing-dispute", base_strategy[] = "typical", base_persona[] = "reasonable";

typedef struct new_options {
    const char *kind, *name;
} new_options;

static const char doc[] =
    "Write a commented starter that runs as it is: NAME.yaml, or for an experiment a folder NAME with its config and a README. "
    "Nothing is overwritten.\v"
    "  scenario    a complaint: what is at stake, who calls, who answers\n"
    "  playbook    a strategy of your own, compared with `typical`\n"
    "  persona     a kind of customer of your own, compared with `reasonable`\n"
    "  sweep       a strategy under many circumstances: values that vary, and where\n"
    "  experiment  a question, its config, and a README to fill in\n\n"
    "NAME has letters, digits, - and _, and begins with a letter.\n\n"
    "Example:\n"
    "  detente new playbook mine\n"
    "  detente run mine.yaml -o mine.h5";

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const kinds[] = {"scenario", "playbook", "persona", "sweep", "experiment", NULL};
    new_options *asked = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "\"%s\": one NAME at a time", argument);
        if (state->arg_num == 1)
            asked->name = argument;
        if (state->arg_num == 0) {
            const int which = cli_choice(state, "what to start", argument, kinds);
            asked->kind = which < 0 ? NULL : kinds[which];
        }
        return state->arg_num > 1 || !asked->kind ? EINVAL : 0;
    case ARGP_KEY_END:
        if (asked->name)
            return 0;
        argp_error(state, asked->kind ? "name it: NAME" : "say what to start, and its NAME");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A name that can stand unquoted in YAML, in a path and in a file's name. */
static int check_name(const new_options *asked)
{
    static const char *const nothing[] = {"null", "Null", "NULL"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *name = asked->name;
    const size_t length = strlen(name);
    const char *folder = strcmp(asked->kind, "playbook") == 0  ? "strategies"
                         : strcmp(asked->kind, "persona") == 0 ? "personas"
                                                               : "scenarios";
    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0)
        cli_tell("\"%s\": give the name without .yaml", name);
    else if (!*name || !strchr(letters, *name) || name[strspn(name, allowed)] != '\0')
        cli_tell("\"%s\": a name has letters, digits, - and _, and begins with a letter", name);
    else if (length >= DETENTE_NAME_SIZE)
        cli_tell("\"%s\": a name has at most %d characters", name, DETENTE_NAME_SIZE - 1);
    else if (!strcmp(name, nothing[0]) || !strcmp(name, nothing[1]) || !strcmp(name, nothing[2]))
        cli_tell("\"%s\": YAML's word for nothing cannot be a name", name);
    else if (detente_embedded_find(folder, name))
        cli_tell("\"%s\": the library has one of this name already; choose another", name);
    else
        return CLI_DONE;
    return CLI_USAGE;
}

/*
 * A library file's text, its opening comment left out and the top-level keys `name` and `description` put in anew; every line
 * set in by @p indent blanks. A persona's share is left to the caller.
 */
static void add_body(text_buffer *b, const struct detente_embedded *file, const char *name, const char *description,
                     int indent)
{
    int opening = 1;
    for (const char *line = file->text; *line;) {
        const int length = (int)strcspn(line, "\n");
        opening = opening && *line == '#';
        if (strncmp(line, "name:", 5) == 0)
            text_add(b, "%*sname: %s\n", indent, "", name);
        else if (strncmp(line, "description:", 12) == 0)
            text_add(b, "%*sdescription: %s\n", indent, "", description);
        else if (!opening && strncmp(line, "question:", 9) != 0 && strncmp(line, "share:", 6) != 0)
            text_add(b, "%*s%.*s\n", length ? indent : 0, "", length, line);
        line += length + (line[length] == '\n');
    }
}

/* The commands for a starter, as comments, with what each is for. */
static void add_commands(text_buffer *b, const char *name, const char *check, const char *run)
{
    char command[2 * DETENTE_NAME_SIZE + 32];
    const int width = snprintf(command, sizeof command, "detente run %s.yaml -o %s.h5", name, name);
    text_add(b, "#   detente check %s.yaml%*s  %s\n", name,
             width - (int)strlen("detente check .yaml") - (int)strlen(name), "", check);
    text_add(b, "#   %s  %s\n", command, run);
}

static void build_scenario(text_buffer *b, const char *name)
{
    text_add(
        b,
        "# A scenario to start from: the library's %s under a name of its own. Change what differs in your case.\n"
        "# Everything not named here has its default: `detente params` lists every number with its meaning and range.\n",
        base_scenario);
    add_commands(b, name, "what it says, in words", "play it");
    add_body(b, detente_embedded_find("scenarios", base_scenario), name, "what the complaint is about, in a line", 0);
}

static void build_playbook(text_buffer *b, const char *name)
{
    text_add(
        b,
        "# A strategy of your own, beside `typical`, which it is a copy of: until you change it, both do the same.\n"
        "# `detente list moves` names what an agent can do, `detente list observables` what a condition may look at.\n");
    add_commands(b, name, "the playbook in plain words", "compare the two");
    text_add(b,
             "detente: 1\n"
             "name: %s\n"
             "extends: %s           # the complaint: a scenario of the library, or a file\n"
             "strategies:\n"
             "  - %s\n"
             "  -\n",
             name, base_scenario, base_strategy);
    add_body(b, detente_embedded_find("strategies", base_strategy), name, "what it does, in a line", 4);
}

static void build_persona(text_buffer *b, const char *name)
{
    text_add(
        b,
        "# A kind of customer of your own, beside `%s`, which it is a copy of: until you change it, both are the same.\n"
        "# `detente params customer` lists the traits with their ranges. A trait that is not named is as in the complaint.\n",
        base_persona);
    add_commands(b, name, "whether it is right", "how strategies fare with either");
    text_add(
        b,
        "detente: 1\n"
        "name: %s\n"
        "extends: %s           # the complaint: a scenario of the library, or a file\n"
        "strategies: [%s, listen-then-pay]  # `detente list strategies` names the library's\n"
        "design:                           # all customers are the one, then all the other; without it, a mix by the shares\n"
        "  vary:\n"
        "    customer.persona: [%s, %s]\n"
        "customer:\n"
        "  personas:\n"
        "    - {extends: %s, share: 0.7}\n"
        "    -\n",
        name, base_scenario, base_strategy, base_persona, name, base_persona);
    add_body(b, detente_embedded_find("personas", base_persona), name, "who they are, in a line", 6);
    text_add(
        b,
        "      share: 0.3                  # of the customers; all shares sum to 1\n"
        "      # patience: 6               # minutes; a number is the same for all of them, {mean: 12, sd: 6} a spread\n"
        "      # belief: 0.5               # how far they believe that asking for a manager pays\n");
}

static void build_sweep(text_buffer *b, const char *name)
{
    text_add(
        b,
        "# A sweep: the same strategies at many points, which differ in the paths below `vary`. docs/designs.md says what each\n"
        "# type of design is for; `detente params` lists the paths with their ranges.\n");
    add_commands(b, name, "how much work it is", "play it");
    text_add(
        b,
        "detente: 1\n"
        "name: %s\n"
        "question: Does answering in kind matter more when customers are angry?   # put yours here\n"
        "extends: %s           # the complaint: a scenario of the library, or a file\n"
        "seed: 20241005                    # the same seed gives the same customers, and the same bytes\n"
        "replications: 20                  # every cell (point x strategy) is repeated so often …\n"
        "encounters: 256                   # … with so many calls each time\n"
        "strategies: [typical, listen-then-pay]  # all play at every point, with the same customers\n"
        "design:\n"
        "  type: factorial                 # all combinations. To sample more paths: latin-hypercube or sobol with points: 256\n"
        "  vary:\n"
        "    agent.mirroring: {from: 0, to: 1, steps: 5}          # 0, 0.25, 0.5, 0.75, 1\n"
        "    customer.anger.mean: [0.3, 0.5, 0.7]                 # values as they are\n"
        "    # strategy.concession.beta: {from: 0.2, to: 5, steps: 5, log: true}   # of every strategy, in equal ratios\n"
        "    # tiers[0].authority: [0.5, 1]                       # an element of a list, by number or by name\n"
        "    # customer.persona: [reasonable, abusive]            # names vary too: personas, scenarios, tactics\n",
        name, base_scenario);
}

static void build_experiment(text_buffer *b, const char *name)
{
    text_add(
        b,
        "# An experiment: the config that answers the question of README.md, and nothing else is needed to repeat it.\n"
        "#   detente run %s/config.yaml -o %s/results.h5\n"
        "#   detente test %s/results.h5\n"
        "detente: 1\n"
        "name: %s\n"
        "question: Does saying no with reasons and kindness beat the bare no?   # put yours here\n"
        "extends: %s           # the complaint: a scenario of the library, or a file\n"
        "seed: 20241005                    # the same seed gives the same customers, and the same bytes\n"
        "replications: 40                  # the run is repeated so often, to say how sure the results are …\n"
        "encounters: 256                   # … with so many calls each time\n"
        "keep: none                        # encounters or turns store every call, row by row\n"
        "customer:                         # `detente list personas` names the library's\n"
        "  personas: [reasonable, anxious, entitled, opportunist, abusive, loyal]\n"
        "# design: {vary: {agent.mirroring: [0, 1]}}   # … at more than one point: `detente new sweep` shows how\n"
        "strategies:                       # all meet the same customers; `detente list strategies` names the library's\n"
        "  - %s\n"
        "  - bare-refusal\n"
        "  - firm-but-kind\n"
        "hypotheses:                       # what you expect, said before you look; `detente test` gives the verdicts\n"
        "  - name: kindness-satisfies      # \"> 0.02\": by how much, so that what is too small to matter does not count\n"
        "    expect: {metric: reported_satisfaction, strategy: firm-but-kind, versus: {strategy: bare-refusal}, difference: \"> "
        "0.02\"}\n"
        "  - name: kindness-costs-little   # without `versus`, value: \"< 8\" is about one strategy alone\n"
        "    expect: {metric: minutes, strategy: firm-but-kind, versus: {strategy: bare-refusal}, difference: \"< 1\"}\n",
        name, name, name, name, base_scenario, base_strategy);
}

static void build_readme(text_buffer *b, const char *name)
{
    text_add(
        b,
        "# %s\n\n"
        "**Question.** Does saying no with reasons and kindness beat the bare no?\n\n"
        "**Source.** Who says so, and where; with what evidence.\n\n"
        "**Prediction.** The `hypotheses` of config.yaml, written down before the run: which strategy does better, on which metric, "
        "by how much; and why.\n\n"
        "**Run.** `detente run %s/config.yaml -o %s/results.h5`, then `detente test %s/results.h5`\n\n"
        "**Result.** The verdicts, with effect and interval; where the prediction failed.\n",
        name, name, name, name);
}

/* Write one file that is not there yet. */
static int write_new(const char *path, text_buffer *b)
{
    detente_error error = {0};
    char *text = NULL;
    int code = text_finish(b, &text, &error);
    if (!code)
        code = detente_fs_create(path, text, strlen(text), &error);
    detente_free(text);
    return code ? cli_fail(code, &error) : CLI_DONE;
}

static int write_experiment(const char *name)
{
    text_buffer config = {0}, readme = {0};
    char path[DETENTE_NAME_SIZE + 16];
    if (mkdir(name, 0777)) {
        cli_tell("%s: %s", name, errno == EEXIST ? "exists; nothing was written" : strerror(errno));
        return CLI_FAILED;
    }
    build_experiment(&config, name);
    build_readme(&readme, name);
    snprintf(path, sizeof path, "%s/config.yaml", name);
    int status = write_new(path, &config);
    snprintf(path, sizeof path, "%s/README.md", name);
    if (!status)
        status = write_new(path, &readme);
    text_clear(&config);
    text_clear(&readme);
    if (!status)
        printf("%s/config.yaml and %s/README.md written. Next:\n  detente run %s/config.yaml -o %s/results.h5\n", name,
               name, name, name);
    else
        rmdir(name); /* succeeds only when nothing was written into it */
    return status;
}

int cli_new(int argc, char **argv)
{
    static const struct argp argp = {NULL, parse_option, "scenario|playbook|persona|sweep|experiment NAME", doc, NULL,
                                     NULL, NULL};
    new_options asked = {0};
    text_buffer b = {0};
    char path[DETENTE_NAME_SIZE + 16];
    int status = cli_parse(&argp, argc, argv, &asked);
    if (status)
        return status - 1;
    status = check_name(&asked);
    if (status)
        return status;
    if (strcmp(asked.kind, "experiment") == 0)
        return write_experiment(asked.name);
    if (strcmp(asked.kind, "scenario") == 0)
        build_scenario(&b, asked.name);
    else if (strcmp(asked.kind, "persona") == 0)
        build_persona(&b, asked.name);
    else if (strcmp(asked.kind, "sweep") == 0)
        build_sweep(&b, asked.name);
    else
        build_playbook(&b, asked.name);
    snprintf(path, sizeof path, "%s.yaml", asked.name);
    status = write_new(path, &b);
    text_clear(&b);
    if (!status)
        printf("%s written. Next:\n  detente run %s -o %s.h5\n", path, path, asked.name);
    return status;
}
