/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file embedded.h The files of configs/, and the page of a report, as compiled into the library. */
#ifndef DETENTE_CORE_EMBEDDED_H
#define DETENTE_CORE_EMBEDDED_H

#include <stddef.h>

/**
 * One file. `folder` is "scenarios" (configs/ itself), "strategies", "personas" or "phrases"; `name` is without .yaml. In folder "page"
 * there is "report", unless this was built without npm.
 */
struct detente_embedded {
    const char *folder, *name, *text;
    size_t size;
};

/** All of them, sorted by folder and name. */
extern const struct detente_embedded detente_embedded[];
extern const size_t detente_embedded_count;

/** The one of a folder and a name; NULL if there is none. */
const struct detente_embedded *detente_embedded_find(const char *folder, const char *name);

#endif
