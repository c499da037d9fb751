/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file version.h What this library was built from and how, for `--version` and a results file's provenance. */
#ifndef DETENTE_CORE_VERSION_H
#define DETENTE_CORE_VERSION_H

#include <detente/detente.h>

/** Abbreviated git revision, with "+changes" behind it for a tree that differs; "unknown" outside a repository. */
const char *detente_git_revision(void);
/** Name and version of the compiler. */
const char *detente_compiler(void);
/** Flags that the model was compiled with (the kernel has -march besides). */
const char *detente_compiler_flags(void);
/** Folder where `make install` puts scenarios, strategies and personas. */
const char *detente_share_folder(void);

#endif
