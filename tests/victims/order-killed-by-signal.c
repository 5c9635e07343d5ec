/* SPDX-License-Identifier: MIT */
/*
 * The program dies by a signal: the record is there, and the status is that of the signal.
 *
 * expect: lock-inversion certain lock_a lock_b
 * exit: 143
 */
#include <signal.h>
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
	raise(SIGTERM);
	puts("done");
	return 0;
}
