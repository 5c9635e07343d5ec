/* SPDX-License-Identifier: MIT */
/*
 * The handler only tries the lock.
 *
 * expect: none
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	if (!pthread_mutex_trylock(&lock_a))
		pthread_mutex_unlock(&lock_a);
}

static NOINLINE void work(void)
{
	take(&lock_a);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	work();
	raise(SIGUSR1);
	pthread_mutex_lock(&lock_a);
	raise(SIGUSR1);
	pthread_mutex_unlock(&lock_a);
	puts("done");
	return 0;
}
