/* SPDX-License-Identifier: MIT */
/*
 * A lock is free when the hook looks, and another thread gets it before the call: who lost it waits, and its held stack
 * does not say so. (Between the hook and libc stands a library that takes its time.)
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: acquire second forward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=exit
 * libraries: deadlock-lost-slow
 */
#ifdef PLUGIN_deadlock_lost_slow
#include <dlfcn.h>
#include <pthread.h>

void (*deadlock_before)(pthread_mutex_t *);

int pthread_mutex_lock(pthread_mutex_t *lock)
{
	static int (*next)(pthread_mutex_t *);

	if (!next)
		next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	if (deadlock_before)
		deadlock_before(lock);
	return next(lock);
}
#else
#include "deadlock.h"

extern void (*deadlock_before)(pthread_mutex_t *);

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static volatile int forward_tid;
static __thread int slow;

static void before(pthread_mutex_t *lock)
{
	if (!slow || lock != &lock_b)
		return;
	pthread_barrier_wait(&meeting);
	pthread_barrier_wait(&meeting);
	forward_tid = own_tid();
}

static NOINLINE void forward(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		pthread_mutex_lock(&lock_a);
		slow = i == 999;
		second(&lock_b);
		pthread_mutex_unlock(&lock_a);
	}
}

static NOINLINE void backward(void)
{
	pthread_barrier_wait(&meeting);
	pthread_mutex_lock(&lock_b);
	pthread_barrier_wait(&meeting);
	until_asleep(&forward_tid);
	second(&lock_a);
	pthread_mutex_unlock(&lock_b);
}

int main(void)
{
	deadlock_before = before;
	AT_ONCE(forward, backward);
	return 0;
}
#endif
