/* SPDX-License-Identifier: MIT */
/*
 * Silent: a handle keeps the cookie for all who join it (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-carried.h"

int main(void)
{
	in_thread(handles);
	handles();
	reclaim();
	puts("done");
	return 0;
}
