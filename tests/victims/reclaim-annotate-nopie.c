/* SPDX-License-Identifier: MIT */
/*
 * Annotations in an executable that is not position-independent, where a weak reference would stay
 * NULL; and a context inside a context, left in order.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: held cache_shrink
 * build: -no-pie -fno-pie
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t later_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(&later_lock);
	pthread_mutex_unlock(&later_lock);
}

static void add(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	free(malloc(64));
	pthread_mutex_unlock(lock);
}

int main(void)
{
	cache_shrink();
	add(&cache_lock);
	add(&later_lock);
	puts("done");
	return 0;
}
