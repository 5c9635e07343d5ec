/* SPDX-License-Identifier: MIT */
/*
 * cant_sleep() where nothing keeps the thread from sleeping; under a spinlock and in a handler it is true.
 *
 * expect: sleep-in-atomic certain
 * detail: not-atomic
 * stack: acquire nothing_held
 * kshim: full none
 */
#include <signal.h>
#include "victim.h"
#include "kernel.h"

static pthread_spinlock_t spin;

static NOINLINE void nothing_held(void)
{
	cant_sleep();
	must(1, "");
}

static NOINLINE void on_signal(int sig)
{
	(void)sig;
	cant_sleep();
	must(1, "");
}

int main(void)
{
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&spin);
	cant_sleep();
	pthread_spin_unlock(&spin);
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	nothing_held();
	puts("done");
	return 0;
}
