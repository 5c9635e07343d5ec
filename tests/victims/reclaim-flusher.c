/* SPDX-License-Identifier: MIT */
/*
 * Silent: PR_SET_IO_FLUSHER gives the thread a NOIO scope, and ends with it.
 *
 * expect: none
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
	free(malloc(64));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	in_thread(cache_add);
	direct_reclaim(cache_shrink);
	in_thread(cache_add);
	puts("done");
	return 0;
}
