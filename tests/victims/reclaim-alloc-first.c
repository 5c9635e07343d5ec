/* SPDX-License-Identifier: MIT */
/*
 * The shortest reclaim inversion: an allocation under a lock, later a shrinker that takes it.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: held cache_add main
 * stack: acquire cache_new cache_add main
 * stack: held direct_reclaim
 * stack: acquire cache_shrink direct_reclaim main
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static void *cached;

static NOINLINE void *cache_new(void)
{
	return kmalloc(64, GFP_KERNEL);
}

static NOINLINE void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	cached = cache_new();
	pthread_mutex_unlock(&cache_lock);
}

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(cached);
	cached = NULL;
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	cache_add();
	direct_reclaim(cache_shrink);
	puts("done");
	return 0;
}
