/* SPDX-License-Identifier: MIT */
/*
 * A thread is joined under the lock that it takes. It took it before, so all went well.
 *
 * expect: wait-inversion possible
 * stack: acquire stop main
 * stack: acquire work worker
 * stack: held stop main
 * stack: held start main
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

static void *worker(void *arg)
{
	work();
	sem_post(&worked);
	return arg;
}

static NOINLINE void start(void)
{
	must(!pthread_create(&thread, NULL, worker, NULL), "pthread_create");
	sem_wait(&worked);
}

static NOINLINE void stop(void)
{
	pthread_mutex_lock(&lock);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	sem_init(&worked, 0, 0);
	start();
	stop();
	puts("done");
	return 0;
}
