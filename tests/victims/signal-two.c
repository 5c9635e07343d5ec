/* SPDX-License-Identifier: MIT */
/*
 * A lock that only handlers take, of two signals that do not mask each other.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * expect: signal-inversion certain SIGUSR2 lock_a
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

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	handle(SIGUSR2, handler, 0, 0);
	raise(SIGUSR1);
	raise(SIGUSR2);
	puts("done");
	return 0;
}
