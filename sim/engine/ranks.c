/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sharing a run between processes. On each one thread plays and another talks. Rank 0 hands out chunks of the line of units; every message
 * to it is a rank's count of what it has played, and is answered. So all learn within a moment when one of them fails or is told
 * to stop.
 */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <detente/engine.h>

#include "core/clock.h"
#include "core/memory.h"
#include "engine/line.h"
#include "engine/schedule.h"
#include "engine/transport.h"

/* Seconds between two reports, and those that rank 0 waits for others once it is to stop: launchers kill after one. */
static const double report_every = 0.25, patience = 0.7;

/* The naps of a thread that talks, in seconds: of rank 0, whom no message wakes, after one, and at most while all have work, or at
 * the beginning and the end; of the others, who are woken by all but signals. */
static const double shortest_nap = 3e-5, nap_at_work = 2e-3, nap_at_ends = 5e-4, nap_of_member = 10e-3;

static const long nap_of_idle = 50000; /* nanoseconds, before the last nap of one who waits for a chunk */

enum { STOP_FAILED = -1, WORDS = 1000 };

/* To rank 0, and its answer. */
typedef struct report {
    uint64_t encounters, turns;
    int32_t wants, ended, stop;
} report;
typedef struct answer {
    uint64_t first, n;
    int32_t stop;
} answer;

struct detente_ranks {
    int rank, n, lost;
    const volatile int *caught;
    int signal; /* that any of them caught */
    const detente_share *share;
    pthread_mutex_t mutex; /* of the fields below, which the playing thread has to do with */
    pthread_cond_t changed;
    int wants, answered, ended, code;
    int told; /* the talking thread knows what it wants, or that it ended */
    answer chunk;
    detente_progress done; /* by this rank, in all */
    detente_error *error;
    volatile int stop;
    /* Of rank 0: */
    line line;
    int unheard;           /* ranks that have not asked for a chunk yet */
    report *reported;      /* by rank */
    line_rank *line_ranks; /* by rank */
};

void transport_nap(long *nap)
{
    enum { SHORTEST = 20000, LONGEST = 2000000 };
    *nap = *nap == 0 ? SHORTEST : *nap * 2 < LONGEST ? *nap * 2 : LONGEST;
    nanosleep(&(struct timespec){.tv_nsec = *nap}, NULL);
}

static void release(detente_ranks *ranks)
{
    detente_free(ranks->reported);
    detente_free(ranks->line_ranks);
    detente_free(ranks);
}

int detente_ranks_begin(detente_ranks **out, const volatile int *caught, detente_error *error)
{
    detente_ranks *ranks = *out = detente_calloc(1, sizeof *ranks);
    if (!ranks)
        return detente_no_memory(error);
    ranks->caught = caught;
    int code = transport_begin(&ranks->rank, &ranks->n, error);
    if (!code) {
        ranks->reported = detente_calloc((size_t)ranks->n, sizeof *ranks->reported);
        ranks->line_ranks = detente_calloc((size_t)ranks->n, sizeof *ranks->line_ranks);
        if (!ranks->reported || !ranks->line_ranks) {
            code = detente_no_memory(error);
            transport_end(ranks->n > 1);
        }
    }
    if (code) {
        release(ranks);
        *out = NULL;
        return code;
    }
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&ranks->mutex, NULL);
    pthread_cond_init(&ranks->changed, &clock);
    pthread_condattr_destroy(&clock);
    return 0;
}

void detente_ranks_end(detente_ranks *ranks)
{
    if (!ranks)
        return;
    transport_end(ranks->lost);
    pthread_cond_destroy(&ranks->changed);
    pthread_mutex_destroy(&ranks->mutex);
    release(ranks);
}

int detente_ranks_rank(const detente_ranks *ranks)
{
    return ranks->rank;
}

int detente_ranks_number(const detente_ranks *ranks)
{
    return ranks->n;
}

int detente_ranks_lost(const detente_ranks *ranks)
{
    return ranks->lost;
}

/* ---- what all decide together ------------------------------------------------------------------------------------- */

typedef struct verdict {
    int32_t code, signal;
    char words[WORDS];
} verdict;

/* What is said of the failure that counts: a rank that stopped because another failed has nothing to say. */
static int judge(const detente_ranks *ranks, const verdict *all)
{
    int at = -1;
    for (int r = 0; r < ranks->n; r++)
        if (all[r].code && (at < 0 || (all[at].code == DETENTE_E_INTERRUPTED && all[r].code != all[at].code)))
            at = r;
    return at;
}

