/* SPDX-License-Identifier: MIT */
/*
 * Silent: the outer restore ends the inner scope too (new rule).
 *
 * expect: none
 * kshim: full none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-carried.h"

int main(void)
{
	for (int i = 0; i < 6; i++)
		outer_only();
	in_thread(outer_only);
	reclaim();
	puts("done");
	return 0;
}
