/* SPDX-License-Identifier: MIT */
/*
 * user_lock.h - a lock that no hook sees: an atomic word, told of by annotations.
 */
#ifndef USER_LOCK_H
#define USER_LOCK_H

#include <reclaimdep/annotate.h>
#include "victim.h"

struct user_lock {
	int word; /* -1: a writer, else the number of readers */
};

static int user_try(struct user_lock *l, unsigned how)
{
	int seen = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
	int want = how & (RECLAIMDEP_LOCK_READ | RECLAIMDEP_LOCK_READ_RECURSIVE) ? seen + 1 : -1;

	if (seen < 0 || (want < 0 && seen > 0))
		return 0;
	return __atomic_compare_exchange_n(&l->word, &seen, want, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static UNUSED NOINLINE int user_lock_how(struct user_lock *l, unsigned how)
{
	int tries = how & (RECLAIMDEP_LOCK_TRY | RECLAIMDEP_LOCK_TIMED) ? 3 : 1000000;

	reclaimdep_lock_acquire(l, how);
	while (!user_try(l, how)) {
		if (--tries == 0) {
			reclaimdep_lock_failed(l);
			return 0;
		}
	}
	reclaimdep_lock_acquired(l);
	return 1;
}

static UNUSED NOINLINE void user_lock(struct user_lock *l)
{
	must(user_lock_how(l, 0), "user_lock");
}

static UNUSED NOINLINE void user_unlock(struct user_lock *l)
{
	reclaimdep_lock_release(l);
	if (__atomic_load_n(&l->word, __ATOMIC_RELAXED) < 0)
		__atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
	else
		__atomic_fetch_sub(&l->word, 1, __ATOMIC_RELEASE);
}

#endif
