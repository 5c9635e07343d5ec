/* SPDX-License-Identifier: MIT */
/*
 * One thread takes the signal, and holds no lock but in its handler; all others block it.
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

static NOINLINE void receiver(void)
{
	mask(SIG_UNBLOCK, SIGUSR1);
	for (int i = 0; i < 3; i++)
		raise(SIGUSR1);
}

static NOINLINE void work(void)
{
	for (int i = 0; i < 3; i++)
		take(&lock_a);
}

int main(void)
{
	mask(SIG_BLOCK, SIGUSR1);
	handle(SIGUSR1, handler, 0, 0);
	work();
	TOGETHER(work, receiver, work);
	puts("done");
	return 0;
}
