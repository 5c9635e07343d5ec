/* SPDX-License-Identifier: MIT */
/*
 * A shrinker that does not look at the mask, and a lock over GFP_NOFS: it is run from GFP_NOFS allocations as well,
 * and holds what those reach.
 *
 * expect: reclaim-inversion certain io_reclaim cache_lock
 * stack: acquire heedless_scan
 * options: provoke=shrink
 * links: gfp
 */
#include "provoke.h"

static NOINLINE unsigned long heedless_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	return 0;
}

int main(void)
{
	cache_start();
	cache_shrinker->scan_objects = heedless_scan;
	cache_grow(GFP_NOFS);
	kfree(kmalloc(64, GFP_NOFS));
	puts("done");
	return 0;
}
