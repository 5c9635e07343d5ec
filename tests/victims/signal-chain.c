/* SPDX-License-Identifier: MIT */
/*
 * The handler takes lock_b, under which lock_a is taken elsewhere; lock_a is held with the signal open.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a lock_b
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	take(&lock_b);
}

static NOINLINE void blocked(void)
{
	mask(SIG_BLOCK, SIGUSR1);
	nest(&lock_b, &lock_a);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	in_thread(blocked);
	take(&lock_a);
	puts("done");
	return 0;
}
