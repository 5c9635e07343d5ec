/* SPDX-License-Identifier: MIT */
/*
 * Silent: a new thread inherits PR_SET_IO_FLUSHER, and a forked child does too.
 *
 * expect: none
 * processes: 2
 */
#include <sys/prctl.h>
#include <sys/wait.h>
#include "victim.h"
#include "kernel.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#define PR_GET_IO_FLUSHER 58
#endif

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

static void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	pid_t pid;

	direct_reclaim(cache_shrink);
	must(!prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0), "PR_SET_IO_FLUSHER");
	if (prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0) != 1) {
		puts("needs CAP_SYS_RESOURCE");
		return 77;
	}
	in_thread(cache_add);
	pid = fork();
	if (!pid) {
		cache_add();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	puts("done");
	return 0;
}
