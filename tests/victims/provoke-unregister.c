/* SPDX-License-Identifier: MIT */
/*
 * Nothing is allocated while nothing is held, and the shrinker is gone before the program ends: it is run
 * when it goes.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_scan
 * options: provoke=shrink
 * links: gfp
 */
#include "provoke.h"

int main(void)
{
	cache_start();
	cache_grow(GFP_KERNEL);
	shrinker_free(cache_shrinker);
	puts("done");
	return 0;
}
