/* SPDX-License-Identifier: MIT */
/*
 * Robust, priority-inheriting and process-shared mutexes, which carry no tag, in two orders; and an
 * owner that dies with a robust one held.
 *
 * expect: lock-inversion certain
 * expect: lock-inversion certain
 */
#include "victim.h"

static pthread_mutex_t robust, shared, inherit;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;

static void forward(void)
{
	nest(&robust, &plain);
	nest(&plain, &shared);
	nest(&inherit, &plain);
}

static void backward(void)
{
	nest(&plain, &robust);
	nest(&shared, &plain);
	nest(&inherit, &plain);
}

static void die(void)
{
	pthread_mutex_lock(&robust);
}

int main(void)
{
	pthread_mutexattr_t attr;
	int dead;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared, &attr);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inherit, &attr);
	TOGETHER(forward, backward);

	in_thread(die);
	dead = pthread_mutex_lock(&robust);
	printf("owner died %d\n", dead == EOWNERDEAD);
	pthread_mutex_consistent(&robust);
	pthread_mutex_unlock(&robust);
	return 0;
}
