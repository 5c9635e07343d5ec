/* SPDX-License-Identifier: MIT */
/*
 * Both orders are taken under one gate lock only: they never meet. Counted, not an error.
 *
 * expect: lock-inversion guarded lock_a lock_b
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

int main(void)
{
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
