/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <detente/registry.h>

#include "core/memory.h"
#include "reference/reference.h"
#include "stat/oracle.h"

/* float32 keeps 24 bits; sixty turns and a slope of 8 in front leave four digits to be relied on. */
static const double TOLERANCE = 2e-4;

enum { MAX_TURNS = 1000 };

typedef struct rows {
    detente_turn row[MAX_TURNS];
    uint32_t n;
} rows;

static void take(void *data, const detente_turn *turn)
{
    rows *all = data;
    if (all->n < MAX_TURNS)
        all->row[all->n++] = *turn;
}

static int differs(double a, double b)
{
    return !(fabs(a - b) <= TOLERANCE * (1 + fabs(b)));
}

static void describe_turn(const detente_config *config, int strategy, const detente_turn *k, text_buffer *words)
{
    text_add(words,
             "    turn %u rule %d %s tier %d event %d: A %.5f h %.5f g %.5f V %.5f R %.5f D %.5f x %.5f M %.5f p %.5f "
             "J %.5f S %.5f L %.5f cap %.5f P %.3g %.3g %.3g\n",
             k->turn, k->rule, detente_move_name(config->strategy[strategy].rule[k->rule].move), k->tier, k->event,
             (double)k->anger, (double)k->hostility, (double)k->agent_hostility, (double)k->heard, (double)k->rapport,
             (double)k->demand, (double)k->offer, (double)k->minutes, (double)k->perceived, (double)k->procedural,
             (double)k->strain, (double)k->limit, (double)k->cap, (double)k->p_accept, (double)k->p_manager,
             (double)k->p_hangup);
}

/* Moves that no guard counts need not be counted. */
static int is_guarded(const detente_strategy *strategy, int observable)
{
    for (int i = 0; i < strategy->n_rules; i++)
        for (int j = 0; j < strategy->rule[i].n_guards; j++)
            if (strategy->rule[i].guard[j].observable == observable)
                return 1;
    return observable < DETENTE_OBS_listens;
}

/* A demand that meets the offer but for rounding is met in one of them and not yet in the other. */
static int on_the_edge(const detente_turn *k, const detente_turn *r)
{
    return k->p_accept != r->p_accept && fabsf(r->demand - r->offer) < 1e-5F && fabsf(k->demand - k->offer) < 1e-5F;
}

/* The columns of a turn, for a loop over them. */
static int compare_turns(const detente_strategy *strategy, const detente_turn *k, const detente_turn *r,
                         text_buffer *words)
{
    const struct {
        const char *name;
        float kernel, reference;
    } column[] = {
#define X(name) {#name, k->name, r->name}
        {"rule", (float)k->rule, (float)r->rule},
        {"move", (float)k->move, (float)r->move},
        {"tier", (float)k->tier, (float)r->tier},
        {"event", (float)k->event, (float)r->event},
        X(anger),
        X(hostility),
        X(agent_hostility),
        X(heard),
        X(rapport),
        X(demand),
        X(offer),
        X(minutes),
        X(perceived),
        X(procedural),
        X(strain),
        X(limit),
        X(cap),
        X(p_accept),
        X(p_manager),
        X(p_hangup),
#undef X
    };
    int differences = 0;
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        if (differs((double)column[i].kernel, (double)column[i].reference)) {
            text_add(words, "  turn %u: %s: kernel %.6g, reference %.6g\n", r->turn, column[i].name,
                     (double)column[i].kernel, (double)column[i].reference);
            differences++;
        }
    for (int i = 0; i < DETENTE_N_OBSERVABLES; i++)
        if (is_guarded(strategy, i) && differs((double)k->observed[i], (double)r->observed[i])) {
            text_add(words, "  turn %u: observed %s: kernel %.6g, reference %.6g\n", r->turn,
                     detente_observable_name(i), (double)k->observed[i], (double)r->observed[i]);
            differences++;
        }
    return differences;
}

/* @p decided: chance decides, so that both may part (an issue set aside hides how); that turn is the last to be compared. */
static void compare_all(const detente_config *config, int strategy, int decided, const rows *kernel, rows *other,
                        const detente_block *block, const double *metric, text_buffer *words)
{
    int parted = 0;
    for (uint32_t i = 0; i < kernel->n && i < other->n && !parted; i++) {
        if (on_the_edge(&kernel->row[i], &other->row[i]))
            return;
        parted =
            decided && (kernel->row[i].event != other->row[i].event || other->row[i].event == DETENTE_EVENT_SET_ASIDE);
        if (parted)
            other->row[i].event = kernel->row[i].event;
        if (compare_turns(&config->strategy[strategy], &kernel->row[i], &other->row[i], words)) {
            if (i > 0)
                describe_turn(config, strategy, &other->row[i - 1], words);
            text_add(words, "  kernel:\n");
            describe_turn(config, strategy, &kernel->row[i], words);
            text_add(words, "  reference:\n");
            describe_turn(config, strategy, &other->row[i], words);
            return;
        }
    }
    for (int i = 0; i < DETENTE_N_METRICS && !decided; i++)
        if (differs((double)block->metric[i][0], metric[i]))
            text_add(words, "  %s: kernel %.6g, reference %.6g\n", detente_metric_name(i), (double)block->metric[i][0],
                     metric[i]);
}

static int compare(const detente_config *config, const detente_config *played, int strategy, int decided,
                   unsigned long seed, text_buffer *words)
{
    detente_error error = {0};
    detente_cell *cell = NULL;
    reference *other = NULL;
    double metric[DETENTE_N_METRICS];
    detente_block *block = detente_aligned_calloc(64, sizeof *block);
    rows *kernel = detente_calloc(2, sizeof *kernel);
    int code = block && kernel ? 0 : DETENTE_E_MEMORY;
    if (!code)
        code = detente_cell_create(&cell, config, strategy, 0, &error);
    if (!code)
        code = reference_create(&other, played, strategy, &error);
    if (code) {
        text_add(words, "%s\n", error.text ? error.text : detente_error_string(code));
        goto out;
    }
    reference_seed(other, seed);
    reference_watch(other, take, &kernel[1]);
    reference_play(other, metric);
    kernel[0].n = detente_cell_trace(cell, 0, 0, kernel[0].row, block);
    compare_all(config, strategy, decided, &kernel[0], &kernel[1], block, metric, words);
out:
    reference_free(other);
    detente_cell_free(cell);
    detente_free(kernel);
    detente_free(block);
    detente_error_clear(&error);
    return code;
}

int oracle_compare_certain(const detente_config *config, const detente_config *other, int strategy, text_buffer *words)
{
    return compare(config, other, strategy, 0, 1, words);
}

int oracle_compare_decided(const detente_config *config, const detente_config *other, int strategy, unsigned long seed,
                           text_buffer *words)
{
    return compare(config, other, strategy, 1, seed, words);
}
