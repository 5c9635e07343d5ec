/* SPDX-License-Identifier: MIT */
/*
 * What libc refuses by itself is no deadlock, and the program goes on: an error-checking mutex, an rwlock's writer, a
 * timeout, a join of oneself.
 *
 * expect: self-deadlock certain check
 * expect: self-deadlock certain map
 * expect: self-deadlock certain timed
 * options: on_deadlock=abort
 */
#include "victim.h"
#include <time.h>

static pthread_mutex_t check = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t timed = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t map = PTHREAD_RWLOCK_INITIALIZER;
int main(void)
{
	struct timespec until;

	pthread_mutex_lock(&check);
	must(pthread_mutex_lock(&check) == EDEADLK, "EDEADLK");
	pthread_mutex_unlock(&check);

	pthread_rwlock_wrlock(&map);
	must(pthread_rwlock_wrlock(&map) == EDEADLK, "EDEADLK of the writer");
	pthread_rwlock_unlock(&map);

	clock_gettime(CLOCK_REALTIME, &until);
	pthread_mutex_lock(&timed);
	must(pthread_mutex_timedlock(&timed, &until) == ETIMEDOUT, "ETIMEDOUT");
	pthread_mutex_unlock(&timed);

	must(pthread_join(pthread_self(), NULL) == EDEADLK, "EDEADLK of a join of oneself");
	puts("done");
	return 0;
}
