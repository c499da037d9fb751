/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The results file of a selection: cells with as many replications as were looked at. */
#include <string.h>

#include "cli/select.h"
#include "core/memory.h"

typedef struct selection_file {
    selection_run *run;
    detente_config config; /* a view of the run's, with as many replications as any cell has */
    detente_store *store;
    uint32_t cells;
    uint64_t *wanted; /* replications of each cell */
    uint8_t *skip;
    cli_progress progress;
    detente_progress done;
} selection_file;

/* Cells that fail are played with the others to begin with, so that the file says why. */
static void count_wanted(selection_file *file)
{
    const candidates *people = &file->run->people;
    const detente_selection *selection = &file->run->selection;
    uint64_t least = UINT64_MAX;
    file->config.replications = 0;
    for (uint32_t i = 0; i < people->n; i++) {
        const uint64_t n = selection->replications[i];
        for (uint32_t p = 0; p < people->each; p++)
            file->wanted[people->cell[(size_t)i * people->each + p]] = n;
        least = n < least ? n : least;
        file->config.replications = n > file->config.replications ? n : file->config.replications;
    }
    for (uint32_t cell = 0; cell < file->cells; cell++) {
        if (people->failed[cell])
            file->wanted[cell] = least;
        file->progress.encounters += file->wanted[cell] * file->config.encounters;
    }
}

/* Cells that have fewer than a replication, and the end of the replications that all others have. */
static uint64_t next_end(selection_file *file, uint64_t replication)
{
    uint64_t end = file->config.replications;
    for (uint32_t cell = 0; cell < file->cells; cell++) {
        file->skip[cell] = file->wanted[cell] <= replication;
        if (!file->skip[cell] && file->wanted[cell] < end)
            end = file->wanted[cell];
    }
    return end;
}

static int play_to(selection_file *file, uint64_t end, detente_error *error)
{
    const detente_cell_source cells = detente_sweep_source(file->run->sweep);
    const detente_sink sink = detente_store_sink(file->store);
    detente_run_options how = {.threads = file->run->asked->threads,
                               .isa = file->run->isa,
                               .skip = file->skip,
                               .progress = cli_progress_show,
                               .progress_data = &file->progress,
                               .stop = cli_signals_caught()};
    int more, code = 0;
    while (!code &&
           (more = detente_store_next(file->store, end * file->cells, &how.first_unit, &how.last_unit, error))) {
        detente_progress done = {0};
        file->progress.before = file->done;
        code = more < 0 ? more : detente_engine_run(&file->config, &cells, &sink, &how, &done, error);
        file->done.encounters_done += done.encounters_done;
        file->done.turns_done += done.turns_done;
        file->done.seconds += done.seconds;
    }
    return code;
}

static int play_and_finish(selection_file *file, detente_error *error)
{
    selection_run *run = file->run;
    detente_provenance provenance;
    int code = 0;
    for (uint64_t end = 0; end < file->config.replications && !code;) {
        end = next_end(file, end);
        code = play_to(file, end, error);
    }
    cli_progress_end(&file->progress);
    if (code)
        return code;
    cli_provenance_finish(&run->provenance, &provenance);
    provenance.isa = detente_isa_name(run->isa);
    provenance.threads = run->asked->threads;
    provenance.wall_seconds = file->done.seconds;
    return detente_store_finish(file->store, &provenance, error);
}

int select_write(selection_run *run, detente_error *error)
{
    selection_file file = {.run = run, .config = *run->config, .cells = detente_sweep_cells(run->sweep)};
    const detente_store_options how = {
        .force = run->asked->force, .threads = run->asked->threads, .stop = cli_signals_caught(), .uneven = 1};
    cli_progress_begin(&file.progress, run->asked->progress);
    file.config.until = (detente_until){.metric = -1};
    file.wanted = detente_calloc(file.cells, sizeof *file.wanted);
    file.skip = detente_calloc(file.cells, 1);
    int code = file.wanted && file.skip ? 0 : detente_no_memory(error);
    if (!code) {
        count_wanted(&file);
        code = detente_store_create(&file.store, run->asked->output, &file.config, &how, error);
    }
    if (!code)
        code = play_and_finish(&file, error);
    if (code && file.store)
        detente_store_discard(file.store);
    detente_store_free(file.store);
    detente_free(file.wanted);
    detente_free(file.skip);
    return code;
}
