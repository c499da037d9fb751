/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of a run's processes by MPI; the only file that knows it. Built by `make MPI=1`. */
#include "engine/transport.h"

#include <mpi.h>

/* Reductions are cut up: MPI counts in int. */
enum { TAG = 1, PIECE = 1 << 24 };

int transport_begin(int *rank, int *ranks, detente_error *error)
{
    int provided = 0;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED)
        return detente_error_set(error, DETENTE_E_CONFIG, "MPI cannot be started with threads");
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, ranks);
    return 0;
}

void transport_end(int lost)
{
    if (lost)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Finalize();
}

int transport_send(int to, const void *message, size_t size)
{
    return MPI_Send(message, (int)size, MPI_BYTE, to, TAG, MPI_COMM_WORLD) != MPI_SUCCESS;
}

int transport_receive(int *from, void *message, size_t size)
{
    MPI_Status status;
    int there = 0;
    /* Open MPI looks first and fetches messages then: a second look sees what the first one fetched. */
    for (int look = 0; look < 2 && !there; look++)
        if (MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &there, &status) != MPI_SUCCESS)
            return 0;
    if (!there)
        return 0;
    *from = status.MPI_SOURCE;
    return MPI_Recv(message, (int)size, MPI_BYTE, *from, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE) == MPI_SUCCESS;
}

/* MPI's own waiting keeps a CPU busy. */
static void await(MPI_Request *request)
{
    long nap = 0;
    for (int there = 0; MPI_Test(request, &there, MPI_STATUS_IGNORE) == MPI_SUCCESS && !there;)
        transport_nap(&nap);
}

void transport_gather(const void *mine, void *all, size_t size)
{
    MPI_Request request;
    MPI_Iallgather(mine, (int)size, MPI_BYTE, all, (int)size, MPI_BYTE, MPI_COMM_WORLD, &request);
    await(&request);
}

void transport_or(void *bytes, size_t size)
{
    for (size_t at = 0; at < size; at += PIECE) {
        MPI_Request request;
        const size_t n = size - at < PIECE ? size - at : PIECE;
        MPI_Iallreduce(MPI_IN_PLACE, (char *)bytes + at, (int)n, MPI_BYTE, MPI_BOR, MPI_COMM_WORLD, &request);
        await(&request);
    }
}
