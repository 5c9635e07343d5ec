/* SPDX-License-Identifier: MIT */
/*
 * Silent: scopes go over fork, and are restored on both sides.
 *
 * expect: none
 * processes: 2..3
 * kshim: full none constant
 */
#define RULE_OLD 0
#include "scope-carried.h"

#include <sys/wait.h>

static NOINLINE void work(int depth)
{
	unsigned int nofs = memalloc_nofs_save(), noio = memalloc_noio_save();
	pid_t child;
	int status = 0;

	cache_add();
	child = fork();
	must(child >= 0, "fork");
	if (!child && depth)
		work(depth - 1);
	if (child)
		must(waitpid(child, &status, 0) == child && !status, "child");
	cache_add();
	memalloc_noio_restore(noio);
	cache_add();
	memalloc_nofs_restore(nofs);
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_NOFS));
	pthread_mutex_unlock(&cache_lock);
	reclaim();
	if (!child)
		exit(0);
}

int main(void)
{
	work(1);
	puts("done");
	return 0;
}
