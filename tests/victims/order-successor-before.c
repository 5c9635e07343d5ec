/* SPDX-License-Identifier: MIT */
/*
 * A thread in the place of two that left nothing behind, made after the first thread took the locks the other way round:
 * its creation orders them, and not that of the threads whose number it has.
 *
 * expect: lock-inversion ordered lock_a lock_b
 * stack: acquire nest forward main
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
	forward();
	thread(backward);
	puts("done");
	return 0;
}
