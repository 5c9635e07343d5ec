/* SPDX-License-Identifier: MIT */
/*
 * Silent: the allocation is made after the lock is given back, in the right order and out of order.
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
	static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_lock(&cache_lock);
	must(!pthread_mutex_trylock(&other_lock), "trylock");
	pthread_mutex_unlock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&other_lock);
}

int main(void)
{
	cache_add();
	direct_reclaim(cache_shrink);
	cache_add();
	puts("done");
	return 0;
}
