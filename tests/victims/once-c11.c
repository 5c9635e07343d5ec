/* SPDX-License-Identifier: MIT */
/*
 * The same with C11's call_once(), of two at once: the inner one's routine takes what the outer one is called under.
 *
 * expect: lock-inversion certain
 * stack: acquire set_up_inner set_up_outer
 * stack: acquire under_lock
 */
#include <threads.h>
#include "victim.h"

static once_flag outer = ONCE_FLAG_INIT, inner = ONCE_FLAG_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void set_up_inner(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void set_up_outer(void)
{
	call_once(&inner, set_up_inner);
}

static NOINLINE void first(void)
{
	call_once(&outer, set_up_outer);
}

static NOINLINE void under_lock(void)
{
	pthread_mutex_lock(&lock);
	call_once(&outer, set_up_outer);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	TOGETHER(first, under_lock);
	puts("done");
	return 0;
}
