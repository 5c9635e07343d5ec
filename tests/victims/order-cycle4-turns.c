/* SPDX-License-Identifier: MIT */
/*
 * 4 locks, 4 threads, each joined before the next is created.
 *
 * expect: lock-inversion ordered lock_0 lock_1 lock_2 lock_3
 * stack: acquire nest link_0
 * stack: acquire nest link_1
 * stack: acquire nest link_2
 * stack: acquire nest link_3
 */
#include "victim.h"

static pthread_mutex_t lock_0 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_1 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_2 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_3 = PTHREAD_MUTEX_INITIALIZER;

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
	nest(&lock_2, &lock_3);
}

static NOINLINE void link_3(void)
{
	nest(&lock_3, &lock_0);
}

int main(void)
{
	static const victim_fn fns[] = {
		link_2, link_0, link_3, link_1,
	};

	for (int i = 0; i < 4; i++)
		in_thread(fns[i]);
	puts("done");
	return 0;
}
