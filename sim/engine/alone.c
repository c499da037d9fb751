/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of mpi.c where the program is built without MPI. */
#include "engine/transport.h"

#include <stdlib.h>
#include <string.h>

int transport_begin(int *rank, int *ranks, detente_error *error)
{
    /* What the launchers of Open MPI and of MPICH tell each process. */
    static const char *const told[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};
    *rank = 0;
    *ranks = 1;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const char *size = getenv(told[i]);
        if (size && strtol(size, NULL, 10) > 1)
            return detente_error_set(error, DETENTE_E_CONFIG,
                                     "started as one of %s processes (%s), but this program was built without MPI: "
                                     "build it with `make MPI=1`",
                                     size, told[i]);
    }
    return 0;
}

void transport_end(int lost)
{
    (void)lost;
}

int transport_send(int to, const void *message, size_t size)
{
    (void)to;
    (void)message;
    (void)size;
    return -1;
}

int transport_receive(int *from, void *message, size_t size)
{
    (void)from;
    (void)message;
    (void)size;
    return 0;
}

void transport_gather(const void *mine, void *all, size_t size)
{
    memcpy(all, mine, size);
}

void transport_or(void *bytes, size_t size)
{
    (void)bytes;
    (void)size;
}
