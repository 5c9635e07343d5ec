/* SPDX-License-Identifier: MIT */
/*
 * The timed and clocked forms that get the lock: they nest as the plain ones do.
 *
 * expect: lock-inversion certain timed plain
 * expect: lock-inversion certain clocked plain
 * expect: lock-inversion certain timed_rw plain
 */
#include <time.h>
#include "victim.h"

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t timed = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t clocked = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t timed_rw = PTHREAD_RWLOCK_INITIALIZER;
static const struct timespec far = { 4000000000, 0 };

static void outer(void)
{
	must(!pthread_mutex_timedlock(&timed, &far), "timedlock");
	pthread_mutex_lock(&plain);
	pthread_mutex_unlock(&plain);
	pthread_mutex_unlock(&timed);
	must(!pthread_mutex_clocklock(&clocked, CLOCK_MONOTONIC, &far), "clocklock");
	pthread_mutex_lock(&plain);
	pthread_mutex_unlock(&plain);
	pthread_mutex_unlock(&clocked);
	must(!pthread_rwlock_timedwrlock(&timed_rw, &far), "timedwrlock");
	pthread_mutex_lock(&plain);
	pthread_mutex_unlock(&plain);
	pthread_rwlock_unlock(&timed_rw);
}

static void inner(void)
{
	nest(&plain, &timed);
	nest(&plain, &clocked);
	pthread_mutex_lock(&plain);
	pthread_rwlock_wrlock(&timed_rw);
	pthread_rwlock_unlock(&timed_rw);
	pthread_mutex_unlock(&plain);
}

int main(void)
{
	TOGETHER(outer, inner);
	puts("done");
	return 0;
}
