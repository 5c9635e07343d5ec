/* SPDX-License-Identifier: MIT */
/*
 * Silent: GFP_NOFS and GFP_NOIO under a lock that fs reclaim takes. The malloc that the shim makes
 * inside its kmalloc is not an allocation of its own.
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
	void *p;

	pthread_mutex_lock(&cache_lock);
	p = kmalloc(64, GFP_NOFS);
	p = krealloc(p, 4096, GFP_NOFS);
	kfree(p);
	kfree(kzalloc(64, GFP_NOIO));
	kvfree(kvzalloc(64, GFP_NOFS));
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
