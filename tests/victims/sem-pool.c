/* SPDX-License-Identifier: MIT */
/*
 * A pool of two permits and a mutex in two orders: a deadlock when all permits are out, so it is possible.
 *
 * expect: lock-inversion possible pool mutex
 * stack: acquire forward
 * stack: acquire backward
 */
#include "victim.h"

static sem_t pool;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	sem_wait(&pool);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	sem_post(&pool);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&mutex);
	sem_wait(&pool);
	sem_wait(&pool);
	sem_post(&pool);
	sem_post(&pool);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	sem_init(&pool, 0, 2);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
