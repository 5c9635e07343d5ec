/* SPDX-License-Identifier: MIT */
/*
 * Contention without end, in orders that are inverted on both sides of a gate, so that each wait is looked at; recursive
 * mutexes, readers and writers among them; threads that come and go. Nobody waits in a circle.
 *
 * expect: lock-inversion guarded lock_a lock_b
 * expect: lock-inversion guarded map lock_b
 * options: on_deadlock=abort
 */
#include "deadlock.h"

#define ROUNDS 3000

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t map = PTHREAD_RWLOCK_INITIALIZER;

static NOINLINE void gated(pthread_mutex_t *first, pthread_mutex_t *then)
{
	pthread_mutex_lock(&gate);
	nest(first, then);
	pthread_mutex_unlock(&gate);
}

static NOINLINE void again(void)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&lock_b);
	pthread_mutex_lock(&lock_a);
	pthread_mutex_lock(&lock_a);
	pthread_mutex_unlock(&lock_b);
	pthread_mutex_unlock(&lock_a);
	pthread_mutex_unlock(&lock_a);
	pthread_mutex_unlock(&gate);
}

static NOINLINE void maps(int write)
{
	pthread_mutex_lock(&gate);
	pthread_rwlock_rdlock(&map);
	second(&lock_b);
	pthread_rwlock_unlock(&map);
	pthread_mutex_lock(&lock_b);
	if (write)
		pthread_rwlock_wrlock(&map);
	else
		pthread_rwlock_rdlock(&map);
	pthread_mutex_unlock(&lock_b);
	pthread_rwlock_unlock(&map);
	pthread_mutex_unlock(&gate);
}

static void nothing(void)
{
	second(&lock_a);
}

static void side(void)
{
	int i;

	pthread_barrier_wait(&meeting);
	for (i = 0; i < ROUNDS; i++) {
		gated(&lock_a, &lock_b);
		gated(&lock_b, &lock_a);
		second(&lock_a);
		second(&lock_b);
		again();
		maps(i & 1);
		if (i % 500 == 0)
			in_thread(nothing);
	}
}

int main(void)
{
	AT_ONCE(side, side, side, side);
	puts("done");
	return 0;
}
