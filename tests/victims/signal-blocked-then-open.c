/* SPDX-License-Identifier: MIT */
/*
 * A function that takes the lock is called with the signal blocked, and once with it open.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * stack: held work
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
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	/* What was open before counts for what is taken with it blocked, too. */
	mask(SIG_BLOCK, SIGUSR1);
	mask(SIG_UNBLOCK, SIGUSR1);
	mask(SIG_BLOCK, SIGUSR1);
	for (int i = 0; i < 100; i++)
		work();
	mask(SIG_UNBLOCK, SIGUSR1);
	work();
	puts("done");
	return 0;
}
