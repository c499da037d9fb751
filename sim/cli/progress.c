/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a run has come, on stderr. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/text.h"

/* Seconds between plain lines, and between changes of a bar, which waits a moment, so that short runs show none. */
static const double line_every = 60, always_every = 1, bar_every = 0.25, bar_after = 0.5;

enum { SHORTEST_BAR = 5, LONGEST_BAR = 30, DEFAULT_COLUMNS = 80 };

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
    /* More than was expected. */
    if (progress->total == CLI_TOTAL_ABOUT && all.encounters_done > progress->encounters)
        all.encounters_total = all.encounters_done;
    /* A selection plays anew what a file has only a part of. */
    if (progress->candidates && progress->encounters && all.encounters_done > progress->encounters)
        all.encounters_done = progress->encounters;
    all.turns_done += progress->before.turns_done;
    all.seconds += progress->before.seconds;
    return all;
}

/* What is worth knowing first, since a narrow terminal has no room for all. */
static void describe(const cli_progress *progress, const detente_progress *now, char *out, size_t size)
{
    static const char *const bound[] = {"", "at most ", "about "};
    char a[32], b[32];
    text_buffer words = {0};
    const double speed = now->seconds > 0 ? (double)now->encounters_done / now->seconds : 0;
    const uint64_t done = now->encounters_done, total = now->encounters_total;
    if (total) {
        text_add(&words, "%3.0f %%", 100 * (double)done / (double)total);
        if (speed > 0) {
            duration((double)(total - done) / speed, a, sizeof a);
            text_add(&words, ", left %s%s", bound[progress->total], a);
        }
    }
    if (progress->candidates && !total)
        text_add(&words, "%u of %u candidates left", progress->left, progress->candidates);
    if (progress->total)
        text_add(&words, ", %s of %s cells precise", cli_count(progress->precise, a), cli_count(progress->cells, b));
    if (progress->replications > 1)
        text_add(&words, ", replication %s of %s%s", cli_count(progress->replication, a),
                 progress->total ? bound[CLI_TOTAL_AT_MOST] : "", cli_count(progress->replications, b));
    if (progress->cells > 1 && !progress->total)
        text_add(&words, ", %s cells", cli_count(progress->cells, a));
    if (now->turns_done > 0 && now->seconds > 0) {
        const double millions = 1e-6 * (double)now->turns_done / now->seconds;
        if (millions < 99)
            text_add(&words, ", %.3g M turns/s", millions);
        else
            text_add(&words, ", %s M turns/s", cli_count((uint64_t)(millions + 0.5), a));
    }
    text_add(&words, ", %s", cli_count(done, a));
    text_add(&words, total ? " of %s%s encounters" : " encounters", bound[progress->total], cli_count(total, b));
    snprintf(out, size, "%s", words.text ? words.text : "");
    text_clear(&words);
}

static void draw(cli_progress *progress, const detente_progress *now, const char *words)
{
    char bar[LONGEST_BAR + 4] = "";
    const int room = columns() - 1;
    int length = (int)strlen(words);
    for (int at = length; length > room - SHORTEST_BAR - 3 && at > 0; at--)
        if (words[at] == ',' && words[at + 1] == ' ')
            length = at;
    length = length < room ? length : room;
    const int most = room - length - 3, width = most < LONGEST_BAR ? most : LONGEST_BAR;
    if (width >= SHORTEST_BAR && now->encounters_total) {
        const int full = (int)(width * ((double)now->encounters_done / (double)now->encounters_total));
        bar[0] = '[';
        memset(bar + 1, '#', (size_t)full);
        memset(bar + 1 + full, '.', (size_t)(width - full));
        strcpy(bar + 1 + width, "] ");
    }
    const int shown = (int)strlen(bar) + length;
    /* Blanks cover what the line before had more. */
    const int blanks = progress->width > shown ? progress->width - shown : 0;
    fprintf(stderr, "\r%s%.*s%*s", bar, length, words, blanks, "");
    fflush(stderr);
    progress->width = shown;
}

void cli_progress_show(void *data, const detente_progress *part)
{
    cli_progress *progress = data;
    char words[300];
    if (progress->mode == CLI_PROGRESS_NEVER)
        return;
    const detente_progress all = whole(progress, part), *now = &all;
    if (progress->bar) {
        if ((now->seconds < bar_after && progress->mode != CLI_PROGRESS_ALWAYS) ||
            (progress->width > 0 && now->seconds - progress->shown < bar_every))
            return;
        progress->shown = now->seconds;
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
