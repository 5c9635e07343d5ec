/* SPDX-License-Identifier: MIT */
/*
 * The handler, on the alternate stack, is left by siglongjmp before it took a lock.
 *
 * expect: none
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

#include <setjmp.h>

static sigjmp_buf back;

static void handler(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

static NOINLINE void work(void)
{
	take(&lock_a);
}

int main(void)
{
	static char room[65536];
	stack_t stack = {.ss_sp = room, .ss_size = sizeof(room)};

	must(!sigaltstack(&stack, NULL), "sigaltstack");
	handle(SIGUSR1, handler, SA_ONSTACK, 0);
	for (volatile int i = 0; i < 20; i++) {
		if (!sigsetjmp(back, 1))
			raise(SIGUSR1);
		work();
	}
	puts("done");
	return 0;
}
