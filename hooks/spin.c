/* SPDX-License-Identifier: MIT */
/*
 * spin.c - pthread_spin_*.
 */
#include <pthread.h>
#include "locks.h"

#define HOW RD_HOW(RDEP_SPIN, RDEP_WRITE, 0)

RD_EXPORT int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	int rc;

	rd_lock_init_begin((const void *)lock, RDEP_SPIN, RD_SITE, RD_HERE);
	rc = RD_NEXT(pthread_spin_init)(lock, shared);
	if (rc == 0)
		rd_lock_init((const void *)lock, RDEP_SPIN, RD_SITE, RD_HERE);
	if (shared != PTHREAD_PROCESS_PRIVATE)
		rd_lock_shared((const void *)lock);
	return rc;
}

RD_EXPORT int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	unsigned how;
	int rc;

	how = rd_lock_destroy_begin((const void *)lock, RDEP_SPIN, RD_SITE, RD_HERE);
	rc = RD_NEXT(pthread_spin_destroy)(lock);
	if (rc == 0)
		rd_lock_destroyed((const void *)lock, RDEP_SPIN, how, RD_SITE, RD_HERE);
	return rc;
}

LOCK_CALL(pthread_spin_lock, HOW, (pthread_spinlock_t * lock), (lock))

RD_EXPORT int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	int rc = RD_NEXT(pthread_spin_trylock)(lock);

	if (rc == 0)
		rd_try_acquired((const void *)lock, HOW, RD_SITE, RD_HERE);
	return rc;
}

RD_EXPORT int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	if (rd_unlikely(!rd_release_fast((const void *)lock)))
		rd_release_slow((const void *)lock, RDEP_SPIN, RD_SITE, RD_HERE);
	return RD_NEXT(pthread_spin_unlock)(lock);
}
