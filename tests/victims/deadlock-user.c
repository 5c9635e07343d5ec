/* SPDX-License-Identifier: MIT */
/*
 * Locks of the program's own, which it tells of; on one side a mutex.
 *
 * expect: lock-inversion certain own_lock mutex
 * expect: deadlock certain own_lock mutex
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include <reclaimdep/annotate.h>
#include "deadlock.h"

static int own;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void take_own(void)
{
	reclaimdep_lock_acquire(&own, 0);
	while (__atomic_exchange_n(&own, 1, __ATOMIC_ACQUIRE))
		usleep(1000);
	reclaimdep_lock_acquired(&own);
}

static NOINLINE void forward(void)
{
	take_own();
	pthread_barrier_wait(&meeting);
	second(&mutex);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&meeting);
	take_own();
}

int main(void)
{
	reclaimdep_lock_init(&own, "own_lock");
	AT_ONCE(forward, backward);
	return 0;
}
