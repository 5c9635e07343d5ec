/* SPDX-License-Identifier: MIT */
/*
 * What is ignored ends with the outermost end, and is of one thread.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire after_end
 * expect: reclaim-inversion certain fs_reclaim other_lock
 * stack: acquire elsewhere
 * options: waits=none
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;

static void cache_shrink(pthread_mutex_t *lock)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

static NOINLINE void elsewhere(void)
{
	pthread_mutex_lock(&other_lock);
	free(malloc(16));
	pthread_mutex_unlock(&other_lock);
}

static NOINLINE void after_end(void)
{
	reclaimdep_ignore_end();
	pthread_mutex_lock(&cache_lock);
	reclaimdep_ignore_begin();
	free(malloc(16));
	in_thread(elsewhere);
	reclaimdep_ignore_end();
	free(malloc(16));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	cache_shrink(&cache_lock);
	cache_shrink(&other_lock);
	after_end();
	puts("done");
	return 0;
}
