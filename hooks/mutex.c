/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - pthread_mutex_*, and C11's mtx_*, which glibc makes of the same locks and functions.
 *
 * A lock call is announced before it may block, made, and its outcome told. After
 * an unlock has been told nothing need follow: it jumps on.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <threads.h>
#include "fastpath.h"
#include "locks.h"

#define HOW RD_HOW(RDEP_MUTEX, RDEP_WRITE, 0)

/* A mutex without attributes is nothing but zeros, as libc's own function, which is next, has shown. */
static uint8_t zeros_do;

RD_HIDDEN void rd_mutex_try_init(void)
{
	static const pthread_mutex_t zeros;
	pthread_mutex_t made;

	memset(&made, 0xa5, sizeof(made));
	zeros_do = rd_next_is_libcs(RD_NEXT(pthread_mutex_init)) && RD_NEXT(pthread_mutex_init)(&made, NULL) == 0 && memcmp(&made, &zeros, sizeof(made)) == 0;
}

static __attribute__((noinline)) int init_slow(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr, uint64_t site,
					       uint64_t sp)
{
	int rc;

	if (rd_unwinding())
		return 0;
	rd_lock_init_begin(mutex, RDEP_MUTEX, site, sp);
	rc = RD_NEXT(pthread_mutex_init)(mutex, attr);
	if (rc == 0)
		rd_lock_init(mutex, RDEP_MUTEX, site, sp);
	return rc;
}

/* Most mutexes are made without attributes, at a place that made others: then there is but one thing to write. */
RD_EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
	struct rd_making_words words;

	if (rd_unlikely(attr || !zeros_do || rd_may_be_held(mutex, RDEP_MUTEX, false) ||
			!rd_making_again(&words, mutex, RDEP_MUTEX, RD_SITE, RD_HERE)))
		return init_slow(mutex, attr, RD_SITE, RD_HERE);
	memset(mutex, 0, sizeof(*mutex));
	rd_making_write(&words, mutex, RDEP_MUTEX);
	return 0;
}

static __attribute__((noinline)) int destroy_slow(pthread_mutex_t *mutex, uint64_t site, uint64_t sp)
{
	unsigned how;
	int rc;

	if (rd_unwinding())
		return 0;
	how = rd_lock_destroy_begin(mutex, RDEP_MUTEX, site, sp);
	rc = RD_NEXT(pthread_mutex_destroy)(mutex);
	if (rc == 0)
		rd_lock_destroyed(mutex, RDEP_MUTEX, how, site, sp);
	return rc;
}

RD_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	/* libc refuses those that are held or waited with, and robust ones: these have no tag. */
	if (rd_unlikely(!rd_lock_destroy_again(mutex, RDEP_MUTEX, RD_SITE)))
		return destroy_slow(mutex, RD_SITE, RD_HERE);
	return RD_NEXT(pthread_mutex_destroy)(mutex);
}

RD_EXPORT int mtx_init(mtx_t *mutex, int type)
{
	int rc;

	rd_lock_init_begin(mutex, RDEP_MUTEX, RD_SITE, RD_HERE);
	rc = RD_NEXT(mtx_init)(mutex, type);
	if (rc == thrd_success)
		rd_lock_init(mutex, RDEP_MUTEX, RD_SITE, RD_HERE);
	return rc;
}

RD_EXPORT void mtx_destroy(mtx_t *mutex)
{
	unsigned how = rd_lock_destroy_begin(mutex, RDEP_MUTEX, RD_SITE, RD_HERE);

	RD_NEXT(mtx_destroy)(mutex);
	/* It does not say whether it did. */
	if (((const pthread_mutex_t *)mutex)->__data.__kind == -1)
		rd_lock_destroyed(mutex, RDEP_MUTEX, how, RD_SITE, RD_HERE);
}

/* Nobody has it, and it is of a type whose lock call can't fail then. */
static inline bool is_free(const void *lock)
{
	const struct __pthread_mutex_s *m = lock;

	return !(m->__lock | (m->__kind & ~(MUTEX_TYPE | MUTEX_NO_ELISION)));
}

#define AS_MUTEX(what)                                                                             \
	static inline bool mtx_##what(mtx_t *lock)                                                 \
	{                                                                                          \
		return mutex_##what((pthread_mutex_t *)lock);                                      \
	}
AS_MUTEX(is_plain)
AS_MUTEX(take)
AS_MUTEX(give)
AS_MUTEX(take_other)
AS_MUTEX(give_other)
AS_MUTEX(take_again)
AS_MUTEX(give_again)

TAKE_LOCK_CALL(pthread_mutex_lock, pthread_mutex_t, mutex, HOW, HOW)
TAKE_LOCK_CALL(mtx_lock, mtx_t, mtx, HOW, HOW)
FREE_TRY_CALL(pthread_mutex_trylock, pthread_mutex_t, is_free(lock), mutex, HOW, HOW, EINVAL)
FREE_TRY_CALL(mtx_trylock, mtx_t, is_free(lock), mtx, HOW, HOW, thrd_error)

LOCK_CALL(pthread_mutex_timedlock, HOW | RD_TIMED,
	  (pthread_mutex_t * lock, const struct timespec *until), (lock, until))

LOCK_CALL(pthread_mutex_clocklock, HOW | RD_TIMED,
	  (pthread_mutex_t * lock, clockid_t clock, const struct timespec *until),
	  (lock, clock, until))
LOCK_CALL(mtx_timedlock, HOW | RD_TIMED, (mtx_t * lock, const struct timespec *until),
	  (lock, until))

UNLOCK_CALL(pthread_mutex_unlock, pthread_mutex_t, RDEP_MUTEX, mutex)
UNLOCK_CALL(mtx_unlock, mtx_t, RDEP_MUTEX, mtx)
