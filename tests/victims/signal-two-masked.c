/* SPDX-License-Identifier: MIT */
/*
 * A lock that only handlers take, of two signals that mask each other.
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

int main(void)
{
	handle(SIGUSR1, handler, 0, SIGUSR2);
	handle(SIGUSR2, handler, 0, SIGUSR1);
	for (int i = 0; i < 3; i++) {
		raise(SIGUSR1);
		raise(SIGUSR2);
	}
	puts("done");
	return 0;
}
