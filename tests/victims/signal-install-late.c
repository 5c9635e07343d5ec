/* SPDX-License-Identifier: MIT */
/*
 * The lock was taken often before the program set a handler, and is taken again after.
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

static NOINLINE void work(void)
{
	take(&lock_a);
}

int main(void)
{
	for (int i = 0; i < 100; i++)
		work();
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	work();
	puts("done");
	return 0;
}