int detente_ranks_agree(detente_ranks *ranks, int code, detente_error *error)
{
    if (ranks->n == 1 || ranks->lost)
        return code;
    verdict mine = {.code = code}, *all = detente_calloc((size_t)ranks->n, sizeof *all);
    if (!all) { /* the others cannot be told in any other way */
        ranks->lost = 1;
        return detente_no_memory(error);
    }
    if (code && error && error->text)
        snprintf(mine.words, sizeof mine.words, "%s", error->text);
    mine.signal = ranks->caught ? *ranks->caught : 0;
    transport_gather(&mine, all, sizeof mine);
    for (int r = 0; r < ranks->n && !ranks->signal; r++)
        ranks->signal = all[r].signal;
    const int at = judge(ranks, all);
    code = at < 0 ? 0 : all[at].code;
    if (at > 0 && error) {
        detente_error_clear(error);
        detente_error_set(error, code, "process %d of %d: %s", at + 1, ranks->n,
                          *all[at].words ? all[at].words : detente_error_string(code));
    }
    detente_free(all);
    return code;
}

int detente_ranks_sum(detente_ranks *ranks, double *value, int n)
{
    if (ranks->n == 1 || ranks->lost)
        return 0;
    double *all = detente_calloc((size_t)ranks->n * (size_t)n, sizeof *all);
    if (!all) {
        ranks->lost = 1;
        return DETENTE_E_MEMORY;
    }
    transport_gather(value, all, (size_t)n * sizeof *value);
    for (int i = 0; i < n; i++) {
        value[i] = 0;
        for (int r = 0; r < ranks->n; r++)
            value[i] += all[r * n + i];
    }
    detente_free(all);
    return 0;
}

/* ---- the thread that plays ---------------------------------------------------------------------------------------- */

void detente_ranks_tell(detente_ranks *ranks, const detente_progress *done)
{
    pthread_mutex_lock(&ranks->mutex);
    ranks->done = *done;
    pthread_mutex_unlock(&ranks->mutex);
}

/* Say that this rank wants a chunk, or that it has ended. Called with the mutex held. */
static void say(detente_ranks *ranks, int *what)
{
    *what = 1;
    ranks->told = 0;
    pthread_cond_broadcast(&ranks->changed);
}

/* Ask for a chunk and wait for it. @return 0: there is no more */
static int take_chunk(detente_ranks *ranks, answer *chunk)
{
    pthread_mutex_lock(&ranks->mutex);
    say(ranks, &ranks->wants);
    while (!ranks->answered)
        pthread_cond_wait(&ranks->changed, &ranks->mutex);
    ranks->answered = 0;
    *chunk = ranks->chunk;
    pthread_mutex_unlock(&ranks->mutex);
    return chunk->n > 0 && !ranks->stop;
}

static void *play(void *data)
{
    detente_ranks *ranks = data;
    const detente_share *share = ranks->share;
    answer chunk;
    int code = 0;
    while (!code && take_chunk(ranks, &chunk))
        code = share->play(share->data, chunk.first, chunk.n, &ranks->stop, ranks->error);
    if (!code && ranks->stop)
        code = DETENTE_E_INTERRUPTED;
    const int last = share->play(share->data, 0, 0, &ranks->stop, code ? NULL : ranks->error);
    pthread_mutex_lock(&ranks->mutex);
    ranks->code = code ? code : last;
    say(ranks, &ranks->ended);
    pthread_mutex_unlock(&ranks->mutex);
    return NULL;
}

/* ---- the thread that talks ---------------------------------------------------------------------------------------- */

static void look_at_signals(detente_ranks *ranks)
{
    const int caught = ranks->caught ? *ranks->caught : 0;
    if (caught && !ranks->stop)
        ranks->stop = caught;
}

/* What this rank has to say. */
static report look(detente_ranks *ranks)
{
    look_at_signals(ranks);
    pthread_mutex_lock(&ranks->mutex);
    if (ranks->code && !ranks->stop)
        ranks->stop = STOP_FAILED;
    const report now = {.encounters = ranks->done.encounters_done,
                        .turns = ranks->done.turns_done,
                        .wants = ranks->wants,
                        .ended = ranks->ended,
                        .stop = ranks->stop};
    ranks->told = 1;
    pthread_mutex_unlock(&ranks->mutex);
    return now;
}

/* Sleep, but not past what the playing thread has to say. */
static void doze(detente_ranks *ranks, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const long nanoseconds = until.tv_nsec + (long)(1e9 * seconds);
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    pthread_mutex_lock(&ranks->mutex);
    if (ranks->told)
        pthread_cond_timedwait(&ranks->changed, &ranks->mutex, &until);
    pthread_mutex_unlock(&ranks->mutex);
}

static void hand_over(detente_ranks *ranks, const answer *chunk)
{
    pthread_mutex_lock(&ranks->mutex);
    ranks->chunk = *chunk;
    ranks->answered = 1;
    ranks->wants = 0;
    pthread_cond_broadcast(&ranks->changed);
    pthread_mutex_unlock(&ranks->mutex);
}

