/* SPDX-License-Identifier: MIT */
/*
 * Silent: a jump out of scopes to where the outer one is restored.
 *
 * expect: none
 * kshim: full none
 */
#define RULE_OLD 0
#include "scope-carried.h"
#include <setjmp.h>

static jmp_buf landing;

static NOINLINE void inner(void)
{
	unsigned int cookie = memalloc_nofs_save();

	cache_add();
	if (cookie != 12345)
		longjmp(landing, 1);
	memalloc_nofs_restore(cookie);
}

static NOINLINE void outer(void)
{
	unsigned int cookie = memalloc_nofs_save();

	if (!setjmp(landing))
		inner();
	memalloc_nofs_restore(cookie);
}

int main(void)
{
	for (int i = 0; i < 40; i++)
		outer();
	in_thread(outer);
	reclaim();
	puts("done");
	return 0;
}
