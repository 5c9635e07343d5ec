/* SPDX-License-Identifier: MIT */
/*
 * exitcode=5 in place of 66.
 *
 * expect: lock-inversion certain lock_a lock_b
 * options: exitcode=5
 * status: 5
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
