/* SPDX-License-Identifier: MIT */
/*
 * A reader waits for a mutex whose owner waits to write.
 *
 * expect: lock-inversion certain map mutex
 * expect: deadlock certain map mutex
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_rwlock_t map = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void reader(void)
{
	pthread_rwlock_rdlock(&map);
	pthread_barrier_wait(&meeting);
	second(&mutex);
	pthread_rwlock_unlock(&map);
}

/* Another reader, in nobody's way. */
static NOINLINE void bystander(void)
{
	pthread_rwlock_rdlock(&map);
	pthread_rwlock_unlock(&map);
	pthread_barrier_wait(&meeting);
}

static NOINLINE void writer(void)
{
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&meeting);
	pthread_rwlock_wrlock(&map);
	pthread_rwlock_unlock(&map);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	AT_ONCE(reader, bystander, writer);
	return 0;
}
