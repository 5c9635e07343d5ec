/* SPDX-License-Identifier: MIT */
/*
 * The same inversion the other way round: the shrinker runs before the allocation.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_shrink direct_reclaim main
 * stack: acquire cache_add main
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
	kfree(kzalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	direct_reclaim(cache_shrink);
	cache_add();
	puts("done");
	return 0;
}
