/* SPDX-License-Identifier: MIT */
/*
 * Silent: a handle keeps the cookie for all who join it (new rule).
 *
 * expect: none
 * kshim: full none constant
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-carried.h"

int main(void)
{
	in_thread(handles);
	handles();
	reclaim();
	puts("done");
	return 0;
}
