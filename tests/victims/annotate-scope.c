/* SPDX-License-Identifier: MIT */
/*
 * A scope ends where it is left.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire after_scope
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

static NOINLINE void after_scope(void)
{
	pthread_mutex_lock(&cache_lock);
	reclaimdep_scope_enter(RECLAIMDEP_SCOPE_NOFS, "cache_shrink takes cache_lock");
	free(malloc(64));
	reclaimdep_scope_leave(RECLAIMDEP_SCOPE_NOFS);
	free(malloc(64));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	cache_shrink();
	after_scope();
	puts("done");
	return 0;
}
