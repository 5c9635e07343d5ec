/* SPDX-License-Identifier: MIT */
/*
 * fail_on=certain: a finding that is not certain does not fail the run.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * options: fail_on=certain
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
	puts("done");
	return 0;
}
