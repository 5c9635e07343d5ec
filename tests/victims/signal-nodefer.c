/* SPDX-License-Identifier: MIT */
/*
 * A handler that its own signal can interrupt takes a lock.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
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
	handle(SIGUSR1, handler, SA_NODEFER, 0);
	raise(SIGUSR1);
	puts("done");
	return 0;
}
