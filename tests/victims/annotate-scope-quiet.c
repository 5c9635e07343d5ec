/* SPDX-License-Identifier: MIT */
/*
 * Silent: in a scope, nested ones and several at once too; and what is told to be ignored.
 *
 * expect: none
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

static NOINLINE void nested(void)
{
	reclaimdep_scope_enter(RECLAIMDEP_SCOPE_NOFS | RECLAIMDEP_SCOPE_NOIO, NULL);
	free(malloc(16));
	reclaimdep_scope_leave(RECLAIMDEP_SCOPE_NOFS | RECLAIMDEP_SCOPE_NOIO);
	free(malloc(16));
}

static NOINLINE void ignored(void)
{
	reclaimdep_ignore_begin();
	reclaimdep_ignore_begin();
	free(malloc(16));
	reclaimdep_ignore_end();
	free(malloc(16));
	reclaimdep_alloc(RECLAIMDEP_GFP_KERNEL);
	reclaimdep_ignore_end();
}

int main(void)
{
	cache_shrink();
	pthread_mutex_lock(&cache_lock);
	reclaimdep_scope_enter(RECLAIMDEP_SCOPE_NOFS, "cache_shrink takes cache_lock");
	nested();
	reclaimdep_scope_leave(RECLAIMDEP_SCOPE_NOFS);
	ignored();
	pthread_mutex_unlock(&cache_lock);
	free(malloc(16));
	puts("done");
	return 0;
}
