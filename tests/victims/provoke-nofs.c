/* SPDX-License-Identifier: MIT */
/*
 * Correct code stays silent when provoked: the shrinker stops without __GFP_FS, and under its lock nothing
 * allocates with it.
 *
 * expect: none
 * options: provoke=shrink:1
 * links: gfp
 */
#include "provoke.h"

int main(void)
{
	unsigned int flags;

	cache_start();
	work(10);
	cache_grow(GFP_NOFS);
	for (int i = 0; i < 10; i++) {
		kfree(kmalloc(64, GFP_NOFS));
		kfree(kmalloc(64, GFP_NOIO));
		kfree(kmalloc(64, GFP_ATOMIC));
	}
	flags = memalloc_nofs_save();
	cache_grow(GFP_KERNEL);
	work(10);
	memalloc_nofs_restore(flags);
	puts("done");
	return 0;
}
