/* SPDX-License-Identifier: MIT */
/*
 * Silent: fork copies the scope of the thread that forks.
 *
 * expect: none
 * processes: 2
 * kshim: full none
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
	unsigned int flags = memalloc_nofs_save();
	pid_t pid;

	pid = fork();
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
	memalloc_nofs_restore(flags);
	direct_reclaim(cache_shrink);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	puts("done");
	return 0;
}
