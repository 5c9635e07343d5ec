/* SPDX-License-Identifier: MIT */
/*
 * Before 5.17 the page tables of vmalloc ignore its mask: the NOFS mask protects nothing.
 *
 * expect: vmalloc-restricted certain
 * stack: acquire cache_grow
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_grow
 * options: vmalloc=old
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

static NOINLINE void cache_grow(void)
{
	vfree(__vmalloc(8192, GFP_NOFS));
}

int main(void)
{
	pthread_mutex_lock(&cache_lock);
	cache_grow();
	pthread_mutex_unlock(&cache_lock);
	direct_reclaim(cache_shrink);
	puts("done");
	return 0;
}
