/* SPDX-License-Identifier: MIT */
/*
 * A lock is taken in main with a signal open, and then in the signal's handler.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * stack: acquire take handler
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
	work();
	raise(SIGUSR1);
	puts("done");
	return 0;
}
