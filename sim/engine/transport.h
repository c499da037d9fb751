/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file transport.h
 * Messages between the processes of a run: MPI's (mpi.c), or those of a program that was built without it (alone.c). Only the
 * thread that called transport_begin() may call the others (MPI_THREAD_FUNNELED). Whoever waits sleeps, so that the CPUs are
 * there for those who play.
 */
#ifndef DETENTE_ENGINE_TRANSPORT_H
#define DETENTE_ENGINE_TRANSPORT_H

#include <stddef.h>

#include <detente/error.h>

/** @return 0, or DETENTE_E_CONFIG when the processes cannot find each other */
int transport_begin(int *rank, int *ranks, detente_error *error);
/** The last call. @param lost not 0: a process is gone; end the others instead of waiting for it */
void transport_end(int lost);
/** Send a short message. @return 0 or not */
int transport_send(int to, const void *message, size_t size);
/** Receive a message of @p size bytes if one has come. @return 1, or 0: none there */
int transport_receive(int *from, void *message, size_t size);
/** By all: @p all has room for what each process has, in the order of ranks. */
void transport_gather(const void *mine, void *all, size_t size);
/** By all: the bitwise or of what each process has, in its place. */
void transport_or(void *bytes, size_t size);
/** Sleep a little; longer each time, up to 2 ms. Begin with *nap == 0. */
void transport_nap(long *nap);

#endif
