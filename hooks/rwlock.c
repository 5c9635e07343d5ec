/* SPDX-License-Identifier: MIT */
/*
 * rwlock.c - pthread_rwlock_*.
 */
#include <errno.h>
#include <pthread.h>
#include "fastpath.h"
#include "locks.h"

#define WRITER RD_HOW(RDEP_RWLOCK, RDEP_WRITE, 0)
#define READER RD_HOW(RDEP_RWLOCK, RDEP_READ_REC, 0)

/* glibc's bits below the count of readers; a lock that nobody has stays in the phase of who had it. */
#define RWLOCK_WRITE_PHASE 1u
#define RWLOCK_STATE 7u

/* A reader waits behind a waiting writer only where the lock was made to prefer
 * writers; the attribute is kept in the lock. */
static inline unsigned reader(const pthread_rwlock_t *lock)
{
	return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP
		       ? RD_HOW(RDEP_RWLOCK, RDEP_READ, 0)
		       : READER;
}

RD_EXPORT int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr)
{
	int rc;

	if (rd_unlikely(rd_unwinding()))
		return 0;
	rd_lock_init_begin(lock, RDEP_RWLOCK, RD_SITE, RD_HERE);
	rc = RD_NEXT(pthread_rwlock_init)(lock, attr);
	if (rc == 0)
		rd_lock_init(lock, RDEP_RWLOCK, RD_SITE, RD_HERE);
	return rc;
}

RD_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	unsigned how;
	int rc;

	if (rd_unlikely(rd_unwinding()))
		return 0;
	how = rd_lock_destroy_begin(lock, RDEP_RWLOCK, RD_SITE, RD_HERE);
	rc = RD_NEXT(pthread_rwlock_destroy)(lock);
	if (rc == 0)
		rd_lock_destroyed(lock, RDEP_RWLOCK, how, RD_SITE, RD_HERE);
	return rc;
}

#define UNTIL pthread_rwlock_t *lock, const struct timespec *until
#define CLOCK pthread_rwlock_t *lock, clockid_t clock, const struct timespec *until

/* No writer has it or waits for it, and readers come in beside readers. */
static inline bool is_free_to_read(const pthread_rwlock_t *lock)
{
	return !((lock->__data.__readers & RWLOCK_STATE) | lock->__data.__flags);
}

static inline bool is_free(const pthread_rwlock_t *lock)
{
	return !((lock->__data.__readers & ~RWLOCK_WRITE_PHASE) | lock->__data.__writers);
}

TAKE_LOCK_CALL(pthread_rwlock_rdlock, pthread_rwlock_t, rwlock, READER, reader(lock))
LOCK_CALL(pthread_rwlock_timedrdlock, reader(lock) | RD_TIMED, (UNTIL), (lock, until))
LOCK_CALL(pthread_rwlock_clockrdlock, reader(lock) | RD_TIMED, (CLOCK), (lock, clock, until))
FREE_TRY_CALL(pthread_rwlock_tryrdlock, pthread_rwlock_t, is_free_to_read(lock), rwlock, READER, reader(lock), 0)

FREE_LOCK_CALL(pthread_rwlock_wrlock, is_free(lock), WRITER, WRITER, (pthread_rwlock_t * lock), (lock))
LOCK_CALL(pthread_rwlock_timedwrlock, WRITER | RD_TIMED, (UNTIL), (lock, until))
LOCK_CALL(pthread_rwlock_clockwrlock, WRITER | RD_TIMED, (CLOCK), (lock, clock, until))
FREE_TRY_CALL(pthread_rwlock_trywrlock, pthread_rwlock_t, is_free(lock), none, WRITER, WRITER, 0)

UNLOCK_CALL(pthread_rwlock_unlock, pthread_rwlock_t, RDEP_RWLOCK, rwlock)
