/* SPDX-License-Identifier: MIT */
/*
 * The signal is blocked wherever the lock is held: with or without other locks, in main and in a thread.
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

static NOINLINE void work(void)
{
	mask(SIG_BLOCK, SIGUSR1);
	take(&lock_a);
	nest(&lock_b, &lock_a);
	mask(SIG_UNBLOCK, SIGUSR1);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	for (int i = 0; i < 2000; i++)
		work();
	raise(SIGUSR1);
	work();
	in_thread(work);
	raise(SIGUSR1);
	work();
	puts("done");
	return 0;
}
