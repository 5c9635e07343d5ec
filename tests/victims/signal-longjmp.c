/* SPDX-License-Identifier: MIT */
/*
 * The handler is left by siglongjmp: what comes later, deeper in the stack than it was, is not in it.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

#include <setjmp.h>

static sigjmp_buf back;

static void handler(int sig)
{
	(void)sig;
	take(&lock_b);
	siglongjmp(back, 1);
}

/* Deeper than the signal came, and without a word into the room in between. */
static NOINLINE void work(void)
{
	char room[65536];

	__asm__ volatile("" : : "r"(room) : "memory");
	take(&lock_a);
	__asm__ volatile("" : : "r"(room) : "memory");
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	for (volatile int i = 0; i < 20; i++) {
		if (!sigsetjmp(back, 1))
			raise(SIGUSR1);
		work();
	}
	puts("done");
	return 0;
}
