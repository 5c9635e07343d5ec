/* SPDX-License-Identifier: MIT */
/*
 * A program without the kernel's names: it tells of its cache by an annotation, and the shrinker is run from plain
 * mallocs.
 *
 * expect: reclaim-inversion certain reclaim pool_lock
 * stack: acquire pool_scan
 * options: provoke=shrink:5,scan:3
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long most;

static unsigned long pool_count(void *arg, unsigned gfp)
{
	(void)gfp;
	return *(unsigned long *)arg;
}

static NOINLINE unsigned long pool_scan(void *arg, unsigned long n, unsigned gfp)
{
	(void)arg;
	(void)gfp;
	pthread_mutex_lock(&pool_lock);
	most = n > most ? n : most;
	pthread_mutex_unlock(&pool_lock);
	return 0;
}

int main(void)
{
	static unsigned long objects = 7;
	static struct reclaimdep_shrinker pool = { .size = sizeof(pool), .name = "pool",
						   .domain = RECLAIMDEP_RECLAIM, .count = pool_count,
						   .scan = pool_scan, .arg = &objects };

	reclaimdep_shrinker_register(&pool);
	for (int i = 0; i < 20; i++) {
		pthread_mutex_lock(&pool_lock);
		free(malloc(64));
		pthread_mutex_unlock(&pool_lock);
		free(malloc(64));
	}
	reclaimdep_shrinker_unregister(&pool);
	must(most == 0 || most == 3, "scan");
	puts("done");
	return 0;
}
