/* SPDX-License-Identifier: MIT */
/*
 * The same as reclaim-fork-held.c, but the thread holds three hundred more locks as it forks; the child gives those back first.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * processes: 2
 */
#include <sys/wait.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner[300];

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	pid_t pid;
	int i;

	direct_reclaim(cache_shrink);
	pthread_mutex_lock(&cache_lock);
	for (i = 0; i < 300; i++)
		pthread_mutex_lock(&inner[i]);
	pid = fork();
	if (!pid) {
		while (i--)
			pthread_mutex_unlock(&inner[i]);
		kfree(kmalloc(64, GFP_KERNEL));
		_exit(0);
	}
	while (i--)
		pthread_mutex_unlock(&inner[i]);
	pthread_mutex_unlock(&cache_lock);
	waitpid(pid, NULL, 0);
	puts("done");
	return 0;
}
