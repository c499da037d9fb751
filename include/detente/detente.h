/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file detente.h
 * Detente: a simulator of customer-service negotiations. This header gathers the library.
 */
#ifndef DETENTE_H
#define DETENTE_H

#include <detente/compare.h>
#include <detente/config.h>
#include <detente/design.h>
#include <detente/engine.h>
#include <detente/error.h>
#include <detente/hypotheses.h>
#include <detente/model.h>
#include <detente/params.h>
#include <detente/registry.h>
#include <detente/select.h>
#include <detente/sensitivity.h>
#include <detente/stats.h>
#include <detente/store.h>
#include <detente/verify.h>

/** "MAJOR.MINOR.PATCH" of the library. */
const char *detente_version(void);
/** Version of the model's equations and draws: results of equal model versions are equal. */
int detente_model_version(void);
/** Version of config and results files. */
int detente_format_version(void);

#endif
