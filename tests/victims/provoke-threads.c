/* SPDX-License-Identifier: MIT */
/*
 * Many threads allocate, lock, and come and go, while shrinkers come and go and are run all the time: nothing
 * is lost, nothing hangs.
 *
 * expect: none
 * options: provoke=shrink:1,scan:5
 * links: gfp
 */
#include "provoke.h"

static void hammer(void)
{
	for (int i = 0; i < 2000; i++) {
		kfree(kmalloc(64, GFP_KERNEL));
		if (i % 16 == 0)
			cache_grow(GFP_NOFS);
	}
}

static void come_and_go(void)
{
	for (int i = 0; i < 200; i++) {
		struct shrinker *shrinker = shrinker_alloc(0, "passing");

		must(shrinker != NULL, "shrinker_alloc");
		shrinker->count_objects = cache_count;
		shrinker->scan_objects = cache_scan;
		shrinker_register(shrinker);
		kfree(kmalloc(64, GFP_KERNEL));
		shrinker_free(shrinker);
	}
}

static void *run(void *what)
{
	((void (*)(void))(uintptr_t)what)();
	return NULL;
}

int main(void)
{
	void (*const what[])(void) = { hammer, hammer, come_and_go, come_and_go };
	pthread_t t[4];

	cache_start();
	for (int i = 0; i < 4; i++)
		must(!pthread_create(&t[i], NULL, run, (void *)(uintptr_t)what[i]), "pthread_create");
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	shrinker_free(cache_shrinker);
	puts("done");
	return 0;
}
