/* SPDX-License-Identifier: MIT */
/*
 * A recursive mutex: the handler may take what its thread has.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

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
	pthread_mutex_lock(&lock_a);
	raise(SIGUSR1);
	pthread_mutex_unlock(&lock_a);
	puts("done");
	return 0;
}
