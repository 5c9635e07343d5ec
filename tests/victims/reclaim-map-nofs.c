/* SPDX-License-Identifier: MIT */
/*
 * Silent: NOFS inside the raw map, by mask and by scope, and a map that a scope keeps from being taken.
 *
 * expect: none
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

int main(void)
{
	unsigned int flags;

	fs_reclaim_acquire(GFP_KERNEL);
	might_alloc(GFP_NOFS);
	flags = memalloc_nofs_save();
	might_alloc(GFP_KERNEL);
	memalloc_nofs_restore(flags);
	fs_reclaim_release(GFP_KERNEL);

	fs_reclaim_acquire(GFP_NOFS);
	might_alloc(GFP_KERNEL);
	fs_reclaim_release(GFP_NOFS);

	flags = memalloc_nofs_save();
	fs_reclaim_acquire(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
	memalloc_nofs_restore(flags);
	might_alloc(GFP_KERNEL);
	puts("done");
	return 0;
}
