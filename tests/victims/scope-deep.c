/* SPDX-License-Identifier: MIT */
/*
 * Silent: more scopes than anybody nests, restored in order.
 *
 * expect: none
 * kshim: full none constant
 */
#define RULE_OLD 0
#include "scope-carried.h"

static NOINLINE void nest_scopes(int depth)
{
	unsigned int cookie = depth % 3 ? memalloc_nofs_save() : memalloc_noio_save();

	cache_add();
	if (depth)
		nest_scopes(depth - 1);
	cache_add();
	if (depth % 3)
		memalloc_nofs_restore(cookie);
	else
		memalloc_noio_restore(cookie);
}

int main(void)
{
	nest_scopes(40);
	nest_scopes(14);
	in_thread(commit);
	reclaim();
	puts("done");
	return 0;
}
