/* SPDX-License-Identifier: MIT */
/*
 * A restore that nothing was saved for (new rule).
 *
 * expect: scope-unbalanced certain
 * detail: restored-unsaved NOFS
 * stack: acquire unsaved
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(unsaved);
	puts("done");
	return 0;
}
