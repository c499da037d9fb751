/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/embedded.h"

const struct detente_embedded *detente_embedded_find(const char *folder, const char *name)
{
    for (size_t i = 0; i < detente_embedded_count; i++)
        if (strcmp(detente_embedded[i].folder, folder) == 0 && strcmp(detente_embedded[i].name, name) == 0)
            return &detente_embedded[i];
    return NULL;
}
