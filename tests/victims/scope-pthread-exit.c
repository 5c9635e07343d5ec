/* SPDX-License-Identifier: MIT */
/*
 * A thread ends by pthread_exit inside a scope that is restored elsewhere.
 *
 * expect: scope-leaked certain
 * stack: held give_up
 * kshim: full none
 */
#define RULE_OLD 0
#include "scope-carried.h"

static NOINLINE void give_up(int now)
{
	unsigned int cookie = memalloc_nofs_save();

	cache_add();
	if (now)
		pthread_exit(NULL);
	memalloc_nofs_restore(cookie);
}

static NOINLINE void work(void)
{
	give_up(0);
	give_up(1);
}

int main(void)
{
	in_thread(work);
	puts("done");
	return 0;
}
