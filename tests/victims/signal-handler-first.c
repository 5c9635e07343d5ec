/* SPDX-License-Identifier: MIT */
/*
 * The handler comes first; what it shares with main is taken later.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * stack: acquire take handler main
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
	handle(SIGUSR1, handler, SA_RESTART, 0);
	raise(SIGUSR1);
	work();
	puts("done");
	return 0;
}
