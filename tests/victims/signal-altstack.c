/* SPDX-License-Identifier: MIT */
/*
 * The handler runs on the alternate stack.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * stack: held main
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	take(&lock_a);
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
	raise(SIGUSR1);
	work();
	puts("done");
	return 0;
}
