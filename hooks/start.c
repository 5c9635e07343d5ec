/* SPDX-License-Identifier: MIT */
/*
 * start.c - the library comes up, and sees the process leave.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "runtime/event.h"
#include "fastpath.h"
#include "imports.h"
#include "resolve.h"

/*
 * Registered before main and before the loader's own exit handler, so it runs after
 * every destructor. A status cannot be changed from there but by leaving, so what
 * exit() would do after the handlers is done here.
 */
static void leave(int status, void *unused)
{
	int wanted = rd_exit(status);

	(void)unused;
	if (wanted != status) {
		fcloseall();
		_exit(wanted);
	}
}

static __attribute__((constructor)) void start(void)
{
	rd_resolve();
	rd_mutex_try_init();
	rd_start();
	rd_fastpath_start();
	rd_follow_forks();
	if (rd_follow_scope_pairs() || (rd_unwinder_wanted() && rd_imports_taker()))
		rd_start_unwinder();
	on_exit(leave, NULL);
	rd_provoke_begin();
}
