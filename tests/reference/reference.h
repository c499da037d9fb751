/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file reference.h
 * The second implementation: an encounter played in plain scalar C and double, with GSL's generators and libm.
 *
 * Written from the model's text alone, not from the kernel. It is the oracle of the kernel's distributions and the baseline
 * of the benchmark. README.md beside it says how it reads the text where more than one reading is possible.
 */
#ifndef DETENTE_TEST_REFERENCE_H
#define DETENTE_TEST_REFERENCE_H

#include <detente/model.h>

typedef struct reference reference;

/** Called after each turn with the state after it; `rule`, `event`, `observed` and the odds are filled as in a trace. */
typedef void reference_watcher(void *data, const detente_turn *turn);

/**
 * Prepare strategy number @p strategy of @p config, whose values are copied. Turns GSL's error handler off.
 * @param[out] out  release with reference_free()
 * @return 0, DETENTE_E_RANGE for an unknown strategy number, DETENTE_E_MEMORY
 */
int reference_create(reference **out, const detente_config *config, int strategy, detente_error *error);
void reference_free(reference *r);

/** Start the generator (MT19937) from @p seed. */
void reference_seed(reference *r, unsigned long seed);
/** Call @p watcher after each turn from now on; NULL: nobody. */
void reference_watch(reference *r, reference_watcher *watcher, void *data);

/** Play the next encounter; @p metric receives its outcomes, by enum detente_metric. */
void reference_play(reference *r, double metric[DETENTE_N_METRICS]);

/** Draw a customer's traits (and persona) alone, as reference_play() does. @return the persona's number */
int reference_draw(reference *r, double trait[DETENTE_N_TRAITS]);

#endif
