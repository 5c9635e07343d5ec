/* SPDX-License-Identifier: MIT */
/*
 * The handler takes the lock that its own thread holds.
 *
 * expect: self-deadlock certain lock_a
 * stack: acquire take handler
 * stack: held main
 * run: hangs
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
	pthread_mutex_lock(&lock_a);
	raise(SIGUSR1);
	return 0;
}
