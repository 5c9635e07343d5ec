/* SPDX-License-Identifier: MIT */
/*
 * Reclaim is entered while the lock is held, and another time takes it: the allocation itself was never
 * seen.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static void shrink_nothing(void)
{
}

static void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	direct_reclaim(cache_shrink);
	pthread_mutex_lock(&cache_lock);
	direct_reclaim(shrink_nothing);
	pthread_mutex_unlock(&cache_lock);
	puts("done");
	return 0;
}
