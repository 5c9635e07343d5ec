/* SPDX-License-Identifier: MIT */
/*
 * A thread in the place of two that were joined with nothing held is joined under the lock that it takes.
 *
 * expect: wait-inversion possible
 * stack: acquire stop main
 * stack: acquire work worker
 * stack: held stop main
 * class: thread worker
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static sem_t worked;

static NOINLINE void work(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static void *worker(void *works)
{
	if (works) {
		work();
		sem_post(&worked);
	}
	return NULL;
}

static NOINLINE void stop(void)
{
	pthread_mutex_lock(&lock);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void start(void *works)
{
	must(!pthread_create(&thread, NULL, worker, works), "pthread_create");
}

int main(void)
{
	sem_init(&worked, 0, 0);
	start(NULL);
	pthread_join(thread, NULL);
	start(NULL);
	pthread_join(thread, NULL);
	start(&lock);
	sem_wait(&worked);
	stop();
	puts("done");
	return 0;
}
