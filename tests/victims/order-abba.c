/* SPDX-License-Identifier: MIT */
/*
 * Two threads that are alive at the same time take two locks in two orders.
 *
 * expect: lock-inversion certain lock_a lock_b
 * stack: acquire nest forward
 * stack: acquire nest backward
 * stack: held nest forward
 * stack: held nest backward
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	nest(&lock_a, &lock_b);
}

static NOINLINE void backward(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
