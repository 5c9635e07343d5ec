/* SPDX-License-Identifier: MIT */
/*
 * The destructor of a thread key takes locks, after everything else of its thread has ended, and again in
 * the next rounds of destructors.
 *
 * expect: lock-inversion certain lock_a lock_b
 * stack: acquire nest destructor
 */
#include <limits.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static sem_t started, go;
static int rounds;

static NOINLINE void destructor(void *value)
{
	rounds++;
	free(malloc(100));
	if (rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, value);
	else
		nest(&lock_b, &lock_a);
}

static void *thread(void *arg)
{
	pthread_setspecific(key, &rounds);
	sem_post(&started);
	sem_wait(&go);
	return arg;
}

int main(void)
{
	pthread_t t;

	pthread_key_create(&key, destructor);
	sem_init(&started, 0, 0);
	sem_init(&go, 0, 0);
	pthread_create(&t, NULL, thread, NULL);
	sem_wait(&started);
	nest(&lock_a, &lock_b);
	sem_post(&go);
	pthread_join(t, NULL);
	printf("%d\n", rounds);
	return 0;
}
