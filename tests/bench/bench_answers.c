/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an answer costs: the program's commands on a results file of 10^5 cells and 40 replications, whose numbers are made up.
 * Prints, never asserts: seconds by the wall clock, and the most memory, of a process of its own for each. The design is the one
 * that sensitivity asks most of: 20 parameters, two strategies.
 */
#include <math.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

enum { ROWS = 2273, FACTORS = 20, STRATEGIES = 2, CELLS = ROWS * (FACTORS + 2) * STRATEGIES, REPLICATIONS = 40 };
enum { PATH_SIZE = 256, MOST_WORDS = 12, TIMES = 3 };

static char path[PATH_SIZE];

/* The commands; OUT.h5 stands for the file. */
static const char *const command[][MOST_WORDS] = {
    {"compare", "OUT.h5", "--metric", "escalated,minutes,net_value"},
    {"compare", "OUT.h5"},
    {"compare", "OUT.h5", "--by", "moves.ask.warmth"},
    {"sensitivity", "OUT.h5", "--metric", "escalated"},
    {"sensitivity", "OUT.h5"},
    {"test", "OUT.h5"},
    {"select", "OUT.h5", "-m", "escalated", "--min", "-d", "0.1"},
};

static int read_config(detente_config *config, detente_error *error)
{
    static const char *const MOVE[] = {"listen", "ask", "apologise", "explain"};
    static const char *const EFFECT[] = {"validation", "warmth", "irritation", "explanation", "choice"};
    char text[4096];
    int at = snprintf(text, sizeof text,
                      "detente: 1\nname: bench\nextends: billing-dispute\nreplications: %d\nencounters: 100\n"
                      "strategies: [typical, task-focused]\ndesign:\n  type: saltelli\n  points: %d\n  vary:\n",
                      REPLICATIONS, ROWS);
    for (int k = 0; k < FACTORS; k++)
        at += snprintf(text + at, sizeof text - (size_t)at, "    moves.%s.%s: {from: 0, to: 1}\n", MOVE[k / 5],
                       EFFECT[k % 5]);
    snprintf(
        text + at, sizeof text - (size_t)at,
        "hypotheses:\n"
        "  - name: more\n    expect: {metric: escalated, strategy: typical, versus: {strategy: task-focused}, difference: '> 0.01'}\n"
        "  - name: short\n    expect: {metric: minutes, strategy: typical, value: '< 8'}\n");
    return detente_config_parse(config, text, strlen(text), "bench", NULL, 0, error, NULL);
}

/* A number in [0, 1) of its own for each unit and metric: an output of splitmix64 (Steele, Lea & Flood 2014). */
static double share(uint64_t place)
{
    uint64_t z = place * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* What a cell comes to by its point, and noise. */
static void make_moments(const double *values, uint64_t unit, detente_moments *moments)
{
    for (int m = 0; m < DETENTE_N_METRICS; m++) {
        double mean = 0.2 + 0.1 * values[m % FACTORS] * values[(m + 1) % FACTORS];
        mean += 0.02 * share(unit * DETENTE_N_METRICS + (uint64_t)m);
        moments[m] = (detente_moments){100, mean, 100 * mean * (1 - mean), 0, 1};
    }
}

static int write_file(detente_error *error)
{
    detente_config config;
    detente_sweep *sweep = NULL;
    detente_store *store = NULL;
    const detente_store_options how = {.force = 1, .threads = 1};
    double *values = malloc((size_t)ROWS * (FACTORS + 2) * FACTORS * sizeof *values);
    int code = values ? read_config(&config, error) : DETENTE_E_MEMORY;
    if (!code) {
        code = detente_sweep_open(&sweep, &config, error);
        for (uint64_t i = 0; i < (uint64_t)CELLS / STRATEGIES && !code; i++)
            code = detente_sweep_values(sweep, i, values + i * FACTORS, error);
        if (!code)
            code = detente_store_create(&store, path, &config, &how, error);
        const detente_sink sink = code ? (detente_sink){0} : detente_store_sink(store);
        for (uint64_t u = 0; u < (uint64_t)CELLS * REPLICATIONS && !code; u++) {
            detente_moments moments[DETENTE_N_METRICS];
            make_moments(values + u % CELLS / STRATEGIES * FACTORS, u, moments);
            const detente_unit unit = {u, (uint32_t)(u % CELLS), (uint32_t)(u / CELLS), moments, NULL, NULL};
            code = sink.unit(sink.data, &unit, error);
        }
        if (!code)
            code = detente_store_finish(store, NULL, error);
        detente_store_free(store);
        detente_sweep_close(sweep);
        detente_config_clear(&config);
    }
    free(values);
    return code;
}

/* Seconds and megabytes of a command. @return 0 or -1 */
static int time_command(const char *program, const char *const *words, double *seconds, double *megabytes)
{
    char *arguments[MOST_WORDS + 2] = {0};
    char copy[MOST_WORDS + 1][PATH_SIZE];
    snprintf(copy[0], PATH_SIZE, "%s", program);
    arguments[0] = copy[0];
    for (int i = 0; i < MOST_WORDS && words[i]; i++) {
        snprintf(copy[i + 1], PATH_SIZE, "%s", strcmp(words[i], "OUT.h5") ? words[i] : path);
        arguments[i + 1] = copy[i + 1];
    }
    int status;
    struct rusage use;
    const double begun = measure_clock(CLOCK_MONOTONIC);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execv(program, arguments);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) != child || !WIFEXITED(status))
        return -1;
    *seconds = measure_clock(CLOCK_MONOTONIC) - begun;
    *megabytes = (double)use.ru_maxrss / 1024;
    /* 4: a hypothesis that is not supported */
    return WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 4 ? 0 : -1;
}

static int bench(const char *program)
{
    printf("%d cells x %d replications of %d metrics (%d rows of %d parameters, %d strategies)\n  %-60s %9s %9s\n",
           CELLS, REPLICATIONS, DETENTE_N_METRICS, ROWS, FACTORS, STRATEGIES, "wall clock, a process each, best of 3",
           "seconds", "MB");
    for (size_t c = 0; c < sizeof command / sizeof *command; c++) {
        char name[PATH_SIZE] = "detente";
        for (int i = 0; i < MOST_WORDS && command[c][i]; i++)
            snprintf(name + strlen(name), sizeof name - strlen(name), " %s", command[c][i]);
        double best = INFINITY, most = 0;
        for (int t = 0; t < TIMES; t++) {
            double seconds, megabytes;
            if (time_command(program, command[c], &seconds, &megabytes)) {
                fprintf(stderr, "%s: failed\n", name);
                return -1;
            }
            best = fmin(best, seconds);
            most = fmax(most, megabytes);
        }
        printf("  %-60s %9.2f %9.0f\n", name, best, most);
    }
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    char program[PATH_SIZE];
    detente_error error = {0};
    const char *folder = getenv("TMPDIR");
    snprintf(program, sizeof program, "%.*s../../detente", (int)(strrchr(argv[0], '/') + 1 - argv[0]), argv[0]);
    snprintf(path, sizeof path, "%s/detente-bench-answers-%ld.h5", folder ? folder : "/tmp", (long)getpid());
    int code = write_file(&error);
    if (code)
        fprintf(stderr, "%s\n", error.text ? error.text : detente_error_string(code));
    else
        code = bench(program);
    detente_error_clear(&error);
    remove(path);
    return code ? EXIT_FAILURE : EXIT_SUCCESS;
}
