/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a results file says about how it was made. */
#include "cli/cli.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/text.h"
#include "core/version.h"

/* The command as it could be typed again; NULL when out of memory. */
static char *quoted_command(int argc, char **argv)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:@%+";
    text_buffer b = {0};
    char *text;
    text_add(&b, "%s", argv[0]);
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (*word && word[strspn(word, plain)] == '\0') {
            text_add(&b, " %s", word);
            continue;
        }
        text_add(&b, " '");
        for (; *word; word++)
            text_add(&b, *word == '\'' ? "'\\''" : "%c", *word);
        text_add(&b, "'");
    }
    return text_finish(&b, &text, NULL) ? NULL : text;
}

/* Now, in ISO 8601, universal time. */
static void stamp(char out[CLI_STAMP_SIZE])
{
    const time_t now = time(NULL);
    struct tm parts;
    if (!gmtime_r(&now, &parts) || strftime(out, CLI_STAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        out[0] = '\0';
}

void cli_provenance_begin(cli_provenance *provenance, int argc, char **argv)
{
    *provenance = (cli_provenance){.command = quoted_command(argc, argv)};
    stamp(provenance->started);
}

void cli_provenance_finish(cli_provenance *provenance, detente_provenance *out)
{
    if (gethostname(provenance->host, sizeof provenance->host - 1))
        provenance->host[0] = '\0';
    stamp(provenance->finished);
    *out = (detente_provenance){.git_revision = detente_git_revision(),
                                .command = provenance->command,
                                .host = provenance->host,
                                .compiler = detente_compiler(),
                                .flags = detente_compiler_flags(),
                                .started = provenance->started,
                                .finished = provenance->finished,
                                .ranks = 1,
                                .cpu_seconds = detente_cpu_clock()};
}

void cli_provenance_clear(cli_provenance *provenance)
{
    detente_free(provenance->command);
    *provenance = (cli_provenance){0};
}
