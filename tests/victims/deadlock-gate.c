/* SPDX-License-Identifier: MIT */
/*
 * Both orders go under a gate, thousands of times, and the cycle has long been looked at enough; then once without it.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void side(pthread_mutex_t *first, pthread_mutex_t *then)
{
	int i;

	for (i = 0; i < 3000; i++) {
		pthread_mutex_lock(&gate);
		nest(first, then);
		pthread_mutex_unlock(&gate);
	}
	pthread_barrier_wait(&meeting);
	pthread_mutex_lock(first);
	pthread_barrier_wait(&meeting);
	second(then);
}

static void forward(void)
{
	side(&lock_a, &lock_b);
}

static void backward(void)
{
	side(&lock_b, &lock_a);
}

int main(void)
{
	AT_ONCE(forward, backward);
	return 0;
}
