/* SPDX-License-Identifier: MIT */
/*
 * One side went its way a thousand times before, and waits on the fast path: nobody knows of a cycle yet. Its stack is
 * found from outside, and is not that of the first time.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held the_last_time
 * stack: acquire second the_last_time forward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
#ifdef FRAMES
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
#endif
static volatile int forward_tid;

static NOINLINE void at_first(void)
{
	pthread_mutex_lock(&lock_a);
	second(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

static NOINLINE void the_last_time(void)
{
#ifdef FRAMES
	pthread_mutex_lock(&lock_c);
#endif
	pthread_mutex_lock(&lock_a);
	pthread_barrier_wait(&meeting);
	pthread_barrier_wait(&meeting);
	forward_tid = own_tid();
	second(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

static NOINLINE void forward(void)
{
	int i;

	for (i = 0; i < 1000; i++)
		at_first();
	the_last_time();
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
