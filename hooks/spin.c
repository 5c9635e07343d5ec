/* SPDX-License-Identifier: MIT */
/*
 * spin.c - pthread_spin_*.
 */
#include <pthread.h>
#include "fastpath.h"
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

/* By its word, as x86 has it. */
static inline bool is_free(const void *lock)
{
	return *(const int *)lock == 1;
}

TAKE_LOCK_CALL(pthread_spin_lock, pthread_spinlock_t, spin, HOW, HOW)

FREE_TRY_CALL(pthread_spin_trylock, pthread_spinlock_t, is_free((const void *)lock), spin, HOW, HOW, 0)

UNLOCK_CALL(pthread_spin_unlock, pthread_spinlock_t, RDEP_SPIN, spin)
