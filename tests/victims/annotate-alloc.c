/* SPDX-License-Identifier: MIT */
/*
 * An allocator that no hook sees, told of by its mask: under a lock that reclaim takes.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire grow
 * stack: held cache_shrink
 * options: malloc_gfp=none
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

static NOINLINE void grow(unsigned gfp)
{
	pthread_mutex_lock(&cache_lock);
	reclaimdep_alloc(gfp);
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	grow(RECLAIMDEP_GFP_NOFS);
	cache_shrink();
	grow(RECLAIMDEP_GFP_KERNEL);
	puts("done");
	return 0;
}
