/* SPDX-License-Identifier: MIT */
/*
 * A shrinker that a quiet run never calls, and an allocation under its lock: provoked, both sides are seen.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_scan
 * stack: acquire cache_grow main
 * options: provoke=shrink
 * links: gfp
 */
#include "provoke.h"

int main(void)
{
	cache_start();
	cache_grow(GFP_KERNEL);
	work(3);
	puts("done");
	return 0;
}
