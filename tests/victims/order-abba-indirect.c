/* SPDX-License-Identifier: MIT */
/*
 * Two threads in turn, but neither creates nor joins the other: both are alive all the time, and
 * main joins a third in between.
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

static void nothing(void)
{
}

static void nothing_in_thread(void)
{
	in_thread(nothing);
}

int main(void)
{
	static const victim_fn fns[] = { forward, nothing_in_thread, backward };

	together(fns, 3);
	puts("done");
	return 0;
}
