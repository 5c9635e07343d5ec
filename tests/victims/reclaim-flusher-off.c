/* SPDX-License-Identifier: MIT */
/*
 * PR_SET_IO_FLUSHER is taken back while the lock is held: the next allocation counts in full.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 */
#include <sys/prctl.h>
#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

static NOINLINE void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	must(!prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0), "PR_SET_IO_FLUSHER");
	kfree(kmalloc(64, GFP_KERNEL));
	must(!prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0), "PR_SET_IO_FLUSHER");
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	cache_add();
	direct_reclaim(cache_shrink);
	cache_add();
	puts("done");
	return 0;
}
