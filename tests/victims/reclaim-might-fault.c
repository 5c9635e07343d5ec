/* SPDX-License-Identifier: MIT */
/*
 * A page fault under a lock that reclaim takes may reclaim.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire copy_to_user
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

static NOINLINE void copy_to_user(void)
{
	might_fault();
}

int main(void)
{
	pthread_mutex_lock(&cache_lock);
	copy_to_user();
	pthread_mutex_unlock(&cache_lock);
	direct_reclaim(cache_shrink);
	puts("done");
	return 0;
}
