/* SPDX-License-Identifier: MIT */
/*
 * What two threads waited for is no gate where each was let in by another thread's post.
 *
 * expect: lock-inversion certain lock_a lock_b
 */
#include "victim.h"

static sem_t start;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	sem_wait(&start);
	nest(&lock_a, &lock_b);
}

static NOINLINE void let_in(void)
{
	sem_post(&start);
}

static NOINLINE void backward(void)
{
	sem_wait(&start);
	nest(&lock_b, &lock_a);
}

int main(void)
{
	sem_init(&start, 0, 1);
	TOGETHER(forward, let_in, backward);
	puts("done");
	return 0;
}
