/* SPDX-License-Identifier: MIT */
/*
 * The mistakes are found with a shim of the program's too, where its cookies tell something.
 *
 * expect: scope-unbalanced certain
 * detail: restored-out-of-order NOFS
 * stack: held outer_first
 * stack: acquire outer_first
 * expect: scope-unbalanced certain
 * detail: cookie-reused NOIO
 * stack: held reuse
 * expect: scope-unbalanced certain
 * detail: restored-unsaved NOFS
 * stack: acquire twice
 * kshim: full
 */
#define RULE_OLD 0
#include "scope-carried.h"

static NOINLINE void outer_first(void)
{
	unsigned int outer = memalloc_nofs_save(), inner = memalloc_nofs_save();

	memalloc_nofs_restore(outer);
	memalloc_nofs_restore(inner);
}

static NOINLINE void reuse(void)
{
	unsigned int first, second;

	first = memalloc_noio_save();
	memalloc_noio_restore(first);
	second = memalloc_noio_save();
	memalloc_noio_restore(first);
	memalloc_noio_restore(second);
}

static NOINLINE void twice(void)
{
	unsigned int cookie = memalloc_nofs_save();

	memalloc_nofs_restore(cookie);
	memalloc_nofs_restore(cookie);
}

int main(void)
{
	in_thread(outer_first);
	in_thread(reuse);
	in_thread(twice);
	reclaim();
	puts("done");
	return 0;
}
