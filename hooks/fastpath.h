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
#define MUTEX_TIMES_MAX (1u << 30)
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

/*
 * For each kind of lock:
 * KIND_is_plain()       asked before the next two
 * KIND_take, _give      true: that is done
 * KIND_take_other, ...  where it is not plain: true: that is done all the same
 * KIND_take_again, ...  it is held by this thread, and is so afterwards: true: that is done
 * none_*                of what is left to libc
 */
#define LEFT_TO_LIBC(name, type)                                                                   \
	static inline bool name(type *unused)                                                      \
	{                                                                                          \
		(void)unused;                                                                      \
		return false;                                                                      \
	}
LEFT_TO_LIBC(none_is_plain, void)
LEFT_TO_LIBC(none_take, void)
LEFT_TO_LIBC(none_give, void)
LEFT_TO_LIBC(none_give_other, void)
LEFT_TO_LIBC(none_give_again, void)

/* ---- mutexes ---- */

/* PTHREAD_MUTEX_NORMAL leaves that in the kind of a mutex, up to glibc 2.42. */
#define MUTEX_NO_ELISION 0x200
#define MUTEX_TYPE 3
#define MUTEX_IS_RECURSIVE(m) (((m)->__data.__kind & MUTEX_TYPE) == PTHREAD_MUTEX_RECURSIVE_NP)

static inline bool mutex_is_plain(const pthread_mutex_t *m)
{
	return rd_likely(rd_fastpath) && rd_likely(!(m->__data.__kind & ~MUTEX_NO_ELISION));
}

static inline bool mutex_take_as(pthread_mutex_t *m, int tid)
{
	if (rd_unlikely(!word_change(&m->__data.__lock, MUTEX_FREE, MUTEX_TAKEN)))
		return false;
	m->__data.__nusers++;
	m->__data.__owner = tid;
	return true;
}

static inline bool mutex_take(pthread_mutex_t *m)
{
	return mutex_take_as(m, (int)rd_self->tid);
}

static inline bool mutex_give(pthread_mutex_t *m)
{
	int owner = m->__data.__owner;

	m->__data.__owner = 0;
	m->__data.__nusers--;
	if (rd_likely(word_change(&m->__data.__lock, MUTEX_TAKEN, MUTEX_FREE)))
		return true;
	m->__data.__nusers++;
	m->__data.__owner = owner;
	return false;
}

/* One of the other three types, and neither robust, nor shared, nor with priorities. */
static inline bool mutex_is_other(const pthread_mutex_t *m)
{
	return rd_fastpath && !(m->__data.__kind & ~(MUTEX_TYPE | MUTEX_NO_ELISION));
}

static inline bool mutex_take_other_as(pthread_mutex_t *m, int tid)
{
	if (!mutex_take_as(m, tid))
		return false;
	if (MUTEX_IS_RECURSIVE(m))
		m->__data.__count = 1;
	return true;
}

/* They refuse who does not hold them. */
static inline bool mutex_give_other_as(pthread_mutex_t *m, int tid)
{
	bool recursive = MUTEX_IS_RECURSIVE(m);

	if (m->__data.__owner != tid || (recursive && m->__data.__count != 1))
		return false;
	if (recursive)
		m->__data.__count = 0;
	if (mutex_give(m))
		return true;
	if (recursive)
		m->__data.__count = 1;
	return false;
}

static inline bool mutex_take_other(pthread_mutex_t *m)
{
	return mutex_is_other(m) && mutex_take_other_as(m, (int)rd_self->tid);
}

static inline bool mutex_give_other(pthread_mutex_t *m)
{
	return mutex_is_other(m) && mutex_give_other_as(m, (int)rd_self->tid);
}

static inline bool mutex_more(pthread_mutex_t *m, int tid, unsigned more)
{
	if (!MUTEX_IS_RECURSIVE(m) || m->__data.__owner != tid || m->__data.__count + more - 1 >= MUTEX_TIMES_MAX)
		return false;
	m->__data.__count += more;
	return true;
}

static inline bool mutex_take_again(pthread_mutex_t *m)
{
	return mutex_is_other(m) && mutex_more(m, (int)rd_self->tid, 1);
}

static inline bool mutex_give_again(pthread_mutex_t *m)
{
	return mutex_is_other(m) && mutex_more(m, (int)rd_self->tid, -1u);
}

/* ---- rwlocks ---- */

/* Readers come in beside readers: not so where writers are preferred. A writer has its name in it. */
static inline bool rwlock_is_plain(const pthread_rwlock_t *l)
{
	return rd_likely(!l->__data.__cur_writer) && rd_likely(rd_fastpath) &&
	       rd_likely(l->__data.__flags == PTHREAD_RWLOCK_PREFER_READER_NP);
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

static inline bool rwlock_take(pthread_rwlock_t *l)
{
	return readers_change(l, 0, ONE_READER);
}

static inline bool rwlock_give(pthread_rwlock_t *l)
{
	return readers_change(l, ONE_READER, 0u - ONE_READER);
}

/* One that prefers writers is the same while there are none. */
static inline bool rwlock_is_other(const pthread_rwlock_t *l)
{
	return rd_fastpath && !l->__data.__cur_writer && l->__data.__flags <= PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

static inline bool rwlock_take_other(pthread_rwlock_t *l)
{
	return rwlock_is_other(l) && rwlock_take(l);
}

static inline bool rwlock_give_other(pthread_rwlock_t *l)
{
	return rwlock_is_other(l) && rwlock_give(l);
}

static inline bool rwlock_take_again(pthread_rwlock_t *l)
{
	return rwlock_is_plain(l) && readers_change(l, ONE_READER, ONE_READER);
}

static inline bool rwlock_give_again(pthread_rwlock_t *l)
{
	return rwlock_is_plain(l) && readers_change(l, 2 * ONE_READER, 0u - ONE_READER);
}

/* ---- spinlocks ---- */

static inline bool spin_is_plain(const pthread_spinlock_t *unused)
{
	(void)unused;
	return rd_likely(rd_fastpath);
}

static inline bool spin_take(pthread_spinlock_t *s)
{
	int from = SPIN_FREE;

	return __atomic_compare_exchange_n((int *)s, &from, SPIN_TAKEN, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline bool spin_give(pthread_spinlock_t *s)
{
	__atomic_store_n((int *)s, SPIN_FREE, __ATOMIC_RELEASE);
	return true;
}

LEFT_TO_LIBC(spin_take_other, pthread_spinlock_t)
LEFT_TO_LIBC(spin_give_other, pthread_spinlock_t)
LEFT_TO_LIBC(spin_take_again, pthread_spinlock_t)
LEFT_TO_LIBC(spin_give_again, pthread_spinlock_t)

#endif
