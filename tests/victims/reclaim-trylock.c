/* SPDX-License-Identifier: MIT */
/*
 * Silent: a shrinker that tries the lock and goes away never waits for it.
 *
 * expect: none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static void cache_shrink(void)
{
	if (pthread_mutex_trylock(&cache_lock))
		return;
	pthread_mutex_unlock(&cache_lock);
}

static void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	direct_reclaim(cache_shrink);
	cache_add();
	puts("done");
	return 0;
}
