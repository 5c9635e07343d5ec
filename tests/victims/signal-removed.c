/* SPDX-License-Identifier: MIT */
/*
 * The handler is the program's no longer as the lock is taken: removed, or one that the kernel calls once.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
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
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	must(signal(SIGUSR1, SIG_DFL) == handler, "signal's result");
	handle(SIGUSR2, handler, SA_RESETHAND, 0);
	raise(SIGUSR2);
	work();
	puts("done");
	return 0;
}
