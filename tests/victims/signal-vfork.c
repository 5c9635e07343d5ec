/* SPDX-License-Identifier: MIT */
/*
 * A vfork child sets the signal back to its default: the parent's handler stays what it is.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 */
#include <sys/wait.h>
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	take(&lock_a);
}

int main(void)
{
	int status;
	pid_t pid;

	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	pid = vfork();
	if (!pid) {
		signal(SIGUSR1, SIG_DFL);
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && !status, "the child");
	take(&lock_a);
	puts("done");
	return 0;
}
