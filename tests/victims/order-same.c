/* SPDX-License-Identifier: MIT */
/*
 * Silent: two threads, the same order.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	nest(&lock_a, &lock_b);
}

static UNUSED void backward(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	forward();
	TOGETHER(forward, forward);
	in_thread(forward);
	puts("done");
	return 0;
}
