/* SPDX-License-Identifier: MIT */
/*
 * A circle in which one thread gives up after a while is none that lasts. Nor is one with a trylock in it.
 *
 * expect: lock-inversion certain lock_a lock_b
 * options: on_deadlock=abort
 */
#include "deadlock.h"
#include <time.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_d = PTHREAD_MUTEX_INITIALIZER;

static void patient(void)
{
	pthread_mutex_lock(&lock_a);
	pthread_barrier_wait(&meeting);
	second(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

static void hasty(void)
{
	struct timespec until;

	pthread_mutex_lock(&lock_b);
	pthread_barrier_wait(&meeting);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 200000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	must(pthread_mutex_timedlock(&lock_a, &until) == ETIMEDOUT, "ETIMEDOUT");
	pthread_mutex_unlock(&lock_b);
}

static void backs_off(void)
{
	int done = 0;

	pthread_barrier_wait(&meeting);
	while (!done) {
		pthread_mutex_lock(&lock_d);
		done = !pthread_mutex_trylock(&lock_c);
		if (done)
			pthread_mutex_unlock(&lock_c);
		pthread_mutex_unlock(&lock_d);
	}
}

static void goes_on(void)
{
	pthread_mutex_lock(&lock_c);
	pthread_barrier_wait(&meeting);
	usleep(20000);
	second(&lock_d);
	pthread_mutex_unlock(&lock_c);
}

int main(void)
{
	AT_ONCE(patient, hasty);
	AT_ONCE(hasty, patient);
	AT_ONCE(backs_off, goes_on);
	puts("done");
	return 0;
}
