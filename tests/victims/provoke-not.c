/* SPDX-License-Identifier: MIT */
/*
 * The same as provoke-shrink, unprovoked: nobody can see that reclaim takes the lock.
 *
 * expect: none
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
