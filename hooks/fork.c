/* SPDX-License-Identifier: MIT */
/*
 * fork.c - fork. vfork is in stubs.S: C cannot return twice.
 */
#include <errno.h>
#include <unistd.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT pid_t fork(void)
{
	pid_t pid;

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
