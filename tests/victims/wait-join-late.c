/* SPDX-License-Identifier: MIT */
/*
 * A thread takes a lock while it is being joined: nobody held that lock at this moment, but one who
 * does takes the lock of the joiner under it.
 *
 * expect: wait-inversion certain
 * stack: acquire stop main
 * stack: acquire work worker
 * stack: acquire nest other
 * class: thread worker
 */
#include "asleep.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static int joiner;
static sem_t nested, over;

static NOINLINE void work(void)
{
	pthread_mutex_lock(&inner);
	pthread_mutex_unlock(&inner);
}

static void *worker(void *arg)
{
	work();
	wait_until_asleep(&joiner);
	work();
	return arg;
}

static void *other(void *arg)
{
	nest(&inner, &outer);
	sem_post(&nested);
	sem_wait(&over);
	return arg;
}

static NOINLINE void stop(void)
{
	pthread_mutex_lock(&outer);
	say_tid(&joiner);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&outer);
}

int main(void)
{
	pthread_t t;

	sem_init(&nested, 0, 0);
	sem_init(&over, 0, 0);
	must(!pthread_create(&thread, NULL, worker, NULL), "pthread_create");
	must(!pthread_create(&t, NULL, other, NULL), "pthread_create");
	sem_wait(&nested);
	stop();
	sem_post(&over);
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
