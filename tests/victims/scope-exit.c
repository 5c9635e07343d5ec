/* SPDX-License-Identifier: MIT */
/*
 * Silent: exit() in the middle of scopes, of which one was opened for good.
 *
 * expect: none
 * kshim: full none constant
 */
#define RULE_OLD 0
#include "scope-carried.h"

static NOINLINE void set_up(void)
{
	memalloc_nofs_save();
}

static NOINLINE void give_up(int now)
{
	unsigned int cookie = memalloc_noio_save();

	cache_add();
	if (now) {
		puts("done");
		exit(0);
	}
	memalloc_noio_restore(cookie);
}

int main(void)
{
	set_up();
	give_up(0);
	commit();
	give_up(1);
	return 0;
}
