/* SPDX-License-Identifier: MIT */
/*
 * __GFP_NOFAIL, GFP_USER and the like reclaim as GFP_KERNEL does: one finding.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
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
	kfree(kmalloc(64, GFP_USER | __GFP_NOFAIL | __GFP_ZERO));
	kfree(kmalloc(64, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN));
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
