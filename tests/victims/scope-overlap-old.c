/* SPDX-License-Identifier: MIT */
/*
 * Silent: NOFS and NOIO overlap, neither inside the other (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-carried.h"

int main(void)
{
	in_thread(overlap);
	overlap();
	reclaim();
	puts("done");
	return 0;
}
