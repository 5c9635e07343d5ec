/* SPDX-License-Identifier: MIT */
/*
 * Silent: the outer restore ends the inner scope too (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
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
