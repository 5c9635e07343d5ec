/* SPDX-License-Identifier: MIT */
/*
 * Silent: plain malloc counts with the mask that malloc_gfp= gives it, and with the scope.
 *
 * expect: none
 * options: malloc_gfp=nofs
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
	free(malloc(64));
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
