/* SPDX-License-Identifier: MIT */
/*
 * 10 locks, 10 threads alive at the same time, the links in a mixed order.
 *
 * expect: lock-inversion certain lock_0 lock_1 lock_2 lock_3 lock_4 lock_5 lock_6 lock_7 lock_8 lock_9
 * stack: acquire nest link_0
 * stack: acquire nest link_1
 * stack: acquire nest link_2
 * stack: acquire nest link_3
 * stack: acquire nest link_4
 * stack: acquire nest link_5
 * stack: acquire nest link_6
 * stack: acquire nest link_7
 * stack: acquire nest link_8
 * stack: acquire nest link_9
 */
#include "victim.h"

static pthread_mutex_t lock_0 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_1 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_2 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_3 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_4 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_5 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_6 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_7 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_8 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_9 = PTHREAD_MUTEX_INITIALIZER;

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
	nest(&lock_3, &lock_4);
}

static NOINLINE void link_4(void)
{
	nest(&lock_4, &lock_5);
}

static NOINLINE void link_5(void)
{
	nest(&lock_5, &lock_6);
}

static NOINLINE void link_6(void)
{
	nest(&lock_6, &lock_7);
}

static NOINLINE void link_7(void)
{
	nest(&lock_7, &lock_8);
}

static NOINLINE void link_8(void)
{
	nest(&lock_8, &lock_9);
}

static NOINLINE void link_9(void)
{
	nest(&lock_9, &lock_0);
}

int main(void)
{
	static const victim_fn fns[] = {
		link_7, link_2, link_9, link_0, link_4, link_5, link_1, link_8, link_3, link_6,
	};

	together(fns, 10);
	puts("done");
	return 0;
}
