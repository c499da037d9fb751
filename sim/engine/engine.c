/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <detente/engine.h>

#include <omp.h>

#include "core/clock.h"
#include "engine/schedule.h"

int detente_engine_play(const detente_config *config, const detente_cell_source *cells, const detente_sink *sink,
                        const detente_run_options *options, const engine_player *player, detente_progress *done,
                        detente_error *error)
{
    const int asked = options && options->threads > 0 ? options->threads : detente_engine_threads();
    schedule s;
    int code = detente_schedule_init(&s, config, cells, sink, player, options, asked, error);
    if (!code && s.n_jobs > 0) {
        const int threads = s.n_jobs < (uint64_t)asked ? (int)s.n_jobs : asked;
        /* A runtime that gives fewer threads than asked for changes nothing but the time it takes. */
#pragma omp parallel num_threads(threads) default(none) shared(s)
        detente_schedule_work(&s);
        code = s.code;
        if (code == DETENTE_E_MEMORY || code == DETENTE_E_INTERRUPTED) {
            if (error && error->count == 0)
                detente_error_set(error, code, "%s", detente_error_string(code));
        }
    }
    if (done) {
        *done = s.progress;
        done->seconds = detente_clock() - s.begun;
    }
    detente_schedule_clear(&s);
    return code;
}

int detente_engine_run(const detente_config *config, const detente_cell_source *cells, const detente_sink *sink,
                       const detente_run_options *options, detente_progress *done, detente_error *error)
{
    static const engine_player player = {.play = detente_cell_play, .trace = detente_cell_trace};
    return detente_engine_play(config, cells, sink, options, &player, done, error);
}
