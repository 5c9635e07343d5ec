/* SPDX-License-Identifier: MIT */
/*
 * Mutexes with priority inheritance, whose owner is in the kernel's hands, and robust ones.
 *
 * expect: lock-inversion certain pi robust
 * expect: deadlock certain pi robust
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t pi, robust;

static NOINLINE void forward(void)
{
	pthread_mutex_lock(&pi);
	pthread_barrier_wait(&meeting);
	second(&robust);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&robust);
	pthread_barrier_wait(&meeting);
	second(&pi);
}

static NOINLINE void make_robust(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
}

static NOINLINE void make_pi(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&pi, &attr);
}

int main(void)
{
	make_pi();
	make_robust();
	AT_ONCE(forward, backward);
	return 0;
}
