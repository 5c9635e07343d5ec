/* SPDX-License-Identifier: MIT */
/*
 * A lock that one signal's handler takes, and nobody else.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	take(&lock_a);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	for (int i = 0; i < 3; i++) {
		raise(SIGUSR1);
		take(&lock_b);
	}
	puts("done");
	return 0;
}
