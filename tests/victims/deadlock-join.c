/* SPDX-License-Identifier: MIT */
/*
 * A join, under a lock that the thread waits for.
 *
 * expect: deadlock certain lock -
 * stack: held main
 * stack: acquire second worker
 * expect: wait-inversion certain
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int main_tid, worker_tid;

static NOINLINE void worker(void)
{
	worker_tid = own_tid();
#ifdef WORKER_LAST
	until_asleep(&main_tid);
#endif
	second(&lock);
}

int main(void)
{
	pthread_t t;

	/* Steps of both are known from before. */
	second(&lock);
	pthread_mutex_lock(&lock);
	t = start(worker);
#ifndef WORKER_LAST
	until_asleep(&worker_tid);
#endif
	main_tid = own_tid();
	pthread_join(t, NULL);
	pthread_mutex_unlock(&lock);
	return 0;
}
