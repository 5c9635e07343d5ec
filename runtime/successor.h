/* SPDX-License-Identifier: MIT */
/*
 * successor.h - a thread in the place of one that its maker has joined.
 *
 * A thread that never came to the runtime, and that its maker joined while that held nothing, is one that nothing refers
 * to. Its state, its slot of the board and its number stay where they are, and the next thread that the same call makes
 * with the same function takes them over: it is told apart from the one before by nothing. So who makes and joins
 * threads over and over takes no lock of ours for it, and makes no system call.
 *
 * A maker has one such place (rd_thread.place, with place_is). It is in the list of threads all the time, with tid 0
 * while nobody is in it. Between its maker's RD_PLACE_FREE and RD_PLACE_TAKEN nobody else touches it; who joins or detaches
 * the thread in the maker's stead takes it away under the runtime lock, by place_is, which is changed atomically.
 */
#ifndef RECLAIMDEP_SUCCESSOR_H
#define RECLAIMDEP_SUCCESSOR_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* The maker t has joined the thread in its place: may that be for another one, without the runtime lock? */
bool rd_place_left(struct rd_thread *t, uint32_t id);

/* The same of a thread that had no place, under the runtime lock; false: it is to be released. */
bool rd_place_keep(struct rd_thread *t, struct rd_thread *of);

/* Nobody is in it: it waits for a successor. Needs the runtime lock. */
static inline bool rd_place_free(const struct rd_thread *of)
{
	return of && of->maker && __atomic_load_n(&of->maker->place_is, __ATOMIC_ACQUIRE) != RD_PLACE_TAKEN;
}

/* Its maker is not going to join it. Needs the runtime lock. */
void rd_place_lose(struct rd_thread *of);

/* Is the thread with that pthread_t the one in the place of t? Its own thread only. */
static inline bool rd_place_of(const struct rd_thread *t, uint64_t pthread_id)
{
	return t->place_pthread == pthread_id &&
	       __atomic_load_n(&t->place_is, __ATOMIC_ACQUIRE) == RD_PLACE_TAKEN;
}

/* A thread that was made the usual way has this tid: is that what libc has for it, too? */
void rd_libc_tid_seen(uint32_t tid);

/* A thread is about to be released: false where its maker is just giving its place to another. Gives up its own place, too. Needs
 * the runtime lock. */
bool rd_place_give_up(struct rd_thread *of);

#endif
