/* SPDX-License-Identifier: MIT */
/*
 * Memory is short in earnest: the library's own direct reclaim runs the shrinker, in the context of the mask that
 * was passed. A shrinker that looks at no mask, and a lock that is held over GFP_NOFS: reclaim gets
 * there without __GFP_FS.
 *
 * expect: reclaim-inversion certain io_reclaim cache_lock
 * stack: acquire cache_scan
 * links: gfp
 */
#include <sys/resource.h>
#include <reclaimdep/gfp.h>
#include "victim.h"

#define BIG (64ul << 20)

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static void *cached;

static unsigned long cache_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	return cached ? 1 : 0;
}

static NOINLINE unsigned long cache_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	pthread_mutex_lock(&cache_lock);
	free(cached);
	cached = NULL;
	pthread_mutex_unlock(&cache_lock);
	return 1;
}

static void limit_memory(unsigned long more)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	must(f && fscanf(f, "%lu", &pages) == 1, "statm");
	fclose(f);
	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = more ? pages * 4096 + more : limit.rlim_max;
	setrlimit(RLIMIT_AS, &limit);
}

static void grow(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(16, GFP_NOFS));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	struct shrinker *shrinker = shrinker_alloc(0, "cache");
	void *p;

	must(shrinker != NULL, "shrinker_alloc");
	shrinker->count_objects = cache_count;
	shrinker->scan_objects = cache_scan;
	shrinker_register(shrinker);
	grow();
	cached = malloc(BIG);
	limit_memory(BIG / 2);
	p = kmalloc(BIG, GFP_NOFS);
	limit_memory(0);
	puts(p && !cached ? "reclaimed" : "not reclaimed");
	kfree(p);
	shrinker_free(shrinker);
	return 0;
}
