/* SPDX-License-Identifier: MIT */
/*
 * It happens: memory is short, the allocation under the lock runs the shrinker, and that takes the lock
 * again. The program hangs.
 *
 * expect: self-deadlock certain cache_lock
 * stack: held cache_add
 * stack: acquire cache_shrink direct_reclaim page_alloc cache_add
 * run: hangs
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

static NOINLINE void page_alloc(void)
{
	direct_reclaim(cache_shrink);
}

static NOINLINE void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	page_alloc();
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	cache_add();
	return 0;
}
