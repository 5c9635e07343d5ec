/* SPDX-License-Identifier: MIT */
/* order-cycle10.h - ten locks, and ten links that make a circle of them. */
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
