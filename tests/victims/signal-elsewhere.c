/* SPDX-License-Identifier: MIT */
/*
 * The handler ran in another thread than the one that holds the lock with the signal open.
 *
 * expect: signal-inversion possible SIGUSR1 lock_a
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

static NOINLINE void get_signal(void)
{
	raise(SIGUSR1);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	TOGETHER(work, get_signal);
	puts("done");
	return 0;
}
