/* SPDX-License-Identifier: MIT */
/*
 * Semaphores that are no locks, each in both orders with a mutex: what counts the items of a queue and its free
 * places, a completion, a permit that one thread takes and another gives back.
 *
 * expect: none
 */
#include "victim.h"

#define PLACES 3

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t items, places, finished, handed, single_place;

static NOINLINE void wait_then_lock(sem_t *sem)
{
	must(!sem_wait(sem), "sem_wait");
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static NOINLINE void lock_then_wait(sem_t *sem)
{
	pthread_mutex_lock(&mutex);
	must(!sem_wait(sem), "sem_wait");
	pthread_mutex_unlock(&mutex);
}

static NOINLINE void produce(void)
{
	int i;

	/* As many as there are places, then one more time under the mutex, when somebody made room. */
	for (i = 0; i < PLACES; i++) {
		wait_then_lock(&places);
		sem_post(&items);
	}
	wait_then_lock(&single_place);
	wait_then_lock(&handed);
}

static NOINLINE void consume(void)
{
	int i;

	for (i = 0; i < PLACES; i++) {
		lock_then_wait(&items);
		sem_post(&places);
	}
	sem_post(&single_place);
	sem_post(&handed);
	sem_post(&finished);
}

static NOINLINE void produce_more(void)
{
	int i;

	for (i = 0; i < PLACES; i++) {
		lock_then_wait(&places);
		sem_post(&items);
	}
	lock_then_wait(&single_place);
	lock_then_wait(&handed);
	lock_then_wait(&finished);
}

static NOINLINE void consume_more(void)
{
	int i;

	for (i = 0; i < PLACES; i++) {
		wait_then_lock(&items);
		sem_post(&places);
	}
	sem_post(&single_place);
	wait_then_lock(&single_place);
	sem_post(&finished);
	wait_then_lock(&finished);
}

int main(void)
{
	sem_init(&items, 0, 0);
	sem_init(&places, 0, PLACES);
	sem_init(&finished, 0, 0);
	sem_init(&handed, 0, 1);
	sem_init(&single_place, 0, 1);
	TOGETHER(produce, consume, produce_more, consume_more);
	puts("done");
	return 0;
}
