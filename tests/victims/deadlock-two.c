/* SPDX-License-Identifier: MIT */
/*
 * Two threads take two locks in opposite orders, at once: they really wait for each other.
 *
 * expect: deadlock certain lock_a lock_b
 * stack: held forward
 * stack: acquire second forward
 * stack: held backward
 * stack: acquire second backward
 * expect: lock-inversion certain lock_a lock_b
 * run: hangs
 */
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	pthread_mutex_lock(&lock_a);
	pthread_barrier_wait(&meeting);
	second(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&lock_b);
	pthread_barrier_wait(&meeting);
	second(&lock_a);
	pthread_mutex_unlock(&lock_b);
}

int main(void)
{
	AT_ONCE(forward, backward);
	return 0;
}
