/* SPDX-License-Identifier: MIT */
/*
 * The program's own failure goes before the finding's exit status.
 *
 * expect: lock-inversion certain lock_a lock_b
 * exit: 3
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
	exit(3);
	puts("done");
	return 0;
}
