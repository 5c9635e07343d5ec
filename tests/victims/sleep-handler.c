/* SPDX-License-Identifier: MIT */
/*
 * A signal handler takes a mutex and allocates with GFP_KERNEL; GFP_ATOMIC there is silent.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * stack: acquire on_signal
 * expect: sleep-in-atomic certain
 * detail: handler-alloc
 * stack: acquire on_signal
 * kshim: full none
 */
#include <signal.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void on_signal(int sig)
{
	(void)sig;
	kfree(kmalloc(10, GFP_ATOMIC));
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	kfree(kmalloc(10, GFP_KERNEL));
}

int main(void)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	raise(SIGUSR1);
	puts("done");
	return 0;
}
