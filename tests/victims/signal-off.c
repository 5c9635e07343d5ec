/* SPDX-License-Identifier: MIT */
/*
 * With signals=0 handlers are not followed.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 * options: signals=0
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
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	work();
	raise(SIGUSR1);
	puts("done");
	return 0;
}
