/* SPDX-License-Identifier: MIT */
/*
 * fork.c - fork. vfork is in stubs.S: C cannot return twice.
 *
 * The state is copied by handlers of pthread_atfork, which are registered before the program's: the last to prepare and
 * the first afterwards. So what the program's own handlers take before a fork is seen, held by the child too, and
 * seen to be given back in both. It also covers the forks that libc makes itself (daemon, forkpty).
 */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>
#include "runtime/event.h"
#include "resolve.h"

static bool handled;

void rd_follow_forks(void)
{
	handled = pthread_atfork(rd_fork_prepare, rd_fork_parent, rd_fork_child) == 0;
}

RD_EXPORT pid_t fork(void)
{
	pid_t pid;

	if (rd_likely(handled))
		return RD_NEXT(fork)();
	rd_fork_prepare();
	pid = RD_NEXT(fork)();
	if (pid == 0)
		rd_fork_child();
	else
		rd_fork_parent();
	return pid;
}

RD_HIDDEN pid_t rd_vfork_failed(int result);
pid_t rd_vfork_failed(int result)
{
	errno = -result;
	return -1;
}
