/* SPDX-License-Identifier: MIT */
/*
 * A fork child's handler takes what was taken before the fork with the signal open.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * processes: 2
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
#include <sys/wait.h>

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
	int status;
	pid_t child;

	handle(SIGUSR1, handler, 0, 0);
	work();
	child = fork();
	if (!child) {
		raise(SIGUSR1);
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child && !status, "the child");
	puts("done");
	return 0;
}
