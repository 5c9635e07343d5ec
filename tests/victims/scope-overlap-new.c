/* SPDX-License-Identifier: MIT */
/*
 * Silent: NOFS and NOIO overlap, neither inside the other (new rule).
 *
 * expect: none
 * kshim: full none constant
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-carried.h"

int main(void)
{
	in_thread(overlap);
	overlap();
	reclaim();
	puts("done");
	return 0;
}
