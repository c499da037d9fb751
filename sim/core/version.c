/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/version.h"

/* The build says these; a compilation by hand need not. */
#ifndef DETENTE_VERSION
#define DETENTE_VERSION "0.1.0"
#endif
#ifndef DETENTE_REVISION
#define DETENTE_REVISION "unknown"
#endif
#ifndef DETENTE_FLAGS
#define DETENTE_FLAGS ""
#endif
#ifndef DETENTE_SHARE
#define DETENTE_SHARE "/usr/local/share/detente"
#endif

const char *detente_version(void)
{
    return DETENTE_VERSION;
}

int detente_model_version(void)
{
    return 3;
}

int detente_format_version(void)
{
    return 1;
}

const char *detente_git_revision(void)
{
    return DETENTE_REVISION;
}

const char *detente_compiler_flags(void)
{
    return DETENTE_FLAGS;
}

const char *detente_compiler(void)
{
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

const char *detente_share_folder(void)
{
    return DETENTE_SHARE;
}
