/* SPDX-License-Identifier: MIT */
/*
 * The handler reads what main reads: a rwlock of the default kind lets it in.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 */
#include "signals.h"

static pthread_rwlock_t lock_a = PTHREAD_RWLOCK_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	pthread_rwlock_rdlock(&lock_a);
	pthread_rwlock_unlock(&lock_a);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	pthread_rwlock_rdlock(&lock_a);
	pthread_rwlock_unlock(&lock_a);
	raise(SIGUSR1);
	puts("done");
	return 0;
}
