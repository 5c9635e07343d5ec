/* SPDX-License-Identifier: MIT */
/*
 * provoke.h - one cache with a lock and a shrinker, for the victims that provoke= is tried on.
 */
#ifndef VICTIM_PROVOKE_H
#define VICTIM_PROVOKE_H

#include <reclaimdep/gfp.h>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static int cache_runs;
static struct shrinker *cache_shrinker;

static UNUSED unsigned long cache_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	__atomic_fetch_add(&cache_runs, 1, __ATOMIC_RELAXED);
	return 10;
}

static UNUSED NOINLINE unsigned long cache_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(16, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
	return 0;
}

static UNUSED void cache_start(void)
{
	cache_shrinker = shrinker_alloc(0, "cache");
	must(cache_shrinker != NULL, "shrinker_alloc");
	cache_shrinker->count_objects = cache_count;
	cache_shrinker->scan_objects = cache_scan;
	shrinker_register(cache_shrinker);
}

/* The other side: what must not reclaim into the cache. */
static UNUSED NOINLINE void cache_grow(gfp_t gfp)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, gfp));
	pthread_mutex_unlock(&cache_lock);
}

static UNUSED NOINLINE void work(int times)
{
	while (times-- > 0)
		kfree(kmalloc(64, GFP_KERNEL));
}

#endif