/* Rank 0's answer to one of them. */
static answer give(detente_ranks *ranks, int rank, int wants)
{
    answer chunk = {.stop = ranks->stop};
    ranks->unheard -= wants && ranks->line_ranks[rank].played + ranks->line_ranks[rank].last == 0;
    if (wants && !ranks->stop)
        chunk.n = detente_line_take(&ranks->line, rank, detente_clock(), &chunk.first);
    return chunk;
}

static void talk_as_member(detente_ranks *ranks)
{
    double last = 0;
    report said = {0}, now;
    do {
        now = look(ranks);
        if (!now.wants && !now.ended && now.stop == said.stop && detente_clock() - last < report_every) {
            doze(ranks, nap_of_member);
            continue;
        }
        answer chunk = {0};
        int from;
        long nap = 0;
        transport_send(0, &now, sizeof now);
        while (!transport_receive(&from, &chunk, sizeof chunk)) {
            /* Nobody else needs this processor meanwhile. */
            nap = now.wants && nap > nap_of_idle ? nap_of_idle : nap;
            transport_nap(&nap);
            look_at_signals(ranks);
        }
        said = now;
        last = detente_clock();
        if (chunk.stop && !ranks->stop)
            ranks->stop = chunk.stop;
        if (now.wants)
            hand_over(ranks, &chunk);
    } while (!now.ended);
}

/* Answer all that have asked. @return whether anyone had */
static int serve(detente_ranks *ranks)
{
    int from, any = 0;
    report heard;
    while (transport_receive(&from, &heard, sizeof heard)) {
        ranks->reported[from] = heard;
        if (heard.stop && !ranks->stop)
            ranks->stop = heard.stop;
        const answer chunk = give(ranks, from, heard.wants);
        transport_send(from, &chunk, sizeof chunk);
        any = 1;
    }
    ranks->reported[0] = look(ranks);
    if (ranks->reported[0].wants) {
        const answer chunk = give(ranks, 0, ranks->reported[0].wants);
        hand_over(ranks, &chunk);
        any = 1;
    }
    return any;
}

static int all_ended(const detente_ranks *ranks)
{
    int ended = 1;
    for (int r = 0; r < ranks->n; r++)
        ended &= ranks->reported[r].ended;
    return ended;
}

detente_progress detente_ranks_done(const detente_ranks *ranks)
{
    detente_progress now = {.encounters_done = ranks->done.encounters_done, .turns_done = ranks->done.turns_done};
    for (int r = 1; r < ranks->n; r++) {
        now.encounters_done += ranks->reported[r].encounters;
        now.turns_done += ranks->reported[r].turns;
    }
    return now;
}

static void show(detente_ranks *ranks, double seconds)
{
    pthread_mutex_lock(&ranks->mutex);
    detente_progress now = detente_ranks_done(ranks);
    pthread_mutex_unlock(&ranks->mutex);
    now.seconds = seconds;
    if (ranks->share->progress)
        ranks->share->progress(ranks->share->data, &now);
}

static void talk_as_first(detente_ranks *ranks)
{
    const double begun = detente_clock();
    double shown = begun, stopped = 0, nap = shortest_nap;
    for (int r = 0; r < ranks->n; r++)
        ranks->reported[r].ended = 0;
    while (1) {
        const int any = serve(ranks);
        const double now = detente_clock();
        if (all_ended(ranks))
            return;
        if (ranks->stop > 0 && stopped == 0)
            stopped = now;
        if (stopped > 0 && ranks->reported[0].ended && now - stopped > patience) {
            ranks->lost = 1;
            return;
        }
        if (now - shown >= report_every) {
            show(ranks, now - begun);
            shown = now;
        }
        const int busy = ranks->unheard <= 0 && ranks->line.next < ranks->line.n;
        nap = any ? shortest_nap : 2 * nap;
        doze(ranks, nap = fmin(nap, busy ? nap_at_work : nap_at_ends));
    }
}

int detente_ranks_play(detente_ranks *ranks, const detente_share *share, detente_error *error)
{
    pthread_t player;
    ranks->share = share;
    ranks->error = error;
    ranks->wants = ranks->answered = ranks->ended = ranks->told = ranks->code = ranks->stop = 0;
    ranks->unheard = ranks->n;
    detente_line_begin(&ranks->line, share->n, share->least, ranks->line_ranks, ranks->n, detente_clock());
    const int alone = pthread_create(&player, NULL, play, ranks);
    if (alone) { /* the others still want answers */
        ranks->ended = 1;
        ranks->code = detente_error_set(error, DETENTE_E_MEMORY, "a thread cannot be started");
    }
    if (ranks->rank > 0)
        talk_as_member(ranks);
    else
        talk_as_first(ranks);
    if (!alone)
        pthread_join(player, NULL);
    ranks->share = NULL;
    return ranks->lost ? ranks->code : detente_ranks_agree(ranks, ranks->code, error);
}

int detente_ranks_signal(const detente_ranks *ranks)
{
    return ranks->signal ? ranks->signal : ranks->stop > 0 ? ranks->stop : 0;
}
