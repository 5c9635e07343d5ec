/* SPDX-License-Identifier: MIT */
/*
 * A semaphore used as a lock is a gate like any other.
 *
 * expect: lock-inversion guarded
 */
#include "victim.h"

static sem_t gate;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	sem_wait(&gate);
	nest(&lock_a, &lock_b);
	sem_post(&gate);
}

static NOINLINE void backward(void)
{
	sem_wait(&gate);
	nest(&lock_b, &lock_a);
	sem_post(&gate);
}

int main(void)
{
	sem_init(&gate, 0, 1);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
