/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Play one encounter of a config and print its turns.
 *
 *     cc encounter.c $(pkg-config --cflags --libs detente) -o encounter
 *     ./encounter billing-dispute.yaml
 */
#include <stdio.h>
#include <stdlib.h>

#include <detente/detente.h>

int main(int argc, char **argv)
{
    static detente_config config;
    static detente_block outcome;
    detente_error error = {0};
    detente_cell *cell = NULL;
    detente_turn *turns = NULL;
    if (detente_config_load(&config, argc > 1 ? argv[1] : "billing-dispute.yaml", NULL, 0, &error, NULL) == 0 &&
        detente_cell_create(&cell, &config, 0, 0, &error) == 0 &&
        (turns = calloc((size_t)config.max_turns, sizeof *turns)) != NULL) {
        const uint32_t n = detente_cell_trace(cell, 0, 0, turns, &outcome);
        for (uint32_t i = 0; i < n; i++)
            printf("%2u  %-12s anger %.2f  offer %.2f  demand %.2f\n", turns[i].turn, detente_move_name(turns[i].move),
                   (double)turns[i].anger, (double)turns[i].offer, (double)turns[i].demand);
        printf("%s after %.1f minutes\n", outcome.metric[DETENTE_METRIC_resolved][0] > 0 ? "resolved" : "unresolved",
               (double)outcome.metric[DETENTE_METRIC_minutes][0]);
    }
    const int failed = turns == NULL;
    if (failed)
        fprintf(stderr, "%s\n", error.text ? error.text : "out of memory");
    detente_error_clear(&error);
    free(turns);
    detente_cell_free(cell);
    detente_config_clear(&config);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
