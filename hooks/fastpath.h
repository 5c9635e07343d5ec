/* SPDX-License-Identifier: MIT */
/*
 * fastpath.h - a lock that nobody else wants, taken and given back by its own words.
 *
 * What glibc's functions do there, and no more: one atomic operation that leaves what they would have left. Where
 * it fails nothing has changed, and libc is called. Whoever waits, wakes, spins, or knows of another type of lock is libc's
 * business.
 *
 * The words mean the same in glibc 2.35 to 2.42 (nptl/pthread_mutex_lock.c, pthread_rwlock_common.c, states #1 and #2;
 * x86: pthread_spin_lock). rd_fastpath is 0 with another one, where somebody else's function is next in line, with
 * fastpath=0, and where a lock that libc took and one that was taken here differ in a byte.
 */
#ifndef RECLAIMDEP_HOOKS_FASTPATH_H
#define RECLAIMDEP_HOOKS_FASTPATH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>
#include "runtime/event.h"
#include "resolve.h"

extern uint8_t rd_fastpath RD_HIDDEN;

/* Sets rd_fastpath. Once, after rd_start(). */
void rd_fastpath_start(void);

#define MUTEX_FREE 0
#define MUTEX_TAKEN 1 /* and nobody waits */
#define SPIN_FREE 1
#define SPIN_TAKEN 0

/* In the count of readers; below it three bits, set where there is a writer. */
#define ONE_READER 8u
#define READERS_MAX (1u << 30)

/* As pthread_mutex_lock() does, without a locked instruction while there is but one thread. */
static inline bool word_change(int *word, int from, int to)
{
	if (rd_unlikely(__libc_single_threaded)) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != from)
			return false;
		__atomic_store_n(word, to, __ATOMIC_RELEASE);
		return true;
	}
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* PTHREAD_MUTEX_NORMAL leaves that in the kind of a mutex, up to glibc 2.42. */
#define MUTEX_NO_ELISION 0x200

/* Is it of the plain kind? Asked before it is taken, and before it is given back. */
static inline bool mutex_is_plain(const pthread_mutex_t *m)
{
	return rd_likely(rd_fastpath) && rd_likely(!(m->__data.__kind & ~MUTEX_NO_ELISION));
}

static inline void mutex_own(pthread_mutex_t *m, int tid)
{
	m->__data.__nusers++;
	m->__data.__owner = tid;
}

static inline bool mutex_take(pthread_mutex_t *m)
{
	if (rd_unlikely(!word_change(&m->__data.__lock, MUTEX_FREE, MUTEX_TAKEN)))
		return false;
	mutex_own(m, (int)rd_self->tid);
	return true;
}

static inline bool mutex_give(pthread_mutex_t *m)
{
	m->__data.__owner = 0;
	m->__data.__nusers--;
	if (rd_likely(word_change(&m->__data.__lock, MUTEX_TAKEN, MUTEX_FREE)))
		return true;
	m->__data.__nusers++;
	return false;
}

/* Readers come in beside readers: not so where writers are preferred. */
static inline bool rwlock_is_plain(const pthread_rwlock_t *l)
{
	return rd_likely(rd_fastpath) && rd_likely(l->__data.__flags == PTHREAD_RWLOCK_PREFER_READER_NP);
}

/* A step of the count, of readers alone. Most often there is one: looking first would wait for the write before. */
static inline bool readers_change(pthread_rwlock_t *l, unsigned from, unsigned by)
{
	if (rd_likely(__atomic_compare_exchange_n(&l->__data.__readers, &from, from + by, false, __ATOMIC_ACQ_REL,
						  __ATOMIC_RELAXED)))
		return true;
	if (from % ONE_READER || from + by >= READERS_MAX)
		return false;
	return __atomic_compare_exchange_n(&l->__data.__readers, &from, from + by, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static inline bool rwlock_read_take(pthread_rwlock_t *l)
{
	return readers_change(l, 0, ONE_READER);
}

/* False also where a writer has it. */
static inline bool rwlock_read_give(pthread_rwlock_t *l)
{
	return readers_change(l, ONE_READER, 0u - ONE_READER);
}

static inline bool spin_take(int *s)
{
	int from = SPIN_FREE;

	return __atomic_compare_exchange_n(s, &from, SPIN_TAKEN, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline bool spin_give(int *s)
{
	__atomic_store_n(s, SPIN_FREE, __ATOMIC_RELEASE);
	return true;
}

#endif
