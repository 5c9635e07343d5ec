/* SPDX-License-Identifier: MIT */
/*
 * Both orders are seen before it shows what the semaphore is: nothing is told until then, and nothing after it was
 * posted by a thread that did not hold it.
 *
 * expect: none
 */
#include "victim.h"

static sem_t sem;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	sem_wait(&sem);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static NOINLINE void backward(void)
{
	struct timespec past = {0, 0};

	pthread_mutex_lock(&mutex);
	must(sem_timedwait(&sem, &past) && errno == ETIMEDOUT, "sem_timedwait");
	pthread_mutex_unlock(&mutex);
}

static NOINLINE void let_go(void)
{
	sem_post(&sem);
}

int main(void)
{
	sem_init(&sem, 0, 1);
	TOGETHER(forward, backward, let_go);
	puts("done");
	return 0;
}
