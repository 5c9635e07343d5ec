/* SPDX-License-Identifier: MIT */
/*
 * One order is taken by main before it creates the thread that takes the other.
 *
 * expect: lock-inversion ordered lock_a lock_b
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
	forward();
	in_thread(backward);
	puts("done");
	return 0;
}
