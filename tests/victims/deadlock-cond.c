/* SPDX-License-Identifier: MIT */
/*
 * A thread waits on a condition with another lock held; who has the mutex now wants that lock. Its timeout does not
 * help: it needs the mutex to return.
 *
 * expect: lock-inversion certain lock mutex
 * expect: deadlock certain lock mutex
 * stack: acquire waiter
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static NOINLINE void waiter(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	pthread_mutex_lock(&lock);
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&meeting);
	pthread_cond_timedwait(&cond, &mutex, &until);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void other(void)
{
	pthread_barrier_wait(&meeting);
	pthread_mutex_lock(&mutex);
	second(&lock);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	AT_ONCE(waiter, other);
	return 0;
}
