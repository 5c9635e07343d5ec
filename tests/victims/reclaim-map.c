/* SPDX-License-Identifier: MIT */
/*
 * The raw map is no reclaim context: GFP_KERNEL inside it is an inversion of fs_reclaim with itself,
 * as in the kernel's self-test.
 *
 * expect: reclaim-inversion certain fs_reclaim
 * stack: acquire kernel_inside
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static NOINLINE void kernel_inside(void)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_alloc(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
}

int main(void)
{
	kernel_inside();
	puts("done");
	return 0;
}
