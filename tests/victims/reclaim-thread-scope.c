/* SPDX-License-Identifier: MIT */
/*
 * A scope belongs to its thread: a thread created inside it does not have it.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_add
 * kshim: full none
 */
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
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	unsigned int flags = memalloc_nofs_save();

	in_thread(cache_add);
	memalloc_nofs_restore(flags);
	direct_reclaim(cache_shrink);
	puts("done");
	return 0;
}
