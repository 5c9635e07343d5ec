/* SPDX-License-Identifier: MIT */
/*
 * A thread is joined under a lock that it does not take itself: a thread of the same kind does,
 * which it joins.
 *
 * expect: wait-inversion possible
 * stack: acquire stop main
 * class: thread worker
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t worked;

static void *worker(void *arg);

static NOINLINE pthread_t start(int depth)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, worker, (void *)(intptr_t)depth), "pthread_create");
	return t;
}

static void *worker(void *arg)
{
	int depth = (int)(intptr_t)arg;

	if (depth) {
		pthread_join(start(depth - 1), NULL);
		sem_post(&worked);
		return NULL;
	}
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static NOINLINE void stop(pthread_t t)
{
	pthread_mutex_lock(&lock);
	pthread_join(t, NULL);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_t t;

	sem_init(&worked, 0, 0);
	t = start(1);
	sem_wait(&worked);
	stop(t);
	puts("done");
	return 0;
}
