/* SPDX-License-Identifier: MIT */
/*
 * A cache of btree nodes in userspace: its shrinker is called when malloc has nothing left, and
 * scans the cache under its lock; a node is allocated under the same lock. Here is memory enough,
 * and nobody waits (bcachefs-tools).
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire shrinker_scan run_shrinkers
 * stack: acquire node_alloc
 * stack: held node_alloc
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

#ifndef MEMORY
#define MEMORY 100
#endif

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static int memory = MEMORY, cached;

static NOINLINE void shrinker_scan(int may_wait)
{
	if (may_wait)
		pthread_mutex_lock(&cache_lock);
	else if (pthread_mutex_trylock(&cache_lock))
		return;
	memory += cached;
	cached = 0;
	pthread_mutex_unlock(&cache_lock);
}

static NOINLINE void run_shrinkers(int may_wait)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	shrinker_scan(may_wait);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

/* What a shim's kmalloc is: malloc, and the shrinkers before it is tried again. */
static NOINLINE void *shim_kmalloc(size_t size, int may_wait)
{
	while (!memory)
		run_shrinkers(may_wait);
	memory--;
	return malloc(size);
}

#ifdef TRYLOCK
#define MAY_WAIT 0
#else
#define MAY_WAIT 1
#endif

static NOINLINE void node_alloc(void)
{
	pthread_mutex_lock(&cache_lock);
	free(shim_kmalloc(256, MAY_WAIT));
	cached++;
	pthread_mutex_unlock(&cache_lock);
}

static NOINLINE void cache_new(void)
{
#ifdef PRIMED
	reclaimdep_taken_in_reclaim(&cache_lock, RECLAIMDEP_FS_RECLAIM);
#endif
}

int main(void)
{
	cache_new();
	node_alloc();
	node_alloc();
#ifndef PRIMED
	run_shrinkers(MAY_WAIT);
#endif
	puts("done");
	return 0;
}
