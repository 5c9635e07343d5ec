/* SPDX-License-Identifier: MIT */
/*
 * First seen in two threads, then in one: the verdict rises.
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

static NOINLINE void get_signal(void)
{
	raise(SIGUSR1);
}

static NOINLINE void both(void)
{
	work();
	raise(SIGUSR1);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	TOGETHER(work, get_signal, both);
	puts("done");
	return 0;
}
