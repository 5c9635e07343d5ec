/* SPDX-License-Identifier: MIT */
/*
 * Silent: reclaim does not recurse, so an allocation that the shrinker makes, under the lock that it
 * takes, adds no dependency.
 *
 * expect: none
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	free(malloc(64));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	direct_reclaim(cache_shrink);
	direct_reclaim(cache_shrink);
	puts("done");
	return 0;
}
