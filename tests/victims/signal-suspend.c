/* SPDX-License-Identifier: MIT */
/*
 * A lock is held over sigsuspend(), which opens the signal that was blocked as it was taken.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static int first = 1;

static void handler(int sig)
{
	(void)sig;
	take(first ? &lock_b : &lock_a);
}

int main(void)
{
	sigset_t none;

	sigemptyset(&none);
	handle(SIGUSR1, handler, 0, 0);
	mask(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	pthread_mutex_lock(&lock_a);
	sigsuspend(&none);
	pthread_mutex_unlock(&lock_a);
	first = 0;
	raise(SIGUSR1);
	sigsuspend(&none);
	puts("done");
	return 0;
}
