/* SPDX-License-Identifier: MIT */
/*
 * A writer waits for a reader; a second reader is kept out by the writer, and holds what the first one needs.
 *
 * expect: lock-inversion certain map mutex
 * expect: deadlock certain map map mutex
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_rwlock_t map = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile int writer_tid;

static NOINLINE void reader(void)
{
	pthread_rwlock_rdlock(&map);
	pthread_barrier_wait(&meeting);
	until_asleep(&writer_tid);
	second(&mutex);
}

static NOINLINE void writer(void)
{
	pthread_barrier_wait(&meeting);
	writer_tid = own_tid();
	pthread_rwlock_wrlock(&map);
}

static NOINLINE void second_reader(void)
{
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&meeting);
	until_asleep(&writer_tid);
	pthread_rwlock_rdlock(&map);
}

int main(void)
{
	AT_ONCE(reader, writer, second_reader);
	return 0;
}
