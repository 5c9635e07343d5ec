/* SPDX-License-Identifier: MIT */
/*
 * Threads in each other's place, of which two took locks: the first was joined before the second was made.
 *
 * expect: lock-inversion ordered lock_a lock_b
 * stack: acquire nest forward
 * stack: acquire nest backward
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void nothing(void)
{
}

static NOINLINE void forward(void)
{
	nest(&lock_a, &lock_b);
}

static NOINLINE void backward(void)
{
	nest(&lock_b, &lock_a);
}

/* One call makes all the threads. */
static NOINLINE void thread(victim_fn fn)
{
	in_thread(fn);
}

int main(void)
{
	thread(nothing);
	thread(nothing);
	thread(forward);
	thread(nothing);
	thread(nothing);
	thread(backward);
	puts("done");
	return 0;
}
