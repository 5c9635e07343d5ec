/* SPDX-License-Identifier: MIT */
/*
 * sem.h - when a semaphore is a lock.
 *
 * Nobody owns a semaphore, and most are no locks: they count what is there, or tell that something is done.
 * What one is shows in use, and is told of its class. It is a lock's that begins with a permit or more once a
 * thread was seen to post what it waited for itself: before, its edges are kept and hidden from searches, and a
 * cycle over them is told when they are shown. Once a thread posts what it does not hold, the class is a signal's,
 * for good: it is held by nobody, and has no order. One that begins with 0 never was anything else.
 *
 * Several permits make it shared: it is held as by a reader who waits behind a writer, and a cycle over it is possible
 * at most.
 */
#ifndef RECLAIMDEP_SEM_H
#define RECLAIMDEP_SEM_H

#include <stdbool.h>
#include <stdint.h>
#include "class.h"

enum rd_sem_use {
	RD_SEM_UNPROVEN = 0,
	RD_SEM_LOCK,
	RD_SEM_DISPROVEN, /* a signal's, seen where nothing could be done about it */
	RD_SEM_SIGNAL,
};

static inline uint8_t rd_sem_use(uint32_t cls)
{
	return __atomic_load_n(&rd_class_at(rd_class_base(cls))->use, __ATOMIC_ACQUIRE);
}

/* Is the class one of semaphores that are not known to be locks? Lock-free. */
static inline bool rd_sem_unproven(uint32_t cls)
{
	return rd_class_at(cls)->kind == RDEP_SEM && rd_sem_use(cls) != RD_SEM_LOCK;
}

/* Is it one of semaphores that are known to be none? Lock-free. */
static inline bool rd_sem_is_signal(uint32_t cls)
{
	return rd_class_at(cls)->kind == RDEP_SEM && rd_sem_use(cls) >= RD_SEM_DISPROVEN;
}

/* Has this thread all permits of a semaphore that is a lock, and is none left? */
bool rd_sem_used_up(const void *sem, const struct rdep_held *held);

void rd_sem_reset(void);

#endif
