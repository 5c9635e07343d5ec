/* SPDX-License-Identifier: MIT */
/*
 * The inversion has been told of as certain, and both threads go their ways thousands of times after that, in turn;
 * then at once.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void take(pthread_mutex_t *first, pthread_mutex_t *then, int at_once)
{
	pthread_mutex_lock(first);
	if (at_once)
		pthread_barrier_wait(&meeting);
	second(then);
	pthread_mutex_unlock(first);
}

static NOINLINE void side(pthread_mutex_t *first, pthread_mutex_t *then, int number)
{
	int turn, i;

	for (turn = 0; turn < 6; turn++) {
		for (i = 0; i < 1000 && turn % 2 == number; i++)
			take(first, then, 0);
		pthread_barrier_wait(&meeting);
	}
	take(first, then, 1);
}

static void forward(void)
{
	side(&lock_a, &lock_b, 0);
}

static void backward(void)
{
	side(&lock_b, &lock_a, 1);
}

int main(void)
{
	AT_ONCE(forward, backward);
	return 0;
}
