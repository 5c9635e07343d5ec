/* SPDX-License-Identifier: MIT */
/*
 * First in one thread, then in two at once: the one finding is raised to certain, though the
 * second time every chain is known.
 *
 * expect: lock-inversion certain lock_a lock_b
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
	backward();
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
