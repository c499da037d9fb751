/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a run has come, on stderr. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Seconds between plain lines; a bar waits a moment, so that short runs show none. */
static const double line_every = 60, always_every = 1, bar_after = 0.5;

enum { LONGEST_BAR = 30, DEFAULT_COLUMNS = 80 };

void cli_progress_begin(cli_progress *progress, int mode)
{
    const char *terminal = getenv("TERM");
    *progress = (cli_progress){.mode = mode};
    progress->bar = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0);
}

static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : DEFAULT_COLUMNS;
}

/* "1:05:03" or "4:07" */
static void duration(double seconds, char *out, size_t size)
{
    const unsigned long long s = seconds < 1e12 ? (unsigned long long)(seconds + 0.5) : 0;
    if (s >= 3600)
        snprintf(out, size, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%llu:%02llu", s / 60, s % 60);
}

/* The parts before, and this one. */
static detente_progress whole(const cli_progress *progress, const detente_progress *now)
{
    detente_progress all = *now;
    all.encounters_done += progress->before.encounters_done;
    all.encounters_total = progress->encounters;
    /* A selection plays anew what a file has only a part of. */
    if (progress->candidates && progress->encounters && all.encounters_done > progress->encounters)
        all.encounters_done = progress->encounters;
    all.turns_done += progress->before.turns_done;
    all.seconds += progress->before.seconds;
    return all;
}

static void describe(const cli_progress *progress, const detente_progress *now, char *out, size_t size)
{
    char done[32], total[32], rate[32], left[32] = "";
    const double speed = now->seconds > 0 ? (double)now->encounters_done / now->seconds : 0;
    if (progress->candidates && now->encounters_total == 0) {
        snprintf(out, size, "%s encounters, %s/s, %u of %u candidates left", cli_count(now->encounters_done, done),
                 cli_count((uint64_t)speed, rate), progress->left, progress->candidates);
        return;
    }
    if (speed > 0)
        duration((double)(now->encounters_total - now->encounters_done) / speed, left, sizeof left);
    snprintf(out, size, "%3.0f %%  %s of %s encounters, %s/s%s%s",
             now->encounters_total ? 100 * (double)now->encounters_done / (double)now->encounters_total : 100,
             cli_count(now->encounters_done, done), cli_count(now->encounters_total, total),
             cli_count((uint64_t)speed, rate), *left ? progress->cells ? ", left at most " : ", left " : "", left);
    const size_t length = strlen(out);
    if (progress->cells && length < size)
        snprintf(out + length, size - length, ", %s of %s cells precise", cli_count(progress->enough, done),
                 cli_count(progress->cells, total));
}

static void draw(cli_progress *progress, const detente_progress *now, const char *words)
{
    char bar[LONGEST_BAR + 4] = "";
    const int room = columns() - 1, length = (int)strlen(words);
    const int most = room - length - 3, width = most < LONGEST_BAR ? most : LONGEST_BAR;
    if (width >= 5 && now->encounters_total) {
        const int full = (int)(width * ((double)now->encounters_done / (double)now->encounters_total));
        bar[0] = '[';
        memset(bar + 1, '#', (size_t)full);
        memset(bar + 1 + full, '.', (size_t)(width - full));
        strcpy(bar + 1 + width, "] ");
    }
    const int shown = (int)strlen(bar) + (length < room ? length : room);
    /* Blanks cover what the line before had more. */
    const int blanks = progress->width > shown ? progress->width - shown : 0;
    fprintf(stderr, "\r%s%.*s%*s", bar, room, words, blanks, "");
    fflush(stderr);
    progress->width = shown;
}

void cli_progress_show(void *data, const detente_progress *part)
{
    cli_progress *progress = data;
    char words[200];
    if (progress->mode == CLI_PROGRESS_NEVER)
        return;
    const detente_progress all = whole(progress, part), *now = &all;
    if (progress->bar) {
        if (now->seconds < bar_after && progress->mode != CLI_PROGRESS_ALWAYS)
            return;
        describe(progress, now, words, sizeof words);
        draw(progress, now, words);
        return;
    }
    if (now->seconds - progress->shown < (progress->mode == CLI_PROGRESS_ALWAYS ? always_every : line_every))
        return;
    progress->shown = now->seconds;
    describe(progress, now, words, sizeof words);
    cli_tell("%s", words);
}

void cli_progress_end(cli_progress *progress)
{
    if (progress->width > 0)
        fprintf(stderr, "\r%*s\r", progress->width, "");
    progress->width = 0;
}
