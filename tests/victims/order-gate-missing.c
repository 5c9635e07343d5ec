/* SPDX-License-Identifier: MIT */
/*
 * Guarded at first; later one side goes without the gate, on chains that need a new look: certain.
 *
 * expect: lock-inversion certain lock_a lock_b
 */
#include "victim.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void forward(void)
{
	pthread_mutex_lock(&gate);
	nest(&lock_a, &lock_b);
	pthread_mutex_unlock(&gate);
}

static void backward(void)
{
	pthread_mutex_lock(&gate);
	nest(&lock_b, &lock_a);
	pthread_mutex_unlock(&gate);
}

static void ungated(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	TOGETHER(forward, backward, ungated);
	puts("done");
	return 0;
}
