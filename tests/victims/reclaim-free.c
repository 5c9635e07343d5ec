/* SPDX-License-Identifier: MIT */
/*
 * Silent: giving memory back under the lock is no allocation.
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
	void *p = kmalloc(64, GFP_KERNEL);
	void *q = malloc(64);

	pthread_mutex_lock(&cache_lock);
	kfree(p);
	free(q);
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
