/* SPDX-License-Identifier: MIT */
/*
 * Silent: GFP_ATOMIC and GFP_NOWAIT never reclaim directly.
 *
 * expect: none
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
	kfree(kmalloc(64, GFP_ATOMIC));
	kfree(kmalloc(64, GFP_NOWAIT));
	kfree(kmalloc(64, GFP_KERNEL & ~__GFP_DIRECT_RECLAIM));
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
