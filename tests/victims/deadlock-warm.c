/* SPDX-License-Identifier: MIT */
/*
 * Each side went its way a thousand times before: one of them waits on the fast path, when nobody knows of a cycle yet.
 * The stack of the one that waits is found from outside.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held forward
 * stack: acquire second forward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static volatile int forward_tid;

static NOINLINE void forward(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		pthread_mutex_lock(&lock_a);
		if (i == 999) {
			pthread_barrier_wait(&meeting);
			pthread_barrier_wait(&meeting);
			forward_tid = own_tid();
		}
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
	AT_ONCE(forward, backward);
	return 0;
}
