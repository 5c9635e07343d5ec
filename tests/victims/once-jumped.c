/* SPDX-License-Identifier: MIT */
/*
 * A routine that is left by longjmp holds nothing after it.
 *
 * expect: none
 */
#include <setjmp.h>
#include "victim.h"

static pthread_once_t once = PTHREAD_ONCE_INIT, next = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static jmp_buf out;

static NOINLINE void jump(void)
{
	longjmp(out, 1);
}

static NOINLINE void set_up(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void jumps(void)
{
	if (!setjmp(out))
		pthread_once(&once, jump);
	/* glibc does not see the jump: it is as the program would have it. */
	once = (pthread_once_t)PTHREAD_ONCE_INIT;
	set_up();
	pthread_once(&next, set_up);
}

static void puts_nothing(void)
{
}

static NOINLINE void after(void)
{
	pthread_mutex_lock(&lock);
	pthread_once(&once, puts_nothing);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	TOGETHER(jumps, after);
	puts("done");
	return 0;
}
