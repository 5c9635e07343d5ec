/* SPDX-License-Identifier: MIT */
/*
 * The lock is taken with the signal blocked, and held as it is opened.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * stack: acquire open_it
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

static NOINLINE void open_it(void)
{
	mask(SIG_UNBLOCK, SIGUSR1);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	mask(SIG_BLOCK, SIGUSR1);
	pthread_mutex_lock(&lock_a);
	open_it();
	pthread_mutex_unlock(&lock_a);
	puts("done");
	return 0;
}
