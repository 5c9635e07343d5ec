/* SPDX-License-Identifier: MIT */
/*
 * One waits for a spinlock, spinning, whose owner waits for a mutex.
 *
 * expect: lock-inversion certain mutex spin
 * expect: sleep-in-atomic certain spin
 * expect: sleep-in-atomic certain spin
 * expect: deadlock certain mutex spin
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_spinlock_t spin;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void spinner(void)
{
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&meeting);
	pthread_spin_lock(&spin);
}

static NOINLINE void sleeper(void)
{
	pthread_spin_lock(&spin);
	pthread_barrier_wait(&meeting);
	second(&mutex);
}

int main(void)
{
	pthread_spin_init(&spin, 0);
	AT_ONCE(spinner, sleeper);
	return 0;
}
