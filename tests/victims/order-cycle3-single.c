/* SPDX-License-Identifier: MIT */
/*
 * 3 locks in a circle, all in one thread.
 *
 * expect: lock-inversion single-thread lock_0 lock_1 lock_2
 */
#include "victim.h"

static pthread_mutex_t lock_0 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_1 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_2 = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void link_0(void)
{
	nest(&lock_0, &lock_1);
}

static NOINLINE void link_1(void)
{
	nest(&lock_1, &lock_2);
}

static NOINLINE void link_2(void)
{
	nest(&lock_2, &lock_0);
}

int main(void)
{
	static const victim_fn fns[] = {
		link_0, link_2, link_1,
	};

	for (int i = 0; i < 3; i++)
		fns[i]();
	puts("done");
	return 0;
}
