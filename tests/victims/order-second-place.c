/* SPDX-License-Identifier: MIT */
/*
 * A lock that was taken at one place before is taken at another, by functions that have returned when the next lock is
 * taken: where it was taken is still told, alone and under a lock.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * stack: held take_for outer main
 * expect: lock-inversion single-thread lock_d lock_e
 * stack: held take_for outer main
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_d = PTHREAD_MUTEX_INITIALIZER, lock_e = PTHREAD_MUTEX_INITIALIZER;
static volatile int sink;

NOINLINE static void take_for(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	sink++;
}

NOINLINE static void outer(pthread_mutex_t *m)
{
	take_for(m);
	sink++;
}

/* Inside another one that is not m, or of nothing. */
NOINLINE static void both_ways(pthread_mutex_t *inside, pthread_mutex_t *m, pthread_mutex_t *other)
{
	if (inside)
		pthread_mutex_lock(inside);
	pthread_mutex_lock(m);
	pthread_mutex_unlock(m);
	outer(m);
	pthread_mutex_lock(other);
	pthread_mutex_unlock(other);
	pthread_mutex_unlock(m);
	if (inside)
		pthread_mutex_unlock(inside);
	nest(other, m);
}

int main(void)
{
	both_ways(NULL, &lock_a, &lock_b);
	both_ways(&lock_c, &lock_d, &lock_e);
	puts("done");
	return 0;
}
