/* SPDX-License-Identifier: MIT */
/*
 * A forked child still holds what its thread held: its allocation is under the lock. The parent's
 * own graph has the shrinker's half only, the child inherits that.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * processes: 2
 */
#include <sys/wait.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	pid_t pid;

	direct_reclaim(cache_shrink);
	pthread_mutex_lock(&cache_lock);
	pid = fork();
	if (!pid) {
		kfree(kmalloc(64, GFP_KERNEL));
		_exit(0);
	}
	pthread_mutex_unlock(&cache_lock);
	waitpid(pid, NULL, 0);
	puts("done");
	return 0;
}
