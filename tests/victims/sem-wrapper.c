/* SPDX-License-Identifier: MIT */
/*
 * A function of the program's own sets up all its semaphores, locks and completions alike: what they begin with tells
 * them apart.
 *
 * expect: lock-inversion certain
 * stack: acquire forward
 * stack: acquire backward
 */
#include "victim.h"

static sem_t lock, finished;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void my_sema_setup(sem_t *sem, unsigned value)
{
	must(!sem_init(sem, 0, value), "sem_init");
}

static NOINLINE void forward(void)
{
	sem_wait(&lock);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	sem_post(&lock);
	sem_post(&finished);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&mutex);
	sem_wait(&finished);
	sem_wait(&lock);
	sem_post(&lock);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	my_sema_setup(&lock, 1);
	my_sema_setup(&finished, 0);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
