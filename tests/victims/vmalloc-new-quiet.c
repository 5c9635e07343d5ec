/* SPDX-License-Identifier: MIT */
/*
 * Silent from 5.17 on: the mask becomes a scope inside.
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

static NOINLINE void cache_grow(void)
{
	vfree(__vmalloc(8192, GFP_NOFS));
	vfree(__vmalloc(8192, GFP_NOIO));
	kvfree(kvmalloc(65536, GFP_NOFS));
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
