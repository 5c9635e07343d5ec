/* SPDX-License-Identifier: MIT */
/*
 * Nothing is allocated while nothing is held: the shrinker is run when the program ends, before anything that was
 * there when it was registered is gone.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_scan
 * options: provoke=shrink
 * links: gfp
 */
#include "provoke.h"

static int gone;

static void before(void)
{
	gone = 1;
}

static unsigned long check_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	must(!gone, "what was there before the shrinker");
	return cache_count(shrinker, sc);
}

int main(void)
{
	atexit(before);
	cache_start();
	cache_shrinker->count_objects = check_count;
	cache_grow(GFP_KERNEL);
	puts("done");
	return 0;
}
