/* SPDX-License-Identifier: MIT */
/*
 * The NOFS scope is restored while the lock is still held, before the last allocation.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_add main
 * kshim: full none constant
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
	unsigned int flags = memalloc_nofs_save();

	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	memalloc_nofs_restore(flags);
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
