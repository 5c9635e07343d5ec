/* SPDX-License-Identifier: MIT */
/*
 * Silent: the inner of two NOFS scopes is restored, the outer still holds.
 *
 * expect: none
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
	unsigned int outer = memalloc_nofs_save();
	unsigned int inner;

	pthread_mutex_lock(&cache_lock);
	inner = memalloc_nofs_save();
	kfree(kmalloc(64, GFP_KERNEL));
	memalloc_nofs_restore(inner);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
	memalloc_nofs_restore(outer);
}

int main(void)
{
	cache_add();
	direct_reclaim(cache_shrink);
	cache_add();
	puts("done");
	return 0;
}
