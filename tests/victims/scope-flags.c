/* SPDX-License-Identifier: MIT */
/*
 * memalloc_flags opens several at once, nested or not; memalloc_pin is nothing to reclaim. The last allocation is in none.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_add unprotected
 * kshim: full none
 */
#define RULE_OLD 0
#include "scope-carried.h"

static NOINLINE void unprotected(void)
{
	cache_add();
}

static NOINLINE void by_flags(void)
{
	unsigned int outer = memalloc_flags_save(PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO);
	unsigned int inner = memalloc_flags_save(PF_MEMALLOC_NOFS);
	unsigned int noreclaim = memalloc_flags_save(PF_MEMALLOC);
	unsigned int pin = memalloc_pin_save();

	cache_add();
	memalloc_pin_restore(pin);
	memalloc_flags_restore(noreclaim);
	memalloc_flags_restore(inner);
	cache_add();
	memalloc_flags_restore(outer);
}

static NOINLINE void pinned(void)
{
	unsigned int pin = memalloc_pin_save();

	unprotected();
	memalloc_pin_restore(pin);
}

int main(void)
{
	by_flags();
	by_flags();
	reclaim();
	pinned();
	puts("done");
	return 0;
}
