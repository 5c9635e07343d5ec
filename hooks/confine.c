/* SPDX-License-Identifier: MIT */
/*
 * confine.c - calls after which a process may not reach its record by its path any more: it becomes another user, or
 * its root another directory. (Sandboxes: prctl.c.)
 */
#include <sched.h>
#include <sys/fsuid.h>
#include <unistd.h>
#include "runtime/event.h"
#include "resolve.h"

#define CONFINES(type, name, args, pass)                                                           \
	RD_EXPORT type name args                                                                   \
	{                                                                                          \
		rd_confine();                                                                      \
		return RD_NEXT(name) pass;                                                         \
	}

CONFINES(int, setuid, (uid_t user), (user))
CONFINES(int, seteuid, (uid_t user), (user))
CONFINES(int, setreuid, (uid_t real, uid_t effective), (real, effective))
CONFINES(int, setresuid, (uid_t real, uid_t effective, uid_t saved), (real, effective, saved))
CONFINES(int, setfsuid, (uid_t user), (user))
CONFINES(int, chroot, (const char *path), (path))
CONFINES(int, unshare, (int flags), (flags))
CONFINES(int, setns, (int fd, int type), (fd, type))
