/* SPDX-License-Identifier: MIT */
/*
 * The same, but one thread is joined before the other is created: this run orders them.
 *
 * expect: lock-inversion ordered lock_a lock_b
 * stack: acquire nest forward
 * stack: acquire nest backward
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
	in_thread(forward);
	in_thread(backward);
	puts("done");
	return 0;
}
